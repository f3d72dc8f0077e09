"""A chapter is executed anew when its results can have changed, and only then."""

import subprocess
import sys

import execute
import nbformat
import pandas as pd
import pytest
from jupyter_cache import get_cache

CODE = """import sys
sys.path.insert(0, "../src")
import study
study.mean(), study.of_a_child()
"""
FILES = {
    "src/study/__init__.py": "from .used import mean\nfrom .child import of_a_child",
    "src/study/used.py": "def mean():\n    return open('../data/read.tsv').read()",
    "src/study/child.py": "import subprocess, sys\n\n"
    "def of_a_child():\n"
    "    code = 'print(open(\"../data/by_child.tsv\").read())'\n"
    "    return subprocess.run([sys.executable, '-c', code], capture_output=True).stdout",
    "src/study/unused.py": "",
    "data/read.tsv": "1",
    "data/by_child.tsv": "2",
    "data/unread.tsv": "3",
    "requirements.txt": "numpy==1",
}


def chapter(folder, name, code):
    """Write a notebook of one cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbformat.write(notebook, folder / name)
    return folder / name


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Make a small project and execute its chapter once; return folder, chapter and run."""
    root = tmp_path_factory.mktemp("project")
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    (root / "notebooks").mkdir()
    path = chapter(root / "notebooks", "heat.ipynb", CODE)
    # Compiled beforehand, as nearly always: then it is the compiled modules that are opened.
    subprocess.run([sys.executable, "-m", "compileall", "-q", root / "src"], check=True)
    return root, path, execute.run_chapter(path, root, timeout=60)


@pytest.fixture
def project(ran):
    """Return folder and note of the executed chapter; its files are put back afterwards."""
    root, _, run = ran
    yield root, {"used": run.used, "shared": execute.shared_inputs(root)}
    for path in [*(root / "src").rglob("*.*"), *(root / "data").rglob("*.*")]:
        if "__pycache__" not in path.parts and path.relative_to(root).as_posix() not in FILES:
            path.unlink()
    for name, content in FILES.items():
        (root / name).write_text(content)


def current(project):
    """Tell whether the chapter would be left as it is."""
    root, note = project
    return execute.is_current(note, root, execute.shared_inputs(root))


def test_a_chapter_runs_and_is_measured(ran):
    """The outputs, the time and the peak memory of a chapter are there."""
    *_, run = ran
    assert "'1'" in run.notebook.cells[0].outputs[0].data["text/plain"]
    assert run.seconds > 0
    assert not sys.platform.startswith("linux") or 20 < run.peak_mb < 1000


def test_what_came_out_is_found_again_by_the_notebook(ran, tmp_path):
    """The cache finds the results under the notebook as it is committed, as MyST-NB looks for them."""
    _, path, run = ran
    cache = get_cache(str(tmp_path / "cache"))
    execute._keep(path, run, cache, "shared", 1.0)
    assert cache.match_cache_notebook(nbformat.read(path, as_version=4)).uri == str(path)


def test_nothing_changed_means_nothing_to_do(project):
    """With the same files the results stand."""
    assert current(project)


@pytest.mark.fault(
    "reproducibility",
    "a changed file that a chapter reads",
    "the chapter is executed anew",
)
@pytest.mark.parametrize(
    "name",
    [
        "src/study/__init__.py",
        "src/study/used.py",
        "src/study/child.py",
        "data/read.tsv",
        "data/by_child.tsv",
        "requirements.txt",
        "src/study/new.py",
        "data/new.tsv",
        "data/maps/new.nii",
    ],
)
def test_a_changed_input_executes_the_chapter(project, name):
    """A module or table that it used, itself or by a child process; the lock; a file that came."""
    root, _ = project
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("pass")
    assert not current(project)


@pytest.mark.parametrize("name", ["src/study/unused.py", "data/read.tsv"])
def test_a_file_that_went_executes_the_chapter(project, name):
    """A file that is gone may have been looked for, used or not."""
    (project[0] / name).unlink()
    assert not current(project)


@pytest.mark.parametrize("name", ["src/study/unused.py", "data/unread.tsv"])
def test_what_a_chapter_never_opened_does_not_execute_it(project, name):
    """Another module or table can change."""
    (project[0] / name).write_text("pass")
    assert current(project)


def test_a_change_taken_back_needs_nothing(project):
    """What counts is the content, not when it was written."""
    root, _ = project
    (root / "data/read.tsv").write_text("5")
    (root / "data/read.tsv").write_text("1")
    assert current(project)


def test_another_machinery_executes_all(project, monkeypatch):
    """Another Python, or other data by EIH_DATA, is another input."""
    monkeypatch.setenv("EIH_DATA", "elsewhere")
    assert not current(project)
    monkeypatch.delenv("EIH_DATA")
    monkeypatch.setattr(execute.sys, "version", "4.0")
    assert not current(project)


