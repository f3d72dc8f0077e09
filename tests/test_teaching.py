"""The teaching pages name exercises, terms and chapters that exist."""

import json
import re
from pathlib import Path

import pytest

from eih.exercises._catalogue import NAMES

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "book" / "teaching.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
LINK = re.compile(r"\{term\}`(?:[^`<]*<([^`>]+)>|([^`<>]+))`")


def glossary_terms():
    """List the terms: lines of a glossary block that are not indented."""
    terms = []
    for block in re.findall(r"```\{glossary\}\n(.*?)```", GLOSSARY, re.DOTALL):
        terms += [line for line in block.split("\n") if line and line[0] not in " :"]
    return terms


def prose(path):
    """Return the text of a page, or of the Markdown cells of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


PAGES = {
    path.stem: prose(path)
    for path in [*(ROOT / "book").glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
}


def test_every_term_is_explained_once():
    """No term stands twice in the glossary, and each has a definition."""
    terms = [term.casefold() for term in glossary_terms()]
    assert len(terms) > 50
    assert len(set(terms)) == len(terms)
    blocks = re.findall(r"```\{glossary\}\n(.*?)```", GLOSSARY, re.DOTALL)
    assert all(
        re.search(rf"^{re.escape(term)}\n  \S", "".join(blocks), re.M) for term in glossary_terms()
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_term_that_a_page_links_to_is_in_the_glossary(page):
    """A {term} role names an entry, in the spelling of the glossary."""
    linked = {" ".join((a or b).split()) for a, b in LINK.findall(PAGES[page])}
    assert linked - set(glossary_terms()) == set()


@pytest.mark.parametrize("chapter", NAMES)
def test_a_chapter_links_to_the_glossary(chapter):
    """Each chapter with exercises links at least one term where it opens."""
    assert LINK.search(PAGES[chapter].split("\n## ")[0])


def test_the_guide_names_exercises_that_exist():
    """Every exercise that the guide mentions can be checked."""
    mentioned = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", GUIDE))
    known = {name for names in NAMES.values() for name in names} | {"heat_pain"}
    assert mentioned - known == set()
    assert len(mentioned) > 15


def test_the_guide_names_pages_that_exist():
    """Every page that the guide and the glossary link to is a file."""
    for text in (GUIDE, GLOSSARY):
        for target in re.findall(r"\{doc\}`(?:[^`<]*<)?/?([^`<>]+)>?`", text):
            assert any((ROOT / f"{target}{suffix}").is_file() for suffix in (".md", ".ipynb")), (
                target
            )


def test_the_timetables_fill_their_time():
    """The minutes of the class and of the lab follow each other from zero to the end."""
    for title, end in (("A class of 90 minutes", 90), ("A lab of three hours", 180)):
        section = GUIDE.split(f"## {title}")[1].split("\n## ")[0]
        spans = [tuple(map(int, pair)) for pair in re.findall(r"^\* - (\d+)–(\d+)$", section, re.M)]
        assert [spans[0][0], spans[-1][1]] == [0, end]
        assert all(first[1] == second[0] for first, second in zip(spans, spans[1:], strict=False))
