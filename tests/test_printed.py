"""The tables of what the paper prints: read as text, whole, and refused by name where they are not."""

import shutil

import pytest

import eih
from eih.paper.printed import reported_results
from eih.tables.data import data_folder
from eih.tables.schema import DataError


@pytest.fixture
def change(tmp_path, monkeypatch):
    """Return a function that changes the lines of a table and loads from there; rules, not checksums."""
    shutil.copytree(data_folder() / "reported", tmp_path / "reported")
    monkeypatch.setenv("EIH_DATA", str(tmp_path))

    def changed(name, new):
        path = tmp_path / "reported" / name
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(new(lines)) + "\n", encoding="utf-8")

    return changed


def with_id(lines, one):
    """Return the lines of one result."""
    return [line for line in lines if line.startswith(f"{one}\t")]


@pytest.mark.fault(
    "numbers",
    "a reported result twice, without a number, or a number of no result, or one number twice",
    "loading stops and names it",
)
@pytest.mark.parametrize(
    ("name", "new", "message"),
    [
        (
            "results.tsv",
            lambda rows: [*rows, *with_id(rows, "r048")],
            "id 'r048' stands in two rows",
        ),
        (
            "results.tsv",
            lambda rows: [r for r in rows if r[:4] != "r048"],
            r"unknown id\(s\) \['r048'\]",
        ),
        (
            "numbers.tsv",
            lambda rows: [r for r in rows if r[:4] != "r048"],
            r"no row for \['r048'\]",
        ),
        (
            "numbers.tsv",
            lambda rows: [*rows, with_id(rows, "r048")[0]],
            "r048 has two rows for 'beta'",
        ),
        (
            "results.tsv",
            lambda rows: [rows[0].replace("locus", "place"), *rows[1:]],
            "the columns are",
        ),
        (
            "numbers.tsv",
            lambda rows: [rows[0].replace("printed", "digits"), *rows[1:]],
            "the columns are",
        ),
        ("numbers.tsv", lambda rows: [*rows, "r048\tbeta\t1\t2"], "cannot be read"),
    ],
    ids=["twice", "stranger", "silent", "number twice", "columns", "number columns", "ragged"],
)
def test_a_broken_table_is_named(change, name, new, message):
    """Each result stands once and has a number or a claim; each number belongs to one."""
    change(name, new)
    with pytest.raises(DataError, match=message):
        eih.printed_numbers()


def test_digits_stay_as_printed():
    """A number is read as text: its last zero, its sign and its thousands are kept."""
    printed = eih.printed_numbers().set_index(["id", "quantity"]).printed
    assert printed["r048", "beta"] == "0.10"
    assert printed["r084", "t"] == "-34.082"


def test_each_section_has_its_peaks_once():
    """Peaks of a section are those of its first statements, with integer places and a correction."""
    everything = eih.reported_peaks()
    assert everything.id.is_unique
    assert set(everything.correction) == {"whole brain", "small volume"}
    results = reported_results().set_index("id")
    assert (results.same_as[everything.id] == "").all()
    for section in set(results.section[everything.id]):
        part = eih.reported_peaks(section)
        assert part.id.tolist() == [one for one in everything.id if results.section[one] == section]
