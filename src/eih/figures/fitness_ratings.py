"""The ratings behind the difference scores, against fitness."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current
from .fitness import regression_band


def ratings_by_fitness(means, hue="exercise", ax=None):
    """Draw mean ratings against fitness, a line and a 95 % band for each condition.

    Parameters
    ----------
    means : pandas.DataFrame
        One row per participant and condition with ``rating`` and ``ftp_per_kg``, as from
        :func:`eih.mean_ratings`.
    hue : str, default "exercise"
        A within-person factor; its levels differ by colour, marker and line.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        A thin line joins the ratings of one person: its length is that person's difference score.
    """
    ax = axes_or_current(ax)
    for _, person in means.groupby("participant", observed=True):
        ax.plot(person.ftp_per_kg, person.rating, color=PALETTE["faint"], lw=0.8, zorder=1)
    for level, marker, line in zip(means[hue].cat.categories, "oD", ("-", "--"), strict=False):
        rows = means[(means[hue] == level) & means.rating.notna()]
        span = np.linspace(rows.ftp_per_kg.min(), rows.ftp_per_kg.max(), 50)
        band = regression_band(rows.ftp_per_kg, rows.rating, span)
        colour = PALETTE[level]
        ax.fill_between(band.x, band.ci_low, band.ci_high, color=colour, alpha=0.13, lw=0)
        ax.plot(band.x, band.fit, line, color=colour, zorder=3)
        ax.plot(rows.ftp_per_kg, rows.rating, marker, ms=5, color=colour, mec="white", label=level)
    ax.set(xlabel="Functional threshold power [W/kg]", ylabel="Pain rating [VAS points]")
    ax.legend(title=hue)
    return ax
