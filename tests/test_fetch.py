"""Fetching the authors' table: same or what differs, from a server that serves good files and bad ones."""

from http.server import BaseHTTPRequestHandler

import pytest
from tests.serving import SilentServer, serving

from eih import download
from eih.cli import main
from eih.tables import fetch
from eih.tables.data import data_folder
from eih.tables.fetch import fetch_table
from eih.tables.schema import TABLES, DataError
from eih.tables.upstream import SOURCE

FIRST = '\t"2"\t"70"\t"47.3"\t"58"'  # modality, target, stimulus and rating of the first trial


class Server(SilentServer):
    """Serve one file, with the faults that a test asks for."""

    body, status, location, cut_at = b"", 200, None, None

    def __init__(self):
        super().__init__(Handler)
        self.url += "/table.txt"


class Handler(BaseHTTPRequestHandler):
    """Answer a GET as the server's attributes say."""

    def do_GET(self):
        """Send the file, or its beginning."""
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body[: self.server.cut_at])

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server(source_text, tmp_path, monkeypatch):
    """Run a server on a free port of this machine; keep parts of downloads out of the user's cache."""
    monkeypatch.setenv("EIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "PAUSE", 0)
    with serving(Server()) as running:
        running.body = source_text.encode()
        yield running


@pytest.fixture
def ours():
    """Return what the data folder holds, and look afterwards whether it still does."""

    def contents():
        files = [*data_folder().glob("*"), *data_folder().glob("reported/*")]
        return {path.name: path.read_bytes() for path in files if path.is_file()}

    before = contents()
    yield
    assert contents() == before


def replaced(server, old, new, times=1):
    """Change the file that the server sends."""
    assert old.encode() in server.body
    server.body = server.body.replace(old.encode(), new.encode(), times)


def refused(server, message):
    """Fetch, expect one clear line that names the address and nothing of this machine's folders."""
    with pytest.raises(DataError, match=message) as caught:
        fetch_table(server.url)
    line = str(caught.value)
    assert line.startswith(server.url)
    assert "\n" not in line
    assert "download-" not in line
    assert len(line) < 900
    return line


# --- the same


def test_the_authors_form_of_our_tables_is_the_same(server, ours):
    """Our own tables in the authors' form differ in no cell, and every cell was compared."""
    found = fetch_table(server.url)
    assert found.same
    assert found.cells == 39 * 7 + 312 * 7 + 5616 * 8
    assert str(found).startswith("same: 47,385 cells compared.")


@pytest.mark.fault(
    "data",
    "the authors' table with other line ends, order of rows or columns, or 58.0 for 58",
    "`eih data fetch` says: same",
)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.replace("\r\n", "\r"),
        lambda text: text.replace('"', ""),
        lambda text: "\r\n".join([(r := text.split("\r\n"))[0], *r[-2:0:-1], ""]),
        lambda text: "".join(
            "\t".join(line.split("\t")[::-1]) + "\r\n" for line in text.split("\r\n")[:-1]
        ),
        lambda text: text.replace('"58"', '"58.0"'),
    ],
    ids=["lf", "cr", "no quotes", "rows", "columns", "58.0"],
)
def test_how_it_is_written_does_not_matter(server, ours, source_text, change):
    """The content is compared, not the bytes."""
    server.body = change(source_text).encode()
    assert server.body != source_text.encode()
    assert fetch_table(server.url).same


def test_the_very_file_is_recognised(server, monkeypatch):
    """The checksum tells whether the file is the copy that our tables were made from."""
    assert "not byte for byte the file" in str(fetch_table(server.url))
    monkeypatch.setitem(SOURCE, "sha256_of_our_copy", fetch_table(server.url).sha256)
    assert "the very file that our" in str(fetch_table(server.url))


def test_the_address_is_that_of_the_record():
    """The default is the file at the commit that the tables were made from, over HTTPS."""
    assert fetch.URL == (
        "https://github.com/jannenold/peep_analyses_mri_behavioural/raw/"
        "92ee62bbff7bd7a1d5768a32fc173b8f19e7afc2/peep_complete_data_clean.txt"
    )


# --- differences


