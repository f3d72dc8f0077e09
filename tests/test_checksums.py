"""The recorded checksums: whole, and a changed file is refused with the way to restore it."""

import shutil
import subprocess

import pytest

import eih
from eih.brain.panels import brain_panels
from eih.brain.peaks import peak_models
from eih.cli import main
from eih.tables import checksums, upstream
from eih.tables.data import data_folder
from eih.tables.schema import TABLES, DataError

REPORTED = {
    "results.tsv": eih.reported_results,
    "numbers.tsv": eih.printed_numbers,
    "design_constants.tsv": eih.design_constants,
    "unanswerable.tsv": eih.unanswerable,
    "lme4_reference.tsv": lambda: eih.lme4_reference("heat_intensity_saline"),
    "peak_models.tsv": peak_models,
    "brain_panels.tsv": brain_panels,
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Copy tables, reported results and the record to a folder, and load from there."""
    for name in ("reported", "results"):
        shutil.copytree(data_folder() / name, tmp_path / name)
    for path in data_folder().iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    return tmp_path


def replaced(path, old, new):
    """Change the first place where a text stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_record_is_that_of_the_files():
    """Every table and its description are recorded, as they are."""
    folder = data_folder()
    names = {
        path.relative_to(folder).as_posix() for p in checksums.LISTED for path in folder.glob(p)
    }
    assert set(checksums.read_record(folder)) == names, "Call: python -m eih.tables.checksums"
    assert checksums.verify_folder(folder) == len(names)


def test_every_tracked_table_is_recorded(root, need):
    """No table in the repository is outside the record, but for stored results, which prove themselves."""
    listed = subprocess.run(["git", "ls-files", "data"], cwd=root, capture_output=True, text=True)
    need("git", listed.returncode == 0, "This is no clone of the repository.")
    names = {name.removeprefix("data/") for name in listed.stdout.split()}
    known = set(checksums.read_record(data_folder())) | {"README.md", checksums.RECORD}
    assert {name for name in names - known if not name.startswith("results/")} == set()


def test_sha256sum_can_read_it(folder, need):
    """The record has the form of the program sha256sum."""
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("There is no sha256sum here.")
    command = [program, "--check", "--quiet", checksums.RECORD]
    assert subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


@pytest.mark.fault(
    "data",
    "one rating changed to another possible one, in the file",
    "loading stops, names the file and how to restore it",
)
@pytest.mark.parametrize(
    ("table", "old", "new", "load"),
    [
        ("trials", "\t47.3\t58\n", "\t47.3\t57\n", eih.load_trials),
        ("blocks", "\thigh\t", "\tlow\t", eih.load_blocks),
        ("participants", "\tfemale\t", "\tmale\t", eih.load_participants),
        ("participants", "\tfemale\t", "\tmale\t", eih.load_trials),
    ],
    ids=["rating", "exercise", "sex", "sex, trials"],
)
def test_a_changed_table_is_refused(folder, table, old, new, load):
    """A change that breaks no rule is noticed by the checksum."""
    replaced(folder / f"{table}.tsv", old, new)
    with pytest.raises(
        DataError, match=rf"{table}\.tsv: has changed: .*git checkout -- data/{table}"
    ):
        load()


@pytest.mark.fault(
    "data",
    "one changed character in a file of what the paper prints",
    "loading it stops, names the file and how to restore it",
)
@pytest.mark.parametrize("name", REPORTED)
def test_a_changed_reported_table_is_refused(folder, name):
    """A digit or letter changed in what the paper prints is noticed, whatever the file."""
    path = folder / "reported" / name
    header, rows = path.read_text(encoding="utf-8").split("\n", 1)
    at = max(rows.rfind(letter) for letter in "1238")
    path.write_text(f"{header}\n{rows[:at]}4{rows[at + 1 :]}", encoding="utf-8")
    with pytest.raises(
        DataError, match=rf"{name}: has changed: .*git checkout -- data/reported/{name}"
    ):
        REPORTED[name]()


def test_windows_line_ends_are_no_change(folder):
    """A checkout that turned line ends into those of Windows is the same data."""
    path = folder / "trials.tsv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(eih.load_trials()) == 5616


@pytest.mark.fault("data", "the record of checksums lost or damaged", "loading stops and says so")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("one line\n", "cannot be read as a record"),
        ("", r"SHA256SUMS: has no checksum of participants\.tsv"),
    ],
    ids=["damaged", "empty"],
)
def test_a_damaged_record_is_named(folder, content, message):
    """A record that says nothing about a table is no reason to accept it."""
    (folder / checksums.RECORD).write_text(content)
    with pytest.raises(DataError, match=message):
        eih.load_trials()


def test_the_study_needs_its_record(folder, monkeypatch):
    """Where the tables are the project's own, a lost record is an error, not a licence."""
    from eih.tables import data

    (folder / checksums.RECORD).unlink()
    assert len(eih.load_participants()) == 39  # a folder of one's own, by EIH_DATA
    monkeypatch.delenv("EIH_DATA")
    monkeypatch.setattr(data, "data_folder", lambda: folder)
    with pytest.raises(DataError, match=r"the record of checksums is missing.*git checkout"):
        eih.load_participants()


def test_a_check_names_every_changed_file(folder, capsys):
    """The command lists all that changed or is missing, and exits with 1."""
    replaced(folder / "reported" / "numbers.tsv", "0.57", "0.58")
    (folder / "reported" / "results.json").unlink()
    assert main(["data", "check"]) == 1
    error = capsys.readouterr().err
    assert "numbers.tsv: has changed" in error
    assert (
        "results.json: is missing. Restore it with 'git checkout -- data/reported/results.json'"
        in error
    )


def test_a_check_counts_what_is_as_recorded(capsys):
    """The command says how many files are as recorded."""
    assert main(["data", "check"]) == 0
    number = len(checksums.read_record(data_folder()))
    assert f"{number} files as recorded in SHA256SUMS." in capsys.readouterr().out


def test_a_build_records_what_it_wrote_and_nothing_else(folder, tmp_path, source_text):
    """Tables built on purpose are recorded; a change elsewhere stays one."""
    replaced(folder / "reported" / "numbers.tsv", "0.57", "0.58")
    changed = source_text.replace('"47.3"\t"58"', '"47.3"\t"57"', 1)
    (tmp_path / "authors.txt").write_text(changed, newline="")
    upstream.build(tmp_path / "authors.txt", folder)
    assert eih.load_trials().rating[0] == 57
    with pytest.raises(DataError, match=r"numbers\.tsv: has changed"):
        eih.printed_numbers()
    assert set(TABLES) == {
        name.split(".")[0] for name in checksums.read_record(folder) if "/" not in name
    }
