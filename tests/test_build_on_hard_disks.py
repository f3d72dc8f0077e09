"""A build that finds the disk full, or is killed: the next one makes the same book as ever.

The book is a small one, of a page and a chapter, built by the same book/build.py.
"""

import os
import random
import shutil
import signal
import subprocess
import sys

import build
import nbformat
import pytest

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
cp -r _build/html "$out/html"
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


def start(folder, *before):
    """Start a build."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.Popen(
        [*map(str, before), sys.executable, "book/build.py"],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(folder / "src"), "SOURCE_DATE_EPOCH": "1764000000"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process):
    """Wait for a build, which must succeed."""
    told = process.communicate()[0]
    assert process.returncode == 0, told[-3000:]


def pages(html):
    """Return what was built: content by name."""
    return {
        path.relative_to(html).as_posix(): path.read_bytes()
        for path in html.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, root):
    """Return the pages of a build that nothing disturbs."""
    folder = make_book(tmp_path_factory.mktemp("undisturbed") / "book", root)
    finish(start(folder))
    return pages(folder / "_build" / "html")


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
    finish(start(folder, *namespace(TWICE), f"{kilobytes}k", out))
    assert (out / "status").read_text() == "1\n", (out / "told").read_text()
    assert (out / "complaint").read_text() == f"{build.FULL}\n"
    assert "The book is in" not in (out / "told").read_text()
    assert pages(out / "html") == undisturbed


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
        process = start(folder)
        try:
            process.communicate(timeout=moments.uniform(1, 12))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        if process.returncode == 0:
            shutil.rmtree(folder / "_build")
    assert killed
    finish(start(folder))
    assert pages(folder / "_build" / "html") == undisturbed
