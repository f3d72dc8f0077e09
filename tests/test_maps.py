"""Fetching, checking and loading the published maps, from a server that serves good files and bad ones."""

import argparse
import io
import json
import os
import re
import struct
import threading
import zipfile
from http.server import BaseHTTPRequestHandler

import nibabel
import numpy as np
import pytest
from tests.serving import SilentServer, serving

from eih import archive, download
from eih.brain import maps, maps_command
from eih.brain.images import header_facts, read_image
from eih.tables.schema import DataError

FILES = [published.file for published in maps.MAPS.values()]
MNI_4MM = np.array([[4.0, 0, 0, -80], [0, 4, 0, -116], [0, 0, 4, -76], [0, 0, 0, 1]])
SHAPE = (41, 49, 41)


def image_bytes(values=None, affine=MNI_4MM, descrip=b""):
    """Make a map as SPM does: a blob, and NaN outside a mask."""
    if values is None:
        places = np.indices(SHAPE) - np.array([29, 30, 22])[:, None, None, None]
        values = 8 * np.exp(-(places**2).sum(axis=0) / 18)
        values[:3] = np.nan
    image = nibabel.Nifti1Image(values.astype("f4"), affine)
    image.header["descrip"] = descrip
    return image.to_bytes()


def zip_bytes(members=None, folder="", **changed):
    """Pack the five files (or `members`) into a zip, some of them changed."""
    members = members or dict.fromkeys(FILES, image_bytes()) | {maps.TABLE: b"subject\n1\n"}
    members = {f"{folder}{name}": content for name, content in (members | changed).items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            if content is not None:
                file.writestr(name, content)
    return packed.getvalue()


class Server(SilentServer):
    """Serve one file, with the faults that a test asks for."""

    body, status, kind, ranges, cut_at, tag = b"", 200, "application/zip", True, [], '"one"'
    location = honest = None

    def __init__(self):
        super().__init__(Handler)
        self.requests = []
        self.url += "/datasets_elife.zip"


class Handler(BaseHTTPRequestHandler):
    """Answer a GET as the server's attributes say."""

    def do_GET(self):
        """Send the file, or the part asked for, or half of it."""
        server, body, status, start = self.server, self.server.body, self.server.status, 0
        server.requests.append(dict(self.headers))
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        current = self.headers.get("If-Range", server.tag) == server.tag
        if asked and server.ranges and current:
            start, status = int(asked[1]), 206
            if start >= len(body):
                status, body = 416, b""
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if server.location:
            self.send_header("Location", server.location)
        if server.ranges:
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", server.tag)
        self.send_header("Content-Type", server.kind)
        if server.honest is None:
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = server.cut_at.pop(0) if server.cut_at else len(body)
        self.wfile.write(body[start:end])

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server():
    """Run a server on a free port of this machine."""
    with serving(Server()) as running:
        running.body = zip_bytes()
        yield running


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Keep parts of downloads in a folder of the test; do not wait between attempts."""
    monkeypatch.setenv("EIH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "PAUSE", 0)
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path, cache):
    """Name a folder for maps that is not there yet."""
    return tmp_path / "data" / "maps"


def contents(folder):
    """Return what a folder holds, hidden files included."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(server, folder, message):
    """Fetch, expect one clear line, and no trace of the attempt; return the line."""
    before = contents(folder.parent)
    with pytest.raises(DataError, match=message) as caught:
        maps.fetch(server.url, folder)
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 600
    assert "unpacked/" not in line
    assert contents(folder.parent) == before
    assert not (before == {} and folder.exists())
    return line


# --- a good file


def test_fetch_puts_every_file_in_place(server, folder):
    """All files of the zip arrive under their own names, with a record of their checksums."""
    table = maps.fetch(server.url, folder)
    assert sorted(contents(folder)) == sorted([*FILES, maps.TABLE, maps.RECORD])
    assert list(table.name) == ["figure_2", "figure_5", "figure_7", "figure_8", "mask"]
    assert set(table.checksum) == {"as recorded"}
    assert table.largest.tolist() == pytest.approx([8.0] * 5)
    assert json.loads((folder / maps.RECORD).read_text())["url"] == server.url


def test_names_are_those_of_the_authors():
    """The file names are spelt as published, the misspelt one included, at the commit of the article."""
    assert FILES[0] == "elife_figure_2_con_img_unocrrected.nii"
    assert FILES[1:4] == [f"elife_figure_{n}_con_img_uncorrected.nii" for n in (5, 7, 8)]
    assert FILES[4] == "elife_s_svc_mask.nii"
    assert maps.URL.startswith("https://github.com/jannenold/peep_analyses_mri_behavioural/")
    assert "aa3e235468ae8ffa5146b711e08f764520989816/datasets_elife.zip" in maps.URL


@pytest.mark.parametrize("place", ["datasets_elife/", "a/b/c/", "windows\\made\\"])
def test_members_are_found_wherever_they_sit(server, folder, place):
    """Folders inside the zip do not matter."""
    server.body = zip_bytes(folder=place)
    maps.fetch(server.url, folder)
    assert maps.here(folder)


def test_the_resource_forks_of_a_mac_are_left_alone(server, folder):
    """A zip made on a Mac carries a shadow of each file, which is another name."""
    server.body = zip_bytes(**{f"__MACOSX/._{name}": b"\0\5\x16\7" for name in FILES})
    maps.fetch(server.url, folder)
    assert maps.here(folder)


def test_a_zip_without_the_table_will_do(server, folder):
    """The behavioural table is not needed for the maps."""
    server.body = zip_bytes(**{maps.TABLE: None})
    maps.fetch(server.url, folder)
    assert not (folder / maps.TABLE).exists()


def test_a_loaded_map_is_the_one_that_was_packed(server, folder):
    """Values, missing ones included, and affine survive the way from zip to image."""
    maps.fetch(server.url, folder)
    image = maps.load("figure_2", folder)
    assert image.get_fdata()[29, 30, 22] == pytest.approx(8)
    assert np.isnan(image.get_fdata()[0]).all()
    assert np.array_equal(image.affine, MNI_4MM)
    assert maps.load(FILES[0], folder).shape == SHAPE


def test_progress_is_told(server, folder):
    """The caller hears how much has come, up to all of it."""
    heard = []
    maps.fetch(server.url, folder, lambda done, total: heard.append((done, total)))
    assert heard[-1] == (len(server.body), len(server.body))


def test_a_file_without_a_stated_length_arrives(server, folder):
    """A server that does not say how long the file is does not matter."""
    server.honest = False
    maps.fetch(server.url, folder)
    assert maps.here(folder)


def test_fetching_again_changes_nothing(server, folder):
    """The same file once more leaves the same bytes."""
    maps.fetch(server.url, folder)
    before = contents(folder)
    maps.fetch(server.url, folder)
    assert contents(folder) == before


# --- the checksum


@pytest.mark.fault(
    "security",
    "another zip than the one fetched first",
    "it is refused; its checksum is recorded",
)
def test_another_file_is_refused_later(server, folder):
    """After the first success only that file is accepted, however good another may be."""
    maps.fetch(server.url, folder)
    server.body = zip_bytes(**{FILES[0]: image_bytes(np.full(SHAPE, 2.0))})
    line = refused(server, folder, "the file has changed")
    assert f"remove {maps.RECORD} and fetch again" in line
    assert line.endswith("stay as they were.")


def test_without_the_record_another_file_is_accepted(server, folder):
    """Removing the record is the way to accept a new version."""
    maps.fetch(server.url, folder)
    server.body = zip_bytes(**{FILES[0]: image_bytes(np.full(SHAPE, 2.0))})
    (folder / maps.RECORD).unlink()
    assert maps.fetch(server.url, folder).largest[0] == 2


@pytest.mark.fault(
    "data",
    "a map that changed since it was fetched",
    "loading it stops; fetching brings it back",
)
def test_a_changed_map_is_noticed_and_brought_back(server, folder):
    """A map that was altered on disk is neither loaded nor passed, until it is fetched again."""
    maps.fetch(server.url, folder)
    (folder / FILES[1]).write_bytes(image_bytes(np.full(SHAPE, 3.0)))
    with pytest.raises(DataError, match=r"figure_5.*has changed since it was fetched"):
        maps.load("figure_5", folder)
    with pytest.raises(DataError, match="has changed since it was fetched"):
        maps.check(folder)
    maps.fetch(server.url, folder)
    assert maps.load("figure_5", folder).get_fdata()[29, 30, 22] == pytest.approx(8)


def test_a_damaged_record_is_named(server, folder):
    """A record that cannot be read is no reason to accept anything."""
    maps.fetch(server.url, folder)
    (folder / maps.RECORD).write_text('{"sha256": 1}')
    refused(server, folder, f"{maps.RECORD}: cannot be read as a record")


def test_maps_put_there_by_hand_will_do(folder):
    """Without a network the files can be brought in another way; there is no checksum then."""
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_bytes(image_bytes())
    assert set(maps.check(folder).checksum) == {"none recorded"}
    assert maps.load("mask", folder).shape == SHAPE


# --- the network


@pytest.mark.fault("machine", "no network", "one clear line")
def test_no_network_is_one_line(server, folder):
    """Nobody listening at the address gives the host and a question, and leaves nothing."""
    server.shutdown()
    server.server_close()
    refused(server, folder, r"no connection to 127\.0\.0\.1 \(refused\)\. Is there a network\?")


def test_an_unknown_host_is_one_line(folder, monkeypatch):
    """A name that cannot be looked up is said to be unknown."""
    from requests.adapters import HTTPAdapter
    from requests.exceptions import ConnectionError as Broken

    def unknown(*args, **kwargs):
        raise Broken("HTTPSConnectionPool: NameResolutionError: Failed to resolve\nhere")

    monkeypatch.setattr(HTTPAdapter, "send", unknown)
    with pytest.raises(DataError, match=r"no connection to github\.com \(the name is not known\)"):
        maps.fetch(folder=folder)
    assert not folder.exists()


@pytest.mark.parametrize("status", [403, 404, 500, 503, 599])
def test_a_status_other_than_success_is_named(server, folder, status):
    """The status is in the message, whatever page came with it."""
    server.status = status
    refused(server, folder, f"the server answers {status}")


def test_a_server_that_hangs_is_given_up(server, folder, monkeypatch):
    """A server that does not answer in time is left."""
    monkeypatch.setattr(download, "TIMEOUT", (1, 0.2))
    monkeypatch.setattr(Handler, "do_GET", lambda self: threading.Event().wait(1))
    refused(server, folder, r"no answer in time|closed without an answer")


@pytest.mark.fault(
    "security",
    "an address that is not encrypted",
    "it is refused before anything is asked",
)
@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/datasets_elife.zip",
        "http://127.0.0.1.example.org/datasets_elife.zip",
        "http://127.0.0.1@example.org/datasets_elife.zip",
    ],
)
def test_an_unencrypted_address_is_refused(folder, url):
    """HTTP is for this machine alone, and a name that only looks like it is not."""
    with pytest.raises(DataError, match="not encrypted"):
        maps.fetch(url, folder)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x.zip", "file:///etc/hosts", "maps.zip", "https://", "http://["]
)
def test_what_is_no_web_address_is_refused(folder, url):
    """Other kinds of address are refused before anything is opened."""
    with pytest.raises(DataError, match="is not a web address"):
        maps.fetch(url, folder)


