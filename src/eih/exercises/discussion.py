"""Exercises of the chapter on what holds."""

from functools import cache

from ..beyond.evidence import RULES
from ..beyond.follow_up import FORMULA, TERM, growth_of_relief
from ..models.influence import leave_one_out
from ..models.linear_models import lm
from ._kinds import Choice, Mistake, Number, Row

CHAPTER = "discussion"


@cache
def _fit(outcome, modality="heat"):
    return lm(FORMULA.replace("growth", outcome), growth_of_relief(modality))


def _slope(outcome, modality="heat"):
    return _fit(outcome, modality).coefficient(TERM).estimate


@cache
def _refits(modality="heat"):
    return leave_one_out(FORMULA, growth_of_relief(modality), TERM)


def _asks_for_power():
    return next(name for name, rule in RULES.items() if "power" in f"{name} {rule}".casefold())


EXERCISES = (
    Number(
        name="follow_up_without_one",
        chapter=CHAPTER,
        kind="change",
        asks="Leave each woman out in turn: in how many refits is the slope of the follow-up's test above zero, as predicted?",
        unit="refits",
        decimals=0,
        answer=lambda: (_refits().estimate > 0).sum(),
        mistakes=(
            Mistake(
                "This is how many refits have a slope below zero.",
                lambda: (_refits().estimate < 0).sum(),
            ),
            Mistake("This is how many refits there are.", lambda: len(_refits())),
            Mistake(
                "This is pressure. The prediction is about heat.",
                lambda: (_refits("pressure").estimate > 0).sum(),
            ),
        ),
        reading="A question that the four of this chapter do not ask: does it hang on one person?",
    ),
    Choice(
        name="which_column",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="Which column of the table turns *found nothing* into *there is not much to find*?",
        options={name: f"The rule of this column: {rule}" for name, rule in RULES.items()},
        answer=_asks_for_power,
        reading="And the sentence needs its one word: *hard* exercise, against easy exercise.",
    ),
    Number(
        name="relief_at_70",
        chapter=CHAPTER,
        kind="change",
        asks="By how much does relief at the highest target rise with fitness in the women (heat, saline)?",
        unit="VAS points per W/kg",
        decimals=2,
        answer=Row(lambda: _fit("relief_70"), TERM),
        mistakes=(
            Mistake(
                "This is the test that was stated beforehand: the growth of relief from target 30 to 70.",
                lambda: _slope("growth"),
            ),
            Mistake("This is relief at the lowest target.", lambda: _slope("relief_30")),
            Mistake("This is relief at the middle target.", lambda: _slope("relief_50")),
            Mistake(
                "This is pressure. The question is about heat.",
                lambda: _slope("relief_70", "pressure"),
            ),
        ),
        reading="A second test of one prediction is a second chance of a false alarm: report the one that was stated first.",
    ),
)
