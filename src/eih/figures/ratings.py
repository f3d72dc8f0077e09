"""Ratings by target, how often each was given, contrasts of a model."""

import numpy as np

from ..style import PALETTE
from ..tables.schema import TARGETS
from ._base import axes_or_current, mark_mean, spread


def ratings_by_target(means, hue=None, ax=None):
    """Draw one dot per participant and target, with group mean and 95 % interval.

    Parameters
    ----------
    means : pandas.DataFrame
        One row per participant, ``target`` (and ``hue``) with ``rating``, as from
        :func:`eih.mean_ratings`.
    hue : str, optional
        A factor shown by colour, side by side, such as ``"drug"``.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        The dashed line marks where ratings would equal the calibrated target.
    """
    ax = axes_or_current(ax)
    levels = [None] if hue is None else list(means[hue].cat.categories)
    for place, level in enumerate(levels):
        rows = means if level is None else means[means[hue] == level]
        shift = 0 if hue is None else (place - (len(levels) - 1) / 2) * 8
        colour = PALETTE["neutral"] if level is None else PALETTE[level]
        for target in TARGETS:
            ratings = rows[rows.target == target].rating.sort_values()
            x = target + shift + spread(len(ratings), 2.4)
            ax.plot(x, ratings, "o", ms=4, alpha=0.45, mec="none", color=colour)
            mark_mean(ax, target + shift, ratings, colour, level if target == TARGETS[0] else None)
    ax.plot([25, 75], [25, 75], "--", lw=1, color=PALETTE["faint"], zorder=0)
    ax.set(xlabel="Calibrated target [VAS points]", ylabel="Pain rating [VAS points]")
    ax.set(xticks=TARGETS, xlim=(20, 80), ylim=(-2, 104))
    if hue is not None:
        ax.legend(title=hue)
    return ax


def rating_distribution(trials, ax=None):
    """Draw how often each rating was given, by target; the ends of the scale stand out.

    Parameters
    ----------
    trials : pandas.DataFrame
        As from :func:`eih.load_trials`.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = axes_or_current(ax)
    shades = {30: "#9DB7CE", 50: "#5489B5", 70: "#1B4F7E"}
    bins = np.arange(0.5, 102.5, 2)
    rated = [trials[trials.target == target].rating.dropna() for target in TARGETS]
    ax.hist(
        rated,
        bins=bins,
        stacked=True,
        color=[shades[target] for target in TARGETS],
        label=[f"target {target}" for target in TARGETS],
    )
    ax.set(xlabel="Rating as recorded [VAS points]", ylabel="Trials", xlim=(-1, 103))
    ax.legend()
    return ax


def contrasts_with_intervals(contrasts, ax=None):
    """Draw contrasts as points with their intervals, one line each; zero is marked.

    Parameters
    ----------
    contrasts : pandas.DataFrame
        With ``contrast, estimate, ci_low, ci_high``, as from ``.contrasts()`` of a model.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = axes_or_current(ax)
    rows = np.arange(len(contrasts))[::-1]
    ax.hlines(rows, contrasts.ci_low, contrasts.ci_high, color=PALETTE["neutral"], lw=2)
    ax.plot(contrasts.estimate, rows, "D", ms=6, color=PALETTE["neutral"], mec="white")
    ax.axvline(0, color="#20262c", lw=1)
    ax.set(yticks=rows, yticklabels=contrasts.contrast, xlabel="Difference [VAS points]")
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    return ax
