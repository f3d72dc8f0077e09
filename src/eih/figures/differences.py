"""Differences between two conditions within people: how large at each target, and for whom."""

from ..style import PALETTE
from ..tables.schema import TARGETS
from ._base import axes_or_current, mean_and_interval, spread

_MARKERS = ("D", "^", "s")
_BORROWED = {"saline first": "saline", "naloxone first": "naloxone"}


def difference_by_target(differences, hue=None, ax=None, label=None):
    """Draw difference scores at each target: a dot per person, means with 95 % t intervals.

    Parameters
    ----------
    differences : pandas.DataFrame
        One row per participant and ``target`` with ``difference``, as from
        :func:`eih.difference_scores`.
    hue : {"sex", "drug_order"}, optional
        A factor between people, drawn side by side; its levels differ by colour and marker.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the vertical axis. Default: naloxone − saline.

    Returns
    -------
    matplotlib Axes
        An interval that does not reach zero is a difference from zero at the 5 % level, for that target
        and group taken alone.
    """
    ax = axes_or_current(ax)
    levels = [None] if hue is None else list(differences[hue].cat.categories)
    for place, level in enumerate(levels):
        rows = differences if level is None else differences[differences[hue] == level]
        shift = (place - (len(levels) - 1) / 2) * 8
        colour = PALETTE["neutral"] if level is None else PALETTE[_BORROWED.get(level, level)]
        for target in TARGETS:
            scores = rows[rows.target == target].difference.dropna().sort_values()
            middle = target + shift
            x = middle + spread(len(scores), 2.2)
            ax.plot(x, scores, _MARKERS[place], ms=3.5, alpha=0.4, mec="none", color=colour)
            group = mean_and_interval(scores)
            ax.vlines(middle, group.ci_low, group.ci_high, color="#20262c", lw=2.2, zorder=4)
            name = level if target == TARGETS[0] else None
            style = {"color": colour, "mec": "white", "mew": 1.2, "zorder": 5, "label": name}
            ax.plot(middle, group["mean"], _MARKERS[place], ms=9, **style)
    ax.axhline(0, color="#20262c", lw=0.8)
    ax.set(xlabel="Calibrated target [VAS points]", xticks=TARGETS, xlim=(20, 80))
    ax.set(ylabel="Naloxone − saline [VAS points]" if label is None else label)
    if hue is not None:
        ax.legend(title=hue.replace("_", " "), loc="upper left")
    return ax