@pytest.mark.fault("security", "a redirect to an address that is not encrypted", "it is refused")
def test_a_redirect_to_an_unencrypted_address_is_refused(server, folder):
    """The rule for addresses holds for redirects too."""
    server.status, server.location = 302, "http://example.org/datasets_elife.zip"
    refused(server, folder, r"http://example\.org/datasets_elife\.zip: not encrypted")


def test_a_redirect_without_end_is_left(server, folder):
    """A redirect to itself ends."""
    server.status, server.location = 302, server.url
    refused(server, folder, "redirects without end")


def test_a_password_in_the_address_is_not_repeated(server, folder):
    """Neither the message nor the record shows a user name and password."""
    url = server.url.replace("http://", "http://me:secret@")
    maps.fetch(url, folder)
    assert "secret" not in (folder / maps.RECORD).read_text()
    server.status = 404
    with pytest.raises(DataError, match="404") as caught:
        maps.fetch(url, folder)
    assert "secret" not in str(caught.value)


def test_a_file_over_the_limit_is_refused(server, folder, monkeypatch):
    """A file that says it is too large is not downloaded, and one that does not say so is cut off."""
    monkeypatch.setattr(
        maps, "downloaded", lambda url, **more: download.downloaded(url, limit=1000, **more)
    )
    refused(server, folder, f"larger than allowed \\({len(server.body) / 1e6:.1f} MB or more")
    server.honest = False
    refused(server, folder, r"larger than allowed \(0\.0 MB or more")


