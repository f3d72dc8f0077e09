"""Conditions along the targets, so that a gap that grows with the stimulus can be seen."""

from ..style import PALETTE
from ..tables.schema import TARGETS
from ._base import axes_or_current, spread
from .conditions import within_subject_interval

_MARKERS = ("o", "D", "s", "^")


def intervals_by_target(means, hue):
    """Return mean and 95 % within-subject interval of each condition, at each target by itself.

    Taken at one target, the interval speaks of the difference between conditions at that target; how
    far people differ in the steps from target to target does not widen it.

    Returns
    -------
    pandas.DataFrame
        ``target``, the `hue` column, then ``n, mean, se, ci_low, ci_high``.
    """
    import pandas as pd

    parts = [
        within_subject_interval(means[means.target == target], hue).assign(target=target)
        for target in TARGETS
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[["target", *[name for name in table if name != "target"]]]


def conditions_by_target(means, hue, ax=None):
    """Draw conditions of the same people along the targets: dots per person and means.

    Parameters
    ----------
    means : pandas.DataFrame
        One row per participant, ``target`` and `hue` with ``rating``, as from :func:`eih.mean_ratings`.
    hue : str
        A within-person factor, such as ``"exercise"``; its levels differ by colour and marker.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Error bars are those of :func:`intervals_by_target`. The dashed line marks where ratings would
        equal the calibrated target.
    """
    ax = axes_or_current(ax)
    levels = list(means[hue].cat.categories)
    table = intervals_by_target(means, hue)
    for place, level in enumerate(levels):
        side = place - (len(levels) - 1) / 2
        own = table[table[hue] == level].sort_values("target")
        x = own.target + 1.6 * side
        colour, marker = PALETTE[level], _MARKERS[place]
        for target in TARGETS:
            chosen = (means.target == target) & (means[hue] == level)
            ratings = means[chosen].rating.dropna().sort_values()
            around = target + 7 * side + spread(len(ratings), 1.3)
            ax.plot(around, ratings, marker, ms=3, alpha=0.35, mec="none", color=colour)
        ax.vlines(x, own.ci_low, own.ci_high, color="#20262c", lw=2, zorder=6)
        ax.plot(x, own["mean"], marker, ms=7, color=colour, mec="white", zorder=5, label=level)
    ax.plot([25, 75], [25, 75], "--", lw=1, color=PALETTE["faint"], zorder=0)
    ax.set(xlabel="Calibrated target [VAS points]", ylabel="Pain rating [VAS points]")
    ax.set(xticks=TARGETS, xlim=(22, 78), ylim=(-2, 104))
    ax.legend(title=hue, loc="upper left")
    return ax
