"""Exercises of the chapter on the first level; signals are simulated, the sequence of the run is real."""

from functools import cache

import numpy as np
import pandas as pd

from ..fmri.confounds import confound_groups, confound_table
from ..fmri.design import design_matrix
from ..fmri.design_checks import confound_costs, filter_costs, share_left
from ..fmri.surrogate_runs import surrogate_recordings
from ..fmri.timing import events
from ._kinds import Choice, Mistake, Number

CHAPTER = "first_level"
RUN = ("sub-01", 1, 2)
FAST, USUAL = 40, 128  # seconds
N_NOISE = 500


@cache
def _run():
    return events(RUN[0], session=RUN[1], block=RUN[2])


@cache
def _surrogate_confounds():
    table = confound_table(surrogate_recordings(_run(), key=RUN))
    return table, confound_groups(table.columns)


@cache
def _filter(contrast, period, column="relative"):
    table = filter_costs(_run(), [contrast], [period])
    return table[column].iloc[0]


@cache
def _costs():
    return confound_costs(_run(), *_surrogate_confounds()).set_index("confounds")


@cache
def _explained(group="heart and breath"):
    """Return the mean share of pure noise that the columns of a group explain."""
    table, groups = _surrogate_confounds()
    terms = table[groups.index[groups == group]].assign(constant=1.0)
    rng = np.random.default_rng(0)
    surrogate_noise = pd.DataFrame(rng.standard_normal((len(terms), N_NOISE)))
    return 1 - share_left(surrogate_noise, terms).mean()


def _takes_the_level():
    """Find the columns that leave nothing of a signal that is the same in the whole run."""
    table, _ = _surrogate_confounds()
    design = design_matrix(_run(), confounds=table)
    parts = {
        "rating window": design[["rating"]],
        "confounds": design[list(table.columns)],
        "slow cosines": design.filter(regex="drift"),
        "constant": design[["constant"]],
    }
    level = np.ones(len(design))
    left = {}
    for name, columns in parts.items():
        values = columns.to_numpy(float)
        fitted = values @ np.linalg.lstsq(values, level, rcond=None)[0]
        left[name] = np.mean((level - fitted) ** 2)
    return min(left, key=left.get)


EXERCISES = (
    Number(
        name="fast_filter",
        chapter=CHAPTER,
        kind="predict",
        asks="How large is the SE of *heat* with a filter of 40 s, as a multiple of that without a filter (this run)?",
        unit="SE / SE without a filter",
        decimals=2,
        answer=lambda: _filter("heat", FAST),
        mistakes=(
            Mistake("This is the usual filter, of 128 s.", lambda: _filter("heat", USUAL)),
            Mistake(
                "This is the contrast *pressure 70 > 50 > 30*. The question is about *heat*.",
                lambda: _filter("pressure_intensity", FAST),
            ),
            Mistake(
                "This is the contrast *heat 70 > 50 > 30*. The question is about *heat*.",
                lambda: _filter("heat_intensity", FAST),
            ),
            Mistake(
                "This is the SE itself. Divide it by the one without a filter: the column `relative`.",
                lambda: _filter("heat", FAST, "se"),
            ),
        ),
        reading="Heat comes about once a minute: such a filter takes even that rhythm apart.",
    ),
    Number(
        name="df_of_confounds",
        chapter=CHAPTER,
        kind="change",
        asks="How many degrees of freedom does this run gain if all confounds are left out?",
        unit="degrees of freedom",
        decimals=0,
        answer=lambda: _costs().df["none"] - _costs().df["all"],
        mistakes=(
            Mistake("This is how many are left without confounds.", lambda: _costs().df["none"]),
            Mistake("This is how many are left with all of them.", lambda: _costs().df["all"]),
            Mistake(
                "These are the motion terms alone.",
                lambda: _costs().df["none"] - _costs().df["motion"],
            ),
            Mistake(
                "These are the terms of heart and breath alone.",
                lambda: _costs().df["none"] - _costs().df["heart and breath"],
            ),
        ),
        reading="A column costs one degree of freedom, and precision where it resembles the experiment.",
    ),
    Number(
        name="another_heart",
        chapter=CHAPTER,
        kind="predict",
        asks="Which share of the variance of pure noise do the 18 terms of heart and breath explain?",
        unit="share, 0 to 1",
        decimals=3,
        tolerance=0.006,  # the expected share, and that of another draw of noise
        answer=_explained,
        mistakes=(
            Mistake("This is the share that is left.", lambda: 1 - _explained()),
            Mistake("This is the share of one term.", lambda: _explained() / 18),
            Mistake(
                "These are the motion terms. The question is about heart and breath.",
                lambda: _explained("motion"),
            ),
        ),
        reading="Any column explains that much of noise, whoever's heart it comes from.",
        nudge="A column that has nothing to do with the noise explains one part in as many as there are volumes, less one.",
    ),
    Choice(
        name="run_long_effect",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="Which columns of the design take away whatever is the same during a whole run?",
        options={
            "rating window": "It rises eighteen times in a run. Fit each kind of column to a signal of ones.",
            "confounds": "They change from volume to volume. Fit each kind of column to a signal of ones.",
            "slow cosines": "Each of them changes during a run, if slowly. Fit each kind of column to a signal of ones.",
            "constant": "Fit each kind of column to a signal of ones.",
        },
        answer=_takes_the_level,
        reading="The contrast of exercise speaks of responses to stimuli, not of a brain that is calmer for ten minutes.",
    ),
)
