"""A fitted model as the one table a paper would print: one builder, two thin renderers.

The builder rounds and words everything once; :func:`to_html` and :func:`to_text` only lay it out.
"""

import html
import math
from dataclasses import dataclass


@dataclass(frozen=True)
class PaperTable:
    """Rounded text, ready to lay out.

    Attributes
    ----------
    title : str
        Kind of model and formula.
    header : list of str
        Column heads.
    rows : list of list of str
        A row per term, as long as the header.
    notes : list of str
        Lines below the table.
    """

    title: str
    header: list
    rows: list
    notes: list


def paper_table(table, *, title, notes):
    """Round a coefficient table for reading.

    Estimates, limits and standard errors get as many decimals as show two digits of the standard
    error, at least two. Without any interval there is no interval column.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``term, estimate, ci_low, ci_high, se, df, t, p``.
    title : str
        First line.
    notes : sequence of str
        Lines below.

    Returns
    -------
    PaperTable
    """
    lines = [["Term", "Estimate", "95 % CI", "SE", "df", "t", "p"]]
    lines += [_row(values) for values in table.itertuples(index=False)]
    if table[["ci_low", "ci_high"]].isna().all(axis=None):
        lines = [line[:2] + line[3:] for line in lines]
    return PaperTable(title, lines[0], lines[1:], list(notes))


def to_html(view):
    """Lay the table out as HTML, every text escaped."""

    def line(tag, texts):
        sides = ["left"] + ["right"] * (len(texts) - 1)
        cells = (
            f'<{tag} style="text-align:{side}">{html.escape(text)}</{tag}>'
            for side, text in zip(sides, texts, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(line("td", row) for row in view.rows)
    notes = "".join(f"<div>{html.escape(note)}</div>" for note in view.notes)
    return (
        f'<div class="eih-model"><div><code>{html.escape(view.title)}</code></div>'
        f"<table><thead>{line('th', view.header)}</thead><tbody>{body}</tbody></table>"
        f"<small>{notes}</small></div>"
    )


def to_text(view):
    """Lay the table out as aligned text."""
    lines = [view.header, *view.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = []
    for first, *others in lines:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        table.append("  ".join(cells))
    return "\n".join([view.title, "", *table, "", *view.notes])


def number(value, decimals=2):
    """Show a number with fixed decimals and no negative zero; a dash for none."""
    return "–" if math.isnan(value) else f"{value:z.{decimals}f}"


def _row(values):
    known = 0 < values.se < math.inf
    decimals = max(2, 1 - math.floor(math.log10(values.se))) if known else 2
    low, high = number(values.ci_low, decimals), number(values.ci_high, decimals)
    return [
        values.term,
        number(values.estimate, decimals),
        f"[{low}, {high}]",
        number(values.se, decimals),
        number(values.df, 0 if float(values.df).is_integer() else 1),
        number(values.t),
        "< 0.001" if values.p < 0.001 else number(values.p, 3),
    ]
