"""Sphinx extension: light or dark is settled before the first paint, and without scripts it is light.

The theme writes data-theme="auto", for which it has no colours, and settles it in a script that runs late:
a dark page flashes, and without scripts colours are missing.
"""

EARLY = """
(() => {
  const root = document.documentElement.dataset;
  let mode = "auto";
  try { mode = localStorage.getItem("mode") || mode; } catch { /* storage is forbidden: as the system is */ }
  root.mode = mode;
  root.theme = mode === "auto" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : mode;
  let before = root.theme; // paper is light
  addEventListener("beforeprint", () => { before = root.theme; root.theme = "light"; });
  addEventListener("afterprint", () => { root.theme = before; });
})();
"""


def settle(app, pagename, templatename, context, doctree):
    """Make light the mode without scripts, and let a script in the head choose."""
    context["default_mode"] = "light"
    app.add_js_file(None, body=EARLY, priority=1)


def setup(app):
    """Connect to every page."""
    app.connect("html-page-context", settle)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
