"""Results of surrogate first levels: recovered responses, false alarms, time courses."""

import pandas as pd

from ..style import PALETTE
from ._base import axes_or_current
from .conditions import within_subject_interval

_NOISE = {"ols": ("independent volumes", "#B5402F", "o"), "ar1": ("AR(1)", "#0072B2", "s")}


def surrogate_stamp(ax):
    """Write on a drawing that its data are surrogate.

    Parameters
    ----------
    ax : matplotlib Axes

    Returns
    -------
    matplotlib Axes
    """
    ax.set_title("SURROGATE DATA", loc="right", fontsize="small", color="#B5402F")
    return ax


def estimates_and_truth(people, ax=None):
    """Draw what a first level found in each person against what was planted; surrogate data.

    Parameters
    ----------
    people : pandas.DataFrame
        One row per person with ``truth``, ``estimate`` and ``se``, from :func:`eih.fmri.combine_runs`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Vertical lines: plus and minus one standard error of the person; dashed: equality.
    """
    ax = axes_or_current(ax)
    low, high = people.estimate - people.se, people.estimate + people.se
    ax.vlines(people.truth, low, high, color=PALETTE["faint"], lw=1.2)
    ax.plot(people.truth, people.estimate, "o", ms=5, mec="white", color=PALETTE["heat"])
    ends = [people.truth.min(), people.truth.max()]
    ax.plot(ends, ends, "--", color="#20262c", lw=1)
    ax.set(xlabel="Planted [% signal change]", ylabel="Estimated [% signal change]")
    return surrogate_stamp(ax)


def alarms_by_level(table, ax=None):
    """Draw the share of false alarms of both noise models, by level of the analysis; surrogate data.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`eih.fmri.false_alarms_by_level`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Vertical lines: share plus and minus twice its Monte Carlo error; dashed: the promised 0.05.
    """
    ax = axes_or_current(ax)
    levels = list(table.level.unique())
    for place, (noise_model, own) in enumerate(table.groupby("noise_model", sort=False)):
        name, colour, marker = _NOISE[noise_model]
        x = [levels.index(level) + 0.16 * (place - 0.5) for level in own.level]
        ax.vlines(x, own.share - 2 * own.mc_se, own.share + 2 * own.mc_se, color=colour, lw=2)
        ax.plot(x, own.share, marker, color=colour, ms=7, mec="white", label=name)
    ax.axhline(0.05, color="#20262c", lw=0.9, ls="--")
    ax.set_xticks(range(len(levels)), levels)
    ax.set(ylabel="Share with p < 0.05", ylim=(0, None), xlim=(-0.5, len(levels) - 0.5))
    ax.legend()
    return surrogate_stamp(ax)


def time_course(courses, region, stimulus_s, ax=None):
    """Draw the mean time course of one region under both drugs; surrogate data.

    Parameters
    ----------
    courses : pandas.DataFrame
        From :func:`eih.fmri.fit_time_courses`.
    region : str
        Such as ``"PAG"``.
    stimulus_s : float
        Length of the stimulus [s]; shaded.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Points: mean of the people with 95 % within-participant interval (Cousineau-Morey, for each
        bin); dotted: mean of what was planted.

    Raises
    ------
    ValueError
        There is no such region.

    Examples
    --------
    >>> import eih
    >>> from eih.figures import time_course
    >>> surrogate_runs = eih.fmri.simulate_runs(["sub-01", "sub-02"], n_silent=0)
    >>> courses = eih.fmri.fit_time_courses(surrogate_runs)
    >>> time_course(courses, "PAG", 17).get_title("right")
    'SURROGATE DATA'
    """
    ax = axes_or_current(ax)
    own = courses[courses.region == region]
    if own.empty:
        raise ValueError(
            f"There is no region '{region}'; there are {list(courses.region.unique())}."
        )
    table = time_course_table(own)
    ax.axvspan(0, stimulus_s, color=PALETTE["faint"], alpha=0.35, lw=0, zorder=0)
    ax.axhline(0, color=PALETTE["faint"], lw=0.8, zorder=0)
    for place, (drug, rows) in enumerate(table.groupby("drug", observed=True)):
        x = rows.time_s + 0.24 * (place - 0.5)
        ax.vlines(x, rows.ci_low, rows.ci_high, color=PALETTE[drug], lw=1.8)
        ax.plot(x, rows["mean"], "o-", ms=5, mec="white", color=PALETTE[drug], label=drug)
        ax.plot(rows.time_s, rows.planted, ":", color=PALETTE[drug], lw=1.4)
    ax.set(xlabel="Time after the onset of the stimulus [s]", ylabel="Signal change [%]")
    ax.legend(loc="upper left")
    return surrogate_stamp(ax)


def time_course_table(courses):
    """Return mean and within-participant interval of each drug and bin.

    Parameters
    ----------
    courses : pandas.DataFrame
        One region, from :func:`eih.fmri.fit_time_courses`.

    Returns
    -------
    pandas.DataFrame
        ``time_s, drug, n, mean, se, ci_low, ci_high, planted``.
    """
    parts = []
    for time_s, rows in courses.groupby("time_s"):
        interval = within_subject_interval(rows, "drug", "estimate")
        planted = rows.groupby("drug", observed=True).planted.mean()
        parts.append(
            interval.assign(time_s=time_s, planted=interval.drug.map(planted).astype(float))
        )
    table = pd.concat(parts, ignore_index=True)
    return table[["time_s", "drug", "n", "mean", "se", "ci_low", "ci_high", "planted"]]
