"""The pages of reference describe what is there: all of it, and nothing of the machine."""

import getpass
import inspect
import platform
import re
from importlib import import_module
from pathlib import Path

import api
import built
import citation
import commands
import dictionary
import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parent.parent
DESCRIBED = sorted(
    path.relative_to(dictionary.DATA).with_suffix("").as_posix()
    for folder in (dictionary.DATA, dictionary.DATA / "reported")
    for path in folder.glob("*.json")
)
ENTRIES = re.findall(
    r"^@(\w+)\{(\w+),\n(.*?)^\}", (ROOT / "book" / "references.bib").read_text("utf-8"), re.M | re.S
)


def read(name):
    """Read a page of prose."""
    return (ROOT / "book" / name).read_text(encoding="utf-8")


# The data dictionary


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_sidecar_describes_each_column_of_its_table(name):
    """The JSON file has the columns of the table, in order, each with a description."""
    entries = dictionary.sidecar(name)
    assert list(entries) == list(dictionary.columns_of(name))
    assert all(entry["Description"].strip() for entry in entries.values())


@pytest.mark.parametrize("name", DESCRIBED)
def test_levels_of_a_sidecar_are_those_of_the_table(name):
    """No value stands in a column with levels that is not one of them."""
    held = dictionary.columns_of(name)
    for column, entry in dictionary.sidecar(name).items():
        if "Levels" in entry:
            assert set(held[column]) - dictionary.MISSING <= set(entry["Levels"])


def test_every_reported_table_is_described():
    """Each table of what the paper prints has its JSON file beside it."""
    tables = {path.stem for path in (dictionary.DATA / "reported").glob("*.tsv")}
    assert tables == {name.split("/")[1] for name in DESCRIBED if "/" in name}


def test_every_described_table_is_on_the_page():
    """The page has a place for each table that has a JSON file."""
    asked = re.findall(r"^```\{eih-dictionary\} (\S+)$", read("data_dictionary.md"), re.M)
    assert sorted(asked) == DESCRIBED


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["3", "20", "n/a"], "3 to 20; 1 missing"),
        (["0.123456", "2"], "0.1235 to 2"),
        (["b", "a", "b"], "2 different"),
        ([""], "nothing; 1 missing"),
    ],
    ids=["numbers", "digits", "texts", "empty"],
)
def test_a_column_is_summed_up(values, said):
    """Numbers show their range, texts how many there are; what is missing is counted."""
    assert dictionary.observed(values) == said


# The package


def test_every_public_name_is_on_a_page():
    """Each layer that has a public name is asked for by a page, and by the overview."""
    needed = {api.layer_of(home) for home, _ in api.public_names()}
    pages = [path.read_text("utf-8") for path in (ROOT / "book" / "api").glob("*.rst")]
    shown = {layer for page in pages for layer in re.search(r":: (.*)", page)[1].split()}
    listed = set(" ".join(re.findall(r"^\w+: ([\w ]+)$", read("api/index.md"), re.M)).split())
    assert needed <= shown
    assert shown == listed


@pytest.mark.parametrize("name", [name for _, name in api.public_names()])
def test_every_public_name_is_documented(name):
    """A function has a docstring, and an example that the tests run or a chapter that calls it."""
    package, own = name.rsplit(".", 1)
    value = getattr(import_module(package), own)
    if inspect.isroutine(value) or inspect.isclass(value):
        assert inspect.getdoc(value), f"{name} has no docstring."
    if inspect.isroutine(value):
        shown = ">>> " in inspect.getdoc(value) or api.chapters_with(name)
        assert shown, f"{name}: give it an example that runs."


def test_the_chapters_that_use_a_name_are_found():
    """A call counts, by its full name or, from a part of the package, by its own; a longer name does not."""
    assert "heat_pain" in api.chapters_with("eih.load_trials")
    assert "heat_pain" in api.chapters_with("eih.figures.ratings_by_target")
    assert api.chapters_with("eih.load") == []


@pytest.mark.parametrize(
    ("target", "known"),
    [
        ("eih.tables.data.data_folder", True),
        ("data_folder", True),
        ("eih.models.fitted", True),
        ("eih.tables.data.no_such_function", False),
        ("numpy.ndarray", False),
    ],
)
def test_a_reference_to_an_inner_name_is_text_and_a_wrong_one_is_broken(target, known):
    """What the package has may be named in a docstring; what it has not is still noticed."""
    node = {"refdomain": "py", "reftarget": target}
    assert (api.resolve(None, None, node, "text") == "text") == known


