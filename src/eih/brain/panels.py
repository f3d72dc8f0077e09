"""The brain panels of the paper's figures: what each shows, and what stands in its place here."""

import html

from ..style import kind_badge
from ..tables.reported import read_reported
from ..tables.schema import DataError
from . import maps

PANEL_COLUMNS = ["figure", "panel", "shows", "here", "map", "chapter", "reason"]
#: What may stand under ``here``. Where the maps are, ``map`` and ``slices`` are the published map; where not,
#: a ``map`` is the reported peak (the mask: our approximation), and ``slices`` are not here.
HERE = ("map", "slices", "reported", "surrogate", "not here")


class PanelsView:
    """Brain panels as a page shows them; made by :func:`brain_panels`. ``table`` has the rows."""

    def __init__(self, table):
        self.table = table

    def __repr__(self):
        return self.table[["figure", "panel", "shows", "kind", "reason"]].to_string(index=False)

    def _repr_html_(self):
        heads = ("Panel", "In the paper", "Here")
        head = "".join(f'<th scope="col">{text}</th>' for text in heads)
        rows = "".join(
            f'<tr><th scope="row">{html.escape(f"{row.figure} {row.panel}".strip())}</th>'
            f"<td>{html.escape(row.shows)}</td>"
            f"<td>{kind_badge(row.kind)}<br><small>{html.escape(row.reason)}</small></td></tr>"
            for row in self.table.itertuples()
        )
        return (
            f'<div class="eih-scroll"><table class="eih-panels"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )


def brain_panels(figure=None):
    """List the brain panels of a figure and its supplements, and what stands in the place of each.

    Parameters
    ----------
    figure : str, optional
        Number of a figure, such as ``"5"``: with its supplements. Default: all.

    Returns
    -------
    PanelsView
        Shows itself in a notebook; ``.table`` has ``figure`` (such as ``Figure 5 – figure supplement
        2``), ``panel``, ``shows`` (in the paper), ``here`` (``map``, ``slices``, ``reported``,
        ``surrogate``, ``not here``), ``map`` (name of the published map, or empty), ``chapter``,
        ``reason``, and ``kind`` (the badge). Where the maps are, ``map`` and ``slices`` are
        ``published map``; where not, ``reported`` and ``not here``, and the mask ``approximated``.

    Raises
    ------
    DataError
        The file is missing or damaged.
    ValueError
        There is no such figure, or it has no brain panels.

    Examples
    --------
    >>> import eih
    >>> eih.brain_panels("7").table.panel.tolist()
    ['B', 'C', 'B', '', '']
    """
    table = _read()
    number = table.figure.str.extract(r"^Figure (\d+)", expand=False)
    if figure is not None and figure not in set(number):
        raise ValueError(
            f"Figure '{figure}' has no brain panels here. Those that have: {sorted(set(number))}."
        )
    chosen = table if figure is None else table[number == figure]
    kind = chosen.here.replace(dict.fromkeys(("map", "slices"), "published map"))
    if not maps.here():
        kind = chosen.here.replace({"map": "reported", "slices": "not here"})
        kind = kind.mask(chosen["map"] == "mask", "approximated")
    return PanelsView(chosen.assign(kind=kind).reset_index(drop=True))


def _read():
    return read_reported("brain_panels.tsv", PANEL_COLUMNS, check=_check)


def _check(table, path):
    strange = sorted(set(table.here) - set(HERE))
    if strange:
        raise DataError(f"{path}: here is {strange}; it may be {list(HERE)}.")
