"""The rows that each of the paper's analyses uses, by name."""

from functools import cache, wraps

import pandas as pd

from ..tables.data import (
    difference_scores,
    load_blocks,
    load_participants,
    load_trials,
    relevel,
)
from ..tables.schema import BLOCKS, EXERCISES

SECONDS_PER_BLOCK = 600  # ten minutes of cycling


def _once(modality):
    """Make rows that several analyses use once per loaded table of trials, and give each a copy."""

    def decorate(rows):
        made = {}

        @wraps(rows)
        def copied():
            trials = _trials(modality)
            if made.get("of") is not trials:
                made.update(of=trials, rows=rows())
            return made["rows"].copy()

        return copied

    return decorate


def participants():
    """Return all 39 participants."""
    return load_participants()


def blocks():
    """Return all 312 blocks."""
    return load_blocks()


@cache
def _trials(modality):
    return load_trials(modality)


def heat():
    """Return all heat trials."""
    return _trials("heat").copy()


def pressure():
    """Return all pressure trials."""
    return _trials("pressure").copy()


def heat_saline():
    """Return the heat trials under saline."""
    return heat().query("drug == 'saline'")


def pressure_saline():
    """Return the pressure trials under saline."""
    return pressure().query("drug == 'saline'")


def heat_women():
    """Return the heat trials of the women."""
    return heat().query("sex == 'female'")


def heat_men():
    """Return the heat trials of the men."""
    return heat().query("sex == 'male'")


@_once("heat")
def heat_drug_difference():
    """Return naloxone − saline per participant and target; ``step`` counts the targets 1, 2, 3."""
    differences = difference_scores(heat(), "drug")
    return differences.assign(step=(differences.target - 10) / 20)


def heat_drug_difference_women_first():
    """Return :func:`heat_drug_difference` with women as the reference level, as the paper has it."""
    return relevel(heat_drug_difference(), sex="female")


@_once("heat")
def heat_exercise_difference_saline():
    """Return low − high exercise per participant, heat under saline, pooled over targets."""
    return difference_scores(heat_saline(), "exercise", by=[])


@_once("pressure")
def pressure_exercise_difference_saline():
    """Return low − high exercise per participant, pressure under saline, pooled over targets."""
    return difference_scores(pressure_saline(), "exercise", by=[])


@_once("heat")
def heat_exercise_difference_saline_without_extremes():
    """Return :func:`heat_exercise_difference_saline` without the fittest and the least fit person."""
    return _without_extremes(heat_exercise_difference_saline())


def _without_extremes(differences):
    fitness = differences.ftp_per_kg
    return differences[(fitness > fitness.min()) & (fitness < fitness.max())]


@_once("heat")
def heat_exercise_difference_women_first():
    """Return low − high exercise per participant, drug and target; women are the reference level."""
    return relevel(difference_scores(heat(), "exercise"), sex="female")


@_once("pressure")
def pressure_exercise_difference_women_first():
    """Return the same for pressure."""
    return relevel(difference_scores(pressure(), "exercise"), sex="female")


@_once("heat")
def heat_exercise_difference_pooled():
    """Return low − high exercise per participant and drug, heat, pooled over targets."""
    return difference_scores(heat(), "exercise", by="drug")


@_once("pressure")
def pressure_exercise_difference_pooled():
    """Return the same for pressure."""
    return difference_scores(pressure(), "exercise", by="drug")


def heat_before_and_after():
    """Return saline heat trials as ``before`` and ``after`` a block's cycling, from block 2 on.

    As in the authors' response to the reviewers: the ratings of a block are ``after`` its own cycling and
    ``before`` that of the next block. So ``before`` is no rest: those ratings follow earlier cycling.
    ``exercise`` is the intensity in between, ``previous_exercise`` the one before that, ``block`` the
    block of the later rating.
    """
    return before_and_after_of(heat_saline())


def pressure_before_and_after():
    """Return the same for pressure."""
    return before_and_after_of(pressure_saline())


def before_and_after_of(trials):
    """Return any trials of one drug as ``before`` and ``after`` cycling, see :func:`heat_before_and_after`."""
    intensity = (
        trials.drop_duplicates(["participant", "block"])
        .set_index(["participant", "block"])
        .exercise
    )
    after = trials[trials.block > 1].assign(time="after")
    before = trials[trials.block < max(BLOCKS)].assign(
        time="before", block=lambda rows: rows.block + 1
    )
    both = pd.concat([before, after], ignore_index=True)
    own = pd.MultiIndex.from_frame(both[["participant", "block"]])
    earlier = pd.MultiIndex.from_frame(both[["participant", "block"]].assign(block=both.block - 1))
    return both.assign(
        time=pd.Categorical(both.time, categories=["before", "after"]),
        exercise=pd.Categorical(intensity.loc[own], categories=EXERCISES),
        previous_exercise=pd.Categorical(intensity.loc[earlier], categories=EXERCISES),
    )


def block_power():
    """Return the blocks with their mean power.

    Returns
    -------
    pandas.DataFrame of shape (312, 10)
        The columns of the blocks, ``ftp`` [W], ``power`` [W] (the block's own sum of readings over 600
        seconds; missing where no power was recorded) and ``relative_power`` [% FTP].

    Examples
    --------
    >>> import eih
    >>> power = eih.block_power().groupby("exercise", observed=True).relative_power.mean()
    >>> power.round(0).to_dict()
    {'low': 58.0, 'high': 106.0}
    """
    frame = load_blocks()
    within_session = frame.groupby(["participant", "session"]).cumulative_watts
    own = within_session.diff().fillna(frame.cumulative_watts)
    frame = frame.merge(load_participants()[["participant", "ftp"]], on="participant")
    frame["power"] = (own / SECONDS_PER_BLOCK).where(own > 0)
    frame["relative_power"] = 100 * frame.power / frame.ftp
    return frame


def stated_power_analysis():
    """Return what the paper states about its power analysis.

    Returns
    -------
    pandas.Series
        ``f`` (effect size), ``alpha``, ``power``, ``r`` (correlation of the repeated measures),
        ``groups``, ``measurements``.
    """
    from .printed import design_constants

    constants = design_constants()
    stated = constants[constants.locus == "Methods s4-2"].set_index("name").value
    names = {
        "f": "effect size f",
        "alpha": "alpha",
        "power": "power setting (printed as 1 - alpha)",
        "r": "correlation of repeated measures",
        "groups": "groups",
        "measurements": "measurements",
    }
    return pd.Series({short: float(stated[name]) for short, name in names.items()})
