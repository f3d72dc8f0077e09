"""Sphinx extension: a built page asks no other host for anything.

Three things would: MathJax (here one file, copied from a package of the lock), thebe (its loader
is taken out until the book offers live code), and the widget scripts (`nb_ipywidgets_js` in
_config.yml is empty).
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

# All TeX extensions and the glyphs (as SVG) are inside: MathJax loads no second file.
MATHJAX = "tex-svg-full.js"


def copy_mathjax(app, exception):
    """Copy MathJax beside the theme's own scripts."""
    if exception is None and app.builder.format == "html":
        package = Path(find_spec("sphinx-mathjax-offline").submodule_search_locations[0])
        target = Path(app.outdir, "_static", "mathjax", MATHJAX)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / "static" / "mathjax" / MATHJAX, target)


def drop_thebe(app, pagename, templatename, context, doctree):
    """Take the scripts of thebe out of a page."""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if "thebe" not in f"{script}{getattr(script, 'attributes', '')}".lower()
    ]


def setup(app):
    """Connect the two to the build."""
    app.connect("build-finished", copy_mathjax)
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
