"""The built pages look as one book: openings, figures, descriptions, light and dark, paper, and a page for what is not there."""

import functools
import struct

import pytest
from tests.test_pages import TOC, open_page, soup
from tests.waiting import wait_until

CHAPTERS = [page for page in TOC if page.startswith("notebooks/")]

pytestmark = pytest.mark.pages


parsed = functools.cache(soup)  # a page is read once


def part(html, name, selector):
    """Return the parts of a built page."""
    return parsed(html / f"{name}.html").select(selector)


@pytest.mark.parametrize("name", TOC)
def test_a_page_says_what_it_is_about(html, name):
    """Title, description and the card for links are there, and the card's picture exists."""
    tags = {
        tag.get("property") or tag.get("name"): tag["content"]
        for tag in part(html, name, "meta[content]")
    }
    assert len(tags["description"]) > 20
    assert tags["og:description"] == tags["description"]
    assert tags["og:title"] == part(html, name, "h1")[0].get_text().removesuffix("#")
    assert tags["og:image"].endswith("_static/card.png")


def test_descriptions_differ(html):
    """No two pages have the same description."""
    found = [part(html, name, "meta[name=description]")[0]["content"] for name in TOC]
    assert len(set(found)) == len(found)


def test_the_card_has_the_size_that_links_show(html):
    """The picture is 1200 by 630 pixels and light enough to be shown at once."""
    data = (html / "_static" / "card.png").read_bytes()
    assert struct.unpack(">II", data[16:24]) == (1200, 630)
    assert len(data) < 150_000


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_opens_with_place_time_and_what_it_rests_on(html, name):
    """The opening names part and number, minutes to read, and at least one kind of data."""
    meta = part(html, name, ".eih-opening .eih-meta")
    assert len(meta) == 1
    place, minutes = (span.get_text() for span in meta[0].find_all("span", recursive=False)[:2])
    assert place.endswith(f"chapter {TOC.index(name)}")
    assert minutes.endswith(" min to read")
    kinds = meta[0].select(".eih-kind")
    assert kinds, "Add rests-on-measured, -published-map, -reported or -surrogate to the opening."
    assert all(kind["title"] for kind in kinds)


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_are_numbered_without_gaps(html, name):
    """Figures are numbered chapter.1, chapter.2, …, and each number leads to its figure."""
    figures = part(html, name, "figure.eih-figure")
    numbers = [figure.select_one("figcaption > a.eih-number") for figure in figures]
    chapter = TOC.index(name)
    assert [number.get_text() for number in numbers] == [
        f"{chapter}.{place}" for place in range(1, len(figures) + 1)
    ]
    assert [number["href"] for number in numbers] == [f"#{figure['id']}" for figure in figures]


@pytest.mark.parametrize("name", CHAPTERS[:-1])
def test_the_way_on_asks_the_next_question(html, name):
    """Below the title of the next chapter stands the question that it opens with."""
    following = TOC[TOC.index(name) + 1]
    asked = part(html, name, ".right-next .eih-question")[0].get_text()
    opening = part(html, following, ".eih-opening p")
    if opening:
        question = " ".join(opening[1].get_text().split()).removeprefix("Question. ")
        assert question.startswith(asked.removesuffix(" …"))
        assert asked


def with_live_figures(html):
    """List the pages that have figures with controls."""
    return [name for name in TOC if part(html, name, "figure[data-live]")]


def test_the_book_has_its_three_live_figures(html):
    """Ratings, fitness and specifications can be explored, each on its page."""
    kinds = [
        figure["data-live"] for name in TOC for figure in part(html, name, "figure[data-live]")
    ]
    assert sorted(kinds) == ["fitness", "specifications", "trials"]


def test_live_figures_start_and_stay_light(site, html, browser):
    """Every live figure starts, hides its still picture, and its page loads scripts of 30 kB at most."""
    for name in with_live_figures(html):
        page, troubles = open_page(browser, f"{site}/{name}.html")
        assert page.locator("figure[data-live]:not(.eih-started)").count() == 0
        assert not page.locator("figure[data-live] > img").first.is_visible()
        assert page.locator("figure[data-live] svg .eih-dot, figure svg .eih-strong").count() > 0
        page.close()
        assert troubles == []
    assert sum(file.stat().st_size for file in (html / "_static" / "live").iterdir()) < 36_000


def test_pages_without_live_parts_load_none_of_their_scripts(html):
    """Scripts of live figures stand on no page that has none."""
    for name in set(TOC) - {*with_live_figures(html), "notebooks/ledger"}:
        assert part(html, name, "script[src*='live/']") == []