# --- resuming


@pytest.mark.fault(
    "reproducibility",
    "a download of the maps that breaks off",
    "it is taken up where it broke off",
)
def test_a_broken_transfer_is_taken_up_in_the_same_call(server, folder):
    """What is missing is asked for, and only that."""
    half = len(server.body) // 2 // download.PIECE * download.PIECE
    server.cut_at = [half]
    maps.fetch(server.url, folder)
    assert [headers.get("Range") for headers in server.requests] == [None, f"bytes={half}-"]
    assert server.requests[1]["If-Range"] == '"one"'
    assert maps.here(folder)


def test_the_next_call_goes_on_where_the_last_one_broke_off(server, folder, cache):
    """After a failed call the part stays in the cache, not in the folder, and is used and removed."""
    server.cut_at = [n * download.PIECE for n in range(1, download.ATTEMPTS + 1)]
    line = refused(server, folder, "the connection broke off 4 times, last after 0.0 MB of")
    assert line.endswith("The same call goes on from there.")
    maps.fetch(server.url, folder)
    assert server.requests[-1]["Range"] == f"bytes={download.PIECE * download.ATTEMPTS}-"
    assert contents(cache) == {}


def test_a_server_that_sends_everything_again_is_accepted(server, folder):
    """A server without ranges starts over, and the file is still right."""
    server.ranges = False
    server.cut_at = [download.PIECE]
    maps.fetch(server.url, folder)
    assert server.requests[1]["Range"] == f"bytes={download.PIECE}-"
    assert maps.here(folder)


