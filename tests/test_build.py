"""The build knows what to execute anew, and sees what no page may show."""

import errno

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
        ("data/maps/group.nii", "0001"),
        ("requirements.txt", "numpy==2"),
        ("notebooks/heat.ipynb", "{}"),
    ],
)
def test_what_the_book_is_made_from_changes_the_fingerprint(tree, name, content):
    """A changed or new file of package, data, lock or chapters is noticed."""
    before = build.fingerprint(tree)
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text(content)
    assert build.fingerprint(tree) != before


def test_a_renamed_file_changes_the_fingerprint(tree):
    """The same content under another name is another input."""
    before = build.fingerprint(tree)
    (tree / "data" / "trials.tsv").rename(tree / "data" / "other.tsv")
    assert build.fingerprint(tree) != before


def test_another_python_changes_the_fingerprint(tree, monkeypatch):
    """The version of Python counts as an input."""
    before = build.fingerprint(tree)
    monkeypatch.setattr(build.sys, "version", "4.0")
    assert build.fingerprint(tree) != before


def test_compiled_files_do_not_count(tree):
    """What Python leaves in __pycache__ is no input."""
    before = build.fingerprint(tree)
    (tree / "src" / "eih" / "__pycache__").mkdir()
    (tree / "src" / "eih" / "__pycache__" / "data.pyc").write_text("1")
    assert build.fingerprint(tree) == before


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
    """Of the log remain the warnings, without colours and the kernel's chatter."""
    log = "\x1b[91mledger.md:3: WARNING: 'xyz' not found\x1b[0m\n\n[IPKernelApp] WARNING | x\n"
    assert build.told(log) == "ledger.md:3: WARNING: 'xyz' not found"


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "kein Platz", "base.ipynb"), True),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full [SQL: …]"), True),
        (OSError(errno.EACCES, "Permission denied", "disk is full.ipynb"), False),
    ],
    ids=["system", "SQLite", "another"],
)
def test_a_full_disk_is_told_from_other_errors(error, full):
    """The number of the error counts, which is the same in each language."""
    assert build.is_disk_full(str(error)) == full
