"""Sphinx extension: what the benchmarks have found, read from the folder benchmarks.

``{eih-speed} table`` shows the stored lines, ``{eih-speed} machine`` what measured, ``{eih-speed} growth`` how
time and memory grow with the number of people.
"""

import json
from importlib.resources import files
from pathlib import Path

import pandas as pd
from docutils import nodes
from node_tables import table
from sphinx.util.docutils import SphinxDirective

from eih.style import PALETTE, figure

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
RESULTS, MACHINE = FOLDER / "results.tsv", FOLDER / "machine.json"
MARKS, COLOURS = "oDs^v", ("saline", "naloxone", "low", "high", "female")


def results():
    """Return the stored lines."""
    return pd.read_csv(RESULTS, sep="\t", dtype={"people": "Int64"})


def lines(found):
    """Return header and rows of the table for readers: what has a requirement or a peer, without floors."""
    asked = found.required.notna() | found.peer.notna()
    told = found[asked & ~found.what.str.startswith("floor")]
    rows = [
        [
            _what(row),
            _figures(row, "ours"),
            [_figures(row, "theirs"), *([row.peer] if pd.notna(row.peer) else [])],
            f"{row.ratio:.1f}" if pd.notna(row.ratio) else "",
            row.required if pd.notna(row.required) else "",
            _met(row),
        ]
        for row in told.itertuples()
    ]
    return ["what", "ours", "the other's", "ratio", "required", "met"], rows


def floors(found):
    """Return header and rows of what has neither a requirement nor a peer, and of the floors."""
    told = found[found.what.str.startswith("floor")]
    return ["floor", "ours", "R"], [
        [row.what.removeprefix("floor: "), _figures(row, "ours"), _figures(row, "theirs")]
        for row in told.itertuples()
    ]


def growth(found):
    """Return the lines in which the number of people varies."""
    return found[found.people.notna() & found.ours.notna()]


def draw(found):
    """Draw time and memory over the number of people, both axes by powers; return an eih Figure."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    curves = growth(found)
    with plt.style.context(str(files("eih") / "eih.mplstyle")):
        drawing, panels = plt.subplots(1, 2, figsize=(9, 4.4), layout="constrained")
        _draw_curves(panels[0], curves[curves.unit == "s"], "processor time [s]")
        _draw_curves(panels[1], curves[curves.unit == "MB"], "largest memory [MB]")
        drawing.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        return figure(
            drawing,
            label="fig-growth",
            title="Growth.",
            caption="Processor time (left) and largest memory of the process (right) over the number of "
            "people, both by powers of ten: a line that rises by one power while people rise by one is "
            "linear growth. The people are those of the study several times over.",
            alt=_seen(curves),
            data=curves[["what", "people", "unit", "ours"]],
        )


def _draw_curves(ax, curves, label):
    """Draw a line per task."""
    from matplotlib.ticker import LogLocator

    colours = [PALETTE[name] for name in COLOURS]
    for place, (what, curve) in enumerate(curves.groupby("what", sort=False)):
        style = {"marker": MARKS[place % len(MARKS)], "color": colours[place % len(colours)]}
        ax.plot(curve.people.astype(int), curve.ours, label=what, **style)
    ax.set(xscale="log", yscale="log", xlabel="people in the study", ylabel=label)
    people = sorted(set(curves.people.astype(int)))
    ax.set_xticks(people, [f"{n:,}" for n in people])
    ax.minorticks_off()
    lowest, highest = ax.get_ylim()
    steps = (1,) if highest > 30 * lowest else (1, 2, 5)
    ax.yaxis.set_major_locator(LogLocator(subs=steps))
    ax.yaxis.set_major_formatter("{x:g}")


def _seen(curves):
    """Say in words what the figure shows."""
    parts = []
    for what, curve in curves[curves.unit == "s"].groupby("what", sort=False):
        first, last = curve.iloc[0], curve.iloc[-1]
        parts.append(
            f"{what}: {first.ours:.2g} s with {first.people:,} people, {last.ours:.3g} s with {last.people:,}"
        )
    return "; ".join(parts) + "."


def _what(row):
    return f"{row.what}, {row.people:,} people" if pd.notna(row.people) else row.what


def _figures(row, whose):
    middle = getattr(row, whose)
    if pd.isna(middle):
        return ""
    low, high = getattr(row, f"{whose}_low"), getattr(row, f"{whose}_high")
    spread = f" ({low:.3g} to {high:.3g})" if low < high else ""
    unit = f" {row.unit}" if pd.notna(row.unit) else ""
    return f"{middle:.3g}{spread}{unit}"


def _met(row):
    met = row.met if pd.notna(row.met) else ""
    return [part for part in (met, row.remark if pd.notna(row.remark) else "") if part] or ""


class Speed(SphinxDirective):
    """Show `table`, `floors`, `machine` or `growth`."""

    required_arguments = 1

    def run(self):
        """Make what was asked for from the stored results."""
        for path in (RESULTS, MACHINE):
            self.env.note_dependency(str(path))
        what = self.arguments[0]
        if what == "machine":
            facts = json.loads(MACHINE.read_text(encoding="utf-8"))
            return [table(["what", "value"], [[name, str(fact)] for name, fact in facts.items()])]
        if what == "growth":
            return [nodes.raw("", draw(results())._repr_html_(), format="html")]
        known = {"table": lines, "floors": floors}
        if what not in known:
            raise self.error(f"eih-speed knows {[*known, 'machine', 'growth']}, not '{what}'.")
        wide = ["eih-wide"] if what == "table" else []
        return [table(*known[what](results()), ["eih-speed", *wide])]


def setup(app):
    """Add the directive."""
    app.add_directive("eih-speed", Speed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
