"""Simulated studies: how often they find an effect, and what those that find it say."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current

_LINES = {
    ("paper", "1x"): ("as estimated", "#0072B2", "o", "-"),
    ("paper", "0.5x"): ("half of that", "#0072B2", "o", ":"),
    ("varying", "1x"): ("as estimated, varying", "#E07B00", "s", "-"),
    ("varying", "0.5x"): ("half of that, varying", "#E07B00", "s", ":"),
}


def power_by_people(table, ax=None, sample=39, wanted=0.8):
    """Draw the simulated power of one effect against the number of people.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of :func:`eih.beyond.power_tables.power_table` for one effect and generated people.
    ax : matplotlib Axes, optional
        Where to draw.
    sample : int, default 39
        Number of people to mark.
    wanted : float, default 0.8
        Power to mark.

    Returns
    -------
    matplotlib Axes
        Points: share of simulated studies with p < 0.05, with 95 % interval of the simulation.
    """
    ax = axes_or_current(ax)
    for (model, size), (name, colour, marker, line) in _LINES.items():
        own = table[(table.model == model) & (table["size"] == size)].sort_values("n")
        if len(own):
            ax.vlines(own.n, own.ci_low, own.ci_high, color=colour, lw=1.2)
            ax.plot(
                own.n, own.power, line, marker=marker, ms=5.5, color=colour, mec="white", label=name
            )
    ax.axhline(wanted, color="#20262c", lw=0.8, ls="--")
    ax.axvline(sample, color=PALETTE["faint"], lw=0.8, zorder=0)
    ticks = [20, 39, 80, 160, 320]
    ax.set(xscale="log", xlim=(17, 380), ylim=(-0.02, 1.02), yticks=[0, 0.2, 0.4, 0.6, 0.8, 1])
    ax.set_xticks(ticks, [f"{tick}" for tick in ticks])
    ax.minorticks_off()
    ax.set(xlabel="Participants", ylabel="Power")
    return ax


def observed_power_by_p(tests, ax=None):
    """Draw the power "at the observed effect" against p: one curve, on which every test lies.

    Parameters
    ----------
    tests : pandas.DataFrame
        ``effect, p`` and ``power`` (as from :func:`eih.beyond.power_tables.power_of_observed`).
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Grey: the curve for many degrees of freedom (names stand beside their points). A p of 0.05 is a power of about one half.
    """
    from scipy import stats

    from ..beyond.power_tables import power_of_observed

    ax = axes_or_current(ax)
    p = np.geomspace(0.001, 0.999, 200)
    ax.plot(p, power_of_observed(stats.t.isf(p / 2, 1e4), 1e4), color=PALETTE["faint"], lw=3)
    ax.plot(tests.p, tests.power, "o", ms=7, color=PALETTE["high"], mec="white")
    height = 2.0
    for row in tests.sort_values("power", ascending=False).itertuples():
        height = min(row.power, height - 0.065)  # names below each other, on the empty side
        style = {"ha": "right", "va": "center", "fontsize": 9}
        ax.annotate(row.effect, (row.p, row.power), (row.p * 0.72, height), **style)
    ax.axvline(0.05, color="#20262c", lw=0.8, ls="--")
    ax.set(xscale="log", xlim=(0.0005, 1.6), ylim=(-0.06, 1), xlabel="p of the test")
    ax.set_xticks([0.001, 0.01, 0.05, 0.2, 1], ["0.001", "0.01", "0.05", "0.2", "1"])
    ax.minorticks_off()
    ax.set(ylabel="Power at the observed effect")
    return ax


def spread_of_observed_power(observed, true, ax=None):
    """Draw the power that many equal studies would each have reported from their own result.

    Parameters
    ----------
    observed : array
        Power at the observed effect, a number per simulated study.
    true : float
        The power that all these studies had.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_current(ax)
    ax.hist(observed, np.linspace(0, 1, 21), color=PALETTE["saline"], alpha=0.55, edgecolor="white")
    ax.axvline(true, color="#20262c", lw=1.6)
    ax.annotate(
        "power that they\nall had",
        (true, 0.97),
        (-6, 0),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=9,
    )
    ax.set(xlim=(0, 1), xlabel="Power at the observed effect", ylabel="Surrogate studies")
    return ax


def estimates_of_studies(replicates, ax=None, alpha=0.05):
    """Draw the estimates of many equal studies, the significant ones marked.

    Parameters
    ----------
    replicates : pandas.DataFrame
        Replicates of one scenario and number of people.
    ax : matplotlib Axes, optional
        Where to draw.
    alpha : float, default 0.05
        Level of the test.

    Returns
    -------
    matplotlib Axes
        Solid line: the true effect. Dashed: mean of the significant estimates.
    """
    ax = axes_or_current(ax)
    fitted = replicates.dropna(subset="estimate")
    found = fitted.p < alpha
    edges = np.linspace(fitted.estimate.min(), fitted.estimate.max(), 41)
    groups = [fitted.estimate[~found], fitted.estimate[found]]
    names = [f"not significant ({(~found).sum()})", f"significant ({found.sum()})"]
    drawn = ax.hist(
        groups,
        edges,
        stacked=True,
        color=[PALETTE["faint"], PALETTE["heat"]],
        label=names,
        ec="white",
    )
    for patch in drawn[2][1]:
        patch.set_hatch("///")
    ax.axvline(fitted.true.iloc[0], color="#20262c", lw=1.8, label="true effect")
    ax.axvline(
        groups[1].mean(), color="#20262c", lw=1.8, ls="--", label="mean of the significant ones"
    )
    ax.set(xlabel="Estimate", ylabel="Surrogate studies")
    ax.legend(fontsize=9)
    return ax
