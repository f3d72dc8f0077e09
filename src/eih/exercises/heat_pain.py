"""Exercises of the chapter on heat pain."""

from functools import cache

from ..models.linear_models import lm
from ..models.mixed_models import lmm
from ..paper import subsets
from ._kinds import Choice, Mistake, Number, Row

CHAPTER = "heat_pain"
FORMULA = "rating ~ target + drug_order + (1|participant) + (1|nth)"


@cache
def _fit(day, modality="heat", formula=FORMULA):
    rows = subsets.heat() if modality == "heat" else subsets.pressure()
    rows = rows if day == "both" else rows[rows.drug == day]
    return lmm(formula, rows.assign(step=(rows.target - 10) / 20), ci="wald")


def _slope(day, modality="heat"):
    return _fit(day, modality).coefficient("target").estimate


def _intercept_se(formula):
    model = lmm(formula, subsets.heat_saline(), ci="wald") if "|" in formula else None
    model = model or lm(formula, subsets.heat_saline())
    return model.coefficient("(Intercept)").se


def _se_ratio(mixed="rating ~ target + (1|participant) + (1|nth)"):
    return _intercept_se(mixed) / _intercept_se("rating ~ target")


def _slope_se_ratio():
    mixed = lmm("rating ~ target + (1|participant) + (1|nth)", subsets.heat_saline(), ci="wald")
    plain = lm("rating ~ target", subsets.heat_saline())
    return mixed.coefficient("target").se / plain.coefficient("target").se


EXERCISES = (
    Number(
        name="drug_slope",
        chapter=CHAPTER,
        kind="predict",
        asks="By how much does the heat rating rise with one point of target on the naloxone day?",
        unit="VAS points per point of target",
        decimals=2,
        answer=Row(lambda: _fit("naloxone"), "target"),
        mistakes=(
            Mistake(
                "This is the slope of the saline day, which the chapter has. Take the rows of the other drug.",
                lambda: _slope("saline"),
            ),
            Mistake(
                "Both drug days are in these rows. Keep the naloxone trials only.",
                lambda: _slope("both"),
            ),
            Mistake(
                "These are the pressure trials. The question is about heat.",
                lambda: _slope("naloxone", "pressure"),
            ),
            Mistake(
                "This is the rise from one target to the next, 20 points apart. Asked is the rise per point.",
                lambda: 20 * _slope("naloxone"),
            ),
            Mistake(
                "This is the difference between the slopes of the two days. Asked is the slope of one day.",
                lambda: _slope("naloxone") - _slope("saline"),
            ),
        ),
        reading="Compare it with the slope under saline: whether the two differ by more than chance takes one "
        "model with both drugs.",
    ),
    Number(
        name="step_slope",
        chapter=CHAPTER,
        kind="change",
        asks="How large is the slope under saline when the target is counted in steps (1, 2, 3)?",
        unit="VAS points per step",
        decimals=1,
        answer=Row(
            lambda: _fit("saline", formula=FORMULA.replace("target", "step")), "step", "estimate"
        ),
        mistakes=(
            Mistake(
                "This is the slope per point of target. A step is 20 points wide.",
                lambda: _slope("saline"),
            ),
            Mistake(
                "Divided where multiplied is right: does a rating rise more over a step, or over a point?",
                lambda: _slope("saline") / 20,
            ),
            Mistake(
                "This counts a step for every 10 points. From one target to the next it is 20.",
                lambda: 10 * _slope("saline"),
            ),
            Mistake(
                "This is the naloxone day. Take the saline trials.",
                lambda: 20 * _slope("naloxone"),
            ),
        ),
        reading="The estimate, its SE and its interval change with the unit; t, df and p do not.",
    ),
    Number(
        name="narrow_interval",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="How many times as large is the SE of the intercept in `rating ~ target + (1|participant) + (1|nth)` "
        "as in the ordinary regression `rating ~ target` (saline)?",
        unit="SE of the mixed model / SE of the ordinary one",
        decimals=1,
        answer=_se_ratio,
        mistakes=(
            Mistake(
                "Upside down: asked is the mixed model's SE divided by that of the regression.",
                lambda: 1 / _se_ratio(),
            ),
            Mistake(
                "This is the ratio for the slope. Asked is the intercept, which differs between people.",
                _slope_se_ratio,
            ),
            Mistake(
                "The mixed model has a covariate more than the regression. Compare like with like.",
                lambda: _se_ratio(FORMULA),
            ),
            Mistake(
                "This is the ratio of the squares. The SE is asked for, not the variance.",
                lambda: _se_ratio() ** 2,
            ),
        ),
        reading="The regression takes each rating for a witness of its own, and is far too sure of the level.",
    ),
    Choice(
        name="steeper_half",
        chapter=CHAPTER,
        kind="predict",
        asks="Between which neighbouring targets does the pressure rating rise more, under saline?",
        options={
            "30 and 50": "Look at the means of pressure, not of heat: `eih.mean_ratings(pressure, 'target')`.",
            "50 and 70": "Look at the means of pressure, not of heat: `eih.mean_ratings(pressure, 'target')`.",
        },
        answer=lambda: _steeper_half(),
        reading="For heat the chapter has the same comparison.",
    ),
)


def _steeper_half():
    means = subsets.pressure_saline().groupby("target").rating.mean()
    return "30 and 50" if means[50] - means[30] > means[70] - means[50] else "50 and 70"
