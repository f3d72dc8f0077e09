"""Exercises of the chapter on fitness and relief."""

from functools import cache

from ..models.linear_models import lm
from ..paper import subsets
from ..tables.data import difference_scores, mean_ratings
from ._kinds import Mistake, Number, Row

CHAPTER = "fitness"
LINE = "difference ~ ftp_per_kg + drug_order"


@cache
def _scores(day="saline", target=None, modality="heat"):
    rows = subsets.heat() if modality == "heat" else subsets.pressure()
    rows = rows if day == "both" else rows[rows.drug == day]
    rows = rows if target is None else rows[rows.target == target]
    return difference_scores(rows, "exercise", by=[])


@cache
def _fit(formula=LINE, **which):
    return lm(formula, _scores(**which))


def _slope(**which):
    return _fit(**which).coefficient("ftp_per_kg")


@cache
def _parts():
    """Return ratings after low and high exercise and their difference, a row per person."""
    means = mean_ratings(subsets.heat_saline(), "exercise")
    wide = means.pivot(index="participant", columns="exercise", values="rating").reset_index()
    wide.columns.name = None
    return wide.assign(difference=wide.low - wide.high)


def _on(part, outcome="difference"):
    return lm(f"{outcome} ~ {part}", _parts()).coefficient(part)


def _rank_p():
    import pingouin

    return pingouin.corr(_scores().ftp_per_kg, _scores().difference, method="spearman")


EXERCISES = (
    Number(
        name="watts_alone",
        chapter=CHAPTER,
        kind="change",
        asks="What is the t of the slope when fitness is taken in watts (`ftp`) instead of watts per kilogram?",
        unit="t",
        decimals=2,
        answer=Row(lambda: _fit("difference ~ ftp + drug_order"), "ftp", "t"),
        mistakes=(
            Mistake(
                "This is the t of watts *per kilogram*. Use the column `ftp`.",
                lambda: _slope().t,
            ),
            Mistake(
                "The covariate `drug_order` is missing from this model.",
                lambda: _fit("difference ~ ftp").coefficient("ftp").t,
            ),
            Mistake(
                "This is the naloxone day. Take the saline trials.",
                lambda: _fit("difference ~ ftp + drug_order", day="naloxone").coefficient("ftp").t,
            ),
            Mistake(
                "Both drug days are in these scores. Take the saline trials.",
                lambda: _fit("difference ~ ftp + drug_order", day="both").coefficient("ftp").t,
            ),
        ),
        reading="t has no unit, so it can be compared; the slopes cannot.",
    ),
    Number(
        name="without_covariate",
        chapter=CHAPTER,
        kind="change",
        asks="What is the p of the fitness slope without `drug_order` in the model?",
        unit="p",
        decimals=3,
        answer=Row(lambda: _fit("difference ~ ftp_per_kg"), "ftp_per_kg", "p"),
        mistakes=(
            Mistake(
                "This is the p of the model *with* the covariate. Leave `drug_order` out.",
                lambda: _slope().p,
            ),
            Mistake(
                "This is the p of a correlation of ranks. The model uses the values.",
                lambda: float(_rank_p().filter(regex="^p[-_]").iloc[0, 0]),
            ),
            Mistake(
                "This is the correlation. Asked is its p.",
                lambda: _scores().ftp_per_kg.corr(_scores().difference),
            ),
            Mistake(
                "This is the naloxone day. Take the saline trials.",
                lambda: _fit("difference ~ ftp_per_kg", day="naloxone").coefficient("ftp_per_kg").p,
            ),
        ),
        reading="It is the p of the correlation in the authors' response: with one predictor the two tests are one.",
    ),
    Number(
        name="the_other_part",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="What is the slope of `difference` (low − high) on the rating after *high* exercise, `difference ~ high`?",
        unit="points of relief per point of rating",
        decimals=2,
        answer=Row(lambda: lm("difference ~ high", _parts()), "high"),
        mistakes=(
            Mistake(
                "This is the colleague's slope, on the rating after low exercise. Turn it round.",
                lambda: _on("low").estimate,
            ),
            Mistake(
                "The difference was taken the wrong way: relief is low − high.",
                lambda: -_on("high").estimate,
            ),
            Mistake(
                "This is the slope of one rating on the other. The outcome is the difference.",
                lambda: _on("high", "low").estimate,
            ),
            Mistake(
                "This is the slope of the rating after high exercise on the difference: outcome and predictor changed places.",
                lambda: lm("high ~ difference", _parts()).coefficient("difference").estimate,
            ),
        ),
        reading="By the same logic hard exercise would now help those who feel *less* pain. A score is tied to its own parts.",
    ),
    Number(
        name="strongest_stimuli",
        chapter=CHAPTER,
        kind="change",
        asks="How large is the fitness slope when only the strongest heat stimuli (target 70, saline) count?",
        unit="VAS points per W/kg",
        decimals=2,
        answer=Row(lambda: _fit(target=70), "ftp_per_kg"),
        mistakes=(
            Mistake(
                "This is the slope over all targets. Keep target 70 before you make the scores.",
                lambda: _slope().estimate,
            ),
            Mistake("This is target 50.", lambda: _slope(target=50).estimate),
            Mistake("This is target 30.", lambda: _slope(target=30).estimate),
            Mistake(
                "This is the naloxone day. Take the saline trials.",
                lambda: _slope(target=70, day="naloxone").estimate,
            ),
            Mistake(
                "The covariate `drug_order` is missing from this model.",
                lambda: (
                    _fit("difference ~ ftp_per_kg", target=70).coefficient("ftp_per_kg").estimate
                ),
            ),
            Mistake(
                "These are the pressure trials. The question is about heat.",
                lambda: _slope(target=70, modality="pressure").estimate,
            ),
        ),
        reading="Look at its interval too: a third of the trials tells less.",
    ),
)
