"""Exercises of the chapter on cycling power and exertion."""

from functools import cache

import pandas as pd

from ..models.effect_sizes import paired_effect_sizes
from ..paper import subsets
from ..paper.summaries import LOWEST_EXERTION
from ..tables.schema import TABLES
from ._kinds import Choice, Mistake, Number

CHAPTER = "exercise"
ZONE = (91, 106)  # % FTP: zone 4
LIGHT = 65  # % FTP


@cache
def _means(column, *, empty_as_zero=True):
    """Return the mean of low and high blocks per rider, as in the chapter."""
    power = subsets.block_power()
    riders = power[power.participant != "sub-24"]
    if empty_as_zero:
        riders = riders.fillna({"power": 0, "relative_power": 0})
    return riders.groupby(["participant", "exercise"], observed=True)[column].mean().unstack()


@cache
def _effort():
    felt = subsets.blocks()
    felt = felt.assign(rpe=felt.rpe.clip(lower=LOWEST_EXERTION))
    return felt.groupby(["participant", "exercise"], observed=True).rpe.mean().unstack()


def _t(frame, paired):
    import pingouin

    test = pingouin.ttest(frame.high, frame.low, paired=paired, correction=False)
    return float(test["T"].iloc[0])


def _strict(low=True, high=True):
    share = _means("relative_power")
    kept = pd.Series(True, index=share.index)
    if low:
        kept &= share.low < LIGHT
    if high:
        kept &= share.high.between(*ZONE)
    return kept


def _d(kind):
    effort = _effort()
    return paired_effect_sizes(effort.high, effort.low).set_index("kind").d[kind]


def _as_two_groups():
    """Find the kind of d that forgets the pairing: that of two groups with these numbers."""
    import pingouin

    effort = _effort()
    unpaired = pingouin.compute_effsize(effort.high, effort.low, paired=False)
    kinds = ("repeated measures", "difference scores", "Cohen")
    return min(kinds, key=lambda kind: abs(_d(kind) - unpaired))


EXERCISES = (
    Number(
        name="without_pairs",
        chapter=CHAPTER,
        kind="predict",
        asks="Forget who is who: what is the t of an *unpaired* test of power, high against low?",
        unit="t, high − low",
        decimals=1,
        answer=lambda: _t(_means("power"), paired=False),
        mistakes=(
            Mistake(
                "This is the paired t. Without pairs, the test cannot see that each person is their own comparison.",
                lambda: _t(_means("power"), paired=True),
            ),
            Mistake(
                "This is relative power (% FTP). The question is about watts.",
                lambda: _t(_means("relative_power"), paired=False),
            ),
            Mistake(
                "This is the difference in watts. Asked is t.",
                lambda: (_means("power").high - _means("power").low).mean(),
            ),
            Mistake(
                "This is exertion. The question is about power.",
                lambda: _t(_effort(), paired=False),
            ),
            Mistake(
                "The empty block of sub-30 is left out here; the chapter counts it as 0 W.",
                lambda: _t(_means("power", empty_as_zero=False), paired=False),
            ),
        ),
        reading="The mean difference is the same; all the gain of the paired test comes from the correlation.",
    ),
    Choice(
        name="which_d",
        chapter=CHAPTER,
        kind="change",
        asks="Which d of exertion can be set beside those of studies that compared two groups of people?",
        options={
            "repeated measures": "This d has the correlation of the two conditions in it, which two groups do not have.",
            "difference scores": "This d is divided by the SD of the differences. Two groups have no differences "
            "within people.",
            "Cohen": "This d is divided by the mean SD of the two conditions. Is that what two groups would give?",
        },
        answer=_as_two_groups,
        reading="It is divided by the spread between people, as a study of two groups must do.",
    ),
    Choice(
        name="not_a_report",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="Which column shows that the work differed, whatever people knew, felt or expected?",
        options={
            "rpe": "This is what a person says of the effort, knowing how hard it was.",
            "cumulative_watts": "This is what the bicycle recorded.",
            "expectation": "This is what a person expected before anything happened.",
            "rating": "This is the outcome. It cannot show that the manipulation worked.",
        },
        answer=lambda: _measured_in_watts(),
        reading="It was recorded by the bicycle. Everything else in the list is a report of someone who knew.",
    ),
    Number(
        name="strict_riders",
        chapter=CHAPTER,
        kind="change",
        asks="How many riders had a mean low power below 65 % FTP and a mean high power from 91 to 106 % FTP?",
        unit="people",
        decimals=0,
        answer=lambda: _strict().sum(),
        mistakes=(
            Mistake(
                "These meet the rule for low blocks. Both rules must hold.",
                lambda: _strict(high=False).sum(),
            ),
            Mistake("These are all riders.", lambda: len(_means("power"))),
            Mistake(
                "This is how many are left out. Asked is how many remain.",
                lambda: (~_strict()).sum(),
            ),
        ),
        reading="Exertion still differs clearly among them.",
    ),
)


def _measured_in_watts():
    return next(
        name
        for columns in TABLES.values()
        for name, column in columns.items()
        if (column.units or "").startswith("W (")
    )
