"""Sphinx extension: formulas are turned into MathML when the book is built, so that no script sets them.

A browser draws MathML itself, in the colour of the text, and assistive technology reads it; where it does
not, it reads the label, which says the formula in words. The font (STIX Two Math, SIL Open Font License) comes from
a package of the lock and is cut to the signs that the formulas have.
"""

import re
import unicodedata
from html import escape, unescape
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

from docutils import nodes
from fonts import cut
from sphinx.util import logging

# What latex2mathml leaves as a letter of the keyboard though it is a sign.
SIGNS = {"~": "∼"}
NAMES = {"∑": "sum", "∏": "product", "∼": "follows", "−": "minus", "*": "convolved with"}
NAMES |= {"^": "hat", "β": "beta", "γ": "gamma", "ρ": "rho", "σ": "sigma"}
FORMULA = re.compile(r"<math .*?</math>", flags=re.DOTALL)
UNKNOWN = re.compile(r"\\[A-Za-z]+|&")


def to_mathml(tex, display="inline"):
    r"""Convert a formula into a tree of MathML.

    Raises
    ------
    ValueError
        A command of TeX is not known to latex2mathml.
    """
    from latex2mathml.converter import convert

    # Of environments with aligned lines it knows the one of amsmath, which looks the same.
    text = convert(tex.strip().replace("{aligned}", "{split}"), display=display)
    text = re.sub(r"&(?!#?\w+;)", "&amp;", text).replace("http://www.w3.org/1998/Math/MathML", "")
    tree = ET.fromstring(text.replace(' xmlns=""', ""))
    for node in tree.iter():
        left = UNKNOWN.search(node.text or "")
        if left:
            raise ValueError(
                f"The formula '{tex.strip()}' has '{left[0]}', which the book cannot set. "
                "Write it with other commands, or teach book/_ext/formulas.py."
            )
        if node.text in SIGNS:
            node.tag, node.text = "mo", SIGNS[node.text]
        if node.tag == "mover":  # as an accent, a hat over several letters would touch them
            node.attrib.setdefault("accent", "false")
    tree.set("aria-label", words(tree))
    return tree


def words(node):
    """Say a formula in words."""
    parts = [words(child) for child in node]
    if node.tag in ("mi", "mn", "mo", "mtext"):
        return NAMES.get(node.text, (node.text or "").replace("\N{NO-BREAK SPACE}", " "))
    large = parts and parts[0] in (
        "sum",
        "product",
    )  # TeX sets its limits below and above, or beside it
    if large and node.tag in ("msub", "munder"):
        text = f"{parts[0]} over {parts[1]} of"
    elif large and node.tag in ("msubsup", "munderover"):
        text = f"{parts[0]} from {parts[1]} to {parts[2]} of"
    elif node.tag == "msub":
        text = f"{parts[0]} sub {parts[1]}"
    elif node.tag == "msup":
        text = f"{parts[0]} to the power of {parts[1]}"
    elif node.tag == "msubsup":
        text = f"{parts[0]} sub {parts[1]} to the power of {parts[2]}"
    elif node.tag == "mfrac":
        text = f"the fraction of {parts[0]} and {parts[1]}"
    elif node.tag == "msqrt":
        text = f"the square root of {' '.join(parts)}"
    else:
        text = " ".join(filter(None, parts))
    return re.sub(r"\s+([,.)])|(\()\s+", r"\1\2", " ".join(text.split()))


def draw(self, node, display):
    """Write a formula; one that cannot be set is a warning, which the build does not let pass."""
    try:
        made = ET.tostring(to_mathml(node.astext(), display), encoding="unicode")
    except ValueError as error:
        logging.getLogger(__name__).warning(str(error), location=node)
        made = f"<code>{escape(node.astext())}</code>"
    return made


def visit_inline(self, node):
    """Write a formula within a line."""
    self.body.append(f'<span class="math">{draw(self, node, "inline")}</span>')
    raise nodes.SkipNode


def visit_block(self, node):
    """Write a formula on a line of its own."""
    self.body.append(f'<div class="math" tabindex="0">{draw(self, node, "block")}</div>\n')
    raise nodes.SkipNode


def signs_of(pages):
    """Return the characters of the formulas in pages: letters also as the slanted ones that they become."""
    text = "".join(found for page in pages for found in FORMULA.findall(page))
    plain = set(unescape(re.sub(r"<[^>]+>", "", text))) | {"√"}
    slanted = [chr(code) for code in (0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))]
    used = [sign for sign in slanted if unicodedata.normalize("NFKC", sign) in plain]
    return sorted(map(ord, {*plain, *used}))


def make_font(app, exception):
    """Cut the font of the formulas once they are written."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    pages = [path.read_text(encoding="utf-8") for path in folder.rglob("*.html")]
    package = find_spec("ziamath").submodule_search_locations[0]
    font = Path(package, "fonts", "STIXTwoMath-Regular.ttf")
    cut(font, folder / "_static" / "fonts" / "math.woff", "eih math", signs_of(pages))


def setup(app):
    """Make this the way in which formulas are written: `html_math_renderer: mathml` in _config.yml."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("build-finished", make_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
