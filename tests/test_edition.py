"""The whole book in one file: complete, found by its contents, and in need of nothing else."""

import re
import subprocess
import sys

import build
import edition
import edition_page
import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = edition.ROOT
PICTURE = b"RIFF\x00\x00\x00\x00WEBP"
CONFIG = {"title": "A <book>", "author": "Somebody", "html": {"extra_footer": "Free."}}
TOC = {
    "root": "book/index",
    "parts": [
        {"caption": "One", "chapters": [{"file": "notebooks/a", "sections": [{"file": "book/b"}]}]}
    ],
}
PAGES = {
    "book/index": '<h1 id="top">Front</h1><p><a href="../notebooks/a.html#same">to a</a></p>',
    "notebooks/a": """<section id="t"><h1>A</h1><section id="same"><h2>Part of A</h2></section></section>
      <style>#T_1 td {color: #abcdef}</style><table id="T_1"></table>
      <figure class="eih-figure eih-live" id="fig-1" data-live="x"><div class="eih-controls"></div>
      <img alt="Up." src="../_images/one.webp" loading="lazy"><script>alert(1)</script></figure>
      <svg><path fill="url(#same)"></path></svg><label for="same">x</label>
      <a href="#fig-1">here</a><a href="../book/b.html">b</a><a href="../_sources/notebooks/a.ipynb">file</a>
      <a href="https://doi.org/10.1/x">doi</a><a href="../genindex.html">index</a>
      <a href="../../../outside.html">out</a>
      <div class="eih-viewer" data-viewer="x"><button onclick="go()">Open</button></div>""",
    "book/b": '<h1>B</h1><section id="same"><h2>Part of B</h2><a href="#gone">gone</a></section>',
}


def small_book(folder):
    """Write a book of three pages as a build would leave it; return its folder."""
    html = folder / "html"
    sheet = '<link rel="stylesheet" href="../_static/x.css?v=1">'
    for name, content in PAGES.items():
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        page = f'<html><head>{sheet}</head><body><article class="bd-article">{content}</article></body></html>'
        (html / f"{name}.html").write_text(page, encoding="utf-8")
    for name, content in {
        "_static/x.css": b"p{background:url(gone.png)}",
        "_images/one.webp": PICTURE,
    }.items():
        (html / name).parent.mkdir(exist_ok=True)
        (html / name).write_bytes(content)
    return html


@pytest.fixture
def small(tmp_path):
    """Make the edition of a small book; return it as read."""
    made = edition.make_edition(TOC, CONFIG, "1.2", small_book(tmp_path))
    return BeautifulSoup(made, "html.parser")


def test_a_link_between_pages_becomes_one_within_the_file(small):
    """A page is found by its name, a place by page and place, though another page has the same."""
    link = {tag.get_text(): tag.get("href") for tag in small.select("article a")}
    assert link["to a"] == "#notebooks-a--same"
    assert link["here"] == "#notebooks-a--fig-1"
    assert link["b"] == "#book-b"
    assert link["doi"] == "https://doi.org/10.1/x"


def test_a_link_to_what_the_file_lacks_is_text(small):
    """A file to download, the index and what lies outside of the book cannot be reached: the words stay."""
    text = small.select_one("#notebooks-a").get_text()
    assert {"file", "index", "out"}.isdisjoint(tag.get_text() for tag in small.select("a"))
    assert all(word in text for word in ("file", "index", "out"))


def test_a_link_to_what_the_file_lacks_leads_to_the_published_book(tmp_path, monkeypatch):
    """Where it is known where the book is read, such a link goes there."""
    monkeypatch.setenv("EIH_ADDRESS", "https://example.org/book")
    made = edition.make_edition(TOC, CONFIG, "1.2", small_book(tmp_path))
    link = BeautifulSoup(made, "html.parser").find("a", string="file")
    assert link["href"] == "https://example.org/book/_sources/notebooks/a.ipynb"


def test_names_of_places_are_told_apart(small):
    """Two pages have a place of one name: both are kept, and what refers to one follows it."""
    assert small.select_one("#notebooks-a--same").get_text() == "Part of A"
    assert small.select_one("#book-b--same h4").get_text() == "Part of B"
    assert small.select_one("label")["for"] == "notebooks-a--same"
    assert small.select_one("path")["fill"] == "url(#notebooks-a--same)"
    assert "#notebooks-a--T_1 td {color: #abcdef}" in small.select("style")[1].get_text()


def test_pictures_are_held_and_scripts_are_not(small):
    """The picture lies in the file and is there at once; of a script, its button and its place nothing stays."""
    assert small.img["src"].startswith("data:image/webp;base64,")
    assert (small.img["alt"], small.img.get("loading")) == ("Up.", None)
    assert (
        small.select("script, button, .eih-controls, .eih-live, [data-live], [data-viewer]") == []
    )
    assert "gone.png" not in str(small)


def test_the_title_is_text(small):
    """Markup in the title of the book shows as such."""
    assert small.h1.get_text() == "A <book>"


def test_headings_of_pages_stand_below_their_part(small):
    """Book, part, page and section are four levels; the front page stands with the parts."""
    found = [
        (tag.name, tag.get_text()) for tag in small.select("article :is(h2, h3, h4), section > h2")
    ]
    assert ("h2", "Front") in found
    assert ("h2", "One") in found
    assert ("h3", "A") in found
    assert ("h4", "Part of A") in found


def test_a_page_that_is_not_built_is_named(tmp_path):
    """The edition of half a book stops and says which page is missing, and what to call."""
    html = small_book(tmp_path)
    (html / "book" / "b.html").unlink()
    with pytest.raises(edition.EditionError, match=r"book/b.*Call: make book"):
        edition.make_edition(TOC, CONFIG, "1.2", html)


