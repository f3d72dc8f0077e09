"""Conditions within people: one line per participant, means with within-subject intervals."""

import numpy as np
import pandas as pd

from ..style import PALETTE
from ._base import axes_or_current


def within_subject_interval(means, by, value="rating"):
    """Return mean and 95 % within-subject interval of each condition (Cousineau-Morey).

    Each person's own mean is taken out before the spread is measured, and the variance is multiplied by
    k/(k − 1) for k conditions, so that the interval speaks of differences between conditions.

    Parameters
    ----------
    means : pandas.DataFrame
        One row per participant and condition.
    by : str or list of str
        The columns that define the conditions.
    value : str, default "rating"
        The column to average.

    Returns
    -------
    pandas.DataFrame
        The ``by`` columns, then ``n, mean, se, ci_low, ci_high``. People with a missing condition are
        left out.

    References
    ----------
    Morey RD (2008). Confidence intervals from normalized data: a correction to Cousineau (2005).
    Tutorials in Quantitative Methods for Psychology 4, 61-64.

    Examples
    --------
    >>> import pandas as pd
    >>> from eih.figures import within_subject_interval
    >>> means = pd.DataFrame({"participant": list("aabb"), "drug": ["x", "y"] * 2, "rating": [1, 2, 11, 12.0]})
    >>> within_subject_interval(means, "drug").se.round(6).tolist()
    [0.0, 0.0]
    """
    from scipy import stats

    by = [by] if isinstance(by, str) else list(by)
    wide = means.pivot(index="participant", columns=by, values=value).dropna()
    n, k = wide.shape
    centred = wide.sub(wide.mean(axis=1), axis=0)
    se = centred.std() * np.sqrt(k / (k - 1)) / np.sqrt(n)
    half = stats.t.isf(0.025, n - 1) * se
    result = pd.DataFrame(
        {
            "n": n,
            "mean": wide.mean(),
            "se": se,
            "ci_low": wide.mean() - half,
            "ci_high": wide.mean() + half,
        }
    )
    return result.reset_index()


def paired_conditions(means, condition, value="rating", ax=None, label=None):
    """Draw two or more conditions of the same people: grey lines per person, means with intervals.

    Parameters
    ----------
    means : pandas.DataFrame
        One row per participant and condition, as from :func:`eih.mean_ratings`.
    condition : str
        A factor of two or more levels; its levels are coloured by the palette.
    value : str, default "rating"
        What is drawn.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the vertical axis. Default: pain rating.

    Returns
    -------
    matplotlib Axes
        Error bars are 95 % within-subject intervals, see :func:`within_subject_interval`.
    """
    ax = axes_or_current(ax)
    levels = list(means[condition].cat.categories)
    wide = means.pivot(index="participant", columns=condition, values=value)[levels]
    for _, person in wide.iterrows():
        ax.plot(range(len(levels)), person, color=PALETTE["faint"], lw=0.8, alpha=0.8, zorder=1)
    for place, row in enumerate(within_subject_interval(means, condition, value).itertuples()):
        colour = PALETTE[levels[place]]
        ax.plot(
            np.full(len(wide), place),
            wide[levels[place]],
            "o",
            ms=4,
            alpha=0.5,
            mec="none",
            color=colour,
        )
        ax.plot(place, row.mean, "D", ms=9, color=colour, mec="white", mew=1.2, zorder=4)
        ax.errorbar(
            place,
            row.mean,
            yerr=row.mean - row.ci_low,
            color="#20262c",
            lw=1.6,
            capsize=6,
            zorder=5,
        )
    ax.set(xticks=range(len(levels)), xticklabels=levels, xlim=(-0.5, len(levels) - 0.5))
    ax.set(xlabel=condition, ylabel="Pain rating [VAS points]" if label is None else label)
    return ax
