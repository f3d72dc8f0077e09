"""Sphinx extension: what theme, pandas and bibliography write is mended for readers who do not see the page.

Fields of a table without a heading are no headings; what can be pressed has a name, and the one that is seen;
everything stands in a part of the page that has a name.
"""

import re
from pathlib import Path

MENDED = (
    # pandas heads the index, and the gaps between several lines of heads, with nothing
    (r'<th( class="(?:blank|index_name)[^"]*")?(?: *)>(?:\s|&nbsp;)*</th>', r"<td\1></td>"),
    # the arrow that unfolds a part of the list of pages
    (r'<summary>(?=<span class="toctree-toggle")', '<summary aria-label="Pages below this one">'),
    # the words on the button of the search are its name
    (r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"', r"\1"),
    (r'(<a class="navbar-brand logo".*?</a>)', r'<nav aria-label="Front page">\1</nav>'),
    # a role that was withdrawn; the list around it says what its parts are
    (r'(<div class="citation"[^>]*) role="doc-biblioentry"', r'\1 role="listitem"'),
)  # fmt: skip
PATTERNS = [(re.compile(pattern, flags=re.DOTALL), new) for pattern, new in MENDED]


def mend(page):
    """Return a page that axe has nothing to say about."""
    for pattern, new in PATTERNS:
        page = pattern.sub(new, page)
    return page


def finish(app, exception):
    """Mend every page of the finished book."""
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        if "_static" not in path.relative_to(app.outdir).parts:
            path.write_text(mend(path.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app):
    """Connect to the end of the build."""
    app.connect("build-finished", finish, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