@pytest.mark.pages
def test_the_pdf_shows_what_is_folded(root, tmp_path, need):
    """A PDF comes out, and what was folded in the page takes room in it."""
    need("chromium", edition.find_browser(), "Install it (Debian, Ubuntu: apt install chromium).")
    page, sizes = tmp_path / "page.html", []
    for folded in ("", "<p>more</p>" * 400):
        page.write_text(f"<details><summary>x</summary>{folded}</details>", encoding="utf-8")
        # In a process of its own: Playwright is busy here with the browser of the other tests.
        code = "import sys, edition; from pathlib import Path; a, b, c = sys.argv[1:]; edition.print_pdf(Path(a), Path(b), c)"
        arguments = [page, page.with_suffix(".pdf"), edition.find_browser()]
        subprocess.run([sys.executable, "-c", code, *arguments], cwd=root / "book", check=True)
        printed = page.with_suffix(".pdf").read_bytes()
        assert printed.startswith(b"%PDF")
        sizes.append(len(re.findall(rb"/Type\s*/Page\b", printed)))
    assert sizes[0] == 1
    assert sizes[1] > 3


# The edition of the built book


@pytest.fixture(scope="module")
def made(html):
    """Make the edition of the built book."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return edition.make_edition(toc, config, "0", html)


@pytest.fixture(scope="module")
def pages(html):
    """Read the pages that the edition is made of."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return {page: edition.article_of(page, html) for page in build.toc_pages(toc)}


@pytest.fixture(scope="module")
def whole(made):
    """Read the edition."""
    return BeautifulSoup(made, "html.parser")


@pytest.mark.pages
def test_every_page_is_there_in_order(whole):
    """Each page of _toc.yml is an article, in its order, and the contents lead to it."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [edition.slug(page) for page in build.toc_pages(toc)]
    assert [tag["id"] for tag in whole.select("article")] == pages
    listed = {tag["href"] for tag in whole.select("#contents a")}
    assert {f"#{page}" for page in pages} <= listed


@pytest.mark.pages
def test_names_are_unique_and_every_link_within_resolves(whole):
    """No two places have one name; each link inside, and each reference to a place, finds one."""
    names = [tag["id"] for tag in whole.find_all(id=True)]
    assert len(names) == len(set(names))
    links = {tag["href"] for tag in whole.select("a[href]")}
    inner = {link for link in links if not link.startswith("https://")}
    assert len(inner) > 500
    assert {link for link in inner if link.removeprefix("#") not in set(names)} == set()
    words = {
        word
        for name in edition_page.REFERS
        for tag in whole.find_all(attrs={name: True})
        for word in ([tag[name]] if isinstance(tag[name], str) else tag[name])
    }
    assert {word for text in words for word in text.split()} <= set(names)


@pytest.mark.pages
def test_no_link_lost_its_place(whole, pages):
    """A place that a page's link names is named still: none falls back to the top of its page."""
    for page, article in pages.items():
        before = article.select("a.reference.internal[href*='#']")
        after = whole.select(f"#{edition.slug(page)} a.reference.internal[href*='--']")
        assert len(after) == len(before), page


@pytest.mark.pages
def test_every_figure_is_there_and_described(whole, pages):
    """Each figure of the pages has its picture in the file, and its alternative text as it was."""
    before = [
        image["alt"]
        for name, page in pages.items()
        if name.startswith("notebooks")
        for image in page.select("figure img")
    ]
    after = [image["alt"] for image in whole.select("article[id^=notebooks] figure img")]
    assert len(after) > 60
    assert after == before
    assert all(text.strip() for text in after)
    assert all(image["src"].startswith("data:image/") for image in whole.select("img"))


@pytest.mark.pages
def test_formulas_and_tables_are_all_there(whole, pages):
    """As many formulas, tables and cells as on the pages."""
    for kind in ("math", "table", "td", "pre", "details"):
        here = sum(len(page(kind)) for page in pages.values())
        assert len(whole.select(f"article {kind}")) == here > 0, kind


@pytest.mark.pages
def test_headings_nest(whole):
    """One title, and no heading skips a level."""
    levels = [int(tag.name[1]) for tag in whole.find_all(re.compile("^h[1-6]$"))]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


@pytest.mark.pages
def test_nothing_in_the_file_is_asked_of_another(made, whole):
    """No element or style names a file or a host from which something would be loaded."""
    assert whole.select("script, link, iframe, object, embed, base, [onclick]") == []
    style = "".join(tag.get_text() for tag in whole("style"))
    assert "url(" in style
    assert re.findall(r"@import|url\((?!\s*[\"']?(?:data:|#)).{0,60}", style) == []


@pytest.mark.pages
@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_the_file_opens_quietly_and_fits(made, browser, tmp_path, width):
    """From the disk it asks for itself alone, has no error, does not scroll sideways, and has its fonts."""
    path = tmp_path / "book.html"
    path.write_text(made, encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.goto(path.as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    fonts = page.evaluate(
        "document.fonts.ready.then(all => [...all].filter(one => one.status === 'loaded').length)"
    )
    fading = page.evaluate(
        "[...document.querySelectorAll('details.hide')].map(one => { one.open = true; "
        "return getComputedStyle(one.lastElementChild).animationName; })"
    )
    page.close()
    assert set(fading) == {"none"}, "What unfolds must be there at once, for print."
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert wide <= 0
    assert fonts >= 3
