"""The built pages are complete, quiet, self-contained and readable on any screen."""

import functools
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import build
import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parent.parent
TOC = build.toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
PAGES = ["index", *TOC]
WIDTHS = {"desktop": 1280, "phone": 390}

pytestmark = pytest.mark.pages


def soup(path):
    """Read a page."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def anchors(path):
    """Return the places of a page that a link can lead to."""
    return {tag["id"] for tag in soup(path).find_all(id=True)}


def watch(page):
    """Collect, while a page loads, what it should not do."""
    troubles = []

    def console(message):
        if message.type in ("error", "warning"):
            troubles.append(f"console: {message.text}")

    def response(answer):
        if answer.status >= 400:
            troubles.append(f"{answer.status}: {answer.url}")

    def request(asked):
        address = urlsplit(asked.url)
        if address.scheme not in ("data", "blob", "file") and address.hostname != "127.0.0.1":
            troubles.append(f"another host: {asked.url}")

    page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
    page.on("requestfailed", lambda failed: troubles.append(f"failed: {failed.url}"))
    page.on("console", console)
    page.on("response", response)
    page.on("request", request)
    return troubles


def open_page(browser, address, width=1280):
    """Open an address, wait until it is quiet; return the page and its troubles."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    troubles = watch(page)
    page.goto(address, wait_until="networkidle")
    return page, troubles


def test_every_page_was_built_without_error_output(html):
    """Each page of _toc.yml exists and shows neither a traceback nor a warning."""
    assert build.page_problems(TOC, html) == []


def test_the_book_is_that_of_the_present_sources(html):
    """The pages were built from the files as they are now."""
    assert build.read_state().get("complete") == build.inputs(), (
        "The book is older than its sources. Call: make book"
    )


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_a_page_loads_quietly_and_fits(site, browser, name, width):
    """Served, a page has no error, asks no other host, and does not scroll sideways."""
    page, troubles = open_page(browser, f"{site}/{name}.html", width)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.close()
    assert troubles == []
    assert wide <= 0, f"The page is {wide} pixels wider than the screen."


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_from_disk(html, browser, name):
    """Opened as a file, without a server, a page has no error either."""
    page, troubles = open_page(browser, (html / f"{name}.html").as_uri())
    page.close()
    assert troubles == []


def test_formulas_are_set_without_a_script(site, html, browser):
    """Every formula of the book is MathML with a name in words, and is drawn in the book's font."""
    found = [(name, tag) for name in TOC for tag in soup(html / f"{name}.html").select(".math")]
    assert len(found) > 15
    assert [name for name, tag in found if not tag.select("math[aria-label]")] == []
    page, _ = open_page(browser, f"{site}/{found[0][0]}.html")
    loaded = page.evaluate(
        "document.fonts.ready.then(all => [...all].filter(one => one.status === 'loaded').map(one => one.family))"
    )
    page.close()
    assert "eih math" in {name.strip('"') for name in loaded}


@pytest.mark.parametrize("name", PAGES)
def test_links_inside_the_book_lead_somewhere(html, name):
    """Each file that a page names exists, and so does each anchor."""
    path = html / f"{name}.html"
    broken = []
    for tag in soup(path).find_all(["a", "img", "link", "script"]):
        link = tag.get("href") or tag.get("src") or ""
        if not link or link == "#" or urlsplit(link).scheme or link.startswith("//"):
            continue
        address, anchor = urldefrag(link)
        target = path.parent / unquote(urlsplit(address).path) if address else path
        if not target.is_file() or (
            anchor and target.suffix == ".html" and unquote(anchor) not in anchors(target)
        ):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", TOC)
def test_every_picture_is_described(html, name):
    """Each image of the content has an alternative text that is more than a file name."""
    images = soup(html / f"{name}.html").select("article img")
    bare = [
        image.get("src", "")[:60]
        for image in images
        if not image.get("alt", "").strip() or image["alt"].endswith((".png", ".svg", ".jpg"))
    ]
    assert bare == []


@pytest.mark.parametrize("name", TOC)
def test_a_page_has_one_title(html, name):
    """Each page has exactly one first-level heading."""
    assert len(soup(html / f"{name}.html").select("article h1")) == 1