@pytest.mark.fault(
    "data",
    "the authors' table with one rating changed",
    "`eih data fetch` names trial, column and both values; exit status 1",
)
def test_a_changed_rating_is_listed(server, ours):
    """A cell that differs is named with its place and both values."""
    replaced(server, FIRST, FIRST.replace('"58"', '"57"'))
    found = fetch_table(server.url)
    assert not found.same
    assert str(found).splitlines()[0] == (
        "trials.tsv, sub-01, session 1, block 1, trial 1: rating is 58 here, 57 there"
    )
    assert "1 difference: " in str(found)


def test_a_changed_person_is_one_difference(server, ours):
    """What describes a person stands in 144 rows and is one cell of ours."""
    replaced(server, '"1"\t"27"\t"71"', '"1"\t"28"\t"71"', 144)
    assert fetch_table(server.url).differences.to_numpy().tolist() == [
        ["participants", "sub-01", "age", "27", "28"]
    ]


def test_rows_of_one_side_are_listed(server, ours, source_text):
    """A trial with another number is a row that each side lacks."""
    lines = source_text.split("\r\n")
    header = lines[0].replace('"', "").split("\t")
    cells = lines[1].split("\t")
    cells[header.index("nr_pain_rating")] = '"19"'
    server.body = "\r\n".join([lines[0], "\t".join(cells), *lines[2:]]).encode()
    found = fetch_table(server.url).differences
    assert found.column.tolist() == ["(row)", "(row)"]
    assert sorted(found.place) == [
        "sub-01, session 1, block 1, trial 1",
        "sub-01, session 1, block 1, trial 19",
    ]


def test_many_differences_are_counted(server, ours):
    """Twenty are spelled out, the others counted."""
    replaced(server, '"70"\t"47.3"', '"70"\t"47.4"', 30)
    found = fetch_table(server.url)
    lines = str(found).splitlines()
    assert len(found.differences) > 20
    assert lines[20] == f"… and {len(found.differences) - 20} more"
    assert len(lines) == 22


def test_new_columns_are_named(server, ours, source_text):
    """Columns that follow from others are known; another one is named and no difference."""
    lines = source_text.split("\r\n")[:-1]
    more = ['\t"pwc_c"\t"mood"', *['\t"0"\t"1"'] * (len(lines) - 1)]
    server.body = ("\r\n".join(map("".join, zip(lines, more, strict=True))) + "\r\n").encode()
    found = fetch_table(server.url)
    assert found.same
    assert found.new_columns == ["mood"]
    assert "columns that we do not know: mood" in str(found)


# --- something else


@pytest.mark.fault("data", "no network while fetching", "one clear line; ours untouched")
def test_no_network_is_one_line(server, ours):
    """Nobody listening at the address gives the host and a question."""
    server.shutdown()
    server.server_close()
    refused(server, r"no connection to 127\.0\.0\.1 \(refused\)\. Is there a network\?")


@pytest.mark.fault("data", "the address answers 404 or 500", "one clear line; ours untouched")
@pytest.mark.parametrize("status", [404, 500])
def test_a_status_other_than_success_is_named(server, ours, status):
    """What the server answers is told."""
    server.status = status
    refused(server, f"the server answers {status} ")


@pytest.mark.fault(
    "data",
    "a web page, an empty file, another table or other bytes in place of the authors' table",
    "one clear line says what came; ours untouched",
)
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"\n<!DOCTYPE html>\n<html></html>\n", "a web page came instead of the table"),
        (b"<html><head></head></html>\n", "a web page came instead of the table"),
        (b"", "the file is empty"),
        (b'"subject"\t"mood"\r\n"1"\t"2"\r\n', r"line 1: missing column\(s\) session"),
        (b"PK\x03\x04\xff\xfe\n", r"line 1: byte 0xff is not UTF-8 text"),
    ],
    ids=["page", "bare page", "empty", "columns", "zip"],
)
def test_another_file_is_named(server, ours, body, message):
    """A file that is not the table is told by what it is."""
    server.body = body
    assert "stay as they are" in refused(server, message)


