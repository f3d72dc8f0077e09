"""A notebook opened alone, in a Python without eih, says what to do instead of showing a stack trace."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import build
import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = build.toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
CHAPTERS = [page.removeprefix("notebooks/") for page in PAGES if page.startswith("notebooks/")]

# Started with -S, Python finds the packages but not eih, which a line of a .pth file leads to.
ALONE = """
import sys
sys.path += {packages!r}
sys.modules["eih"] = None  # also where eih was installed as a wheel
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="nocolor")
result = shell.run_cell(sys.stdin.read())
print("stopped" if result.error_in_exec else "went on")
"""


def first_cell(chapter):
    """Return the first code cell of a chapter."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{chapter}.ipynb", as_version=4)
    return next(cell for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_starts_with_the_same_cell(chapter):
    """The cell that looks for eih is one text everywhere, and the book's pages leave it out."""
    ours, that = first_cell(chapter), first_cell("heat_pain")
    assert ours.source == that.source
    assert ours.metadata.tags == ["remove-cell"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Run the first cell without eih; return what a reader would see."""
    packages = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [sys.executable, "-E", "-S", "-c", ALONE.format(packages=packages)],
        input=first_cell("heat_pain").source,
        capture_output=True,
        text=True,
        env={"HOME": str(home), "IPYTHONDIR": str(home), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.fault("machine", "a notebook without the package", "its first cell says what to do")
def test_without_the_package_the_first_cell_says_what_to_do(shown):
    """The message names what is missing, where it comes from and how to open the notebook."""
    assert "needs the package eih" in shown
    assert "python3 bootstrap.py" in shown
    assert ".venv/bin/jupyter lab" in shown


def test_without_the_package_no_stack_trace_is_shown(shown):
    """No traceback, no file, no line number: three lines of plain words."""
    assert not any(word in shown for word in ("Traceback", "ModuleNotFoundError", "File ", "---"))
    assert len(shown.strip().splitlines()) == 4  # the last one is that of this test


def test_without_the_package_the_notebook_stops(shown):
    """The cell counts as failed, so that "run all" does not go on to the next one."""
    assert shown.strip().endswith("stopped")


def test_with_the_package_the_first_cell_is_silent():
    """Where eih is there, the cell does nothing but import it."""
    names = {}
    exec(first_cell("heat_pain").source, names)
    assert names["eih"].__name__ == "eih"
