"""Difference scores against fitness."""

import numpy as np
import pandas as pd

from ..style import PALETTE
from ._base import axes_or_current


def regression_band(x, y, at):
    """Return the fitted straight line and its 95 % interval at some points.

    Returns
    -------
    pandas.DataFrame
        ``x, fit, ci_low, ci_high``.

    Examples
    --------
    >>> import eih
    >>> eih.figures.regression_band([1, 2, 3, 4], [1, 2, 2, 3], at=[2.5]).fit.item()
    2.0
    """
    from scipy import stats

    x, y, at = (np.asarray(values, dtype=float) for values in (x, y, at))
    line = stats.linregress(x, y)
    residual = np.sqrt(((y - line.intercept - line.slope * x) ** 2).sum() / (len(x) - 2))
    spread = np.sqrt(1 / len(x) + (at - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    fit = line.intercept + line.slope * at
    half = stats.t.isf(0.025, len(x) - 2) * residual * spread
    return pd.DataFrame({"x": at, "fit": fit, "ci_low": fit - half, "ci_high": fit + half})


def difference_by_fitness(scores, hue=None, ax=None, label=None):
    """Draw difference scores against fitness, with a straight line and its 95 % band.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per participant with ``difference`` and ``ftp_per_kg``, as from
        :func:`eih.difference_scores`.
    hue : {"sex"}, optional
        A factor with a line of its own for each level.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the vertical axis. Default: low − high exercise.

    Returns
    -------
    matplotlib Axes
        Points above zero: less pain after high than after low exercise.
    """
    ax = axes_or_current(ax)
    groups = [(None, scores)] if hue is None else list(scores.groupby(hue, observed=True))
    for level, rows in groups:
        colour = PALETTE["neutral"] if level is None else PALETTE[level]
        band = regression_band(
            rows.ftp_per_kg,
            rows.difference,
            np.linspace(rows.ftp_per_kg.min(), rows.ftp_per_kg.max(), 50),
        )
        ax.fill_between(band.x, band.ci_low, band.ci_high, color=colour, alpha=0.15, lw=0)
        ax.plot(band.x, band.fit, color=colour)
        marker = "^" if level == "female" else "o"
        name = None if level is None else f"{level} (n = {len(rows)})"
        ax.plot(
            rows.ftp_per_kg, rows.difference, marker, ms=5.5, color=colour, mec="white", label=name
        )
    ax.axhline(0, color="#20262c", lw=0.8)
    ax.set(xlabel="Functional threshold power [W/kg]")
    ax.set(ylabel="Low − high exercise [VAS points]" if label is None else label)
    if hue is not None:
        ax.legend()
    return ax