def test_without_ranges_no_part_is_kept(server, folder, cache):
    """Where the server cannot go on from a part, a failed call leaves nothing at all."""
    server.ranges = False
    server.cut_at = [5000] * download.ATTEMPTS
    line = refused(server, folder, "the connection broke off")
    assert line.endswith("Try again later.")
    assert contents(cache) == {}


def test_a_part_of_an_older_file_is_dropped(server, folder):
    """If the file has changed in between, it is sent whole and nothing is mixed."""
    server.cut_at = [5000] * download.ATTEMPTS
    refused(server, folder, "the connection broke off")
    server.body, server.tag = zip_bytes(folder="new/"), '"two"'
    maps.fetch(server.url, folder)
    assert maps.here(folder)


@pytest.mark.fault(
    "reproducibility",
    "two parts of a download that do not fit together",
    "everything is downloaded anew",
)
@pytest.mark.parametrize("length", ["same", "other"])
def test_parts_that_do_not_fit_are_downloaded_anew(server, folder, length):
    """A server that does not notice the change costs one more download, not a damaged zip."""
    good = server.body
    server.body = bytes(len(good) + (length == "other"))
    server.cut_at = [5000] * download.ATTEMPTS
    refused(server, folder, "the connection broke off")
    server.body = good
    maps.fetch(server.url, folder)
    assert [bool(headers.get("Range")) for headers in server.requests[-2:]] == [True, False]
    assert maps.here(folder)


def test_a_transfer_that_ends_early_is_noticed(server, folder, monkeypatch):
    """What came is counted, even if the library below does not complain."""
    from requests.models import Response

    whole = Response.iter_content

    def half(self, size):
        monkeypatch.setattr(Response, "iter_content", whole)
        yield next(whole(self, size))

    monkeypatch.setattr(Response, "iter_content", half)
    maps.fetch(server.url, folder)
    assert server.requests[1]["Range"] == f"bytes={download.PIECE}-"


def test_a_part_longer_than_the_file_is_dropped(server, folder):
    """Where the server says that there is nothing to go on with (416), the whole file is asked for."""
    server.cut_at = [5000] * download.ATTEMPTS
    refused(server, folder, "the connection broke off")
    server.body = zip_bytes({name: image_bytes() for name in FILES})[:3000]
    refused(server, folder, "cut off")
    assert "Range" not in server.requests[-1]


# --- what came is not what it should be


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            b"<!DOCTYPE html>\n<html><body>Not here</body></html>",
            "A web page came instead of a zip",
        ),
        (b"\n <HTML lang='en'><title>Sign in</title>", "A web page came instead of a zip"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "A Git LFS pointer",
        ),
        (b"", "The file that came is empty"),
        (b"\x1f\x8b\x08 tarball", "What came is no zip: it begins with b'"),
    ],
    ids=["html", "html without doctype", "lfs pointer", "empty", "gzip"],
)
def test_another_kind_of_file_is_named(server, folder, body, message):
    """What came instead of a zip is said."""
    server.body, server.kind = body, "text/html"
    refused(server, folder, message)


