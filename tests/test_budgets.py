"""What a chapter may take to compute, and what a page may weigh over the wire.

Times are those that the build has noted, in multiples of a fixed computation that it timed on the same
machine just before. Bytes are those of the built files, packed as a server would.
"""

import gzip
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from bs4 import BeautifulSoup
from build import toc_pages

ROOT = Path(__file__).resolve().parent.parent
TOC = toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
CHAPTERS = [Path(page).name for page in TOC if (ROOT / f"{page}.ipynb").is_file()]

# A chapter may take this many times the reference (some 0.4 s where nothing else runs), about three
# times what it takes; these chapters more, as they compute more.
TIMES = 120
MORE_TIMES = {
    "first_level": 320,
    "robustness": 240,
    "null_and_power": 180,
    "group_inference": 160,
    "convergence": 160,
    "discussion": 140,
}
MEGABYTES = 2500  # of a kernel

KB, MB = 1_000, 1_000_000
FIRST_PAGE, NEXT_PAGE, WHOLE_SITE = 700 * KB, 300 * KB, 60 * MB
READ_TO_THE_END = 450 * KB  # with the pictures that load when a reader reaches them
LOADED = {"stylesheet", "icon", "preload", "modulepreload"}
PACKED = {".html", ".css", ".js", ".json", ".svg", ".txt", ".ttf"}  # the others are packed already
ADDRESS = re.compile(r"url\(\s*[\"']?([^\"')]+)")
FONT = re.compile(r"@font-face\s*{[^}]*}")


@pytest.fixture(scope="module")
def records(html):
    """Return what the build has noted of each chapter, the newest record of each."""
    from jupyter_cache import get_cache

    found = get_cache(str(html.parent / ".jupyter_cache")).list_cache_records()
    return {Path(one.uri).stem: one.data for one in found}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_stays_in_its_budget(records, name):
    """Its time is within a generous multiple of the reference, its memory below the limit."""
    record = records[name]
    times = record["execution_seconds"] / record["reference_seconds"]
    assert times < MORE_TIMES.get(name, TIMES)
    assert (record["peak_mb"] or 0) < MEGABYTES


@cache
def wire(path):
    """Return the bytes of a file as a server sends it."""
    content = path.read_bytes()
    return len(gzip.compress(content, 6)) if path.suffix in PACKED else len(content)


def beside(path, address):
    """Return the files that an address in a file means: one, or none where it leads elsewhere."""
    if not address or re.match(r"[a-z]+:|//|#", address):
        return []
    target = (path.parent / unquote(re.split("[?#]", address)[0])).resolve()
    return [target] if target.is_file() else []


@cache
def with_sheets(path):
    """Return a style sheet with the sheets and pictures that it loads, and its fonts.

    Of a font only the first form is loaded. Which icons of the theme's own fonts a page needs only a browser
    knows: those are left to the test with one.
    """
    text = path.read_text(encoding="utf-8")
    fonts = [] if "fontawesome" in text.lower() else FONT.findall(text)
    addresses = [ADDRESS.search(font)[1] for font in fonts if ADDRESS.search(font)]
    addresses += ADDRESS.findall(FONT.sub("", text))
    found = {path}
    for target in (one for address in addresses for one in beside(path, address)):
        found |= with_sheets(target) if target.suffix == ".css" else {target}
    return frozenset(found)


@cache
def resources(path, to_the_end=False):
    """Return a page with all that it loads at once, or by its end: styles, scripts, pictures, fonts."""
    page, found = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser"), {path}
    for tag in page.find_all(["link", "script", "img", "source"]):
        if tag.name == "link" and LOADED.isdisjoint(tag.get("rel", [])):
            continue
        if tag.get("loading") == "lazy" and not to_the_end:
            continue
        for target in beside(path, tag.get("href" if tag.name == "link" else "src")):
            found |= with_sheets(target) if target.suffix == ".css" else {target}
    return frozenset(found)


def heaviest(files):
    """Name the heaviest files, for a message."""
    order = sorted(files, key=wire, reverse=True)[:6]
    return ", ".join(f"{file.name} {wire(file) / KB:.0f} kB" for file in order)


@pytest.mark.parametrize("name", TOC)
def test_a_page_is_light_for_who_comes_from_the_front_page(html, name):
    """What it loads beyond the front page stays below the limit of a next page, pictures further down apart."""
    own = resources(html / f"{name}.html") - resources(html / "book" / "index.html")
    assert sum(map(wire, own)) < NEXT_PAGE, heaviest(own)
    end = resources(html / f"{name}.html", True) - resources(html / "book" / "index.html")
    assert sum(map(wire, end)) < READ_TO_THE_END, heaviest(end)


def test_the_front_page_is_light_for_who_comes_first(html):
    """All that it loads stays below the limit of a first page."""
    files = resources(html / "book" / "index.html")
    assert sum(map(wire, files)) < FIRST_PAGE, heaviest(files)


def test_the_site_is_small(html):
    """All files together stay below the limit."""
    assert sum(path.stat().st_size for path in html.rglob("*") if path.is_file()) < WHOLE_SITE


@pytest.mark.pages
def test_a_browser_loads_no_more_than_that(html, site, browser):
    """What Chromium asks for on the front page, scripts of scripts and icons included, is within the limit."""
    page, asked = browser.new_page(), set()
    page.on("request", lambda request: asked.add(request.url))
    page.goto(f"{site}/book/index.html", wait_until="networkidle")
    page.close()
    files = {html / unquote(re.split("[?#]", url.removeprefix(f"{site}/"))[0]) for url in asked}
    files = {file for file in files if file.is_file()}
    assert html / "book" / "index.html" in files
    assert sum(map(wire, files)) < FIRST_PAGE, heaviest(files)


def test_weighing_counts_styles_fonts_and_pictures(tmp_path):
    """A page is weighed with its sheet, the first form of each font, and its pictures; a link is not followed."""
    for name in ("a.woff2", "a.ttf", "picture.png", "other.html"):
        (tmp_path / name).write_bytes(b"x" * 500)
    sheet = '@font-face { font-family: a; src: url("a.woff2"), url("a.ttf"); }'
    (tmp_path / "look.css").write_text(sheet, encoding="utf-8")
    (tmp_path / "page.html").write_text(
        '<link rel="stylesheet" href="look.css?digest=1"><img src="picture.png"><a href="other.html">on</a>'
        '<img src="https://elsewhere.org/x.png"><img src="data:image/png;base64,AAAA">',
        encoding="utf-8",
    )
    names = {file.name for file in resources(tmp_path / "page.html")}
    assert names == {"page.html", "look.css", "a.woff2", "picture.png"}
    assert wire(tmp_path / "picture.png") == 500
