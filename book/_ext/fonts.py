"""Sphinx extension: the book's fonts, cut down to the characters it uses and served with it.

Source Sans Pro and Source Serif Pro (SIL Open Font License) come from packages of the lock. The licence
reserves their name for the unchanged files, so the cut ones go by another: see custom.css.
"""

import json
import logging
import shutil
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.ttLib.tables._g_l_y_f import Glyph

logging.getLogger("fontTools").setLevel(logging.WARNING)  # else it tells each table it cuts

FONTS = {
    "sans-regular": ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    "sans-semibold": ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    "sans-italic": ("font_source_sans_pro", "SourceSansPro-It.ttf"),
    "serif-semibold": ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
}
FIRST = ("sans-regular", "sans-semibold", "serif-semibold")  # needed for what a page shows first
# Latin, Greek letters of statistics, signs of mathematics, arrows and marks.
CHARACTERS = (
    *range(0x20, 0x7F), *range(0xA0, 0x100), 0x131, 0x160, 0x161, 0x17D, 0x17E, *range(0x3B1, 0x3CA),
    0x394, 0x3A3, *range(0x2010, 0x2028), 0x202F, *range(0x2030, 0x203B), *range(0x2080, 0x208A), 0x20AC,
    *range(0x2190, 0x2194), 0x2212, 0x221A, 0x2248, 0x2260, 0x2264, 0x2265, 0x2713, 0x2717,
)  # fmt: skip

PRELOAD = """<script>
if (location.protocol !== "file:") for (const href of {}) document.head.append(Object.assign(document.createElement("link"),
  {{ rel: "preload", as: "font", type: "font/woff", crossOrigin: "", fetchPriority: "high", href }}));
</script>
"""


def source(package, name):
    """Return where a font file of a package lies."""
    return Path(find_spec(package).submodule_search_locations[0], "files", name)


def cut(path, target, family, characters=CHARACTERS):
    """Write a font with some characters alone, under another name, its copyright notice kept."""
    features = ["kern", "liga", "tnum", "sups", "ssty"]  # the last: small signs of formulas
    options = subset.Options(flavor="woff", hinting=False, layout_features=features)
    font = subset.load_font(str(path), options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=characters)
    chosen.subset(font)
    if 0x20 in characters and 0x20 not in font.getBestCmap():
        add_space(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = family.replace(" ", "") if record.nameID == 6 else family
    subset.save_font(font, str(target), options)


def add_space(font):
    """Give a font of pictures an empty sign for the space, by which a browser measures a line."""
    glyphs = [*font.getGlyphOrder(), "space"]
    font.setGlyphOrder(glyphs)
    font["glyf"].glyphs["space"], font["glyf"].glyphOrder = Glyph(), glyphs
    font["hmtx"]["space"] = (font["head"].unitsPerEm // 4, 0)
    for part in font["cmap"].tables:
        part.cmap[0x20] = "space"


def make_fonts(app):
    """Cut the fonts once for each build."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "fonts")
    folder.mkdir(parents=True, exist_ok=True)
    for name, (package, file) in FONTS.items():
        cut(source(package, file), folder / f"{name}.woff", f"eih {name}")
        shutil.copyfile(
            source(package, "LICENSE.txt"), folder / f"{name.split('-')[0]}-LICENSE.txt"
        )


def preload(app, pagename, templatename, context, doctree):
    """Ask for the first fonts before the style sheet does, so that text does not jump.

    Opened from disk, a page may not ask ahead; there the style sheet's own request is quick.
    """
    addresses = [context["pathto"](f"_static/fonts/{name}.woff", resource=True) for name in FIRST]
    context["metatags"] = context.get("metatags", "") + PRELOAD.format(json.dumps(addresses))


def setup(app):
    """Connect both to the build."""
    app.connect("builder-inited", make_fonts)
    app.connect("html-page-context", preload)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
