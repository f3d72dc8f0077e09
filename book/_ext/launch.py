"""Sphinx extension: each chapter says how to run it: download, Binder, live code on the page.

What needs an address is left out of a book that has none (see `provenance.py`). Nothing is loaded
from another host before a reader asks for it.
"""

from html import escape
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from provenance import repository

BINDER = "https://mybinder.org"
OPENING = "eih-opening"
HOW = "book/run"


def is_notebook(app, docname):
    """Tell whether a page is an executed notebook."""
    return Path(app.env.doc2path(docname)).suffix == ".ipynb"


def binder_link(repository, docname):
    """Return the address that opens a chapter in JupyterLab on Binder."""
    place = quote(f"lab/tree/{docname}.ipynb", safe="")
    return f"{BINDER}/v2/{repository.binder}?urlpath={place}"


def launch_bar(repository, docname, up, how):
    """Return the HTML of the bar: `up` leads to the front folder, `how` to the page of help."""
    name = docname.rsplit("/", 1)[-1]
    parts = [
        f'<a href="{up}_sources/{docname}.ipynb" download="{name}.ipynb">Download notebook</a>'
    ]
    if repository:
        link = escape(binder_link(repository, docname))
        parts.append(f'<a href="{link}">Open in JupyterLab on Binder</a>')
        parts.append(
            f'<button type="button" class="eih-live" hidden data-binder="{BINDER}" '
            f'data-repository="{escape(repository.binder)}" data-name="{escape(docname)}">'
            "Make the code on this page live</button>"
        )
    parts.append(f'<a href="{how}">How to run it</a>')
    return (
        '<div class="eih-launch" role="group" aria-label="Run this chapter">'
        f'<span class="eih-launch-title">Run this chapter</span>{"".join(parts)}</div>'
    )


def add_bar(app, doctree, docname):
    """Put the bar below the opening of a chapter, or below its title."""
    if app.builder.format != "html" or not is_notebook(app, docname):
        return
    up = "../" * docname.count("/")
    how = f"{up}{HOW}.html" if HOW in app.env.found_docs else f"{up}index.html"
    bar = nodes.raw("", launch_bar(repository(), docname, up, how), format="html")
    openings = [
        node for node in doctree.findall(nodes.Element) if OPENING in node.get("classes", [])
    ]
    place = openings[0] if openings else next(iter(doctree.findall(nodes.title)))
    place.parent.insert(place.parent.index(place) + 1, bar)


def setup(app):
    """Connect the bar to the build."""
    if repository():
        app.tags.add("launch")  # pages may say `{only} launch`
    app.connect("doctree-resolved", add_bar)
    app.add_css_file("reference.css")
    app.add_js_file("live.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
