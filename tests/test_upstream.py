"""Building our tables from the authors': same bytes, clear errors, nothing lost."""

import os
from pathlib import Path

import pytest

from eih.tables import upstream
from eih.tables.data import data_folder
from eih.tables.schema import DataError


@pytest.fixture
def source(tmp_path, source_text):
    """Put that table into a file."""
    path = tmp_path / "authors.txt"
    path.write_bytes(source_text.encode())
    return path


def built(folder):
    """Read what a build wrote."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_build_gives_the_committed_bytes(source, tmp_path):
    """Building from the authors' form of the data gives exactly the tables and sidecars of data/."""
    upstream.build(source, tmp_path / "data")
    for name, content in built(tmp_path / "data").items():
        assert content == (data_folder() / name).read_bytes(), name


def test_a_file_is_moved_into_place_whole(source, tmp_path, monkeypatch):
    """Each file is finished beside its place, on the same disk, before it takes it in one step."""
    folder, moved, move = tmp_path / "not" / "yet", [], os.replace

    def noted(old, new):
        moved.append((Path(old).parent.parent, Path(new).parent, Path(old).stat().st_size > 0))
        move(old, new)

    monkeypatch.setattr(upstream.os, "replace", noted)
    upstream.build(source, folder)
    assert moved == [(folder, folder, True)] * 6
    assert len(list(folder.iterdir())) == 6


def test_a_build_from_the_authors_file(tmp_path):
    """Building from the copy of the authors' own file gives exactly the tables of data/."""
    original = Path(__file__).parents[2] / "shared" / "data" / upstream.SOURCE["file"]
    if not original.is_file():
        pytest.skip("the copy of the authors' table is not beside this checkout")
    upstream.build(original, tmp_path)
    for name, content in built(tmp_path).items():
        assert content == (data_folder() / name).read_bytes(), name


def test_line_ends_do_not_matter(source, tmp_path):
    """The same table with plain line feeds gives the same bytes."""
    source.write_bytes(source.read_bytes().replace(b"\r\n", b"\n"))
    upstream.build(source, tmp_path / "data")
    assert (tmp_path / "data" / "trials.tsv").read_bytes() == (
        data_folder() / "trials.tsv"
    ).read_bytes()


@pytest.mark.fault(
    "data",
    "a damaged source for `eih data build`",
    "it is refused, and the tables stay as they were",
)
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"pain_rating"', '"pain"', r"authors\.txt, line 1: missing column\(s\) pain_rating"),
        ('\t"2"\t"70"\t"47.3"\t"58"', '\t"3"\t"70"\t"47.3"\t"58"', r"line 2: modality is '3'"),
        (
            '\t"47.3"\t"58"',
            '\t"47.3"\t"580"',
            r"trials\.tsv, line 2: rating is 580, but must lie in 1 to 101",
        ),
        ('"1"\t"27"\t"71"', '"1"\t"28"\t"71"', r"line 3: participant sub-01 has other values here"),
        ('\t"47.3"\t"58"', '\t"47.3"', r"authors\.txt, line 2: 17 cells where the header has 18"),
    ],
    ids=["column", "code", "rating", "inconsistent", "ragged"],
)
def test_a_damaged_source_changes_nothing(source, tmp_path, old, new, message):
    """A source that breaks a rule is refused by file, line and rule; earlier tables stay as they were."""
    upstream.build(source, tmp_path / "data")
    before = built(tmp_path / "data")
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        upstream.build(source, tmp_path / "data")
    assert built(tmp_path / "data") == before


@pytest.mark.fault(
    "data",
    "a web page, an empty or a truncated file as the source",
    "it is refused by what it is",
)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"the file is empty"),
        (b"<!DOCTYPE html>\n<html></html>\n", r"missing column\(s\) subject"),
        (b"\xff\xfe1\x00", r"line 1: byte 0xff is not UTF-8 text"),
        (b'"subject"\t"session"', r"line 1: the last line does not end\. The file is truncated"),
    ],
    ids=["empty", "web page", "encoding", "truncated"],
)
def test_another_file_is_recognised(tmp_path, content, message):
    """What is not the authors' table says what it is instead."""
    path = tmp_path / "authors.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        upstream.read_upstream(path)


def test_a_missing_source_says_where_to_get_it(tmp_path):
    """A path that does not exist names the file to look for."""
    with pytest.raises(
        DataError, match=r"nowhere\.txt: cannot be read.*peep_complete_data_clean\.txt"
    ):
        upstream.read_upstream(tmp_path / "nowhere.txt")


@pytest.mark.fault(
    "code",
    "two codes of the authors' table exchanged in our reading of it",
    "the tables built are not the committed ones, or break a rule",
)
@pytest.mark.parametrize(
    ("column", "breaks"),
    [
        ("gender", None),
        ("treatment_order", "has drug"),
        ("pharm_cond", "has drug"),
        ("exercise_intensity", None),
        ("modality", None),
    ],
)
def test_exchanged_codes_are_noticed(source, tmp_path, monkeypatch, column, breaks):
    """Reading 1 as what 0 is, or heat as pressure, does not give the committed tables."""
    table, name, codes = upstream.RENAMED[column]
    exchanged = dict(zip(codes, reversed(codes.values()), strict=True))
    monkeypatch.setitem(upstream.RENAMED, column, (table, name, exchanged))
    if breaks:
        with pytest.raises(DataError, match=breaks):
            upstream.build(source, tmp_path / "data")
        return
    upstream.build(source, tmp_path / "data")
    file = f"{table}.tsv"
    assert (tmp_path / "data" / file).read_bytes() != (data_folder() / file).read_bytes()
