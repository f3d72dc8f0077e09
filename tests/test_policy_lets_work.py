"""Under the policy all that a page can do still works, from a server and from disk."""

import re

import light
import pytest
import security
from tests.serving import serving_folder
from tests.test_policy import BLANK, NOTE
from tests.waiting import wait_until

from eih.brain.map_viewer import MapViewer


@pytest.fixture(params=["served", "from disk"])
def reader(request, html, site, browser):
    """Open pages as a reader does, from a server or from disk; at the end, nothing was refused."""
    start = site if request.param == "served" else html.as_uri()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page, errors = context.new_page(), []
    page.add_init_script(NOTE)
    page.on("pageerror", lambda error: errors.append(str(error)))

    def goto(name):
        page.goto(f"{start}/{name}", wait_until="networkidle")
        return page

    yield goto
    refused = page.evaluate("window.refused")
    context.close()
    assert refused == []
    # Chromium lets no page from disk read another, so the search shows titles there, without excerpts.
    assert set(errors) <= ({"Failed to fetch"} if request.param == "from disk" else set())


@pytest.mark.pages
@pytest.mark.parametrize("name", ["search.html", "genindex.html", "404.html", "index.html"])
def test_pages_outside_the_contents_are_let_run(reader, name):
    """Search, index, the page for what is not there, and the one that leads to the front page refuse nothing."""
    reader(name)


@pytest.mark.pages
def test_the_search_finds(reader):
    """A word in the search box of a page leads to the pages that have it."""
    page = reader("book/glossary.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("naloxone")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=naloxone")
    page.get_by_text(re.compile("Search finished, found [1-9]")).wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("#search-results li a").count() > 10


@pytest.mark.pages
def test_the_ledger_is_narrowed(reader):
    """Typed words leave those rows alone that have them."""
    page = reader("notebooks/ledger.html")
    rows = page.locator("tr[data-verdict]:visible")
    before = rows.count()
    page.locator("article input[type=search]").fill("naloxone")
    shown = "[...document.querySelectorAll('tr[data-verdict]')].filter(e => e.offsetParent).length"
    wait_until(page, f"{shown} < {before}")
    assert 0 < rows.count() < before


@pytest.mark.pages
def test_a_live_figure_is_drawn(reader):
    """The script of a figure reads its data and takes the place of the still picture."""
    page = reader("notebooks/design_and_data.html")
    assert page.locator("figure.eih-live select:visible").count() > 0


@pytest.mark.pages
def test_the_buttons_of_a_page_do_what_they_say(reader):
    """Light and dark, full screen, print, copy, and what is folded away."""
    page = reader("notebooks/heat_pain.html")
    root = "document.documentElement.dataset.theme"
    seen = set()
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").click()
        seen.add(page.evaluate(root))
    assert seen == {"light", "dark"}
    page.locator("button.btn-fullscreen-button").click()
    wait_until(page, "document.fullscreenElement")
    page.evaluate("document.exitFullscreen()")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.locator("button.btn-download-pdf-button").dispatch_event("click")
    assert page.evaluate("window.printed")
    copy = page.locator("button.copybtn").first
    copy.dispatch_event("click")
    wait_until(page, "document.querySelector('button.copybtn.success')")
    fold = page.locator("article details:visible").first
    was = fold.evaluate("fold => fold.open")
    fold.locator("summary").first.click()
    assert fold.evaluate("fold => fold.open") != was


VIEWED = f"""<canvas id="seen"></canvas><script>
document.getElementById("seen").dataset.drawn = 1;
try {{ parent.document.title = "evil"; }} catch {{ document.getElementById("seen").dataset.kept = 1; }}
</script>{"<!-- -->" * 200}"""


@pytest.mark.fault(
    "security",
    "an interactive viewer of a map that reaches for the page around it",
    "it cannot: it runs in a box of its own, with a policy of its own",
)
@pytest.mark.parametrize("way", ["served", "from disk"])
def test_a_viewer_runs_in_a_box_of_its_own(root, browser, tmp_path, way):
    """Its script runs once the button is pressed, and cannot change the page."""
    shown = MapViewer(BLANK + VIEWED, "a map")._repr_html_()
    page = _page_with_viewer(root, tmp_path, shown)
    tab = _press(browser, tmp_path, page, way)
    seen = tab.frame_locator("iframe[title='a map']").locator("#seen")
    seen.wait_for(state="attached")
    assert seen.evaluate("seen => ({...seen.dataset})") == {"drawn": "1", "kept": "1"}
    assert tab.title() == "as it was"
    tab.close()


@pytest.mark.parametrize("way", ["served", "from disk"])
def test_the_viewer_of_a_map_draws(root, browser, tmp_path, way):
    """The real viewer refuses nothing of itself, and its slices are drawn."""
    import nibabel
    import numpy as np

    from eih.brain.map_viewer import view_map

    values = np.zeros((20, 20, 20), dtype="float32")
    values[8:12, 8:12, 8:12] = 5
    affine = np.array([[8, 0, 0, -80], [0, 8, 0, -80], [0, 0, 8, -80], [0, 0, 0, 1]])
    image = nibabel.Nifti1Image(values, affine)
    shown = view_map(image, 3, "a map")._repr_html_()
    tab = _press(browser, tmp_path, _page_with_viewer(root, tmp_path, shown), way)
    canvas = tab.frame_locator("iframe").locator("canvas").first
    canvas.wait_for()
    (frame,) = tab.frames[1:]
    wait_until(frame, "document.querySelector('canvas').width > 300")
    assert frame.evaluate("window.refused") == []
    tab.close()


def _page_with_viewer(root, folder, shown):
    """Write a page of a book with a viewer in it, as the build does."""
    store = light.Store(folder)
    script = (root / "book" / "_static" / "press.js").read_text(encoding="utf-8")
    store.write("press.js", script.encode("utf-8"))
    lightened = light.lighten(f'{BLANK}<script src="press.js"></script>{shown}', "", store)
    for path in folder.rglob("viewer-*.html"):
        viewer = security.guard(path.read_text(encoding="utf-8"), path.name, viewer=True)
        path.write_text(viewer, encoding="utf-8")
    return security.guard(lightened, "page.html")


def _press(browser, folder, text, way):
    """Open the page and press the button of its viewer."""
    (folder / "page.html").write_text(text, encoding="utf-8")
    tab = browser.new_page()
    tab.add_init_script(NOTE)
    if way == "from disk":
        tab.goto((folder / "page.html").as_uri())
        tab.get_by_role("button", name="Open the interactive viewer: a map").click()
    else:
        with serving_folder(folder) as server:
            tab.goto(f"{server.url}/page.html")
            tab.get_by_role("button", name="Open the interactive viewer: a map").click()
            tab.wait_for_load_state("networkidle")
    return tab
