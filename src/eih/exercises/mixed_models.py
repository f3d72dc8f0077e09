"""Exercises of the chapter on mixed models."""

from functools import cache

from ..models.mixed_models import lmm
from ..paper import subsets
from ._kinds import Mistake, Number, Row

CHAPTER = "mixed_models"
FORMULA = "rating ~ target + drug_order + (1|participant) + (1|nth)"
WITHOUT_NTH = "rating ~ target + drug_order + (1|participant)"
VARYING = "rating ~ target + drug_order + (target|participant) + (1|nth)"
STRAIGHT = "rating ~ target + (1|participant) + (1|nth)"


@cache
def _fit(formula=FORMULA, block=None, reml=True):
    rows = subsets.heat_saline()
    rows = rows if block is None else rows[rows.block == block]
    return lmm(formula, rows, ci="wald", reml=reml)


def _variance(group, formula=WITHOUT_NTH, column="variance"):
    return _fit(formula).variances.set_index("group")[column][group]


def _drop(reml=False, straight=STRAIGHT):
    bent = straight.replace("target", "target + I(target**2)")
    return _fit(straight, reml=reml).criterion - _fit(bent, reml=reml).criterion


EXERCISES = (
    Number(
        name="df_of_one_block",
        chapter=CHAPTER,
        kind="predict",
        asks="How many degrees of freedom has `target` if only block 1 of each person is used?",
        unit="df",
        decimals=0,
        answer=Row(lambda: _fit(block=1), "target", "df"),
        mistakes=(
            Mistake(
                "This is the number with all blocks. Keep the rows of block 1.",
                lambda: _fit().coefficient("target").df,
            ),
            Mistake(
                "This is the number of ratings minus the coefficients: the residual df. The table has Satterthwaite's.",
                lambda: _fit(block=1).n_obs - len(_fit(block=1).table),
            ),
            Mistake(
                "This is the number of ratings.",
                lambda: _fit(block=1).n_obs,
            ),
            Mistake(
                "This is the number of people. The target is measured within people.",
                lambda: _fit(block=1).n_groups["participant"],
            ),
        ),
        reading="It falls with the number of ratings; the df of `drug_order` stays near the number of people.",
    ),
    Number(
        name="variance_moves",
        chapter=CHAPTER,
        kind="change",
        asks="How large is the residual variance when `(1|nth)` is left out?",
        unit="squared VAS points",
        decimals=1,
        answer=lambda: _variance("residual"),
        mistakes=(
            Mistake(
                "This is the residual variance *with* `(1|nth)`. Leave it out.",
                lambda: _variance("residual", FORMULA),
            ),
            Mistake(
                "This is the standard deviation. Asked is the variance.",
                lambda: _variance("residual", column="sd"),
            ),
            Mistake(
                "This is the variance between people. Asked is the residual variance.",
                lambda: _variance("participant"),
            ),
        ),
        reading="What belonged to the places in the block is noise now.",
    ),
    Number(
        name="how_many_witnesses",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="How many degrees of freedom has `target` if people may differ in its slope, `(target|participant)`?",
        unit="df",
        decimals=0,
        answer=Row(lambda: _fit(VARYING), "target", "df"),
        mistakes=(
            Mistake(
                "This is the number when everyone has the same slope. Let it vary: `(target|participant)`.",
                lambda: _fit().coefficient("target").df,
            ),
            Mistake("This is the number of people.", lambda: _fit().n_groups["participant"]),
            Mistake("This is the number of ratings.", lambda: _fit().n_obs),
            Mistake(
                "This is the residual df, ratings minus coefficients. The table has Satterthwaite's.",
                lambda: _fit().n_obs - len(_fit().table),
            ),
        ),
        reading="About as many as there are people to speak for others.",
    ),
    Number(
        name="bend",
        chapter=CHAPTER,
        kind="change",
        asks="By how much does the deviance fall when `I(target**2)` is added to `"
        + STRAIGHT
        + "`?",
        unit="deviance, maximum likelihood",
        decimals=1,
        answer=_drop,
        mistakes=(
            Mistake(
                "This compares REML criteria. Models with other fixed effects need maximum likelihood: `reml=False`.",
                lambda: _drop(reml=True),
            ),
            Mistake(
                "This is the difference of the log likelihoods. The deviance is minus two times the log likelihood.",
                lambda: _drop() / 2,
            ),
            Mistake(
                "The models lack `(1|nth)`, the shift of each place in the block.",
                lambda: _drop(straight=STRAIGHT.replace(" + (1|nth)", "")),
            ),
        ),
        reading="Compare it with a chi-square of one degree of freedom: its 5 % point is far below.",
    ),
)
