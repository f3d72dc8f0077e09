"""Evidence for no effect: intervals against bounds, Bayes factors against the prior."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current

_STYLE = {
    ("heat", "saline"): (PALETTE["heat"], "o", "-"),
    ("heat", "naloxone"): (PALETTE["heat"], "o", "--"),
    ("pressure", "saline"): (PALETTE["pressure"], "s", "-"),
    ("pressure", "naloxone"): (PALETTE["pressure"], "s", "--"),
}


def relief_against_bounds(intervals, bounds, ax=None):
    """Draw the relief in each condition of one modality against the smallest effects of interest.

    Parameters
    ----------
    intervals : pandas.DataFrame
        Rows of one modality, from :func:`eih.beyond.equivalence.relief_intervals`.
    bounds : pandas.DataFrame
        Its bounds, from :func:`eih.beyond.equivalence.smallest_effects`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Thick bars: 90 % interval, which two one-sided tests compare with the bounds (dotted, at plus and
        minus); thin lines: 95 % interval. Positive values: relief by high exercise.
    """
    ax = axes_or_current(ax)
    names = []
    for place, row in enumerate(intervals.itertuples()):
        y = -place - 0.6 * (row.drug != intervals.drug.iloc[0])
        colour = PALETTE[row.drug]
        ax.hlines(y, row.ci_low, row.ci_high, color="#20262c", lw=1.2)
        ax.hlines(y, row.ci90_low, row.ci90_high, color=colour, lw=5)
        marker = "D" if row.target == "all" else "o"
        ax.plot(
            row.mean, y, marker, ms=7.5 if marker == "D" else 6, color=colour, mec="white", zorder=4
        )
        what = "pooled" if row.target == "all" else f"target {row.target}"
        names.append((y, f"{row.drug}, {what}"))
    ax.axvline(0, color="#20262c", lw=0.8)
    for number, one in enumerate(bounds.itertuples(), start=1):
        for sign in (-1, 1):
            ax.axvline(sign * one.points, color=PALETTE["neutral"], lw=1.1, ls=":", zorder=0)
            ax.annotate(
                "abcdefgh"[number - 1],
                (sign * one.points, 1.01),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="bottom",
                fontsize=9,
            )
    widest = 1.1 * max(bounds.points.max(), intervals[["ci_low", "ci_high"]].abs().to_numpy().max())
    ax.set_yticks(*zip(*names, strict=True))
    ax.set(
        xlim=(-widest, widest),
        xticks=[-10, -5, 0, 5, 10],
        xlabel="Low − high exercise [VAS points]",
    )
    ax.grid(visible=False, axis="y")
    return ax


def bayes_factor_by_scale(factors, column="bf01", ax=None, marked=0.707):
    """Draw Bayes factors of the null against the scale of the prior.

    Parameters
    ----------
    factors : pandas.DataFrame
        Rows of one target, from :func:`eih.beyond.bayes_factors.bayes_factors`.
    column : {"bf01", "bf01_relief"}
        Null over an effect in either direction, or null over relief.
    ax : matplotlib Axes, optional
        Where to draw.
    marked : float, default 0.707
        Scale to mark.

    Returns
    -------
    matplotlib Axes
        Above 1 the null predicts the data better; the band from 1/3 to 3 says little either way.
    """
    ax = axes_or_current(ax)
    ax.axhspan(1 / 3, 3, color=PALETTE["faint"], alpha=0.35, lw=0)
    for (modality, drug), own in factors.groupby(["modality", "drug"], observed=True, sort=False):
        colour, marker, line = _STYLE[modality, drug]
        style = {"color": colour, "marker": marker, "ms": 5, "mec": "white", "ls": line}
        ax.plot(own.scale, own[column], label=f"{modality}, {drug}", **style)
    ax.axvline(marked, color="#20262c", lw=0.8, ls=":")
    ax.axhline(1, color="#20262c", lw=0.8)
    ax.set(yscale="log", ylim=(0.25, 40), xlabel="Scale of the prior")
    ticks = np.array([1 / 3, 1, 3, 10, 30])
    ax.set_yticks(ticks, ["1/3", "1", "3", "10", "30"])
    ax.minorticks_off()
    ax.set(
        ylabel="Bayes factor, null over effect"
        if column == "bf01"
        else "Bayes factor, null over relief"
    )
    return ax
