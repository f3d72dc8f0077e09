"""Exercises of the chapter on naloxone."""

from functools import cache

from ..models.mixed_models import lmm
from ..paper import subsets
from ._kinds import Choice, Mistake, Number, Row

CHAPTER = "naloxone"
FIRST = "rating ~ target * drug + drug_order + (1|participant) + (1|nth)"
BY_SEX = "difference ~ step * sex + drug_order + (1|participant)"
BY_BLOCK = "rating ~ drug * C(block) + C(session) + C(target) + (drug|participant) + (1|nth)"


@cache
def _first(zero=0, modality="heat"):
    rows = subsets.heat() if modality == "heat" else subsets.pressure()
    return lmm(FIRST, rows.assign(target=rows.target - zero), ci="wald")


def _gap(zero, modality="heat"):
    return _first(zero, modality).coefficient("drug[naloxone]").estimate


@cache
def _of_sex(sex):
    formula = FIRST.replace("(1|nth)", "(1|trial)")
    rows = subsets.heat_women() if sex == "women" else subsets.heat_men()
    return lmm(formula, rows, ci="wald")


@cache
def _both_sexes():
    return lmm(BY_SEX, subsets.heat_drug_difference_women_first(), ci="wald")


def _steeper_sex():
    slopes = {sex: _of_sex(sex).coefficient("target").estimate for sex in ("women", "men")}
    return max(slopes, key=slopes.get)


@cache
def _by_block():
    return lmm(BY_BLOCK, subsets.heat(), ci="wald")


def _gap_in_block(block):
    """Return naloxone − saline in one block; the contrast is the other way round."""
    gaps = _by_block().contrasts("drug", by="block").set_index("block").estimate
    return -gaps[block]


EXERCISES = (
    Choice(
        name="steeper_sex",
        chapter=CHAPTER,
        kind="predict",
        asks="In whom do heat ratings under saline rise more steeply with the target?",
        options={
            "women": "Compare the row `target` of the two models: it is the slope under saline, the reference level.",
            "men": "Compare the row `target` of the two models: it is the slope under saline, the reference level.",
        },
        answer=_steeper_sex,
        reading="The row `target` is the slope at the reference level of `drug`.",
    ),
    Number(
        name="drug_at_50",
        chapter=CHAPTER,
        kind="change",
        asks="How large is the drug effect (naloxone − saline) at target 50, by the first model with its zero moved?",
        unit="VAS points",
        decimals=2,
        answer=Row(lambda: _first(50), "drug[naloxone]"),
        mistakes=(
            Mistake(
                "This is the gap at target zero, an intensity that was never given. Subtract 50 from the target first.",
                lambda: _gap(0),
            ),
            Mistake(
                "This is the gap at target 30. Which target is the zero now?", lambda: _gap(30)
            ),
            Mistake(
                "This is the gap at target 70. Which target is the zero now?", lambda: _gap(70)
            ),
            Mistake(
                "The target was moved the wrong way: 50 was added.",
                lambda: _gap(-50),
            ),
            Mistake(
                "These are the pressure trials. The question is about heat.",
                lambda: _gap(50, "pressure"),
            ),
        ),
        reading="Now the row has a meaning: it is the gap at the middle target, about the average gap.",
    ),
    Number(
        name="sexes_differ",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="Which p answers whether the growth of the drug effect differs between women and men (difference scores)?",
        unit="p",
        decimals=2,
        answer=Row(_both_sexes, "step:sex[male]", "p", handed_in=False),
        mistakes=(
            Mistake(
                "This is the p of the men alone. It says nothing about a difference between the sexes.",
                lambda: _of_sex("men").coefficient("target:drug[naloxone]").p,
            ),
            Mistake(
                "This is the p of the women alone. It says nothing about a difference between the sexes.",
                lambda: _of_sex("women").coefficient("target:drug[naloxone]").p,
            ),
        ),
        reading="One significant and one not significant slope do not make a significant difference.",
        nudge="You need one model with both sexes in it, and the row where sex meets the growth with the target.",
    ),
    Number(
        name="third_block",
        chapter=CHAPTER,
        kind="change",
        asks="How large is the drug effect (naloxone − saline) in block 3, in a model with `drug * C(block)`?",
        unit="VAS points",
        decimals=1,
        answer=lambda: _gap_in_block(3),
        mistakes=(
            Mistake(
                "This is how much the effect of block 3 exceeds that of block 1, the reference. Asked is the effect itself.",
                lambda: _by_block().coefficient("drug[naloxone]:C(block)[3]").estimate,
            ),
            Mistake(
                "This is the effect in block 1: the row `drug[naloxone]` speaks of the reference level.",
                lambda: _gap_in_block(1),
            ),
            Mistake("This is the effect in block 2.", lambda: _gap_in_block(2)),
            Mistake("This is the effect in block 4.", lambda: _gap_in_block(4)),
            Mistake(
                "The size is right, the sign is not: `contrasts` subtracts naloxone from saline.",
                lambda: -_gap_in_block(3),
            ),
        ),
        reading="It is the largest of the four, but a pattern found by looking needs new data.",
        nudge="`fit.contrasts('drug', by='block')` gives the effect of each block; mind what is subtracted from what.",
    ),
)
