"""Sphinx extension: a page runs the scripts of the book and no others, and tells the browser so.

Each page begins with a Content-Security-Policy. It allows files of the book, and scripts inside the page by
the checksum of each: markup that slips into a page, by whatever way, runs nothing. A script inside a page that
is not `KNOWN` here, or one in an attribute, stops the build: no output of a chapter can allow itself.

``file:`` stands beside ``'self'`` for a book that is opened from disk, since Firefox takes ``'self'`` to match
nothing there; a page that came over HTTP can load no file anyway. Styles may stand in pages: pandas, MathML and
the theme write them into tables and formulas.
"""

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path

from fonts import PRELOAD
from launch import BINDER
from sphinx.errors import ExtensionError
from theme import EARLY

BOOK = "'self' file:"
POLICY = {
    "default-src": BOOK,  # not 'none': Firefox loads the next page ahead by this
    "script-src": BOOK,
    "style-src": f"{BOOK} 'unsafe-inline'",
    "img-src": f"{BOOK} data:",
    "font-src": BOOK,
    "connect-src": BOOK,
    "frame-src": BOOK,
    "form-action": BOOK,
    **dict.fromkeys(["object-src", "media-src", "worker-src", "manifest-src"], "'none'"),
    "base-uri": "'none'",
}
THEBE = "https://unpkg.com/thebe@0.9.3/lib/"  # as in live.js
HUBS = ("*.mybinder.org", "notebooks.gesis.org")  # where Binder's machines are
#: What a page with live code may ask for besides, once its button is pressed.
LIVE = {
    "script-src": THEBE,
    "style-src": THEBE,
    "connect-src": " ".join([BINDER, *(f"{way}://{hub}" for hub in HUBS for way in ("https", "wss"))]),
}  # fmt: skip
#: An interactive viewer is a page of its own, with everything in it.
VIEWER = {
    "default-src": "'none'",
    "script-src": "",
    "style-src": "'unsafe-inline'",
    "img-src": "data:",
}

HANDLERS = (  # what press.js does instead
    (r'(<button) onclick="window\.print\(\)"', r'\1 data-press="print"'),
    (r'(<button) onclick="toggleFullScreen\(\)"', r'\1 data-press="fullscreen"'),
    (r'(<div class="eih-viewer"[^>]*><button[^>]*) onclick="[^"]*"', r'\1 data-press="viewer"'),
)
CHARSET = re.compile(r'<meta charset="utf-8" ?/?>', re.IGNORECASE)
DATA = re.compile(r"application/(.*\+)?json|text/x-thebe-config")  # such scripts are not run
NOT_FOUND = Path(__file__).parents[1] / "_root" / "404.html"


class Scripts(HTMLParser):
    """Collect what a page runs by itself: `inside`, texts of scripts; `attributes` with a script."""

    def __init__(self, page):
        super().__init__()
        self.inside, self.attributes, self._open = [], [], False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note scripts in attributes; begin a script."""
        given = {name: value or "" for name, value in attrs}
        for name, value in given.items():
            address = "".join(value.split()).lower()
            if name.startswith("on") or address.startswith("javascript:"):
                self.attributes.append(f'<{tag} {name}="{value}">')
        if tag == "script" and "src" not in given and not DATA.fullmatch(given.get("type", "")):
            self.inside.append("")
            self._open = True

    def handle_endtag(self, tag):
        """End a script."""
        self._open = self._open and tag != "script"

    def handle_data(self, data):
        """Keep the text of a script."""
        if self._open:
            self.inside[-1] += data


def _one_line(script):
    return " ".join(script.split())


#: The scripts that the book, its theme and Sphinx put into pages; … is a name or an address.
KNOWN = [
    re.compile(re.escape(_one_line(script)).replace("…", r"[\w./-]*"))
    for script in (
        EARLY,
        *Scripts(PRELOAD.format('["…", "…", "…"]')).inside,
        *Scripts(NOT_FOUND.read_text(encoding="utf-8")).inside,
        """document.documentElement.dataset.mode = localStorage.getItem("mode") || "light";
        document.documentElement.dataset.theme = localStorage.getItem("theme") || "light";""",
        "let toggleHintShow = 'Click to show';",
        "let toggleHintHide = 'Click to hide';",
        "let toggleOpenOnPrint = 'true';",
        "var togglebuttonSelector = '.toggle, .admonition.dropdown';",
        "DOCUMENTATION_OPTIONS.pagename = '…';",
        "DOCUMENTATION_OPTIONS.search_as_you_type = true;",
        "kernelName = '…'",
        """// Activate the search field on page load
        let searchInput = document.querySelector("form.bd-search input");
        if (searchInput) { searchInput.focus(); searchInput.select();
        console.log("[PST]: Set focus on search field."); }""",
    )
]


def checksum(script):
    """Return what allows a script inside a page, as the policy writes it."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"


def policy(sources, scripts):
    """Return a policy in one line, with the checksums of scripts that stand in the page."""
    allowed = dict.fromkeys(map(checksum, scripts))  # each once
    added = {**sources, "script-src": " ".join([sources["script-src"], *allowed]).strip()}
    return "; ".join(f"{name} {where}" for name, where in added.items())


def guard(page, name, viewer=False):
    """Return a page that begins with its policy.

    Raises
    ------
    ExtensionError
        The page has a script that is not known, or no place for the policy.
    """
    for handler, instead in HANDLERS:
        page = re.sub(handler, instead, page)
    found = Scripts(page)
    strange = found.attributes
    if not viewer:
        texts = map(_one_line, found.inside)
        strange += [text for text in texts if not any(one.fullmatch(text) for one in KNOWN)]
    if strange:
        raise ExtensionError(
            f"{name}: a script stands in the page that book/_ext/security.py does not know: "
            f"{strange[0][:200]!r}. Put it into a file in book/_static, or add it to KNOWN there."
        )
    sources = dict(VIEWER if viewer else POLICY)
    if ' data-binder="' in page:
        sources |= {where: f"{sources[where]} {more}" for where, more in LIVE.items()}
    head = (
        f'\n<meta http-equiv="Content-Security-Policy" content="{policy(sources, found.inside)}">'
        '\n<meta name="referrer" content="same-origin">'
    )
    guarded, places = CHARSET.subn(lambda charset: charset[0] + head, page, count=1)
    if not places:
        raise ExtensionError(f'{name}: no <meta charset="utf-8">, behind which the policy stands.')
    return guarded


def finish(app, exception):
    """Guard every page of the finished book."""
    if exception is not None or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    for path in sorted(outdir.rglob("*.html")):
        name = path.relative_to(outdir).as_posix()
        if not name.startswith("_static/"):
            page = path.read_text(encoding="utf-8")
            viewer = name.startswith("_images/viewer-")
            path.write_text(guard(page, name, viewer), encoding="utf-8")


def setup(app):
    """Connect to the end of the build, when pages are as they stay."""
    app.add_js_file("press.js", loading_method="defer")
    app.connect("build-finished", finish, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