@pytest.mark.pages
def test_every_public_name_has_its_anchor(html):
    """In the built book each name can be linked to."""
    anchors = {
        tag["id"]
        for path in (html / "book" / "api").glob("*.html")
        for tag in BeautifulSoup(path.read_text("utf-8"), "html.parser").select("dt[id]")
    }
    assert {name for _, name in api.public_names()} - anchors == set()


def test_every_command_is_described():
    """The program's own help has a word on each command and each of its actions."""
    from eih.cli import _parser

    found = {command: purpose for command, purpose, _ in commands.helps(_parser())}
    assert {"eih ledger", "eih data check", "eih maps fetch", "eih power"} <= set(found)
    assert all(found.values())


# References


@pytest.mark.parametrize(("kind", "key", "fields"), ENTRIES, ids=[key for _, key, _ in ENTRIES])
def test_a_reference_is_complete(kind, key, fields):
    """Who, what, when and where; and a DOI or, where there is none, a word on where to find it."""
    has = set(re.findall(r"^\s*(\w+)\s*=", fields, re.M))
    where = {"article": {"journal", "pages"}, "inproceedings": {"booktitle", "pages"}}
    assert kind != "article" or has & {"volume", "note"}  # a note: a preprint has no volume
    assert {"author", "title", "year"} | where.get(kind, set()) <= has
    assert has & {"doi", "url", "howpublished", "note"}


@pytest.mark.parametrize(("kind", "key", "fields"), ENTRIES, ids=[key for _, key, _ in ENTRIES])
def test_a_doi_is_written_as_a_bare_doi(kind, key, fields):
    """No address before it, no space in it."""
    dois = re.findall(r"^\s*doi\s*=\s*\{(.*?)\}", fields, re.M)
    assert [doi for doi in dois if not re.fullmatch(r"10\.\d{4,9}/\S+", doi)] == []


def test_no_reference_stands_twice():
    """Keys and DOIs are unique."""
    keys = [key for _, key, _ in ENTRIES]
    dois = [
        doi.lower()
        for _, _, fields in ENTRIES
        for doi in re.findall(r"doi\s*=\s*\{(.*?)\}", fields)
    ]
    assert len(set(keys)) == len(keys)
    assert len(set(dois)) == len(dois)


def test_every_reference_is_cited_and_every_citation_is_there():
    """The pages cite what the list has, no less and no more."""
    pages = [*(ROOT / "book").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    text = "\n".join(path.read_text("utf-8") for path in pages)
    cited = {
        key.strip()
        for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text)
        for key in keys.split(",")
    }
    assert cited == {key for _, key, _ in ENTRIES}


# How to cite, and how it was built


def test_the_citation_is_that_of_the_file():
    """Sentence and BibTeX carry the authors, the year and the DOI of CITATION.cff."""
    paper = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["references"][0]
    assert citation.sentence(paper).startswith("Nold JI, Fadai T, Büchel C (2025). Acute aerobic")
    assert citation.sentence(paper).endswith("eLife 14:RP102392.")
    assert citation.address(paper) == "https://doi.org/10.7554/eLife.102392"
    assert "author = {Nold, Janne I. and Fadai, Tahmine and Büchel, Christian}" in citation.bibtex(
        paper, "k"
    )


def test_the_build_report_names_nothing_of_the_machine():
    """Neither host, user nor path is in the tables of the build."""
    text = str(built.sources()) + str(built.environment())
    words = {platform.node(), str(ROOT), str(Path.home())} | ({getpass.getuser()} - {"root"})
    assert [word for word in words if len(word) > 1 and word in text] == []


@pytest.mark.pages
def test_the_time_of_every_chapter_is_shown(html):
    """The page on the build lists each notebook with the seconds that it took."""
    page = BeautifulSoup((html / "book" / "built.html").read_text("utf-8"), "html.parser")
    rows = [[cell.text.strip() for cell in row("td")] for row in page.select(".eih-times tbody tr")]
    assert len(rows) == len(list((ROOT / "notebooks").glob("*.ipynb"))) + 1
    assert all(float(seconds) > 0 for _, seconds in rows)


def test_the_changelog_says_for_each_version_whether_a_result_changed():
    """Every heading of a version has the heading Results below it, with something under it."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.split(r"^## ", text, flags=re.M)[1:]
    assert versions
    for version in versions:
        assert re.search(r"^### Results\n\n\S", version, re.M), version.splitlines()[0]
