"""Sphinx extension: the picture that goes with a link to the book, with the scoreboard of this build."""

import re
from pathlib import Path

from fonts import FONTS, source

TILE = re.compile(
    r'class="eih-tile eih-(?P<css>[a-z-]+)"[^>]*><strong>(?P<number>\d+)</strong><span>(?P<words>[^<]+)</span>'
)
COLOURS = {
    "exact": "#57c48f",
    "rounding": "#9ccf6d",
    "explained": "#f0b866",
    "differs": "#ff9b91",
    "not-public": "#8fa3b5",
    "cited": "#6f8496",
}
GROUND, INK, FAINT = "#14304c", "#ffffff", "#b9cbdc"


def scoreboard(page):
    """Read the counts of verdicts from the built ledger: class, number and words of each tile."""
    found = [match.groups() for match in TILE.finditer(page)]
    return list(dict.fromkeys(found))


def draw_card(tiles, target):
    """Draw title and scoreboard, 1200 by 630 pixels."""
    import matplotlib.pyplot as plt
    from matplotlib import font_manager

    names = {}
    for key, (package, file) in FONTS.items():
        path = str(source(package, file))
        font_manager.fontManager.addfont(path)
        names[key] = font_manager.FontProperties(fname=path)
    drawing = plt.figure(figsize=(12, 6.3), dpi=100, facecolor=GROUND, layout="none")
    ax = drawing.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 1200), ylim=(0, 630))
    ax.axis("off")
    serif, sans, bold = (names[key] for key in ("serif-semibold", "sans-regular", "sans-semibold"))
    ax.text(80, 470, "Does hard exercise\nrelieve pain?", font=serif, size=62, color=INK, va="center", linespacing=1.15)  # fmt: skip
    lines = "An executable edition of Nold, Fadai & Büchel (eLife 2025):\nevery printed number, recomputed."
    ax.text(80, 300, lines, font=sans, size=25, color=FAINT, va="center", linespacing=1.4)
    left, total = 80, sum(int(number) for _, number, _ in tiles) or 1
    for css, number, _ in tiles:
        width = 1040 * int(number) / total
        ax.add_patch(plt.Rectangle((left, 158), width, 26, color=COLOURS[css], lw=0))
        left += width
    step = 1040 / max(len(tiles), 1)
    for place, (css, number, words) in enumerate(tiles):
        x = 80 + place * step
        ax.text(x, 112, number, font=bold, size=30, color=COLOURS[css], va="center")
        ax.text(x, 74, words.split(" ", 1)[-1], font=sans, size=18, color=FAINT, va="center")
    drawing.savefig(target, dpi=100, facecolor=GROUND)
    plt.close(drawing)


def make_card(app, exception):
    """Draw the card once the ledger is written."""
    if exception is None and app.builder.format == "html":
        ledger = Path(app.outdir, "notebooks", "ledger.html")
        tiles = scoreboard(ledger.read_text(encoding="utf-8")) if ledger.is_file() else []
        draw_card(tiles, Path(app.outdir, "_static", "card.png"))


def setup(app):
    """Connect the card to the build."""
    app.connect("build-finished", make_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
