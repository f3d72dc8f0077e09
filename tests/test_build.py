"""The build knows what to execute anew, and sees what no page may show."""

import build
import pytest


@pytest.fixture
def tree(tmp_path):
    """Make a small project: package, data, maps, lock."""
    files = {
        "src/eih/tables/data.py": "x = 1",
        "data/trials.tsv": "rating\n1\n",
        "data/maps/group.nii": "0000",
        "requirements.txt": "numpy==1",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("src/eih/tables/data.py", "x = 2"),
        ("src/eih/new.py", ""),
        ("data/trials.tsv", "rating\n2\n"),
        ("data/maps/group.nii", "00000"),
        ("requirements.txt", "numpy==2"),
    ],
)
def test_what_results_depend_on_changes_the_fingerprint(tree, name, content):
    """A changed or new file of package, data or lock, or a map of another size, is noticed."""
    before = build.fingerprint(tree, build.RESULTS)
    (tree / name).write_text(content)
    assert build.fingerprint(tree, build.RESULTS) != before


def test_a_renamed_file_changes_the_fingerprint(tree):
    """The same content under another name is another input."""
    before = build.fingerprint(tree, build.RESULTS)
    (tree / "data" / "trials.tsv").rename(tree / "data" / "other.tsv")
    assert build.fingerprint(tree, build.RESULTS) != before


def test_another_python_changes_the_fingerprint(tree):
    """The version of Python counts as an input."""
    assert build.fingerprint(tree, ["src"], "3.11") != build.fingerprint(tree, ["src"], "3.12")


def test_compiled_files_do_not_count(tree):
    """What Python leaves in __pycache__ is no input."""
    before = build.fingerprint(tree, build.RESULTS)
    (tree / "src" / "eih" / "__pycache__").mkdir()
    (tree / "src" / "eih" / "__pycache__" / "data.pyc").write_text("1")
    assert build.fingerprint(tree, build.RESULTS) == before


@pytest.mark.parametrize(
    ("state", "todo"),
    [
        ({}, "all"),
        ({"building": True}, "all"),
        ({"building": True, "results": "r", "pages": "p"}, "all"),
        ({"building": False, "results": "old", "pages": "p"}, "all"),
        ({"building": False, "results": "r", "pages": "old"}, "render"),
        ({"building": False, "results": "r", "pages": None}, "render"),
        ({"building": False, "results": "r", "pages": "p"}, "nothing"),
    ],
    ids=["first", "killed", "killed-late", "results", "pages", "failed", "same"],
)
def test_only_a_complete_build_of_the_same_inputs_is_trusted(state, todo):
    """An interrupted build or other results execute all, other pages render, the same does none."""
    assert build.plan(state, "r", "p") == todo


def test_the_pages_of_a_toc_are_listed_in_order():
    """Root, parts, chapters and their sections come as they stand in the file."""
    toc = {
        "root": "a",
        "parts": [{"chapters": [{"file": "b", "sections": [{"file": "c"}]}]}, {"chapters": []}],
    }
    assert build.toc_pages(toc) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("classes", "found"),
    [
        ("output text_html", []),
        ("output traceback highlight-ipythontb notranslate", ["an error"]),
        ("output stderr highlight-myst-ansi", ["a warning or another text on stderr"]),
    ],
    ids=["table", "error", "warning"],
)
def test_an_error_or_a_warning_in_a_page_is_seen(classes, found):
    """Output of an error or on stderr is told from output of a result."""
    assert build.bad_outputs(f'<div class="{classes}"><pre>output stderr</pre></div>') == found


def test_a_page_that_was_not_built_is_a_problem(tmp_path):
    """Each page of _toc.yml, and the front page, must be there."""
    (tmp_path / "index.html").write_text("")
    assert build.page_problems(["heat"], tmp_path) == [
        "heat: the page is in _toc.yml but was not built."
    ]


def test_the_log_is_cut_to_what_its_reader_needs():
    """Of a failed cell remain the warning, the cell and its error, not the tools' own stack."""
    log = (
        "\x1b[91mledger.ipynb: WARNING: Executing notebook failed\x1b[0m\n"
        'Traceback (most recent call last):\n  File "utils.py", line 58\n    run()\n'
        "nbclient.exceptions.CellExecutionError: 1/0\nException occurred:\n  more\n"
    )
    assert build.told(log) == (
        "ledger.ipynb: WARNING: Executing notebook failed\nCellExecutionError: 1/0"
    )