@pytest.mark.fault(
    "reproducibility",
    "a file that changes while a chapter runs",
    "the stored outputs are not used",
)
def test_a_file_written_during_the_run_is_not_trusted(ran, tmp_path):
    """What was read of a file that changed meanwhile is unknown, so the chapter runs again."""
    root, *_ = ran
    log = tmp_path / "opened"
    log.write_text(f"{root / 'data/read.tsv'}\n{root / 'src/study/never.py'}\n")
    used = execute.opened_files(log, root, started=0)
    assert used == {"data/read.tsv": "changed meanwhile", "src/study/never.py": ""}
    assert not execute.is_current({"used": used, "shared": "s"}, root, "s")


def test_of_compiled_files_only_the_source_of_a_module_counts(tmp_path):
    """A module read from its .pyc counts by its source; what others keep beside it, or in .venv, not."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "module.py").write_text("x = 1")
    names = ("src/__pycache__/module.cpython-311.pyc.140", "src/__pycache__/module.f-1.py311.1.nbc")
    names += (".venv/lib/__pycache__/other.f-143.py311.1.nbi",)
    log = tmp_path / "log"
    log.write_text("\n".join(str(tmp_path / name) for name in names))
    assert set(execute.opened_files(log, tmp_path, started=0)) == {"src/module.py"}


def test_a_record_without_inputs_is_not_trusted(tmp_path):
    """Outputs of unknown origin, such as those of another tool, do not count."""
    assert not execute.is_current({"execution_seconds": 1}, tmp_path, None)
    assert not execute.is_current({"used": {}, "shared": "s"}, tmp_path, "s")


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Two chapters that use one table each; return a function that brings them up to date."""
    for folder in ("notebooks", "data", "src"):
        (tmp_path / folder).mkdir()
    paths = [chapter(tmp_path / "notebooks", f"{name}.ipynb", f"'{name}'") for name in "ab"]
    for path in paths:
        (tmp_path / "data" / path.stem).write_text("1")
    executed = []

    def pretend(path, root, timeout):
        executed.append(path.stem)
        notebook = nbformat.read(path, as_version=4)
        if "1/0" in notebook.cells[0].source:
            raise execute.ChapterError(f"{path.name}: ZeroDivisionError")
        used = {f"data/{path.stem}": execute.digest(root / "data" / path.stem)}
        return execute.Run(notebook, 1.0, 100.0, used)

    monkeypatch.setattr(execute, "run_chapter", pretend)
    monkeypatch.setattr(execute, "reference_seconds", lambda jobs: 1.0)

    def update():
        executed.clear()
        failed = execute.bring_up_to_date(
            paths, tmp_path, get_cache(str(tmp_path / "cache")), jobs=2, timeout=9, tell=str
        )
        return sorted(executed), failed

    return tmp_path, update


def test_only_what_changed_is_executed(book):
    """The first time all chapters run, then none, then the one whose code or table changed."""
    root, update = book
    assert update() == (["a", "b"], [])
    assert update() == ([], [])
    chapter(root / "notebooks", "a.ipynb", "'other'")
    assert update() == (["a"], [])
    (root / "data" / "b").write_text("2")
    assert update() == (["b"], [])
    assert update() == ([], [])


def test_a_chapter_back_at_an_earlier_code_is_checked_too(book):
    """Results of code that is back count only if their inputs are the same."""
    root, update = book
    update()
    chapter(root / "notebooks", "a.ipynb", "'other'")
    update()
    chapter(root / "notebooks", "a.ipynb", "'a'")
    assert update() == ([], [])
    (root / "data" / "a").write_text("2")
    assert update() == (["a"], [])


def test_a_failed_chapter_is_told_and_the_others_are_kept(book):
    """An error in one chapter is told; the others need no second run."""
    root, update = book
    chapter(root / "notebooks", "a.ipynb", "1/0")
    assert update() == (["a", "b"], ["a.ipynb: ZeroDivisionError"])
    assert update() == (["a"], ["a.ipynb: ZeroDivisionError"])


def test_an_error_in_a_cell_is_shown(tmp_path):
    """A cell that fails ends its chapter with the name of the chapter and the error."""
    path = chapter(tmp_path, "wrong.ipynb", "1/0")
    with pytest.raises(execute.ChapterError, match=r"wrong\.ipynb: .*[\s\S]*ZeroDivisionError"):
        execute.run_chapter(path, tmp_path, timeout=60)


def test_styled_tables_have_the_same_names_in_each_build():
    """Names that pandas draws are numbered in their order; other outputs stay as they are."""
    styled = pd.DataFrame({"rating": [1, 2]}).style.format(precision=0)
    outputs = []
    for _ in range(2):
        html = pd.DataFrame({"rating": [1, 2]}).style.to_html() + styled.to_html()
        outputs.append(
            [{"data": {"text/html": html, "text/plain": "T_0a1b2 "}}, {"name": "stdout"}]
        )
    assert outputs[0] != outputs[1]
    for one in outputs:
        execute.steady_names(one)
    assert outputs[0] == outputs[1]
    assert 'id="T_00000_row0_col0"' in outputs[0][0]["data"]["text/html"]
    assert 'id="T_00001_row0_col0"' in outputs[0][0]["data"]["text/html"]
    assert outputs[0][0]["data"]["text/plain"] == "T_0a1b2 "
