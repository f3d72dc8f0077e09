"""What the book adds to each page: opening, numbers of figures, description, fonts, card."""

import re

import pages
import pytest
from card import scoreboard
from docutils import nodes
from fonts import FONTS, cut, source

from eih.style import PALETTE


def document(*parts):
    """Make a document of parts."""
    made = nodes.document(None, None)
    made += nodes.title("", "A title")
    for part in parts:
        made += part
    return made


def opening(question, *classes):
    """Make the opening of a chapter."""
    box = nodes.container("", nodes.paragraph("", f"Question. {question}"), classes=["eih-opening"])
    box += nodes.paragraph("", "Data. All of it.")
    box["classes"] += classes
    return box


def test_a_chapter_is_described_by_its_question():
    """The description of a page is the question of its opening, without the word."""
    made = document(opening("Does it hurt?"), nodes.paragraph("", "More."))
    assert pages.description_of(made) == "Does it hurt?"


def test_a_page_without_opening_is_described_by_its_first_paragraph():
    """Prose pages begin with what they are about; long ones are cut at a word."""
    text = pages.description_of(document(nodes.paragraph("", "Pain " * 100)))
    assert text.startswith("Pain Pain")
    assert text.endswith("Pain …")
    assert len(text) <= pages.LONGEST_DESCRIPTION + 2


def test_time_to_read_comes_from_words_and_figures():
    """200 words and four figures are two minutes; outputs of cells do not count."""
    prose = nodes.paragraph("", "word " * 200)
    output = nodes.container("", nodes.paragraph("", "word " * 2000), classes=["cell_output"])
    assert pages.minutes_of(document(prose, output), n_figures=4) == 2


def test_figures_are_numbered_in_order():
    """Each figure gets chapter and place, as a link to itself; its id and caption stay."""
    one = '<figure class="eih-figure eih-scan" id="fig-{0}"><img src="x"><figcaption><strong>F{0}.'
    body, n_figures = pages.number_figures(one.format("a") + one.format("b"), chapter=4)
    assert n_figures == 2
    assert re.findall(r'href="#(fig-.)" title="Figure (4\..) of this book', body) == [
        ("fig-a", "4.1"),
        ("fig-b", "4.2"),
    ]
    assert body.count("<figcaption><a") == 2


def test_what_a_chapter_rests_on_is_shown_in_a_fixed_order():
    """Classes of the opening become badges with a mark, a word and its meaning."""
    badges = pages.kind_badges("docutils eih-opening rests-on-surrogate rests-on-published-map")
    assert re.findall(r">(\S [a-z ]+)<", badges) == ["▦ published map", "∿ surrogate"]
    assert 'title="simulated; no measurement of anybody"' in badges


def test_meta_tags_are_escaped():
    """A quote in a title cannot leave its attribute."""
    tags = pages.meta_tags('A "b" <c>', "d", "s", "card.png", "")
    assert 'content="A &quot;b&quot; &lt;c&gt;"' in tags
    assert "og:url" not in tags


def test_the_card_shows_the_scoreboard_of_the_ledger():
    """Counts and words are read from the tiles of the built page, each verdict once."""
    tile = (
        '<a class="eih-tile eih-not-public" href="x"><strong>191</strong><span>– not public</span>'
    )
    assert scoreboard(tile + tile) == [("not-public", "191", "– not public")]


def test_a_cut_font_keeps_what_the_pages_need(tmp_path):
    """Letters, Greek and signs are there, the copyright notice too; the reserved name is not."""
    from fontTools.ttLib import TTFont

    cut(source(*FONTS["sans-regular"]), tmp_path / "x.woff", "eih sans")
    font = TTFont(tmp_path / "x.woff")
    assert set(map(ord, "aZ0üβ≥−×≈✓")) <= set(font.getBestCmap())
    names = {record.nameID: str(record) for record in font["name"].names}
    assert "Adobe" in names[0]
    assert "Source" not in names[1] + names[4] + names[6]
    assert (tmp_path / "x.woff").stat().st_size < 25_000


@pytest.mark.parametrize("name", [name for name in PALETTE if name not in ("neutral", "faint")])
def test_pages_and_figures_have_the_same_colours(root, name):
    """The first value of each colour in custom.css, that of light pages, is that of the figures."""
    style = (root / "book" / "_static" / "custom.css").read_text(encoding="utf-8")
    assert re.search(rf"--eih-{name}: (#\w+);", style)[1].lower() == PALETTE[name].lower()