@pytest.mark.fault(
    "data",
    "the authors' table cut off: by the connection, within a row, between two rows",
    "one clear line says so; ours untouched",
)
@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ("connection", "the connection broke off 4 times"),
        ("within", "the last line does not end. The file is truncated"),
        ("between", r"the table ends after 999 of 5,616 trials"),
    ],
)
def test_a_truncated_table_is_refused(server, ours, cut, message):
    """However it was cut off, it is not taken for a table that differs."""
    if cut == "connection":
        server.cut_at = 100_000
    elif cut == "within":
        server.body = server.body[:100_000]
    else:
        server.body = b"\n".join(server.body.split(b"\n")[:1000]) + b"\n"
    refused(server, message)


def test_an_unknown_code_is_named(server, ours):
    """A level that we do not know is told by line, not compared."""
    replaced(server, FIRST, FIRST.replace('"2"', '"3"', 1))
    refused(server, r"line 2: modality is '3'")


@pytest.mark.fault("security", "a table that is far too large", "it is refused before it is read")
def test_a_giant_is_refused(server, ours, monkeypatch):
    """The table has less than a megabyte; what is many times larger is not read."""
    monkeypatch.setattr(fetch, "LIMIT", 10_000)
    refused(server, "larger than allowed")


@pytest.mark.fault(
    "security",
    "the authors' table from an address that is not encrypted, or by a redirect to one",
    "it is refused",
)
@pytest.mark.parametrize("redirected", [False, True])
def test_an_unencrypted_address_is_refused(server, ours, redirected):
    """HTTP is for this machine alone, redirects included."""
    elsewhere = "http://example.org/table.txt"
    if redirected:
        server.status, server.location = 302, elsewhere
    with pytest.raises(DataError, match=r"http://example\.org/table\.txt: not encrypted"):
        fetch_table(server.url if redirected else elsewhere)


# --- into a folder


def test_the_tables_can_be_made_anew_elsewhere(server, ours, tmp_path):
    """With a folder, the download becomes our tables there, byte for byte."""
    fetch_table(server.url, to=tmp_path / "new")
    for table in TABLES:
        name = f"{table}.tsv"
        assert (tmp_path / "new" / name).read_bytes() == (data_folder() / name).read_bytes()


@pytest.mark.parametrize("note", [None, "read me"])
def test_a_folder_that_is_there_is_used(server, tmp_path, note):
    """An empty folder becomes that of the tables; beside what else is in a folder the tables are put."""
    folder = tmp_path / "there"
    folder.mkdir()
    if note:
        (folder / "note.txt").write_text(note)
    fetch_table(server.url, to=folder)
    assert {f"{table}.tsv" for table in TABLES} <= {path.name for path in folder.iterdir()}
    assert not note or (folder / "note.txt").read_text() == note


@pytest.mark.fault("data", "`eih data fetch` into a folder with tables", "nothing is overwritten")
def test_nothing_is_overwritten(server, tmp_path):
    """A folder that has one of the tables is refused before anything is asked."""
    (tmp_path / "blocks.tsv").write_text("mine")
    server.shutdown()
    with pytest.raises(DataError, match=r"has blocks\.tsv already\. Nothing is overwritten"):
        fetch_table(server.url, to=tmp_path)
    assert (tmp_path / "blocks.tsv").read_text() == "mine"
    assert not (tmp_path / "trials.tsv").exists()


def test_a_table_that_breaks_a_rule_is_not_made(server, ours, tmp_path):
    """A rating beyond the scale is told, and no table is written."""
    replaced(server, FIRST, FIRST.replace('"58"', '"580"'))
    with pytest.raises(DataError, match=r"rating is 580, but must lie in 1 to 101"):
        fetch_table(server.url, to=tmp_path / "new")
    assert list((tmp_path / "new").glob("*")) == []


# --- the command


def test_the_command_says_same(server, ours, capsys):
    """The same content exits with 0."""
    assert main(["data", "fetch", "--url", server.url]) == 0
    assert capsys.readouterr().out.startswith("same: ")


def test_the_command_lists_what_differs(server, ours, capsys):
    """A difference exits with 1 and goes to the output; an error is one line on the error stream."""
    replaced(server, FIRST, FIRST.replace('"58"', '"57"'))
    assert main(["data", "fetch", "--url", server.url]) == 1
    assert "rating is 58 here, 57 there" in capsys.readouterr().out
    server.status = 404
    assert main(["data", "fetch", "--url", server.url]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"eih: {server.url}: the server answers 404")
    assert error.count("\n") == 1
