"""Pictures of a design: the stimuli of a run, its matrix, collinearity, and what a filter costs."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current

_SHADES = {30: 0.35, 50: 0.65, 70: 1.0}
_LINES = ("-", "--", ":", "-.")


def run_timeline(run, ax=None):
    """Draw the stimuli of one run as bars: colour is the modality, height the target.

    Parameters
    ----------
    run : pandas.DataFrame
        Events of one run, from :func:`eih.fmri.events`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Thin grey bars: rating windows, as long as the printed 7 s.

    Examples
    --------
    >>> import eih
    >>> from eih.figures import run_timeline
    >>> len(run_timeline(eih.fmri.events("sub-01", 1, 1)).patches)
    36
    """
    from ..fmri.timing import printed_design

    ax = axes_or_current(ax)
    for modality, rows in run.groupby("modality", observed=True):
        ax.bar(
            *(rows.onset, rows.target, rows.duration),
            align="edge",
            color=PALETTE[modality],
            label=modality,
        )
    window = printed_design().rating_s
    ax.bar(run.rating_onset, 8, window, align="edge", color=PALETTE["faint"], label="rating")
    ax.set(xlabel="Time in the run [s], reconstructed", ylabel="Target [VAS points]")
    ax.set(yticks=[30, 50, 70], ylim=(0, 95))
    ax.legend(ncols=3, loc="upper left")
    return ax


def expected_responses(columns, ax=None):
    """Draw columns of a design over time, on top of each other.

    Parameters
    ----------
    columns : pandas.DataFrame of shape (t, k)
        Index: time [s]; up to four columns.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_current(ax)
    for name, line in zip(columns, _LINES, strict=False):
        modality, _, target = name.partition("_")
        colour = PALETTE.get(modality, PALETTE["neutral"])
        ax.plot(columns[name], line, color=colour, lw=1.6, label=name.replace("_", " "))
    ax.axhline(0, color=PALETTE["faint"], lw=0.8, zorder=0)
    ax.set(xlabel="Time in the run [s], reconstructed", ylabel="Expected response")
    ax.legend(ncols=len(columns.columns), loc="upper left")
    ax.set_ylim(top=1.25 * columns.to_numpy().max())
    return ax


def design_picture(design, groups, ax=None):
    """Draw a design matrix: a row per volume, a column per regressor, grey by value.

    Parameters
    ----------
    design : pandas.DataFrame of shape (t, c)
    groups : dict
        Name of a group of columns → their number, from left to right; the names stand above.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Each column is scaled to its largest absolute value: black is the lowest, white the highest.

    Raises
    ------
    ValueError
        The groups have another number of columns than the design.
    """
    ax = axes_or_current(ax)
    if sum(groups.values()) != design.shape[1]:
        raise ValueError(
            f"The groups have {sum(groups.values())} columns, the design has {design.shape[1]}."
        )
    values = design.to_numpy()
    scaled = values / np.abs(values).max(axis=0)
    ax.imshow(scaled, aspect="auto", cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    edges = np.cumsum([0, *groups.values()])
    for edge in edges[1:-1]:
        ax.axvline(edge - 0.5, color="#E07B00", lw=1)
    middles = (edges[:-1] + edges[1:] - 1) / 2
    ax.set_xticks(middles, [f"{name} ({n})" for name, n in groups.items()])
    ax.tick_params(axis="x", labelrotation=35, length=0)
    for label in ax.get_xticklabels():
        label.set_ha("left")
    ax.xaxis.tick_top()
    ax.set(ylabel="Volume")
    ax.grid(visible=False)
    ax.spines[:].set_visible(True)
    return ax


def inflation_by_stage(table, ax=None):
    """Draw the variance inflation of each condition while a design grows.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`eih.fmri.collinearity`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        One line per condition.
    """
    ax = axes_or_current(ax)
    stages = list(table.stage.unique())
    for name, own in table.groupby("condition"):
        modality, _, target = name.partition("_")
        ax.plot(
            *([stages.index(stage) for stage in own.stage], own.inflation),
            "o-" if modality == "heat" else "s--",
            color=PALETTE[modality],
            alpha=_SHADES[int(target)],
            ms=5.5,
            label=name.replace("_", " "),
        )
    ax.set_xticks(range(len(stages)), stages)
    ax.axhline(1, color=PALETTE["faint"], lw=0.8)
    ax.set(ylabel="Variance inflation factor", ylim=(0.8, None), xlim=(-0.3, len(stages) - 0.7))
    ax.legend(ncols=2, loc="upper left")
    return ax


def precision_by_filter(table, period_s, ax=None):
    """Draw how the standard error of contrasts depends on the period of the high-pass filter.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`eih.fmri.filter_costs`.
    period_s : float
        Period to mark [s].
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        1 is the standard error without a filter, for the same noise without drifts.
    """
    ax = axes_or_current(ax)
    finite = table[np.isfinite(table.period_s)]
    colours = ("#B5402F", "#E07B00", "#0072B2", "#4C5B6B")
    for (name, own), line, colour in zip(
        finite.groupby("contrast", sort=False), _LINES, colours, strict=False
    ):
        ax.plot(own.period_s, own.relative, line, color=colour, marker="o", ms=4.5, label=name)
    ax.axvline(period_s, color="#20262c", lw=0.8, ls="--")
    ax.axhline(1, color=PALETTE["faint"], lw=0.8, zorder=0)
    ticks = sorted(finite.period_s.unique())
    ax.set(xscale="log", xlabel="Period of the high-pass filter [s]")
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set(ylabel="Standard error, relative to no filter")
    ax.legend()
    return ax
