"""README's two commands on a machine that has little: no compiler, no home, one processor, 4 GB, LC_ALL=C.

The book that they build is a small one, with one cell that computes a section of the ledger; the set-up, the
package and the tests are the real ones. It needs the package index and takes some minutes.
"""

import os
import re
import shutil
import signal
import subprocess
import sys

import nbformat
import pytest

TOOLS = ["make", "git", "sh", "taskset", "awk"]
COMPILERS = [
    "cc",
    "gcc",
    "c++",
    "g++",
    "clang",
    "gfortran",
    "rustc",
    "cargo",
    "R",
    "Rscript",
    "chromium",
]
POOR = 'PATH=$1; shift; ulimit -d 4000000; exec taskset -c 0 "$@"'
SETTINGS = (
    "PIP_",
    "SSL_",
    "REQUESTS_",
    "HTTP",
    "NO_PROXY",
    "http",
    "no_proxy",
)  # the way to the index
CONFIG = """
title: Small
only_build_toc_files: true
exclude_patterns: [".*", src, book, data, tests, benchmarks]
execute: {execute_notebooks: cache, timeout: 300}
"""
CELL = "import eih\nlen(eih.ledger(section='s2-1'))"


@pytest.fixture(scope="module")
def project(tmp_path_factory, copy_project):
    """Return a copy of the project whose book is one page and one chapter."""
    folder = copy_project(tmp_path_factory.mktemp("poor") / "project")
    (folder / "_config.yml").write_text(CONFIG)
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: front\nchapters:\n- file: notebooks/heat_pain\n"
    )
    (folder / "front.md").write_text("# A page\n")
    cells = [nbformat.v4.new_markdown_cell("# A chapter"), nbformat.v4.new_code_cell(CELL)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebooks" / "heat_pain.ipynb")
    return folder


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """Return a folder with the few programs that the README asks for, and Python."""
    folder = tmp_path_factory.mktemp("tools")
    for name in TOOLS:
        place = shutil.which(name)
        if not place:
            pytest.skip(f"There is no {name} here.")
        (folder / name).symlink_to(place)
    (folder / "python3").symlink_to(getattr(sys, "_base_executable", sys.executable))
    return folder


@pytest.fixture(scope="module")
def poor(project, tools, namespace):
    """Return a function that starts a command on the poor machine."""
    settings = {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)}
    environment = {**settings, "PATH": os.environ["PATH"], "HOME": "/proc/no-home", "LC_ALL": "C"}

    def start(*command, network=False, **more):
        return subprocess.Popen(
            [*namespace(POOR, network=network), str(tools), *command],
            cwd=project,
            env={**environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return start


def finished(process):
    """Wait for a command, which must succeed; return what it printed."""
    told = process.communicate()[0]
    assert process.returncode == 0, told[-3000:]
    return told


@pytest.mark.long
@pytest.mark.fault(
    "machine",
    "README's two commands without compiler, R, Chromium and home, with one processor, 4 GB and LC_ALL=C",
    "the set-up installs everything, a chapter is computed and built, the tests are found",
)
@pytest.mark.fault(
    "reproducibility",
    "a set-up killed (SIGKILL) in the middle, then called again",
    "it starts anew and is complete",
)
def test_the_two_commands_work_on_a_poor_machine(poor, project, tools):
    """Killed once, `make book` sets up and builds, with the network off the second time; `make test` tests."""
    assert not any(shutil.which(name, path=str(tools)) for name in COMPILERS)
    killed = poor("make", "book", network=True)
    with pytest.raises(subprocess.TimeoutExpired):
        killed.communicate(timeout=20)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert not (project / ".venv" / "ready.json").exists()
    told = finished(poor("make", "book", network=True))
    assert "Making .venv" in told
    assert "The book is in _build/html/index.html" in told
    page = (project / "_build" / "html" / "notebooks" / "heat_pain.html").read_text("utf-8")
    assert "text_plain" in page
    assert "Nothing changed since the last build" in finished(poor("make", "book"))
    found = finished(poor("make", "test", PYTEST_ADDOPTS="--collect-only -q"))
    assert "tests collected" in found
    few = "-q -p no:cacheprovider tests/test_verdicts.py tests/test_bootstrap.py"
    assert re.search(r"^\d+ passed in", finished(poor("make", "test", PYTEST_ADDOPTS=few)), re.M)
