"""Why a printed number differs from the recomputed one: each reason is a computation.

An explanation counts only while its variant gives the printed value: a changed digit in print, in the
data or in the model breaks it, and the verdict falls back to ``differs``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from .analyses import analysis, recompute
from .summaries import THREEWAY_TERM


@dataclass(frozen=True)
class Explanation:
    """A variant computation that gives the printed value, and the sentence that says what it is.

    ``ids`` are the reported results (separated by spaces) and ``quantities`` their numbers that it
    explains; ``variant`` takes the quantity and returns the value.
    """

    ids: str
    quantities: tuple
    reason: str
    variant: Callable


def _total_df(name):
    return lambda quantity: float(recompute(name).n.iloc[0] - 1)


def _sign_changed(name, term):
    return lambda quantity: -float(recompute(name).loc[term, quantity])


def _of_other_model(name, term):
    return lambda quantity: float(recompute(name).loc[term, quantity])


@cache
def threeway_without_target():
    """Fit the three-way model of s2-6 without stimulus intensity; women are the reference."""
    from ..models.mixed_models import lmm

    full = analysis("heat_exercise_difference_threeway")
    return lmm(full.formula.replace("target + ", ""), full.data())


def _threeway_without_target(quantity):
    return float(threeway_without_target().coefficient(THREEWAY_TERM)[quantity])


def _decimals_of_lower_limit(quantity):
    row = recompute("heat_drug_difference_by_step_and_sex").loc["sex[male]"]
    return math.floor(row.ci_high) + row.ci_low % 1


_RESIDUAL_DF = (
    "The printed {printed} is the number of participants minus one; a model with fitness and drug order "
    "leaves {recomputed:.0f}, the value that the printed interval rests on."
)

EXPLANATIONS = [
    Explanation("r094 a033 a065", ("df",), _RESIDUAL_DF, _total_df("heat_fitness_saline")),
    Explanation("r015 a012", ("df",), _RESIDUAL_DF, _total_df("pressure_fitness_saline")),
    Explanation(
        "r084 a021 a030",
        ("t",),
        "A sign slip: the printed slope and interval are positive, and the model's t is "
        "{recomputed:.3f}, the printed value without its minus.",
        _sign_changed("heat_exercise_by_drug_by_intensity", "target"),
    ),
    Explanation(
        "r101",
        ("ci_low", "ci_high", "se"),
        "Printed from another model than t and df: without stimulus intensity among the predictors the "
        "value is {variant:.3f}, with it (the model of the printed t and df) {recomputed:.3f}.",
        _threeway_without_target,
    ),
    Explanation(
        "r053",
        ("ci_high",),
        "The interval is symmetric about the estimate, so the printed lower limit asks for "
        "{recomputed:.2f}; {printed} is that whole number with the decimals of the lower limit.",
        _decimals_of_lower_limit,
    ),
    Explanation(
        "a058",
        ("sd",),
        "The mean is printed in per cent, its SD as a fraction: {recomputed:.2f} % is {variant:.3f}.",
        lambda quantity: float(recompute("relative_power").loc["low", "sd"]) / 100,
    ),
    Explanation(
        "a037",
        ("ci_low", "ci_high"),
        "The printed limit is the one of the model with all participants ({variant:.2f}); the model "
        "without the two extremes, whose other numbers are printed beside it, gives {recomputed:.2f}.",
        _of_other_model("heat_fitness_saline", "ftp_per_kg"),
    ),
]
#: What is open where a number differs and no computation gives the printed one.
OPEN_QUESTIONS = {
    ("r032", "mean_diff"): "power",
    ("r033", "t"): "power",
    ("a059", "t"): "power",
    ("a057", "sd"): "spread",
    ("a061", "n"): "borg",
    ("a063", "n"): "simulation",
    ("a063", "power"): "simulation",
    ("a064", "power"): "simulation",
}
_OPEN = {
    "power": "The table has sums of power readings over a block; the paper averages single readings, which "
    "are not public. Numbers of readings a little off one a second would give the printed value, so the "
    "gap can be explained but not settled (chapter exercise).",
    "spread": "Not even the printed numbers agree: the printed t, d and n, with the printed SD of low "
    "exercise, ask for an SD of {implied:.3f}; the data give {fraction:.3f}.",
    "borg": "In the data no low block was rated 6. The left end of the slider reads 6.14; after low exercise "
    "{recomputed:.0f} people gave it at least once, and {first_block:.0f} in the first block of session 1. "
    "Which count is meant cannot be settled.",
    "simulation": "If the fitted model were the truth, the sample of {sample:.0f} would have a power of "
    "{power:.2f}, and as many of its participants as printed (the first ones) {power_printed:.2f}. How the "
    "authors' simulation was set up is not public.",
}


def open_question(reported_id, quantity, recomputed):
    """Return what is open about a number that differs, or an empty text."""
    kind = OPEN_QUESTIONS.get((reported_id, quantity))
    if kind is None:
        return ""
    values = {"recomputed": recomputed}
    if kind == "spread":
        values |= {"fraction": recomputed / 100, "implied": _implied_spread()}
    if kind == "borg":
        values["first_block"] = recompute("exertion_at_scale_end").loc["low, first block", "n"]
    if kind == "simulation":
        term = recompute("threeway_power").loc["three-way term"]
        values |= {
            "sample": term["sample"],
            "power": term.power_of_sample,
            "power_printed": term.power,
        }
    return _OPEN[kind].format(**values)


def _implied_spread():
    """Return the SD of high relative power that the printed t, d, n and SD of low power ask for."""
    from ..models.effect_sizes import implied_sd
    from .printed import printed_numbers

    printed = printed_numbers().set_index(["id", "quantity"]).printed.astype(object)
    number = {key: float(printed[key]) for key in [("r033", "t"), ("r033", "d"), ("r033", "n")]}
    mean_diff = (float(printed["a057", "mean"]) - float(printed["a058", "mean"])) / 100
    return implied_sd(
        mean_diff=mean_diff,
        t=number["r033", "t"],
        d=number["r033", "d"],
        n=int(number["r033", "n"]),
        other_sd=float(printed["a058", "sd"]),
    )


_BY_NUMBER = {
    (one, quantity): explanation
    for explanation in EXPLANATIONS
    for one in explanation.ids.split()
    for quantity in explanation.quantities
}


def explanation_of(reported_id, quantity):
    """Return the explanation of one printed number, or None."""
    return _BY_NUMBER.get((reported_id, quantity))
