"""How ledger rows and figures are shown."""

import html
import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

import eih
from eih.paper.comparison import LEDGER_COLUMNS, shown
from eih.paper.ledger_table import show_searchable
from eih.paper.verdicts import VERDICTS
from eih.paper.views import LedgerView, badge
from eih.style import KINDS, kind_badge


def row(**changed):
    """Make a ledger of one row."""
    values = dict.fromkeys(LEDGER_COLUMNS, "") | {
        "id": "r1",
        "effect": "main effect",
        "printed": "1.42",
        "recomputed": 1.4243,
        "verdict": "exact",
    }
    return pd.DataFrame([values | changed])


def test_text_of_the_data_is_escaped():
    """A cell that looks like markup shows as text."""
    page = LedgerView(row(effect="<script>x</script>", reason="a < b"))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "a &lt; b" in page


def test_the_searchable_table_is_escaped_and_has_anchors():
    """The table of the ledger page holds its rows as text, each result with its id as anchor."""
    page = show_searchable(row(effect="<script>x</script>", section="s2-1"))._repr_html_()
    assert "<script>x" not in page
    assert '<tbody id="r1" data-chapter="heat_pain">' in page
    assert 'href="heat_pain.html"' in page


def test_the_pages_script_can_read_verdicts_and_chapters():
    """The table carries the verdicts that occur and the chapters by name, as JSON in its attributes."""
    table = pd.concat([row(section="s2-1"), row(id="r2", section="s2-5", verdict="differs")])
    page = BeautifulSoup(show_searchable(table)._repr_html_(), "html.parser").table
    assert json.loads(page["data-verdicts"]) == ["exact", "differs"]
    assert json.loads(page["data-chapters"]) == [
        ["heat_pain", "heat pain"],
        ["fitness", "fitness"],
    ]
    assert page["class"] == ["eih-ledger", "eih-all-rows"]


def test_the_searchable_table_keeps_the_order_of_the_ledger():
    """Results stand in the order of their rows, not of their names."""
    table = pd.concat([row(id="r9", section="s2-1"), row(id="r10", section="s2-1")])
    page = show_searchable(table)._repr_html_()
    assert page.index('id="r9"') < page.index('id="r10"')


def test_the_searchable_table_reads_as_text_in_a_terminal():
    """Without a notebook, the rows stand under their column names, without row numbers."""
    head, line = repr(show_searchable(row())).splitlines()
    assert head.split() == ["id", "quantity", "printed", "recomputed", "verdict"]
    assert line.split()[0] == "r1"


def test_the_chapter_of_a_result_is_where_it_is_recomputed():
    """A result of one section that another chapter recomputes leads there."""
    one = row(section="s2-1")
    two = row(section="s2-1", analysis="heat_fitness_slopes", quantity="se")
    page = show_searchable(pd.concat([one, two]))._repr_html_()
    assert 'data-chapter="sex_and_fitness"' in page


def test_a_reported_result_links_to_its_ledger_row():
    """A chapter's row leads to the ledger."""
    assert 'href="ledger.html#r1"' in LedgerView(row())._repr_html_()


def test_numbers_that_were_not_recomputed_share_a_line():
    """A result that is not public takes one line, whatever it prints."""
    table = pd.concat(
        [row(quantity=name, printed=text, recomputed=np.nan, verdict="not public") for name, text in
         (("T", "10.35"), ("mni_x", "36"))]
    )  # fmt: skip
    page = LedgerView(table)._repr_html_()
    assert page.count("<tr>") == 2
    assert "T 10.35, mni_x 36" in page


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_has_a_mark_and_a_word(verdict):
    """A badge never speaks by colour alone."""
    text = badge(verdict).split(">")[1].split("<")[0]
    assert text.endswith(verdict)
    assert len(text) > len(verdict) + 1


@pytest.mark.parametrize(
    ("value", "printed", "text"),
    [
        (1.42430, "1.42", "1.4243"),
        (36.0, "38", "36.00"),
        (3.1e-40, "<2e-16", "3.1e-40"),
        (0.0, "<2e-16", "< 1e-300"),
        (0.4437, "not significant", "0.444"),
        (0.0, "0.00", "0.0000"),
        (float("nan"), "1.42", ""),
        (None, "1.42", ""),
    ],
)
def test_two_more_decimals_than_printed_are_shown(value, printed, text):
    """A recomputed value is shown with the printed decimals and two more."""
    assert shown(value, printed) == text


def test_an_unknown_id_is_named():
    """An id that is not in the ledger is named, with what ids look like."""
    with pytest.raises(ValueError, match=r"Unknown id\(s\) \['r999'\].*r023 or a016"):
        eih.reported("r999")


