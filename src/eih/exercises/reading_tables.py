"""Exercises of the page on how to read tables of models and ledger rows."""

from functools import cache

from ..models.mixed_models import lmm
from ..paper import subsets
from ..paper.comparison import ledger
from ..paper.verdicts import DIFFERS, EXACT, EXPLAINED, ROUNDING, compare
from ._kinds import Choice, Mistake, Number

CHAPTER = "reading_tables"
FORMULA = "rating ~ target + drug_order + (1|participant) + (1|nth)"
PRINTED, SHIFT = "1.42", 0.006
SECTION = "s2-3"


@cache
def _slope():
    return lmm(FORMULA, subsets.heat_saline(), ci="wald").coefficient("target")


def _t_against(value):
    return (_slope().estimate - value) / _slope().se


@cache
def _count(verdict, section=SECTION):
    return int((ledger(section=section).verdict == verdict).sum())


EXERCISES = (
    Number(
        name="against_one",
        chapter=CHAPTER,
        kind="change",
        asks="What is t if the slope of `target` (heat, saline) is tested against 1, a perfect calibration, and not against 0?",
        unit="t",
        decimals=1,
        answer=lambda: _t_against(1),
        mistakes=(
            Mistake(
                "This is the t of the table, which tests against 0.",
                lambda: _t_against(0),
            ),
            Mistake(
                "This is the distance from 1 in points. Divide it by the standard error.",
                lambda: _slope().estimate - 1,
            ),
            Mistake(
                "Here 1 was subtracted from t. Subtract it from the estimate, then divide.",
                lambda: _t_against(0) - 1,
            ),
            Mistake(
                "This is the estimate divided by its distance from 1: the standard error is missing.",
                lambda: _slope().estimate / (_slope().estimate - 1),
            ),
        ),
        reading="The table tests every row against zero; another question needs another subtraction.",
    ),
    Choice(
        name="which_verdict",
        chapter=CHAPTER,
        kind="predict",
        asks=f"A paper prints {PRINTED}, and the recomputed value is the slope of `target` plus {SHIFT}. Which verdict is that?",
        options={
            EXACT: "Round the recomputed value to as many decimals as are printed, then compare the digits.",
            ROUNDING: "This is for values off by one unit in the last printed place. Count the units.",
            EXPLAINED: "This needs a computation that shows why. Here is none.",
            DIFFERS: "This is for values off by more than one unit in the last printed place. Count the units.",
        },
        answer=lambda: compare(PRINTED, _slope().estimate + SHIFT),
        reading="The printed digits alone set the tolerance.",
    ),
    Number(
        name="explained_numbers",
        chapter=CHAPTER,
        kind="read",
        asks=f"How many printed numbers of section {SECTION} differ with a reason (verdict `explained`)?",
        unit="numbers",
        decimals=0,
        answer=lambda: _count(EXPLAINED),
        mistakes=(
            Mistake(
                "These come out exactly. Asked are those that differ with a reason.",
                lambda: _count(EXACT),
            ),
            Mistake(
                "This is the number of rows of that section.",
                lambda: len(ledger(section=SECTION)),
            ),
            Mistake(
                "These cannot be computed, because the data are not public.",
                lambda: _count("not public"),
            ),
        ),
        reading="The column `reason` says what was found.",
    ),
)
