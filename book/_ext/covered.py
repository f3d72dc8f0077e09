"""Sphinx extension: which lines of the package the tests run, and why none runs the others.

Both tables are kept by ``make coverage`` (`tests/coverage/record.py`); nothing is measured while the book is built.
"""

import csv
from itertools import groupby
from pathlib import Path

from node_tables import table
from sphinx.util.docutils import SphinxDirective

RECORDS = Path(__file__).resolve().parents[2] / "tests" / "coverage"


def read(name):
    """Return the rows of one of the two tables."""
    with (RECORDS / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def layers(modules):
    """Return a row for each layer of the package: its name, lines, lines run, per cent; the sum comes last.

    >>> layers([{"file": "cli.py", "lines": "8", "run": "8"}, {"file": "fmri/a.py", "lines": "2", "run": "1"}])
    [['eih', '8', '8', '100.0'], ['eih.fmri', '2', '1', '50.0'], ['all', '10', '9', '90.0']]
    """

    def name(row):
        return ".".join(["eih", *Path(row["file"]).parts[:-1]])

    parts = [(key, list(rows)) for key, rows in groupby(sorted(modules, key=name), key=name)]
    found = []
    for key, rows in [*parts, ("all", modules)]:
        lines, run = (sum(int(row[column]) for row in rows) for column in ("lines", "run"))
        found.append([key, f"{lines:,}", f"{run:,}", f"{100 * run / lines:.1f}"])
    return found


def lines(uncovered):
    """Return a row for each gap: where and how many lines, the first of them, and why none runs it.

    >>> lines([{"file": "a.py", "function": "", "lines": "2", "code": "x = 1", "reason": "Because."}])
    [['`a.py`, `module`, 2 lines', '`x = 1`', 'Because.']]
    """
    found = []
    for row in uncovered:
        place = f"`{row['file']}`, `{row['function'] or 'module'}`"
        place += f", {row['lines']} lines" if int(row["lines"]) > 1 else ""
        found.append([place, f"`{row['code']}`", row["reason"]])
    return found


class Covered(SphinxDirective):
    """Show `layers` or `lines`."""

    required_arguments = 1

    def run(self):
        """Make the table."""
        for name in ("modules", "uncovered"):
            self.env.note_dependency(str(RECORDS / f"{name}.tsv"))
        if self.arguments[0] == "layers":
            head = ["layer", "lines", "run by a test", "per cent"]
            return [table(head, layers(read("modules")), ["eih-covered"])]
        if self.arguments[0] == "lines":
            head = ["where", "the line, or the first", "why no test runs it"]
            return [table(head, lines(read("uncovered")), ["eih-uncovered"])]
        raise self.error(f"eih-covered knows layers and lines, not '{self.arguments[0]}'.")


def setup(app):
    """Add the directive."""
    app.add_directive("eih-covered", Covered)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
