"""Sphinx extension: a built page asks no other host for anything.

Three things would: MathJax (formulas are MathML, see `formulas.py`), thebe (its loader is taken out;
`live.js` loads it when a reader asks for live code), and the widget scripts (`nb_ipywidgets_js` in
_config.yml is empty).
"""


def drop_thebe(app, pagename, templatename, context, doctree):
    """Take the scripts of thebe out of a page."""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if "thebe" not in f"{script}{getattr(script, 'attributes', '')}".lower()
    ]


def setup(app):
    """Connect to every page."""
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
