"""Exercises of the page on data of one's own; all of them use the surrogate study."""

from functools import cache

from ..models.mixed_models import lmm
from ..paper import subsets
from ..tables.own_data import join_own
from ..tables.surrogate import Planted, surrogate_study
from ._kinds import Mistake, Number, Row

CHAPTER = "own_data"
FORMULA = "rating ~ drug + target + drug_order + (drug|participant) + (1|nth)"
TERM = "drug[naloxone]"


@cache
def _surrogate():
    return join_own(surrogate_study())


def _of(modality):
    rows = _surrogate()
    return rows if modality == "both" else rows[rows.modality == modality]


@cache
def _fit(modality="heat", formula=FORMULA):
    return lmm(formula, _of(modality), ci="wald")


@cache
def _real():
    return lmm(FORMULA, subsets.heat(), ci="wald")


def _miss(formula=FORMULA):
    row = _fit(formula=formula).coefficient(TERM)
    return (row.estimate - Planted().drug) / row.se


EXERCISES = (
    Number(
        name="surrogate_missing",
        chapter=CHAPTER,
        kind="read",
        asks="How many heat ratings of the surrogate study are missing?",
        unit="ratings",
        decimals=0,
        answer=lambda: _of("heat").rating.isna().sum(),
        mistakes=(
            Mistake(
                "These are heat and pressure together.",
                lambda: _of("both").rating.isna().sum(),
            ),
            Mistake("This is the number of heat trials.", lambda: len(_of("heat"))),
            Mistake(
                "This is how many heat ratings there are. Asked is how many are not.",
                lambda: _of("heat").rating.count(),
            ),
        ),
        reading="A model leaves such rows out and says so below its table.",
    ),
    Number(
        name="surrogate_drug",
        chapter=CHAPTER,
        kind="change",
        asks="How large is the drug effect on heat in the surrogate study, by `" + FORMULA + "`?",
        unit="VAS points, naloxone − saline",
        decimals=2,
        answer=Row(_fit, TERM),
        mistakes=(
            Mistake(
                "These are the pressure trials. The question is about heat.",
                lambda: _fit("pressure").coefficient(TERM).estimate,
            ),
            Mistake(
                "Heat and pressure are mixed here. Load the heat trials only.",
                lambda: _fit("both").coefficient(TERM).estimate,
            ),
            Mistake(
                "This is the real study. The question is about the surrogate one.",
                lambda: _real().coefficient(TERM).estimate,
            ),
            Mistake(
                "This is the effect that was planted. Asked is the one that the model finds.",
                lambda: Planted().drug,
            ),
        ),
        reading="The same formula as for the real study, on other rows.",
    ),
    Number(
        name="found_and_planted",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="By how many standard errors does this estimate differ from the effect that was planted?",
        unit="standard errors, estimate − planted",
        decimals=2,
        answer=_miss,
        mistakes=(
            Mistake(
                "This compares the estimate with zero: it is the t of the table.",
                lambda: _fit().coefficient(TERM).t,
            ),
            Mistake(
                "This is the difference in points. Divide it by the standard error.",
                lambda: _fit().coefficient(TERM).estimate - Planted().drug,
            ),
            Mistake(
                "This standard error comes from a model in which everyone reacts alike.",
                lambda: _miss(FORMULA.replace("(drug|", "(1|")),
            ),
        ),
        reading="Whoever plants an effect can ask how well it was found; whoever measures people cannot.",
    ),
)
