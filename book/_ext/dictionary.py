"""Sphinx extension: the data dictionary, from the JSON sidecar beside each table.

`{eih-dictionary} trials` describes `data/trials.tsv`: what `data/trials.json` says of each column,
and what the table holds.
"""

import csv
import json
from pathlib import Path

from docutils import nodes
from node_tables import table
from sphinx.util.docutils import SphinxDirective

DATA = Path(__file__).resolve().parents[2] / "data"
MISSING = {"", "n/a"}


def sidecar(name, folder=DATA):
    """Read the description of a table: column → its entry."""
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def columns_of(name, folder=DATA):
    """Read a table as text: column → its values."""
    with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return {column: [row[place] for row in rows[1:]] for place, column in enumerate(rows[0])}


def observed(values):
    """Say what a column holds: the range of numbers or the count of different texts, and what is missing."""
    there = [value for value in values if value not in MISSING]
    try:
        numbers = sorted(map(float, there))
        held = f"{_short(numbers[0])} to {_short(numbers[-1])}" if numbers else "nothing"
    except ValueError:
        held = f"{len(set(there)):,} different"
    absent = len(values) - len(there)
    return f"{held}; {absent:,} missing" if absent else held


def _short(number):
    """Write a number with four digits, a large whole one with all of them."""
    return f"{number:,.0f}" if number == round(number) else f"{number:.4g}"


def levels(entry):
    """Return the levels of a column as a list, or nothing."""
    if not entry.get("Levels"):
        return []
    items = nodes.bullet_list()
    for level, meaning in entry["Levels"].items():
        text = nodes.paragraph("", "", nodes.literal(level, level))
        if meaning != level:
            text += nodes.Text(f": {meaning}")
        items += nodes.list_item("", text)
    return [items]


class Dictionary(SphinxDirective):
    """Describe the columns of one table."""

    required_arguments = 1

    def run(self):
        """Make a row for each column of the sidecar."""
        name = self.arguments[0]
        for ending in ("json", "tsv"):
            self.env.note_dependency(str(DATA / f"{name}.{ending}"))
        held = columns_of(name)
        rows = []
        for column, entry in sidecar(name).items():
            target = nodes.target(
                "", "", ids=[f"{name}-{column}".replace("_", "-").replace("/", "-")]
            )
            term = nodes.paragraph("", "", target, nodes.literal(column, column))
            units = f" Unit: {entry['Units']}." if "Units" in entry else ""
            told = "" if "Levels" in entry else observed(held[column])
            rows.append([term, [entry["Description"] + units, *levels(entry)], told])
        return [table(["column", "what it is", "in the table"], rows, ["eih-dictionary"])]


def setup(app):
    """Add the directive."""
    app.add_directive("eih-dictionary", Dictionary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