def test_a_web_page_is_no_new_version(server, folder):
    """With maps in place, a page instead of the zip is still called a page, and the maps stay."""
    maps.fetch(server.url, folder)
    server.body = b"<!DOCTYPE html><html>Rate limit exceeded</html>"
    assert refused(server, folder, "A web page came").endswith("stay as they were.")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_truncated_zip_is_refused(server, folder, part):
    """A file that is cut off, though the transfer was whole, is told from another kind of file."""
    server.body = server.body[: int(part * len(server.body))]
    refused(server, folder, "The zip is cut off")


def test_a_damaged_member_is_refused(server, folder):
    """A flipped byte inside a member fails the checksum in the zip."""
    body = bytearray(server.body)
    body[len(FILES[0]) + 200] ^= 0xFF
    server.body = bytes(body)
    refused(server, folder, r"is damaged")


@pytest.mark.fault(
    "security",
    "a zip with a file that points outside its folder",
    "it is refused unopened",
)
@pytest.mark.parametrize(
    "name",
    ["../evil.nii", "/etc/evil.nii", "a/../../evil", "..\\evil", "C:\\evil", "C:evil", "\\evil"],
)
def test_a_member_that_points_outside_is_refused(server, folder, name):
    """Absolute names and names with .. make the whole zip untrustworthy."""
    server.body = zip_bytes(**{name: b"x"})
    refused(server, folder, "points outside its folder")


def test_a_wanted_member_outside_is_refused_too(server, folder):
    """A map that sits at ../ is not taken, although its name is right."""
    server.body = zip_bytes(folder="../")
    refused(server, folder, "points outside its folder")


@pytest.mark.fault("security", "a zip with a link in it", "it is refused")
def test_a_link_is_refused(server, folder):
    """A member that is a link is no file of ours."""
    packed = io.BytesIO(server.body)
    with zipfile.ZipFile(packed, "a") as file:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    server.body = packed.getvalue()
    refused(server, folder, "has a link, 'link'")


def test_an_encrypted_member_is_refused(server, folder):
    """The flag of encryption in the table of contents is enough."""
    body = bytearray(server.body)
    body[body.rindex(b"PK\x01\x02") + 8] |= 1
    server.body = bytes(body)
    refused(server, folder, "is encrypted")


def test_an_unusual_packing_is_refused(server, folder):
    """Only plain and deflated members are unpacked."""
    packed = io.BytesIO(server.body)
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr("odd", b"x" * 100, zipfile.ZIP_LZMA)
    server.body = packed.getvalue()
    refused(server, folder, "packed in an unusual way")


@pytest.mark.fault(
    "security",
    "a zip that unpacks to far more than its size, as a zip bomb does",
    "it is refused unopened",
)
def test_a_zip_bomb_is_refused_unopened(server, folder, monkeypatch):
    """A hundred megabytes of nothing in half a megabyte are not unpacked."""
    server.body = zip_bytes(**{"zeros": bytes(100_000_000)})
    assert len(server.body) < 600_000
    monkeypatch.setattr(archive, "_copy", lambda *args: pytest.fail("unpacked"))
    refused(server, folder, r"unpacks to .* times its size, as a zip bomb does")


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("MAX_SIZE", 100_000, r"unpacks to 0 MB; at most 0 are allowed"),
        ("MAX_TOTAL", 1_000_000, r"The zip unpacks to 2 MB; at most 1 are allowed"),
        ("MAX_MEMBERS", 3, r"has 6 members; at most 3 are allowed"),
    ],
)
def test_each_limit_is_kept(server, folder, monkeypatch, limit, value, message):
    """Size of a member, of all members, and their number are limited."""
    monkeypatch.setattr(archive, limit, value)
    refused(server, folder, message)


