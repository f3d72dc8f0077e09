"""A page is light: few bytes, pictures when a reader comes to them, nothing that waits for another host."""

import base64
import gzip
import io
import re

import light
import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from tests.test_pages import PAGES, TOC, soup

PACKED = {".html", ".css", ".js", ".svg", ".json"}  # servers send these compressed
FIRST, NEXT, SITE = 700_000, 300_000, 60_000_000


def drawing(size=(40, 30), lines=20):
    """Return a PNG with a gradient, so that it has many colours, and one red dot."""
    picture = Image.new("RGB", size)
    for x in range(size[0]):
        for y in range(size[1]):
            picture.putpixel((x, y), (x * 6, y * 8, (x * y) % 256))
    picture.putpixel((3, 3), (255, 0, 0))
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def test_a_picture_keeps_size_and_rare_colours():
    """What comes out has few colours, and the single red dot is still nearly red."""
    made = Image.open(io.BytesIO(light.encode(drawing(), 128)))
    assert made.format == "WEBP"
    assert made.size == (40, 30)
    assert len(made.convert("RGB").getcolors()) <= 128
    red, green, blue = made.convert("RGB").getpixel((3, 3))
    assert red > 220
    assert max(green, blue) < 40


def figure(looks="eih-figure", label="fig-1"):
    """Return a figure as a notebook holds it."""
    data = base64.b64encode(drawing()).decode()
    return (
        f'<figure class="{looks}" id="{label}"><div></div><img src="data:image/png;base64,{data}" '
        'alt="A gradient." width="4" height="3"><figcaption>x</figcaption></figure>'
    )


def test_figures_become_files_and_all_but_the_first_wait(tmp_path):
    """The address leads up to the folder of pictures; words and size of the picture stay."""
    store = light.Store(tmp_path / "html")
    page = light.lighten(figure() + figure("eih-figure eih-scan", "fig-2"), "../", store)
    store.finish()
    tags = re.findall(r"<img [^>]*>", page)
    assert ["lazy" in tag for tag in tags] == [False, True]
    assert all('alt="A gradient." width="4" height="3"' in tag for tag in tags)
    places = re.findall(r'src="\.\./(_images/[^"]+)"', page)
    assert [place.split("-")[1] for place in places] == ["1", "2"]
    assert all((tmp_path / "html" / place).stat().st_size for place in places)


def test_the_still_picture_of_a_live_figure_waits(tmp_path):
    """A script hides it, so it is loaded only where none runs."""
    store = light.Store(tmp_path / "html")
    assert "lazy" in light.lighten(figure("eih-figure eih-live"), "", store)


def test_a_viewer_becomes_a_file(tmp_path):
    """The document of a viewer is not part of the page; the button finds it by its address."""
    document = "<!doctype html>" + "x" * 2000
    held = base64.b64encode(document.encode()).decode()
    store = light.Store(tmp_path / "html")
    page = light.lighten(f'<div class="eih-viewer" data-viewer="{held}"></div>', "../", store)
    place = re.search(r'data-viewer="\.\./([^"]+\.html)"', page)[1]
    assert (tmp_path / "html" / place).read_text() == document


def test_the_script_of_all_icons_is_left_out():
    """The theme's tag goes with its comment; other scripts stay."""
    icons = '<!-- So that users can add custom icons -->\n<script defer src="x/fontawesome.js"></script>'
    assert light.lighten(f'{icons}<script src="y.js"></script>', "", None) == (
        '<script src="y.js"></script>'
    )


def sent(path):
    """Return the bytes that a server sends for a file."""
    data = path.read_bytes()
    return len(gzip.compress(data, 6)) if path.suffix in PACKED else len(data)


@pytest.mark.pages
def test_the_site_is_small(html):
    """All files together stay below the budget."""
    assert sum(path.stat().st_size for path in html.rglob("*") if path.is_file()) < SITE


@pytest.mark.pages
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stays_within_its_budget(site, html, browser, name):
    """What is asked for until the page is quiet: as first page, and with the shared files at hand."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked = []
    page.on("request", lambda one: asked.append(one.url.split("?")[0].split("#")[0]))
    page.goto(f"{site}/{name}.html", wait_until="networkidle")
    page.close()
    files = {html / url.removeprefix(f"{site}/") for url in asked if url.startswith(site)}
    sizes = {path: sent(path) for path in files if path.is_file()}
    shared = ("_static", "searchindex.js")
    own = {
        path: size for path, size in sizes.items() if path.relative_to(html).parts[0] not in shared
    }
    assert sum(sizes.values()) < FIRST
    assert sum(own.values()) < NEXT


@pytest.mark.pages
def test_the_font_of_icons_has_a_space_to_measure_by(html):
    """Firefox measures lines by the space: where a font has none, it fetches the theme's own file of icons."""
    font = TTFont(html / "_static" / "fonts" / "icons.woff")
    space = font.getBestCmap()[ord(" ")]
    assert font["hmtx"][space][0] > 0
    assert font["glyf"][space].numberOfContours == 0


@pytest.mark.pages
def test_only_the_icons_in_use_are_loaded(site, browser):
    """The theme's own file of icons is not needed, on a page with every kind of them."""
    page = browser.new_page()
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{site}/notebooks/robustness.html", wait_until="networkidle")
    page.close()
    assert [url for url in asked if "fontawesome" in url] == []
    assert any("icons.woff" in url for url in asked)


@pytest.mark.pages
@pytest.mark.parametrize("name", TOC)
def test_pictures_leave_room_for_themselves(html, name):
    """Each picture of a figure is a file and has width and height, so that nothing moves when it comes."""
    pictures = soup(html / f"{name}.html").select("figure img")
    assert all(tag.get("width") and tag.get("height") for tag in pictures)
    assert all(tag["src"].endswith(".webp") for tag in pictures)
