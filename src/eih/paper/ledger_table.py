"""The whole ledger on a page: complete without scripts, with search and filters where they run."""

import html
import json

from .analyses import chapter_of
from .comparison import shown
from .verdicts import VERDICTS
from .views import LedgerView, badge, symbol


class LedgerTable(LedgerView):
    """A ledger as one long table; made by :func:`show_searchable`."""

    def _repr_html_(self):
        heads = ("Quantity", "Printed", "Recomputed", "Verdict")
        head = "".join(f'<th scope="col">{text}</th>' for text in heads)
        groups = list(self.table.groupby(["id", "effect", "locus"], sort=False))
        chapters = [_chapter(rows) for _, rows in groups]
        bodies = [_body(*key, rows, at) for (key, rows), at in zip(groups, chapters, strict=True)]
        counts = self.table.verdict.value_counts()
        verdicts = [verdict for verdict in VERDICTS if counts.get(verdict, 0)]
        named = [[at, at.replace("_", " ")] for at in dict.fromkeys(chapters) if at]
        return (
            f'<div class="eih-controls"></div><div class="eih-scroll">'
            f'<table class="eih-ledger eih-all-rows" data-verdicts="{_as_attribute(verdicts)}" '
            f'data-chapters="{_as_attribute(named)}"><thead><tr>{head}</tr></thead>'
            f"{''.join(bodies)}</table></div>"
        )


def show_searchable(table):
    """Show a ledger with every row, which a page's script lets the reader search and filter.

    The rows stand in the page itself, each result with its id as anchor (``ledger.html#r048``), so that
    the table can be read and linked to without scripts too.

    Parameters
    ----------
    table : pandas.DataFrame
        A ledger.

    Returns
    -------
    LedgerTable
        Shows itself in a notebook. A result is a group of lines with its id, effect, place in the paper
        and chapter as heading; the reason of a verdict unfolds.

    Examples
    --------
    >>> import eih
    >>> eih.show_searchable(eih.ledger(section="digest")).table.verdict.unique().tolist()
    ['exact']
    """
    return LedgerTable(table)


def _body(reported_id, effect, locus, rows, chapter):
    lines = "".join(
        f'<tr data-verdict="{row.verdict}">{_cells(row, reported_id)}</tr>'
        for row in rows.itertuples()
    )
    link = f' · <a href="{chapter}.html">{chapter.replace("_", " ")}</a>' if chapter else ""
    return (
        f'<tbody id="{reported_id}" data-chapter="{chapter}"><tr><th scope="rowgroup" colspan="4">'
        f'<a href="#{reported_id}">{reported_id}</a> {html.escape(effect)} '
        f"<small>{html.escape(locus)}{link}</small></th></tr>{lines}</tbody>"
    )


def _cells(row, reported_id):
    why = ""
    if row.reason:
        name = f'<span class="visually-hidden"> {reported_id} {html.escape(row.quantity)}</span>'
        why = f" <details><summary>why{name}</summary>{html.escape(row.reason)}</details>"
    cells = (
        html.escape(symbol(row.quantity)),
        html.escape(row.printed),
        shown(row.recomputed, row.printed),
        badge(row.verdict) + why,
    )
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _chapter(rows):
    """Return the chapter that shows a reported result: where it is recomputed, or else its section's."""
    found = [chapter_of(*row) for row in zip(rows.analysis, rows.section, strict=True)]
    return found[int((rows.analysis != "").argmax())]


def _as_attribute(value):
    return html.escape(json.dumps(value), quote=True)
