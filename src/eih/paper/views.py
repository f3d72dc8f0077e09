"""How ledger rows are shown on a page: badges, one line per reported result."""

import html

from .comparison import judge, ledger, numbers_of, shown
from .verdicts import VERDICTS

_MARK = {
    "exact": "✓",
    "rounding": "≈",
    "explained": "!",
    "differs": "✗",
    "not public": "–",
    "cited": "“”",
    "not yet": "…",
}
_SYMBOL = {
    "beta": "β",
    "ci_low": "CI low",
    "ci_high": "CI high",
    "se": "SE",
    "mean_diff": "difference",
}


def symbol(quantity):
    """Return what stands for a quantity in a table."""
    return _SYMBOL.get(quantity, quantity)


def badge(verdict):
    """Return the HTML badge of a verdict: a mark, and the word for those who cannot see colour."""
    css = verdict.replace(" ", "-")
    return (
        f'<span class="eih-badge eih-{css}" title="{html.escape(VERDICTS[verdict])}">'
        f"{_MARK[verdict]} {verdict}</span>"
    )


class LedgerView:
    """Ledger rows as a page shows them; made by :func:`show_ledger` and :func:`reported`."""

    def __init__(self, table):
        self.table = table

    def __repr__(self):
        return self.table[["id", "quantity", "printed", "recomputed", "verdict"]].to_string(
            index=False
        )

    def _repr_html_(self):
        heads = ("Reported result", "Quantity", "Printed", "Recomputed", "Verdict")
        head = "".join(f'<th scope="col">{text}</th>' for text in heads)
        body = []
        for key, rows in self.table.groupby(["id", "effect", "locus"], sort=False):
            lines = _lines(rows)
            name = _row_heading(*key, n_lines=len(lines))
            body += [
                f"<tr>{name if place == 0 else ''}{line}</tr>" for place, line in enumerate(lines)
            ]
        return (
            f'<div class="eih-scroll"><table class="eih-ledger"><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table></div>"
        )


def _row_heading(reported_id, effect, locus, n_lines):
    return (
        f'<th scope="rowgroup" rowspan="{n_lines}"><a href="ledger.html#{reported_id}">{reported_id}</a> '
        f"{html.escape(effect)}<br><small>{html.escape(locus)}</small></th>"
    )


def _lines(rows):
    """Return a line per number; one line for all numbers of a result that was not recomputed."""
    if rows.recomputed.notna().any() or len(rows) == 1:
        return [_cells(row) for row in rows.itertuples()]
    first = rows.iloc[0]
    printed = ", ".join(f"{symbol(row.quantity)} {row.printed}" for row in rows.itertuples())
    why = f"{badge(first.verdict)}<br><small>{html.escape(first.reason)}</small>"
    return [f'<td colspan="3">{html.escape(printed)}</td><td>{why}</td>']


def _cells(row):
    why = f"<br><small>{html.escape(row.reason)}</small>" if row.reason else ""
    cells = [
        html.escape(symbol(row.quantity)),
        html.escape(row.printed),
        shown(row.recomputed, row.printed),
        badge(row.verdict) + why,
    ]
    return "".join(f"<td>{cell}</td>" for cell in cells)


def reported(*ids, section=None):
    """Show what the paper reports, with the recomputed values and verdicts.

    Parameters
    ----------
    *ids : str
        Reported results, such as ``"r023"``. Default: all of the section.
    section : str, optional
        A section of the article.

    Returns
    -------
    LedgerView
        Shows itself in a notebook; ``.table`` has the ledger rows.

    Raises
    ------
    ValueError
        An id is not in the ledger (of that section).

    Examples
    --------
    >>> import eih
    >>> eih.reported("r063").table[["quantity", "printed", "verdict"]].to_numpy().tolist()
    [['p', '0.06', 'exact']]
    """
    numbers = numbers_of(section)
    unknown = sorted(set(ids) - set(numbers.id))
    if unknown:
        raise ValueError(
            f"Unknown id(s) {unknown}. Ids look like r023 or a016; eih.reported_results() lists them."
        )
    return LedgerView(judge(numbers[numbers.id.isin(ids)] if ids else numbers))


def show_ledger(table):
    """Show ledger rows: one group of lines per reported result, with its verdicts and reasons.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of :func:`eih.ledger`.

    Examples
    --------
    >>> import eih
    >>> rows = eih.ledger(section="s2-1")
    >>> "r023" in eih.show_ledger(rows)._repr_html_()
    True
    """
    return LedgerView(table)


class ScoreboardView:
    """Counts of verdicts as the front page shows them; made by :func:`show_scoreboard`."""

    def __init__(self, counts, by_section):
        self.counts, self.by_section = counts, by_section

    def __repr__(self):
        return self.counts.to_string(index=False)

    def _repr_html_(self):
        tiles = "".join(
            f'<a class="eih-tile eih-{row.verdict.replace(" ", "-")}" href="{_rows_with(row.verdict)}">'
            f"<strong>{row.numbers}</strong><span>{_MARK[row.verdict]} {row.verdict}</span>"
            f"<small>{html.escape(row.meaning)}</small></a>"
            for row in self._shown()
        )
        return f'{self._bar()}<div class="eih-scoreboard">{tiles}</div>'

    def _shown(self):
        rows = self.counts.itertuples()
        return [row for row in rows if row.numbers or row.verdict == "differs"]

    def _bar(self):
        """Draw the shares of the verdicts as one bar."""
        words = ", ".join(f"{row.numbers} {row.verdict}" for row in self._shown())
        parts = "".join(
            f'<span class="eih-{row.verdict.replace(" ", "-")}" style="flex-grow:{row.numbers}"></span>'
            for row in self._shown()
        )
        total = self.counts.numbers.sum()
        return f'<div class="eih-bar" role="img" aria-label="{total} printed numbers: {words}.">{parts}</div>'


def _rows_with(verdict):
    """Return the address of the ledger's rows with one verdict, from any page of the book."""
    return f"../notebooks/ledger.html?verdict={verdict.replace(' ', '%20')}#all-rows"


def show_scoreboard(table=None):
    """Show the counts of verdicts as tiles.

    Parameters
    ----------
    table : pandas.DataFrame, optional
        A ledger. Default: the whole one.

    Examples
    --------
    >>> import eih
    >>> tiles = eih.show_scoreboard(eih.ledger(section="s2-1"))
    >>> "exact" in tiles._repr_html_()
    True
    """
    from .comparison import scoreboard

    table = ledger() if table is None else table
    return ScoreboardView(scoreboard(table), scoreboard(table, by="section"))
