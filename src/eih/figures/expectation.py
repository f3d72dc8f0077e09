"""What people expected of exercise, and whether it shows in their ratings."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current, mark_mean, spread
from .fitness import regression_band

NO_EFFECT = 4  # the middle of the scale


def expectation_ratings(participants, ax=None):
    """Draw the expectation of each participant, and the mean with its 95 % t interval.

    Parameters
    ----------
    participants : pandas.DataFrame
        As from :func:`eih.load_participants`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        The line marks an expectation of no effect.
    """
    ax = axes_or_current(ax)
    ratings = participants.expectation.sort_values()
    ax.plot(spread(len(ratings), 0.16), ratings, "o", ms=5, alpha=0.55, mec="none", color="#5B6670")
    mark_mean(ax, 0.3, ratings, PALETTE["neutral"])
    ax.axhline(NO_EFFECT, color="#20262c", lw=0.8)
    ax.set(xlim=(-0.5, 0.6), xticks=[], ylim=(0.8, 7.2), yticks=range(1, 8))
    ax.set(ylabel="Expected effect of exercise on pain\n(1 less pain – 7 more pain)")
    return ax


def difference_by_expectation(scores, ax=None):
    """Draw low − high difference scores against expectation, with a straight line and its 95 % band.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per participant with ``difference`` and ``expectation``, as from
        :func:`eih.difference_scores`.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = axes_or_current(ax)
    span = np.linspace(scores.expectation.min(), scores.expectation.max(), 50)
    band = regression_band(scores.expectation, scores.difference, span)
    ax.fill_between(band.x, band.ci_low, band.ci_high, color=PALETTE["neutral"], alpha=0.15, lw=0)
    ax.plot(band.x, band.fit, color=PALETTE["neutral"])
    points = {"ms": 5.5, "color": PALETTE["neutral"], "mec": "white"}
    ax.plot(scores.expectation, scores.difference, "o", **points)
    ax.axhline(0, color="#20262c", lw=0.8)
    ax.set(xlabel="Expectation (1 less pain – 7 more pain)", xlim=(0.8, 7.2), xticks=range(1, 8))
    ax.set(ylabel="Low − high exercise [VAS points]")
    return ax