def test_the_scoreboard_always_shows_what_differs():
    """The tile of unexplained differences is there even at zero."""
    page = eih.show_scoreboard(row())._repr_html_()
    assert "✗ differs" in page
    assert "not yet" not in page


def test_a_tile_leads_to_its_rows():
    """Each tile of the scoreboard is a link to the ledger's rows with its verdict, from any page."""
    page = eih.show_scoreboard(row(verdict="not public"))._repr_html_()
    assert 'href="../notebooks/ledger.html?verdict=not%20public#all-rows"' in page
    assert 'aria-label="1 printed numbers: 0 differs, 1 not public."' in page


@pytest.fixture
def drawing():
    """Draw something."""
    _, ax = plt.subplots()
    ax.plot([0, 1])
    return ax


def test_a_figure_carries_caption_alt_text_and_data(drawing):
    """Picture, alternative text, caption and table reach the page, escaped."""
    data = pd.DataFrame({"x": ["<b>"], "y": [1.23456]})
    shown_figure = eih.figure(
        drawing, label="fig-1", title="Figure 1.", caption="n = 2 < 3.", alt='A "line".', data=data
    )
    page = shown_figure._repr_html_()
    assert 'id="fig-1"' in page
    assert 'alt="A &quot;line&quot;."' in page
    assert "n = 2 &lt; 3." in page
    assert "&lt;b&gt;" in page
    assert "1.23" in page
    assert "data:image/png;base64," in page


def test_only_images_of_the_brain_keep_their_greys(drawing):
    """A figure with an image in it is marked, so that dark pages do not turn it inside out."""
    words = {"title": "F.", "caption": "One.", "alt": "Two."}
    assert "eih-scan" not in eih.figure(drawing, label="f", **words)._repr_html_()
    _, ax = plt.subplots()
    ax.imshow([[0, 1]])
    assert "eih-scan" in eih.figure(ax, label="f", **words)._repr_html_()


def test_a_shown_figure_is_closed(drawing):
    """A finished figure does not stay in memory, nor is it shown a second time."""
    before = len(plt.get_fignums())
    eih.figure(drawing, label="f", title="F.", caption="One.", alt="Two.")
    assert len(plt.get_fignums()) == before - 1


@pytest.mark.parametrize(
    ("caption", "alt", "message"),
    [
        ("", "A line.", "needs a caption and an alternative text"),
        ("A caption.", " ", "needs a caption and an alternative text"),
        ("A line.", "A line.", "the alternative text repeats the caption"),
    ],
)
def test_a_figure_needs_its_words(drawing, caption, alt, message):
    """A figure without caption or alternative text is refused."""
    with pytest.raises(ValueError, match=f"Figure 'fig-1'.*{message}"):
        eih.figure(drawing, label="fig-1", title="F.", caption=caption, alt=alt)


@pytest.mark.parametrize("kind", ["measured", "published map", "reported", "approximated"])
def test_a_figure_says_what_it_shows(drawing, kind):
    """The badge stands before the title, with a mark, the word, and what it means."""
    shown = eih.figure(drawing, label="f", title="F.", caption="One.", alt="Two.", kind=kind)
    mark, meaning = KINDS[kind]
    badge = kind_badge(kind)
    assert f"<figcaption>{badge} <strong>F.</strong>" in shown._repr_html_()
    assert f">{mark} {kind}<" in badge
    assert f'title="{html.escape(meaning)}"' in badge


def test_what_is_simulated_says_so(drawing):
    """A title that says surrogate gets the badge by itself."""
    shown = eih.figure(drawing, label="f", title="Surrogate F.", caption="One.", alt="Two.")
    assert "eih-surrogate" in shown._repr_html_()


@pytest.mark.parametrize(
    ("title", "kind", "message"),
    [
        ("F.", "surrogate", "'f' is simulated: title and caption must say 'surrogate'"),
        ("Surrogate F.", "surrogate", "'f' is simulated: title and caption must say 'surrogate'"),
        ("F.", "real", "Unknown kind 'real'.*'measured'"),
    ],
)
def test_a_figure_may_not_hide_what_it_shows(drawing, title, kind, message):
    """Something simulated names itself in title and caption; other words than ours are refused."""
    with pytest.raises(ValueError, match=message):
        eih.figure(drawing, label="f", title=title, caption="One.", alt="Two.", kind=kind)


def test_the_front_page_explains_every_badge(root):
    """Each kind stands on the front page with the class that colours it, and with its meaning."""
    page = (root / "book" / "index.md").read_text(encoding="utf-8")
    css = (root / "book" / "_static" / "custom.css").read_text(encoding="utf-8")
    for kind, (mark, meaning) in KINDS.items():
        name = f".eih-{kind.replace(' ', '-')}"
        assert f"[{mark} {kind}]{{.eih-kind {name}}}\n: {meaning}" in page
        assert f".eih-kind{name}" in css
