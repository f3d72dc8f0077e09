"""A build that finds the disk full, or is killed: the next one makes the same book as ever.

The book is a small one, of a page and a chapter, built by the same book/build.py.
"""

import os
import random
import shutil
import signal
import subprocess

import build
import nbformat
import pytest
from tests.building import built, finish_build, start_build

CONFIG = """
title: Small
only_build_toc_files: true
exclude_patterns: [".*", src, book]
execute: {execute_notebooks: cache, timeout: 60}
"""
FILES = {
    "_config.yml": CONFIG,
    "_toc.yml": "format: jb-book\nroot: index\nchapters:\n- file: notebooks/chapter\n",
    "index.md": "# A page\n",
    "requirements.txt": "",
    "src/eih/__init__.py": "def text():\n    return ' '.join(map(str, range(50_000)))\n",
}
OURS = ("book/build.py", "book/execute.py", "book/record", "book/_ext/provenance.py")

# Builds on a small disk, then on a larger one.
TWICE = """
size=$1 out=$2
shift 2
mkdir _build
mount -t tmpfs -o size="$size" none _build
"$@" >"$out/told" 2>"$out/complaint" && echo 0 >"$out/status" || echo $? >"$out/status"
mount -o remount,size=64m _build
"$@"
mkdir "$out/_build"
cp -r _build/html "$out/_build/html"
"""


def make_book(folder, root):
    """Make a small book."""
    for name in OURS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, folder / name)
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    cells = [nbformat.v4.new_markdown_cell("# A chapter", id="a")]
    cells += [nbformat.v4.new_code_cell("import eih\nprint(eih.text())", id="b")]
    (folder / "notebooks").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebooks" / "chapter.ipynb")
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, root):
    """Return the pages of a build that nothing disturbs."""
    folder = make_book(tmp_path_factory.mktemp("undisturbed") / "book", root)
    finish_build(start_build(folder))
    return built(folder)


@pytest.mark.long
@pytest.mark.fault(
    "reproducibility",
    "a disk that is full when chapters are executed, when results are kept, or when pages are written",
    "the build fails with one line; with space the next one makes the same book, byte for byte",
)
@pytest.mark.parametrize("kilobytes", [4, 100, 900, 2500, 7000])
def test_a_build_on_a_full_disk_says_so(kilobytes, tmp_path, root, namespace, undisturbed):
    """Whatever does not fit, the message is the same, and nothing of it is used later."""
    folder, out = make_book(tmp_path / "book", root), tmp_path / "out"
    out.mkdir()
    finish_build(start_build(folder, *namespace(TWICE), f"{kilobytes}k", out))
    assert (out / "status").read_text() == "1\n", (out / "told").read_text()
    assert (out / "complaint").read_text() == f"{build.FULL}\n"
    assert "The book is in" not in (out / "told").read_text()
    assert built(out) == undisturbed


@pytest.mark.long
@pytest.mark.fault(
    "reproducibility",
    "a small book whose build is killed (SIGKILL) eight times at moments by chance, then finished",
    "the same book, byte for byte",
)
def test_a_build_killed_time_and_again_makes_the_same_book(tmp_path, root, undisturbed):
    """Each build goes on from what the last one left, and trusts nothing that it left half done."""
    folder, moments, killed = make_book(tmp_path / "book", root), random.Random(2025), 0
    for _ in range(8):
        process = start_build(folder)
        try:
            process.communicate(timeout=moments.uniform(1, 12))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        if process.returncode == 0:
            shutil.rmtree(folder / "_build")
    assert killed
    finish_build(start_build(folder))
    assert built(folder) == undisturbed
