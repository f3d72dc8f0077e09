"""What every figure function uses: axes, spread of points, means with intervals."""

import numpy as np
import pandas as pd


def axes_or_current(ax):
    """Return the axes given, or the current ones."""
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.gca()
    return ax


def spread(n, width):
    """Return offsets that keep n sorted points of one group apart, the same at every call."""
    golden = (
        0.6180339887498949  # steps of the golden ratio fill the width evenly, without a pattern
    )
    return ((np.arange(n) * golden) % 1 - 0.5) * 2 * width


def mark_mean(ax, x, values, colour, label=None):
    """Draw the mean with its 95 % t interval.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    x : float
        Where the mean stands.
    values : pandas.Series
        One number per participant.
    colour : str
        Of the mark.
    label : str, optional
        For a legend.

    Examples
    --------
    >>> import eih, matplotlib.pyplot as plt
    >>> drawing, ax = plt.subplots()
    >>> eih.figures.mark_mean(ax, 0, eih.load_participants().age, "black")
    >>> plt.close(drawing)
    """
    group = mean_and_interval(values)
    ax.vlines(x, group.ci_low, group.ci_high, color="#20262c", lw=2, zorder=4)
    ax.plot(x, group["mean"], "D", ms=8, color=colour, mec="white", mew=1.2, zorder=5, label=label)


def mean_and_interval(values):
    """Return mean, standard error and 95 % t interval of one number per participant.

    Returns
    -------
    pandas.Series
        ``n, mean, se, ci_low, ci_high``; missing values are left out of all of them.

    Examples
    --------
    >>> import eih
    >>> eih.figures.mean_and_interval(eih.load_participants().age).round(1).to_dict()
    {'n': 39.0, 'mean': 26.0, 'se': 0.8, 'ci_low': 24.4, 'ci_high': 27.6}
    """
    from scipy import stats

    values = values.dropna()
    n, mean, se = len(values), values.mean(), values.sem()
    half = stats.t.isf(0.025, n - 1) * se
    return pd.Series(
        {"n": n, "mean": mean, "se": se, "ci_low": mean - half, "ci_high": mean + half}
    )
