"""Figures for the reviewers' questions: targets, time, influence."""

import numpy as np

from ..style import PALETTE
from ..tables.schema import TARGETS
from ._base import axes_or_current, mean_and_interval
from .conditions import within_subject_interval

INK = "#20262c"
_MARKERS = ("o", "D", "s", "^")


def deviation_from_target(deviations, hue="drug", ax=None):
    """Draw how far ratings lie from their calibrated target, with 95 % intervals.

    Parameters
    ----------
    deviations : pandas.DataFrame
        As from :func:`eih.against_targets`: ``target``, the `hue` column, ``difference, ci_low,
        ci_high``.
    hue : str, default "drug"
        A factor drawn side by side; its levels differ by colour and marker.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = axes_or_current(ax)
    levels = list(deviations[hue].cat.categories)
    for place, level in enumerate(levels):
        rows = deviations[deviations[hue] == level]
        x = rows.target + (place - (len(levels) - 1) / 2) * 4
        ax.vlines(x, rows.ci_low, rows.ci_high, color=PALETTE[level], lw=2.2)
        ax.plot(
            x,
            rows.difference,
            _MARKERS[place],
            ms=8,
            color=PALETTE[level],
            mec="white",
            label=level,
        )
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(xticks=TARGETS, xlim=(22, 78), xlabel="Calibrated target [VAS points]")
    ax.set(ylabel="Rating − target [VAS points]")
    ax.legend(title=hue)
    return ax


def before_and_after_by_exercise(rows, ax=None):
    """Draw mean ratings before and after a block of cycling, a line for each exercise intensity.

    Parameters
    ----------
    rows : pandas.DataFrame
        As from :func:`eih.before_and_after`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Error bars are 95 % within-subject intervals of the four means.
    """
    ax = axes_or_current(ax)
    by = ["exercise", "time"]
    people = rows.groupby(["participant", *by], observed=True).rating.mean().reset_index()
    table = within_subject_interval(people, by)
    times = list(rows.time.cat.categories)
    for place, level in enumerate(rows.exercise.cat.categories):
        own = table[table.exercise == level].set_index("time").loc[times]
        x = np.arange(len(times)) + (place - 0.5) * 0.08
        ax.plot(x, own["mean"], color=PALETTE[level], lw=1.4)
        ax.vlines(x, own.ci_low, own.ci_high, color=PALETTE[level], lw=2)
        style = {"ms": 7, "color": PALETTE[level], "mec": "white", "label": f"{level} exercise"}
        ax.plot(x, own["mean"], _MARKERS[place], **style)
    ax.set(xticks=range(len(times)), xticklabels=times, xlim=(-0.4, len(times) - 0.6))
    ax.set(ylabel="Pain rating [VAS points]")
    return ax


def ratings_over_time(trials, along, ax=None, label=None):
    """Draw mean ratings at each target along a count of time, with 95 % intervals over people.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials as from :func:`eih.load_trials`.
    along : str
        A whole number that counts time, such as ``"nth"``.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the horizontal axis.

    Returns
    -------
    matplotlib Axes
        Dashed lines mark the targets.
    """
    ax = axes_or_current(ax)
    people = trials.groupby(["target", along, "participant"]).rating.mean()
    shades = dict(zip(TARGETS, ("#9DB7CE", "#5489B5", "#1B4F7E"), strict=True))
    for place, target in enumerate(TARGETS):
        table = people[target].groupby(level=along).apply(mean_and_interval).unstack()
        x = table.index.to_numpy() + (place - 1) * 0.08
        ax.axhline(target, color=shades[target], lw=1, ls="--", alpha=0.8)
        ax.vlines(x, table.ci_low, table.ci_high, color=shades[target], lw=1.6)
        style = {"color": shades[target], "ms": 5, "mec": "white", "label": f"target {target}"}
        ax.plot(x, table["mean"], f"{_MARKERS[place]}-", lw=1.4, **style)
    ax.set(xticks=sorted(trials[along].unique()), xlabel=along if label is None else label)
    ax.set(ylabel="Pain rating [VAS points]", ylim=(0, 101))
    return ax


def refits_by_fitness(refits, fitness, full, ax=None):
    """Draw the slope that is left without each participant, in order of fitness.

    Parameters
    ----------
    refits : pandas.DataFrame
        As from :func:`eih.leave_one_out`.
    fitness : pandas.Series
        Fitness [W/kg], indexed by participant.
    full : float
        The slope with everyone.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Lines are 95 % intervals; the dashed line is the slope with everyone.
    """
    ax = axes_or_current(ax)
    x = refits.left_out.map(fitness)
    ax.vlines(x, refits.ci_low, refits.ci_high, color=PALETTE["faint"], lw=1.2)
    ax.plot(x, refits.estimate, "o", ms=4.5, color=PALETTE["neutral"], mec="white")
    ax.axhline(full, color=PALETTE["saline"], ls="--", lw=1.2)
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(xlabel="Fitness of the person left out [W/kg]", ylabel="Slope without that person")
    return ax


def lines_through(scores, lines, ax=None, marked=()):
    """Draw difference scores against fitness with several straight lines.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per participant with ``difference`` and ``ftp_per_kg``.
    lines : dict of str to (float, float)
        What to call each line, and its intercept and slope.
    ax : matplotlib Axes, optional
        Where to draw.
    marked : sequence of str
        Participants to ring and name.
    """
    ax = axes_or_current(ax)
    ax.plot(
        scores.ftp_per_kg, scores.difference, "o", ms=5.5, color=PALETTE["neutral"], mec="white"
    )
    ends = np.array([scores.ftp_per_kg.min(), scores.ftp_per_kg.max()])
    looks = zip(
        (PALETTE["saline"], PALETTE["naloxone"], PALETTE["low"], PALETTE["high"]),
        ("-", "--", "-.", ":"),
        strict=True,
    )
    for (name, (intercept, slope)), (colour, dash) in zip(lines.items(), looks, strict=False):
        ax.plot(ends, intercept + slope * ends, dash, color=colour, label=name)
    for row in scores[scores.participant.isin(marked)].itertuples():
        place = (row.ftp_per_kg, row.difference)
        ax.plot(*place, "o", ms=11, mfc="none", mec=INK)
        below = {"xytext": (0, -15), "textcoords": "offset points", "ha": "center"}
        ax.annotate(row.participant, place, fontsize=8, **below)
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(xlabel="Functional threshold power [W/kg]", ylabel="Low − high exercise [VAS points]")
    ax.legend(fontsize=8)
    return ax