def test_a_deep_link_into_the_ledger_works_in_the_book(site, browser):
    """An address with an id opens the row with its reason; a tile of the front page opens its rows."""
    page, troubles = open_page(browser, f"{site}/notebooks/ledger.html#r048")
    assert page.locator("#r048").is_visible()
    page.goto(f"{site}/book/index.html")
    page.locator(".eih-tile.eih-explained").click()
    page.wait_for_url("**/ledger.html?verdict=explained#all-rows")
    shown = page.locator("tr[data-verdict]:visible").evaluate_all(
        "rows => rows.map(row => row.dataset.verdict)"
    )
    page.close()
    assert set(shown) == {"explained"}
    assert troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_or_dark_is_settled_without_the_theme(site, browser, scheme):
    """The colours of the reader's system hold before (here: without) the theme's late scripts."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.route("**/scripts/*.js*", lambda route: route.abort())
    page.goto(f"{site}/book/index.html")
    theme = page.evaluate("document.documentElement.dataset.theme")
    context.close()
    assert theme == scheme


def test_without_scripts_a_page_is_complete(site, browser):
    """Without JavaScript the page is light, its figures are shown, and no control pretends to work."""
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{site}/notebooks/sex_and_fitness.html")
    assert page.locator("html").get_attribute("data-theme") == "light"
    assert page.locator("figure[data-live] > img").is_visible()
    assert page.locator("figure[data-live] :is(input, select)").count() == 0
    context.close()


def test_in_the_dark_drawings_turn_and_brains_do_not(site, html, browser):
    """Drawings are shown light on dark; images of the brain keep their greys."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    for name in CHAPTERS:
        if not part(html, name, "figure.eih-scan"):
            continue
        page.goto(f"{site}/{name}.html")
        look = "image => getComputedStyle(image).filter"
        assert "invert" not in page.locator("figure.eih-scan img").first.evaluate(look)
    page.goto(f"{site}/notebooks/heat_pain.html")
    look = "image => getComputedStyle(image).filter"
    drawn = page.locator("figure.eih-figure:not(.eih-scan) img").first
    assert "invert" in drawn.evaluate(look)
    context.close()


def test_on_paper_only_the_page_is_left(site, browser):
    """Printed, a page has neither side bars nor controls."""
    page, _ = open_page(browser, f"{site}/notebooks/sex_and_fitness.html")
    page.emulate_media(media="print")
    shown = [
        name
        for name in (
            ".bd-sidebar-primary",
            ".bd-sidebar-secondary",
            ".eih-controls",
            ".prev-next-footer",
        )
        if page.locator(name).first.is_visible()
    ]
    page.close()
    assert shown == []


def test_paper_is_light(site, browser):
    """A page read in the dark is printed light, and dark again after that."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{site}/book/index.html")
    themes = page.evaluate(
        "['beforeprint', 'afterprint'].map(name => (dispatchEvent(new Event(name)), document.documentElement.dataset.theme))"
    )
    context.close()
    assert themes == ["light", "dark"]


def test_the_fonts_are_the_books_own(site, browser):
    """Text and headings are set in the fonts that the book brings."""
    page, _ = open_page(browser, f"{site}/book/index.html")
    loaded = page.evaluate(
        "document.fonts.ready.then(fonts => [...fonts].filter(one => one.status === 'loaded').map(one => one.family))"
    )
    page.close()
    assert {"eih sans", "eih serif"} <= {name.strip('"') for name in loaded}


@pytest.mark.parametrize(
    "place",
    ["404.html", "notebooks/404.html", "book/deep/er/404.html"],
    ids=["root", "part", "deep"],
)
def test_the_page_for_what_is_not_there_leads_back(site, html, browser, place):
    """Shown at any depth, as a server does, its links lead to pages of the book."""
    page = browser.new_page()
    body = (html / "404.html").read_text(encoding="utf-8")
    page.route(f"{site}/{place}", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{site}/{place}")
    links = page.locator("a[data-to]").evaluate_all("links => links.map(link => link.href)")
    page.close()
    assert all((html / link.removeprefix(f"{site}/")).is_file() for link in links)
    assert len(links) == 3


BROKEN = """
[...document.querySelectorAll('table.eih-speed :is(th, td) p')].flatMap(cell => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), broken = [];
  while (walker.nextNode()) for (const word of walker.currentNode.data.matchAll(/[\\p{L}\\d.]+/gu)) {
    const range = document.createRange();
    range.setStart(walker.currentNode, word.index);
    range.setEnd(walker.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) broken.push(word[0]);
  }
  return broken;
})
"""


@pytest.mark.parametrize("width", [320, 390, 720, 1280])
def test_in_the_tables_of_times_words_stay_whole(site, browser, width):
    """However narrow the page, no word or number is broken, and a table that scrolls can be reached by keyboard."""
    page, _ = open_page(browser, f"{site}/book/speed.html", width)
    wait_until(
        page, "document.querySelector('.pst-scrollable-table-container').hasAttribute('tabindex')"
    )
    broken = page.evaluate(BROKEN)
    boxes = "[...document.querySelectorAll('.pst-scrollable-table-container')]"
    lost = page.evaluate(
        f"{boxes}.filter(b => b.scrollWidth > b.clientWidth && b.tabIndex < 0).length"
    )
    page.close()
    assert (broken, lost) == ([], 0)
