"""What a mixed model does, drawn: who is compared with whom, shrinkage, profiles, false alarms."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current

INK = "#20262c"


def grouping_grid(counts, ax=None, label=None):
    """Draw how many rows each pair of levels shares; an empty cell stays white.

    Parameters
    ----------
    counts : pandas.DataFrame
        As from ``pandas.crosstab``: levels of one factor down, of the other across.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Title of the panel.

    Returns
    -------
    matplotlib Axes
        A full grid shows crossed factors, a staircase shows nested ones.
    """
    ax = axes_or_current(ax)
    for row, column in zip(*np.nonzero(counts.to_numpy()), strict=True):
        cell = {"facecolor": PALETTE["saline"], "alpha": 0.25, "edgecolor": "white", "lw": 1.5}
        ax.add_patch(_square(column, row, **cell))
        ax.text(column, row, counts.iat[row, column], ha="center", va="center", fontsize=8)
    ax.set(xlim=(-0.5, counts.shape[1] - 0.5), ylim=(counts.shape[0] - 0.5, -0.5))
    ax.set(xticks=range(counts.shape[1]), yticks=range(counts.shape[0]))
    ax.set(xticklabels=counts.columns, yticklabels=counts.index)
    ax.grid(visible=False)
    if label is not None:
        ax.set_title(label)
    return ax


def _square(x, y, **style):
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.5, y - 0.5), 1, 1, **style)


def shrinkage(shifts, ax=None, label=None):
    """Draw each group's own mean beside the model's estimate, joined by a line.

    Parameters
    ----------
    shifts : pandas.DataFrame
        As from :func:`eih.group_shifts`.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Title of the panel.
    """
    ax = axes_or_current(ax)
    for row in shifts.itertuples():
        ax.plot([0, 1], [row.own, row.shift], color=PALETTE["faint"], lw=1, zorder=1)
    points = {"ms": 5, "mec": "white", "ls": "none"}
    ax.plot(np.zeros(len(shifts)), shifts.own, "o", color=PALETTE["neutral"], **points)
    ax.plot(np.ones(len(shifts)), shifts["shift"], "D", color=PALETTE["saline"], **points)
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(xticks=[0, 1], xticklabels=["own mean", "model"], xlim=(-0.35, 1.35))
    ax.set(ylabel="Deviation from the average person\n[VAS points]")
    if label is not None:
        ax.set_title(label)
    return ax


def profile_and_parabola(curve, estimate, se, ax=None, label=None):
    """Draw a likelihood profile and the parabola that a Wald interval takes for it.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``value, rise``, as from :func:`eih.profile_curve`.
    estimate, se : float
        Where the parabola has its foot, and its standard error.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the horizontal axis.

    Returns
    -------
    matplotlib Axes
        The 95 % limits stand where a curve crosses the horizontal line.
    """
    from scipy import stats

    ax = axes_or_current(ax)
    cut = stats.chi2.isf(0.05, 1)
    parabola = ((curve.value - estimate) / se) ** 2
    ax.plot(curve.value, curve.rise, color=PALETTE["saline"], label="likelihood profile")
    ax.plot(curve.value, parabola, "--", color=PALETTE["naloxone"], label="Wald parabola")
    ax.axhline(cut, color=INK, lw=0.8)
    ax.text(
        curve.value[curve.rise.idxmin()], cut, "95 % limits", ha="center", va="bottom", fontsize=8
    )
    ax.set(ylim=(0, 2 * cut), ylabel="Rise of the deviance", xlabel="" if label is None else label)
    ax.legend(loc="upper center")
    return ax


def p_value_histogram(p_values, ax=None):
    """Draw how often each p came up over shuffles, for several tests; a fair test is flat.

    Parameters
    ----------
    p_values : pandas.DataFrame
        One column per test, named as it shall be called in the legend.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Bins of 0.05: the first one holds the false alarms.
    """
    ax = axes_or_current(ax)
    edges = np.linspace(0, 1, 21)
    looks = ((PALETTE["naloxone"], "//"), (PALETTE["saline"], None))
    for name, (colour, hatch) in zip(p_values, looks, strict=True):
        share = 100 * np.histogram(p_values[name], edges)[0] / len(p_values)
        style = {"color": colour, "alpha": 0.55, "hatch": hatch, "edgecolor": "white"}
        ax.bar(edges[:-1], share, width=0.05, align="edge", label=name, **style)
    ax.axhline(5, color=INK, lw=0.8, ls="--")
    ax.text(1, 8.5, "dashed: a fair test", ha="right", fontsize=8)
    ax.set(xlabel="p", ylabel="Shuffles [%]", xlim=(0, 1))
    ax.legend()
    return ax
