"""Two conditions of the same people at each target, each person's pair joined."""

from ..style import PALETTE
from ..tables.schema import TARGETS
from ._base import axes_or_current
from .profiles import intervals_by_target

_APART = 3  # half the gap between the two conditions of a target
_MARKERS = ("o", "D")


def pairs_by_target(means, condition, ax=None):
    """Draw two conditions side by side at each target: a grey line per person, means with intervals.

    Means are joined within a target only, so that a step up from left to right is a difference between
    the conditions and never one between targets.

    Parameters
    ----------
    means : pandas.DataFrame
        One row per participant, ``target`` and condition with ``rating``, as from
        :func:`eih.mean_ratings`.
    condition : str
        A within-person factor of two levels, such as ``"drug"``; they differ by colour and marker.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Error bars are 95 % within-subject intervals at each target, see :func:`intervals_by_target`.

    Raises
    ------
    ValueError
        The factor has not two levels.
    """
    ax = axes_or_current(ax)
    levels = list(means[condition].cat.categories)
    if len(levels) != 2:
        raise ValueError(f"Pairs compare two levels; '{condition}' has {levels}.")
    table = intervals_by_target(means, condition)
    for target in TARGETS:
        x = [target - _APART, target + _APART]
        own = means[means.target == target]
        wide = own.pivot(index="participant", columns=condition, values="rating").dropna()[levels]
        ax.plot(x, wide.T, color=PALETTE["faint"], lw=0.7, alpha=0.9, zorder=1)
        rows = table[table.target == target].set_index(condition).loc[levels]
        ax.plot(x, rows["mean"], color="#20262c", lw=1.6, zorder=3)
        for place, level in enumerate(levels):
            row, colour, marker = rows.loc[level], PALETTE[level], _MARKERS[place]
            dots = {"ms": 3.5, "alpha": 0.5, "mec": "none", "zorder": 2}
            ax.plot([x[place]] * len(wide), wide[level], marker, color=colour, **dots)
            ax.vlines(x[place], row.ci_low, row.ci_high, color="#20262c", lw=2.2, zorder=4)
            name = level if target == TARGETS[0] else None
            style = {"color": colour, "mec": "white", "mew": 1.1, "zorder": 5, "label": name}
            ax.plot(x[place], row["mean"], marker, ms=8, **style)
        ax.plot([target - 6, target + 6], [target, target], ":", lw=1.2, color="#20262c", zorder=0)
    ax.set(xlabel="Calibrated target [VAS points]", ylabel="Pain rating [VAS points]")
    ax.set(xticks=TARGETS, xlim=(22, 78), ylim=(-2, 104))
    ax.legend(title=condition, loc="upper left")
    return ax
