"""Correlated random effects: the optimum is found whatever the unit of a predictor, also at an edge."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih

REFERENCE = Path(__file__).parent / "reference" / "covariances" / "fixed.tsv"
MODELS = {  # name in the reference: formula, maximum likelihood, steps of 20 points in the last term
    "edge": ("rating ~ target * drug + (drug * target|participant)", False, 20),
    "inside": ("rating ~ target * drug + (drug * target|participant) + (1|nth)", True, 20),
    "slopes_at_edge": ("rating ~ exercise + (exercise|participant)", False, 1),
}


@cache
def rows(name):
    """Return the rows of a reference model."""
    heat = eih.load_trials("heat")
    if name == "inside":
        return heat
    if name == "slopes_at_edge":
        return eih.mean_ratings(heat[heat.drug == "saline"], ["exercise", "target"])
    pressure = eih.load_trials("pressure")
    off_the_ends = (pressure.rating > 1) & (pressure.rating < 101)
    kept = pressure[off_the_ends & ~pressure.participant.isin(["sub-24", "sub-30"])]
    return eih.mean_ratings(kept, ["drug", "exercise", "target"])


@cache
def fitted(name):
    """Fit a reference model."""
    formula, reml, _ = MODELS[name]
    return eih.lmm(formula, rows(name), reml=reml, ci=None)


@pytest.mark.parametrize("name", MODELS)
def test_the_last_coefficient_is_that_of_r(name):
    """Estimate, SE, df and p agree with lmerTest, where R was given targets in steps from their middle."""
    r = pd.read_csv(REFERENCE, sep="\t").set_index("model").loc[name]
    own, steps = fitted(name).table.iloc[-1], MODELS[name][2]
    assert_allclose([own.estimate * steps, own.se * steps], [r.estimate, r.se], rtol=1e-4)
    assert_allclose([own.df, own.p], [r.df, r.p], rtol=1e-3)


@pytest.mark.parametrize("name", MODELS)
def test_the_criterion_is_that_of_r(name):
    """R's optimum is reached. REML criteria depend on the unit of X: 2 log 20 for each column with targets."""
    r = pd.read_csv(REFERENCE, sep="\t").set_index("model").loc[name]
    fit = fitted(name)
    units = 2 * 2 * np.log(20) if name == "inside" else 0
    assert fit.criterion - units == pytest.approx(r.criterion, abs=1e-4)
    assert fit.singular == r.singular


def test_unit_and_origin_of_a_predictor_do_not_matter():
    """Targets of 30, 50, 70 or of -1, 0, 1 give the same deviance, tests and degrees of freedom."""
    centred = rows("edge").assign(target=(rows("edge").target - 50) / 20)
    again = eih.lmm(MODELS["edge"][0], centred, reml=False, ci=None)
    assert again.criterion == pytest.approx(fitted("edge").criterion, abs=1e-6)
    columns = ["df", "t", "p"]
    assert_allclose(
        again.table[columns].iloc[-1], fitted("edge").table[columns].iloc[-1], rtol=1e-4
    )


def test_a_smaller_model_never_fits_better():
    """The deviance of the maximal structure is not above that of one nested in it."""
    smaller = MODELS["edge"][0].replace("drug * target|", "drug + target|")
    fit = eih.lmm(smaller, rows("edge"), reml=False, ci=None)
    assert fitted("edge").criterion < fit.criterion


def test_both_forms_of_a_fit_are_the_same_model():
    """In the units of the formula and in orthogonal ones: deviance, coefficients and their covariance."""
    fit = fitted("inside")
    assert fit.twin.deviance == pytest.approx(fit.model.deviance, abs=1e-6)
    assert_allclose(fit.twin.beta, fit.model.beta, rtol=1e-6)
    assert_allclose(fit.twin.vcov(), fit.model.vcov(), rtol=1e-5, atol=1e-9)


def test_random_intercepts_alone_are_fitted_as_ever():
    """Without correlations there is nothing to turn."""
    fit = eih.lmm("rating ~ target + (1|participant) + (1|nth)", rows("inside"), ci=None)
    assert fit.twin is None


def test_independent_effects_beside_correlated_ones_keep_their_place():
    """A term with two bars and one with one bar: variances are those that were put in."""
    rng = np.random.default_rng(3)
    person, item = np.repeat(np.arange(150), 24), np.tile(np.repeat(np.arange(6), 4), 150)
    x = np.tile([30, 50, 70, 90], 900).astype(float)
    shift = rng.multivariate_normal([0, 0], [[400, -3], [-3, 0.09]], 150)
    rating = shift[person, 0] + x * (1 + shift[person, 1]) + rng.normal(0, 5, len(x))
    frame = pd.DataFrame({"y": rating, "x": x, "person": person, "item": item})
    variances = eih.lmm("y ~ x + (1|item) + (x|person)", frame, ci=None).variances.set_index(
        "group"
    )
    assert variances.sd["person"] == pytest.approx(20, rel=0.2)
    assert variances.sd["person: x"] == pytest.approx(0.3, rel=0.2)
    assert variances.sd["item"] < 0.5
    assert variances.sd["residual"] == pytest.approx(5, rel=0.05)


def test_random_effects_are_those_of_a_fit_in_the_units_of_the_formula():
    """Fitted values and the effects of people follow from the parameters that are shown."""
    from mixedlm.models.modular import LmerParsedFormula, OptimizeResult, mkLmerDevfun, mkLmerMod

    fit = fitted("inside")
    parsed = LmerParsedFormula(fit.model.formula, fit.model.matrices, True)
    optimum = OptimizeResult(fit.model.theta, fit.model.deviance, True, 1, "")
    again = mkLmerMod(mkLmerDevfun(parsed), optimum)
    assert_allclose(again.u, fit.model.u, atol=1e-5)
    assert_allclose(again.fitted(), fit.model.fitted(), atol=1e-6)
