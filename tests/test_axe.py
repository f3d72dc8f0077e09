"""axe finds nothing to mend on any page: light and dark, wide and narrow."""

from importlib.resources import files

import pytest
from tests.test_pages import TOC

pytestmark = pytest.mark.pages
PAGES = [*TOC, "search", "genindex", "404"]
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
RUN = """axe.run(document, {resultTypes: ["violations"]}).then(all => all.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")} ${node.html.slice(0, 120)}`)))"""


@pytest.fixture(scope="module")
def axe():
    """Return the program that looks for barriers."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "look"), [(name, LOOKS[number % len(LOOKS)]) for number, name in enumerate(PAGES)]
)
def test_a_page_has_no_barrier(site, browser, axe, name, look):
    """No rule of any level is broken, and none is left out; the looks take turns."""
    assert barriers(site, browser, axe, name, *look) == []


@pytest.mark.long
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barrier_in_any_look(site, browser, axe, name, look):
    """Nor is there one in any other look."""
    assert barriers(site, browser, axe, name, *look) == []


def barriers(site, browser, axe, name, scheme, width):
    """List the rules that a page breaks, each with its place."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(f"{site}/{name}.html", wait_until="networkidle")
    page.evaluate(axe)
    found = page.evaluate(RUN)
    page.close()
    return found
