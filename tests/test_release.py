"""What a release consists of: a zip that opens offline, its checksum, and what Zenodo is told."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import time
import zipfile

import archive
import pytest
import yaml
import zenodo
from tests.test_pages import open_page

COMMIT = "0123456789abcdef0123456789abcdef01234567"
THEN = 1_700_000_001  # 2023-11-14 22:13:21
TEXT = archive.about("A book", "1.2", COMMIT, THEN)


def write_pages(folder, names=("index.html", "_static/x.css", "book/index.html", ".buildinfo")):
    """Write a small book; return its folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name}\n" * 50)
    return folder


def pack(folder, target, root):
    """Pack a small book; return the path of the zip."""
    archive.write_zip(target, archive.contents(folder, "top", TEXT, root), THEN)
    return target


@pytest.mark.fault(
    "publishing",
    "the same pages written in another order, at another time, with other rights",
    "the archive has the same bytes",
)
def test_the_same_pages_make_the_same_bytes(tmp_path, root, monkeypatch):
    """Neither the order, the times nor the rights of the files, nor the time zone, show in the archive."""
    first = pack(write_pages(tmp_path / "a"), tmp_path / "a.zip", root)
    names = ["book/index.html", ".buildinfo", "_static/x.css", "index.html"]
    random.Random(1).shuffle(names)
    other = write_pages(tmp_path / "b", names)
    for name in names:
        os.utime(other / name, (1, 1))
        (other / name).chmod(0o600)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        second = pack(other, tmp_path / "b.zip", root)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert first.read_bytes() == second.read_bytes()


def test_the_archive_has_one_folder_with_sorted_names_and_fixed_marks(tmp_path, root):
    """All lies in one folder, in order, readable by all, at the commit's time; Sphinx's notes are left out."""
    path = pack(write_pages(tmp_path / "a"), tmp_path / "a.zip", root)
    entries = zipfile.ZipFile(path).infolist()
    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    assert {name.split("/")[0] for name in names} == {"top"}
    assert {"top/index.html", "top/LICENSE", "top/LICENSE-text.md", "top/README.txt"} <= set(names)
    assert "top/.buildinfo" not in names
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.date_time for entry in entries} == {(2023, 11, 14, 22, 13, 20)}


def test_the_archive_says_its_commit():
    """Version, commit and day stand in its README; changes that are not committed are told."""
    assert f"Version 1.2, commit {COMMIT} of 2023-11-14." in TEXT
    changed = archive.about("A book", "1.2", COMMIT, THEN, ["a.py", "b.py"], "https://x.org/y")
    assert "with 2 files changed since" in changed
    assert "Source: https://x.org/y" in changed
    assert "of no known commit" in archive.about("A book", "1.2", "", 0)


@pytest.mark.parametrize(
    ("tag", "changed", "current", "said"),
    [
        ("", [], False, "Call: make book"),
        ("v1.3", [], True, "the tag must be v1.2"),
        ("1.2", [], True, "the tag must be v1.2"),
        ("v1.2", ["a.py"], True, "1 files differ from the commit: a.py"),
    ],
    ids=["old book", "other version", "no v", "changed files"],
)
def test_what_is_no_release_is_refused(tag, changed, current, said):
    """An old book, a tag of another version and changed files are named with the way on."""
    with pytest.raises(archive.ReleaseError, match=said):
        archive.check_release(tag, "1.2", changed, current)


def test_a_release_or_a_private_archive_is_accepted():
    """The tag of the version on a clean tree; without a tag also with changes."""
    archive.check_release("v1.2", "1.2", [], True)
    archive.check_release("", "1.2", ["a.py"], True)


def test_a_book_without_a_first_page_is_no_archive(tmp_path, root):
    """What has no index.html would open nowhere."""
    with pytest.raises(archive.ReleaseError, match=r"no index\.html.*make book"):
        archive.contents(write_pages(tmp_path / "a", ["book/x.html"]), "top", TEXT, root)


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="There is no sha256sum here.")
def test_the_checksums_are_those_that_sha256sum_reads(tmp_path):
    """`sha256sum -c` accepts the files, and refuses one that has changed by a byte."""
    paths = [tmp_path / "a b.zip", tmp_path / "a.html"]
    for path in paths:
        path.write_bytes(path.name.encode())
    (tmp_path / "x.sha256").write_bytes(archive.checksums(paths).encode())
    command = ["sha256sum", "--strict", "-c", "x.sha256"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    paths[0].write_bytes(b"A b.zip")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 1


@pytest.fixture(scope="module")
def unpacked(html, root, tmp_path_factory):
    """Pack the built book and unpack it elsewhere; return the folder."""
    folder = tmp_path_factory.mktemp("release")
    archive.write_zip(folder / "a.zip", archive.contents(html, "book", TEXT, root), THEN)
    shutil.unpack_archive(folder / "a.zip", folder)
    return folder / "book"


@pytest.mark.pages
def test_nothing_of_the_book_is_lost_in_the_archive(unpacked, html):
    """Each file of the built book is there with its bytes."""
    for path in html.rglob("*"):
        if path.is_file() and path.name != ".buildinfo":
            copy = unpacked / path.relative_to(html)
            same = (
                hashlib.sha256(copy.read_bytes()).digest()
                == hashlib.sha256(path.read_bytes()).digest()
            )
            assert same, path


@pytest.mark.pages
@pytest.mark.parametrize("name", ["index", "notebooks/fitness", "notebooks/ledger", "search"])
def test_the_unpacked_book_opens_offline(unpacked, browser, name):
    """From the disk a page has no error and asks nothing of another host; index.html leads to the front page."""
    page, troubles = open_page(browser, (unpacked / f"{name}.html").as_uri())
    title = page.locator("h1").first.inner_text()
    page.close()
    assert troubles == []
    assert title
    if name == "index":
        assert title.startswith("Does hard exercise relieve pain?")


# Zenodo


@pytest.fixture(scope="module")
def citation(root):
    """Read CITATION.cff."""
    return yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))


def test_zenodo_is_told_what_the_citation_says(root, citation):
    """The committed .zenodo.json is what CITATION.cff gives."""
    text = (root / ".zenodo.json").read_text(encoding="utf-8")
    assert text == zenodo.text_of(citation), "Call: .venv/bin/python book/zenodo.py"


def test_the_deposit_names_title_people_licences_and_the_paper(citation):
    """Each has its place in Zenodo's form; the book is derived from the paper, not a supplement of it."""
    told = zenodo.deposit(citation)
    assert (told["title"], told["version"]) == (citation["title"], citation["version"])
    assert [one["name"] for one in told["creators"]] == ["The eih contributors"]
    assert told["license"] == "MIT"
    assert all(licence in told["notes"] for licence in citation["license"])
    assert told["keywords"] == citation["keywords"]
    assert told["related_identifiers"] == [
        {
            "identifier": "10.7554/eLife.102392",
            "scheme": "doi",
            "relation": "isDerivedFrom",
            "resource_type": "publication-article",
        }
    ]
    assert json.loads(zenodo.text_of(citation)) == told


def test_a_person_is_told_with_family_name_and_identifier():
    """Once people are named, Zenodo gets them as it wants them."""
    person = {"family-names": "Doe", "given-names": "Jo", "orcid": "https://orcid.org/0000-0001"}
    assert zenodo.creator(person) == {"name": "Doe, Jo", "orcid": "0000-0001"}
