"""Exercises of the chapter on sex, fitness and opioids."""

from functools import cache

import pandas as pd

from ..models.linear_models import lm
from ..models.mixed_models import lmm
from ..paper import subsets
from ..paper.summaries import THREEWAY, THREEWAY_TERM
from ..tables.data import difference_scores, relevel
from ._kinds import Mistake, Number, Row

CHAPTER = "sex_and_fitness"
CHANGE = "drug[naloxone]:ftp_per_kg"
SALINE = "difference ~ sex * ftp_per_kg + drug_order"
SLOPE = "difference ~ ftp_per_kg + drug_order"


@cache
def _three_way(reference="female", copies=1):
    rows = relevel(difference_scores(subsets.heat(), "exercise"), sex=reference)
    return lmm(THREEWAY, pd.concat([rows] * copies, ignore_index=True), ci="wald")


def _shrinkage(copies, column="se"):
    copied, once = (_three_way(copies=n).coefficient(THREEWAY_TERM)[column] for n in (copies, 1))
    return copied / once


def _rows_ratio():
    return _three_way().n_obs / _three_way(copies=2).n_obs


@cache
def _scores(day):
    rows = subsets.heat()
    rows = rows if day == "both" else rows[rows.drug == day]
    return relevel(difference_scores(rows, "exercise", by=[]), sex="female")


@cache
def _by_sex(day="saline"):
    return lm(SALINE, _scores(day))


def _p_of(sex):
    rows = _scores("saline")
    return lm(SLOPE, rows[rows.sex == sex]).coefficient("ftp_per_kg").p


EXERCISES = (
    Number(
        name="change_in_men",
        chapter=CHAPTER,
        kind="predict",
        asks="By how much does the fitness slope of *men* change with naloxone, in the paper's three-way model?",
        unit="VAS points per W/kg",
        decimals=1,
        answer=Row(lambda: _three_way("male"), CHANGE),
        mistakes=(
            Mistake(
                "This is the change in *women*: they are the reference level of the paper's model.",
                lambda: _three_way("female").coefficient(CHANGE).estimate,
            ),
            Mistake(
                "This is how much more the slope changes in men than in women. Asked is the change in men.",
                lambda: _three_way("female").coefficient(THREEWAY_TERM).estimate,
            ),
        ),
        reading="This is the row that the claim about men is about.",
        nudge="Take men as the reference level of `sex`, then look for the row where drug meets fitness.",
    ),
    Number(
        name="copied_rows",
        chapter=CHAPTER,
        kind="change",
        asks="Copy every row once. How large is the SE of the three-way term then, as a share of the SE before?",
        unit="SE with copies / SE without",
        decimals=2,
        answer=lambda: _shrinkage(2),
        mistakes=(
            Mistake(
                "Upside down: asked is the new SE divided by the old one.",
                lambda: 1 / _shrinkage(2),
            ),
            Mistake(
                "This is the share of rows. The SE goes with its square root.",
                _rows_ratio,
            ),
            Mistake(
                "This is what three copies of each row would give. Copy each row once.",
                lambda: _shrinkage(3),
            ),
            Mistake(
                "This is the ratio of the p values. Asked is the SE.",
                lambda: _shrinkage(2, "p"),
            ),
            Mistake(
                "This is the ratio of the estimates, which copies cannot change.",
                lambda: _shrinkage(2, "estimate"),
            ),
        ),
        reading="Not one person was added, and the table claims to know more.",
    ),
    Number(
        name="sex_by_fitness",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="Which p answers whether the fitness slopes of women and men differ on the saline day (one score per person)?",
        unit="p",
        decimals=3,
        answer=Row(_by_sex, "sex[male]:ftp_per_kg", "p", handed_in=False),
        mistakes=(
            Mistake(
                "This is the p of the men alone. It says nothing about a difference between the sexes.",
                lambda: _p_of("male"),
            ),
            Mistake(
                "This is the p of the women alone. It says nothing about a difference between the sexes.",
                lambda: _p_of("female"),
            ),
            Mistake(
                "This is the naloxone day.",
                lambda: _by_sex("naloxone").coefficient("sex[male]:ftp_per_kg").p,
            ),
            Mistake(
                "Both drug days are in these scores. Keep the saline day.",
                lambda: _by_sex("both").coefficient("sex[male]:ftp_per_kg").p,
            ),
        ),
        reading="Here the conclusion holds; the argument that was given for it does not show it.",
        nudge="You need one model with both sexes in it, and the row where sex meets fitness.",
    ),
)
