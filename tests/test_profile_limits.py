"""Profile limits, found from inside, are those that mixedlm finds from outside."""

import warnings

import numpy as np
import pytest

import eih
from eih.models import profile_limits as inside

# Both stop an optimiser: the worst gap seen is 2e-9 of the interval's width.
TOLERANCE = 1e-6


def from_outside(fit):
    """Return mixedlm's own profile limits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        profiles = fit.model.profile(n_points=3)
    return np.array(
        [(profiles[name].ci_lower, profiles[name].ci_upper) for name in profiles], dtype=float
    )


def trials(formula, seed=1, people=12, random=0):
    """Fit a model to some people's heat trials; `random` shuffles that share of their ratings."""
    heat = eih.load_trials(modality="heat").dropna()
    chosen = np.random.default_rng(seed).choice(heat.participant.unique(), people, replace=False)
    rows = heat[heat.participant.isin(chosen)].copy()
    if random:
        rows["rating"] = np.random.default_rng(seed).permutation(rows.rating)
    return eih.lmm(formula, rows, ci=None)


@pytest.mark.parametrize(
    ("formula", "random"),
    [
        ("rating ~ drug*sex + (1|participant)", 0),
        ("rating ~ exercise*drug + (1|participant) + (1|nth)", 0),
        ("rating ~ exercise + (1|participant) + (1|nth)", 1),
    ],
    ids=["one group", "crossed", "no variance between groups"],
)
def test_limits_are_those_of_mixedlm(formula, random):
    """For one or two groups, and for variances of zero."""
    fit = trials(formula, random=random)
    ours, theirs = inside.profile_limits(fit.model), from_outside(fit)
    gap = np.abs(ours - theirs) / (theirs[:, 1] - theirs[:, 0])[:, None]
    assert gap.max() < TOLERANCE


def test_limits_do_not_depend_on_the_units():
    """With the outcome in thousandths the limits are a thousandth."""
    heat = eih.load_trials(modality="heat").dropna().query("drug == 'saline'")
    formula = "rating ~ exercise + (1|participant) + (1|nth)"
    plain = eih.lmm(formula, heat, ci=None)
    small = eih.lmm(formula, heat.assign(rating=heat.rating / 1000), ci=None)
    np.testing.assert_allclose(
        inside.profile_limits(small.model),
        inside.profile_limits(plain.model) / 1000,
        rtol=1e-6,
    )


@pytest.mark.parametrize("random", [0, 1], ids=["as measured", "no variance between people"])
def test_a_random_slope_is_profiled_by_mixedlm(random):
    """From inside, a singular slope gave intervals half as wide: such models take mixedlm's limits."""
    fit = trials("rating ~ target*drug + (target|participant)", people=8, random=random)
    with pytest.raises(RuntimeError, match="random slope"):
        inside.profile_limits(fit.model)
    table = eih.lmm(fit.formula, fit.design.frame).table
    outside = from_outside(fit)
    assert np.abs(table[["ci_low", "ci_high"]].to_numpy() - outside).max() < 1e-12


def test_a_start_far_from_the_optimum_is_refused(monkeypatch):
    """Where lifting a standard deviation off zero costs too much, the search is not begun."""
    monkeypatch.setattr(inside, "_NEAR", -1)
    with pytest.raises(RuntimeError, match="too far from the optimum"):
        inside.profile_limits(trials("rating ~ exercise + (1|participant)").model)


def test_the_slow_way_is_taken_where_the_quick_one_ends_early(monkeypatch):
    """If a search does not end at a limit, the table has mixedlm's limits instead."""
    monkeypatch.setattr(inside, "_FLAT", 0)
    fit = trials("rating ~ exercise + (1|participant)")
    with pytest.raises(RuntimeError, match="search for a limit did not end"):
        inside.profile_limits(fit.model)
    table = eih.lmm(fit.formula, fit.design.frame).table
    np.testing.assert_array_equal(table[["ci_low", "ci_high"]], from_outside(fit))
