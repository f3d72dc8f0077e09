"""Every chapter is committed without outputs and runs wherever it is started."""

from pathlib import Path

import build
import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 12  # lines of code a reader sees at once
LONGEST_FOLDED = 25  # in a cell that opens on a click, or only hands numbers to the text
LEFT_BY_TOOLS = {
    *(".git", ".venv", "_build", ".hypothesis", ".pytest_cache", ".ruff_cache", "__pycache__")
}
PAGES = build.toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
CHAPTERS = [page.removeprefix("notebooks/") for page in PAGES if page.startswith("notebooks/")]


def read(chapter):
    """Read a notebook and check its format."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{chapter}.ipynb", as_version=4)
    nbformat.validate(notebook)
    return notebook


def code_cells(chapter):
    """List the code cells of a chapter."""
    return [cell for cell in read(chapter).cells if cell.cell_type == "code"]


def files():
    """Return when each file of the project was last written."""
    return {
        str(path.relative_to(ROOT)): path.stat().st_mtime_ns
        for path in ROOT.rglob("*")
        if not LEFT_BY_TOOLS.intersection(path.relative_to(ROOT).parts) and path.is_file()
    }


def test_every_notebook_is_a_chapter():
    """No notebook lies in the folder that _toc.yml does not name."""
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} == set(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_is_kept_without_outputs(chapter):
    """No cell has an output or an execution count: they come from the build."""
    cells = code_cells(chapter)
    kept = [i for i, cell in enumerate(cells) if cell.outputs or cell.execution_count]
    assert kept == [], f"Call: .venv/bin/python -m nbstripout notebooks/{chapter}.ipynb"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_cells_are_short(chapter):
    """A cell is read at a glance: a dozen lines, twice that where it is folded away."""
    long = []
    for number, cell in enumerate(code_cells(chapter), start=1):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        folded = {"hide-input", "hide-cell", "remove-cell", "remove-input"} & set(
            cell.metadata.get("tags", [])
        )
        if len(lines) > (LONGEST_FOLDED if folded else LONGEST):
            long.append(f"code cell {number}: {len(lines)} lines")
    assert long == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_cell_is_left_out_or_may_fail(chapter):
    """No tag lets a cell be skipped or end in an error."""
    tags = {tag for cell in code_cells(chapter) for tag in cell.metadata.get("tags", [])}
    assert tags.isdisjoint({"skip-execution", "raises-exception"})


@pytest.mark.notebooks
@pytest.mark.parametrize("start", ["notebooks", "elsewhere"])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_runs_from_any_folder_and_writes_nothing(chapter, start, tmp_path, monkeypatch):
    """Started in its own folder or in another, every cell runs and the tree stays as it was."""
    from nbclient import NotebookClient

    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    before = files()
    place = ROOT / "notebooks" if start == "notebooks" else tmp_path
    NotebookClient(
        read(chapter),
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(place)}},
    ).execute()
    assert files() == before
    assert list(tmp_path.iterdir()) == []
