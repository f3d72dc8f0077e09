"""Sphinx extension: a page asks for little, and for pictures and viewers only when a reader comes to them.

Notebooks carry their figures in themselves, as PNG in text. In the built book each is a file of its own,
with few colours (which drawings have anyway) and as WebP: a fifth of the bytes. The theme's icons are cut to
those in use; the script that could draw any other icon is left out, as no page has one.
"""

import base64
import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fonts import cut

DRAWING = 'src="data:image/png;base64,'
FIGURE = re.compile(
    r'<figure class="(?P<looks>eih-figure[^"]*)" id="(?P<id>[^"]+)"[^>]*>(?:(?!</figure>).)*?<img '
    + DRAWING
    + r'(?P<data>[^"]+)"',
    flags=re.DOTALL,
)
VIEWER = re.compile(r'data-viewer="(?P<data>[^"]{1000,})"')
ICON_SCRIPT = re.compile(r"\s*<!-- So that users can add custom icons -->\s*<script[^>]*></script>")
COLOURS = {True: 256, False: 128}  # is it an image of the brain?
ICON = re.compile(r"\bfa-[a-z-]+")
ICON_CODE = r'\.{}(?=[:,])[^{{]*:before\{{content:"\\([0-9a-f]{{2,5}})"'
NEEDLESS = ("scripts/fontawesome.js", "scripts/*.map", "styles/*.map")


def encode(png, n_colours):
    """Return a picture with few colours as WebP without further loss.

    The colours are those that are farthest apart: a thin line in a rare colour keeps it.
    """
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    method = Image.Quantize.MAXCOVERAGE
    few = picture.quantize(n_colours, method=method, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.convert("RGB").save(out, format="WEBP", lossless=True, quality=80, method=4)
    return out.getvalue()


class Store:
    """Files that pages refer to, named by what is in them; pictures are encoded once for many builds."""

    def __init__(self, outdir):
        self.outdir = Path(outdir)
        self.kept = self.outdir.parent / ".pictures"
        self.waiting = {}

    def picture(self, name, data, n_colours):
        """Return the address below the book's folder of a picture, given as Base64."""
        digest = hashlib.sha256(f"{n_colours}{data}".encode()).hexdigest()[:16]
        place = f"_images/{name}-{digest[:8]}.webp"
        self.waiting[place] = (digest, data, n_colours)
        return place

    def viewer(self, data):
        """Write a document, given as Base64; return its address below the book's folder."""
        document = base64.b64decode(data)
        place = f"_images/viewer-{hashlib.sha256(document).hexdigest()[:8]}.html"
        self.write(place, document)
        return place

    def write(self, place, content):
        """Write a file below the book's folder."""
        path = self.outdir / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def finish(self):
        """Write the pictures, encoding those that are new."""
        self.kept.mkdir(exist_ok=True)

        def make(item):
            place, (digest, data, n_colours) = item
            kept = self.kept / f"{digest}.webp"
            if not kept.is_file():
                part = kept.with_suffix(".part")
                part.write_bytes(encode(base64.b64decode(data), n_colours))
                part.replace(kept)
            self.write(place, kept.read_bytes())

        with ThreadPoolExecutor() as pool:
            list(pool.map(make, self.waiting.items()))


def lighten(page, up, store):
    """Return a page without what it can ask for later; `up` leads to the book's folder."""
    n_before = 0

    def refer(match):
        nonlocal n_before
        scan, live = ("eih-scan" in match["looks"]), ("eih-live" in match["looks"])
        place = store.picture(match["id"], match["data"], COLOURS[scan])
        # The first picture is shown early; that of a live figure only where no script runs.
        when = 'loading="lazy" ' if live or n_before else ""
        n_before += not live
        start = match[0][: -len(DRAWING) - len(match["data"]) - 1]
        return f'{start}{when}decoding="async" src="{up}{place}"'

    page = VIEWER.sub(lambda found: f'data-viewer="{up}{store.viewer(found["data"])}"', page)
    return ICON_SCRIPT.sub("", FIGURE.sub(refer, page))


def icons_of(pages, style):
    """Return the characters of the icons that pages use, as the theme's style sheet knows them."""
    names = {name for page in pages for name in ICON.findall(page)}
    codes = re.findall(r'content:"\\(f[0-9a-f]{3})"', style["book"])
    codes += [f"{ord(sign):x}" for sign in re.findall(r'--pst-icon[a-z-]*:"(.)"', style["theme"])]
    for name in names | {"fa-xmark"}:  # this one is added by a script
        codes += re.findall(ICON_CODE.format(re.escape(name)), style["theme"])
    return sorted({int(code, 16) for code in codes})


def finish(app, exception):
    """Lighten every page of the finished book."""
    if exception is not None or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    store, pages = Store(outdir), []
    for path in sorted(outdir.rglob("*.html")):
        if "_static" in path.relative_to(outdir).parts:
            continue
        page = path.read_text(encoding="utf-8")
        up = "../" * (len(path.relative_to(outdir).parts) - 1)
        pages.append(lighten(page, up, store))
        path.write_text(pages[-1], encoding="utf-8")
    store.finish()
    static = outdir / "_static"
    style = {
        name: (static / "styles" / f"{file}.css").read_text(encoding="utf-8")
        for name, file in {"theme": "pydata-sphinx-theme", "book": "sphinx-book-theme"}.items()
    }
    font = static / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf"
    # Without a space in it, Firefox fetches the theme's whole font too, to measure lines.
    signs = [ord(" "), *icons_of(pages, style)]
    cut(font, static / "fonts" / "icons.woff", "eih icons", signs)
    for pattern in NEEDLESS:
        for path in static.glob(pattern):
            path.unlink()


def setup(app):
    """Connect to the end of the build."""
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
