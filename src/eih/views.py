"""How ledger rows are shown on a page: badges, one line per reported result."""

import html

import pandas as pd

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


def badge(verdict):
    """Return the HTML badge of a verdict: a mark, and the word for those who cannot see colour."""
    css = verdict.replace(" ", "-")
    return (
        f'<span class="eih-badge eih-{css}" title="{html.escape(VERDICTS[verdict])}">'
        f"{_MARK[verdict]} {verdict}</span>"
    )


class LedgerView:
    """Ledger rows as a page shows them; made by :func:`reported`."""

    def __init__(self, table):
        self.table = table

    def __repr__(self):
        return self.table[["id", "quantity", "printed", "recomputed", "verdict"]].to_string(
            index=False
        )

    def _repr_html_(self):
        head = "<tr><th>Reported result</th><th>Quantity</th><th>Printed</th><th>Recomputed</th><th>Verdict</th></tr>"
        body = []
        for (reported_id, effect, locus), rows in self.table.groupby(
            ["id", "effect", "locus"], sort=False
        ):
            for place, row in enumerate(rows.itertuples()):
                first = ""
                if place == 0:
                    first = (
                        f'<th scope="rowgroup" rowspan="{len(rows)}"><a href="ledger.html#{reported_id}">'
                        f"{reported_id}</a> {html.escape(effect)}<br><small>{html.escape(locus)}</small></th>"
                    )
                body.append(f"<tr>{first}{_cells(row)}</tr>")
        return f'<div class="eih-scroll"><table class="eih-ledger"><thead>{head}</thead><tbody>{"".join(body)}</tbody></table></div>'


def _cells(row):
    why = f"<br><small>{html.escape(row.reason)}</small>" if row.reason else ""
    cells = [
        html.escape(_SYMBOL.get(row.quantity, row.quantity)),
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
    >>> eih.reported("r063")
      id quantity printed  recomputed verdict
    r063        p    0.06    0.062321   exact
    """
    numbers = numbers_of(section)
    unknown = sorted(set(ids) - set(numbers.id))
    if unknown:
        raise ValueError(
            f"Unknown id(s) {unknown}. Ids look like r023 or a016; eih.reported_results() lists them."
        )
    return LedgerView(judge(numbers[numbers.id.isin(ids)] if ids else numbers))


class ScoreboardView:
    """Counts of verdicts as the front page shows them; made by :func:`show_scoreboard`."""

    def __init__(self, counts, by_section):
        self.counts, self.by_section = counts, by_section

    def __repr__(self):
        return self.counts.to_string(index=False)

    def _repr_html_(self):
        tiles = "".join(
            f'<div class="eih-tile eih-{row.verdict.replace(" ", "-")}"><strong>{row.numbers}</strong>'
            f"<span>{_MARK[row.verdict]} {row.verdict}</span><small>{html.escape(row.meaning)}</small></div>"
            for row in self.counts.itertuples()
            if row.numbers or row.verdict == "differs"
        )
        return f'<div class="eih-scoreboard">{tiles}</div>'


def show_scoreboard(table=None):
    """Show the counts of verdicts as tiles.

    Parameters
    ----------
    table : pandas.DataFrame, optional
        A ledger. Default: the whole one.
    """
    from .comparison import scoreboard

    table = ledger() if table is None else table
    return ScoreboardView(scoreboard(table), scoreboard(table, by="section"))


def searchable(table):
    """Prepare a ledger for the searchable table of its page: short headings, values as shown.

    Returns
    -------
    pandas.DataFrame
        Text only: ``id, where, effect, quantity, printed, recomputed, verdict, analysis, why``.
    """
    return pd.DataFrame(
        {
            "id": [f'<a id="row-{one}" href="#{one}">{one}</a>' for one in table.id],
            "where": table.locus.map(html.escape),
            "effect": table.effect.map(html.escape),
            "quantity": table.quantity,
            "printed": table.printed.map(html.escape),
            "recomputed": [
                shown(value, text)
                for value, text in zip(table.recomputed, table.printed, strict=True)
            ],
            "verdict": table.verdict.map(badge),
            "analysis": table.analysis,
            "why": table.reason.map(html.escape),
        }
    )


def show_searchable(table):
    """Show a ledger as a table that can be searched, sorted and paged without a kernel or a network.

    Parameters
    ----------
    table : pandas.DataFrame
        A ledger.
    """
    from IPython.display import HTML
    from itables import to_html_datatable

    return HTML(
        to_html_datatable(
            searchable(table),
            connected=False,
            allow_html=True,
            showIndex=False,
            lengthMenu=[25, 100, -1],
            maxBytes=0,
            classes="display compact",
            order=[],
        )
    )