def test_a_member_that_lies_about_its_size_is_refused(server, folder):
    """A table of contents that understates a size does not let more through."""
    body = bytearray(server.body)
    entry = body.index(b"PK\x01\x02")
    body[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    server.body = bytes(body)
    refused(server, folder, "is damaged")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_member_is_named(server, folder, name):
    """Each of the images is needed."""
    server.body = zip_bytes(**{name: None})
    refused(server, folder, f"The zip lacks {name}")


def test_a_name_that_stands_twice_is_refused(server, folder):
    """Two files of one name and other content leave open which is meant; two equal ones do not."""
    server.body = zip_bytes(**{f"old/{FILES[0]}": image_bytes()})
    maps.fetch(server.url, folder)
    (folder / maps.RECORD).unlink()
    server.body = zip_bytes(**{f"old/{FILES[0]}": image_bytes(np.ones(SHAPE))})
    refused(server, folder, "more than once, with other content")


# --- the images


def patched(affine):
    """Write an affine into the header that nibabel itself would not write."""
    content = bytearray(image_bytes())
    content[280:328] = affine[:3].astype("<f4").tobytes()
    return bytes(content)


def without_codes(content):
    """Take away what says that the affine means anything."""
    content = bytearray(content)
    content[252:256] = bytes(4)
    return bytes(content)


BAD_IMAGES = {
    "all NaN": (image_bytes(np.full(SHAPE, np.nan)), "all are missing"),
    "all zero": (image_bytes(np.zeros(SHAPE)), "every voxel is zero or missing"),
    "affine of zeros": (patched(np.diag([0.0, 0, 0, 1])), "no usable affine"),
    "affine with NaN": (patched(MNI_4MM * np.nan), "no usable affine"),
    "flat affine": (patched(MNI_4MM * [1, 1, 0, 1]), "no usable affine"),
    "affine not told": (without_codes(image_bytes()), "no usable affine"),
    "no origin": (image_bytes(affine=np.diag([4.0, 4, 4, 1])), "reported peak .* lies outside"),
    "voxels of 40 mm": (patched(MNI_4MM * [10, 10, 10, 1]), "larger than 10 mm"),
    "too small": (image_bytes(np.ones((10, 10, 10))), "too small to be a brain"),
    "one slice": (image_bytes(np.ones((41, 49, 1))), "too small to be a brain"),
    "four-dimensional": (image_bytes(np.ones((*SHAPE, 2))), "has 4 dimensions"),
    "cut off": (image_bytes()[:5000], "is cut off or damaged"),
    "no image": (b"subject\tage\n" * 100, "is no NIfTI image"),
    "empty": (b"", "is no NIfTI image"),
}


@pytest.mark.parametrize("case", BAD_IMAGES)
def test_an_image_that_cannot_be_used_is_refused(server, folder, case):
    """An unusable map is named with its reason, and the earlier maps stay."""
    content, message = BAD_IMAGES[case]
    maps.fetch(server.url, folder)
    (folder / maps.RECORD).unlink()
    server.body = zip_bytes(**{FILES[2]: content})
    line = refused(server, folder, message)
    assert FILES[2] in line
    assert line.endswith(f"The maps in {folder} stay as they were.")


def test_all_bad_images_are_named_at_once(server, folder):
    """Two bad maps make one message with both."""
    server.body = zip_bytes(**{name: image_bytes(np.full(SHAPE, np.nan)) for name in FILES[1:3]})
    line = refused(server, folder, "all are missing")
    assert all(name in line for name in FILES[1:3])


@pytest.mark.fault(
    "security",
    "an image whose header claims a giant",
    "it is refused before memory is taken",
)
def test_a_header_that_claims_a_giant_is_refused(tmp_path):
    """A header may claim more voxels than memory has; nothing of that size is read."""
    content = bytearray(image_bytes())
    content[40:56] = struct.pack("<8h", 3, 32000, 32000, 32000, 1, 1, 1, 1)
    (tmp_path / "map.nii").write_bytes(content)
    with pytest.raises(DataError, match="too many for a map"):
        read_image(tmp_path / "map.nii")


@pytest.mark.parametrize(
    ("descrip", "facts"),
    [
        (b"SPM{T_[38.0]} - contrast 1: heat", ("T", 38.0, None)),
        (b"SPM{T}-filtered: u = 3.319, k = 0", ("T", None, 3.319)),
        (b"Contrast 1: heat", (None, None, None)),
    ],
)
def test_what_the_header_says_of_the_values(server, folder, descrip, facts):
    """Statistic, degrees of freedom and threshold are read where SPM has written them."""
    server.body = zip_bytes(**{FILES[0]: image_bytes(descrip=descrip)})
    maps.fetch(server.url, folder)
    told = header_facts(maps.load("figure_2", folder))
    assert (told["statistic"], told["df"], told["threshold"]) == facts


# --- the folder


def test_without_maps_the_way_to_get_them_is_told(folder):
    """Load and check say what to call; here says no."""
    assert not maps.here(folder)
    for call in (lambda: maps.load("figure_2", folder), lambda: maps.check(folder)):
        with pytest.raises(DataError, match="Call 'eih maps fetch'"):
            call()


def test_an_unknown_map_is_refused(folder):
    """A name that is no map lists those that are."""
    with pytest.raises(ValueError, match=r"Unknown map 'figure_3'.*figure_2"):
        maps.load("figure_3", folder)


def test_one_map_that_is_gone_is_named(server, folder):
    """A check names the file that has been removed."""
    maps.fetch(server.url, folder)
    (folder / FILES[3]).unlink()
    assert not maps.here(folder)
    with pytest.raises(DataError, match=f"{FILES[3]}: is not there"):
        maps.check(folder)


def test_a_file_in_the_way_is_named(server, folder):
    """A file where the folder should be is refused before the download."""
    folder.parent.mkdir()
    folder.write_text("x")
    refused(server, folder, "is a file; a folder for the maps is needed")
    assert server.requests == []


@pytest.mark.fault(
    "reproducibility",
    "a failure while the maps are put in place",
    "the earlier maps are still there, whole",
)
def test_a_failure_while_putting_in_place_changes_nothing(server, folder, monkeypatch):
    """If the third file cannot be replaced, the first two are again what they were."""
    maps.fetch(server.url, folder)
    (folder / maps.RECORD).unlink()
    (folder / maps.TABLE).unlink()
    server.body = zip_bytes(dict.fromkeys(FILES, image_bytes(np.full(SHAPE, 2.0))))
    replace, count = os.replace, []

    def failing(source, target):
        if "new" in str(source) and "maps" in str(target):
            count.append(target)
            if len(count) == 3:
                raise PermissionError(13, "Permission denied")
        return replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    refused(server, folder, r"cannot be written there \(Permission denied\)")


@pytest.mark.fault(
    "machine",
    "a home folder that cannot be written to",
    "maps are fetched all the same",
)
def test_a_cache_that_cannot_be_made_does_not_matter(server, folder, tmp_path, monkeypatch):
    """Without a place to keep parts in, a download still works."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EIH_CACHE", str(tmp_path / "file" / "cache"))
    maps.fetch(server.url, folder)
    assert maps.here(folder)


def test_the_maps_are_not_tracked(root):
    """Downloaded maps are no part of the repository."""
    assert "/data/maps/" in (root / ".gitignore").read_text().split()


# --- the command line


@pytest.fixture
def call():
    """Return a function that runs ``eih maps …`` and returns the exit status."""
    parser = argparse.ArgumentParser()
    maps_command.add_command(parser.add_subparsers(required=True))

    def run(*arguments):
        options = parser.parse_args(["maps", *map(str, arguments)])
        return options.run(options)

    return run


def test_the_command_fetches_and_checks(server, folder, call, capsys):
    """Both actions print a line per image and end with 0; without a terminal there is no bar."""
    assert call("fetch", "--url", server.url, "--to", folder) == 0
    fetched = capsys.readouterr()
    assert call("check", folder) == 0
    assert capsys.readouterr().out == fetched.out
    assert fetched.out.count("\n") == 6
    assert fetched.out.endswith("5 images, all usable.\n")
    assert fetched.err == ""


def test_the_command_uses_the_projects_folder(server, folder, call, monkeypatch):
    """Without --to the maps go where chapters look for them."""
    monkeypatch.setattr(maps, "maps_folder", lambda: folder)
    assert call("fetch", "--url", server.url) == 0
    assert call("check") == 0
    assert maps.here()


def test_stopping_is_no_error_of_ours(folder, call, monkeypatch, capsys):
    """Ctrl-C ends with one line and the usual status."""

    def stopped(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(maps, "downloaded", stopped)
    assert call("fetch", "--to", folder) == 130
    assert "nothing in the folder has changed" in capsys.readouterr().err


def test_a_bar_on_a_terminal(monkeypatch):
    """On a terminal the bar shows the name of the file and how much has come."""
    import rich.console

    class Terminal(rich.console.Console):
        def __init__(self, **kwargs):
            super().__init__(file=screen, force_terminal=True, width=100)

    screen = io.StringIO()
    monkeypatch.setattr(rich.console, "Console", Terminal)
    with maps_command._progress() as progress:
        progress(1_000_000, 2_000_000)
    assert "datasets_elife.zip" in screen.getvalue()
    assert "1.0/2.0 MB" in screen.getvalue()
