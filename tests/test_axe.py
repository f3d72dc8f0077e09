"""axe finds nothing to mend on any page: light and dark, wide and narrow."""

from importlib.resources import files

import pytest
from tests.test_pages import TOC

pytestmark = pytest.mark.pages
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
RUN = """axe.run(document, {resultTypes: ["violations"]}).then(all => all.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")} ${node.html.slice(0, 120)}`)))"""


@pytest.fixture(scope="module")
def axe():
    """Return the program that looks for barriers."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*TOC, "search", "genindex", "404"])
def test_a_page_has_no_barrier(site, browser, axe, name):
    """No rule of any level is broken, and none is left out."""
    found = {}
    for scheme, width in LOOKS:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto(f"{site}/{name}.html", wait_until="networkidle")
        page.evaluate(axe)
        found[scheme, width] = page.evaluate(RUN)
        page.close()
    assert found == dict.fromkeys(LOOKS, [])
