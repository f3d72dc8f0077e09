"""Profile limits, found from inside, are those that mixedlm finds from outside."""

import warnings

import numpy as np
import pytest

import eih
from eih.models import profile_limits as inside

# Both stop an optimiser: the worst gap seen is 2e-9 of the interval's width, with a random slope 4e-7,
# where mixedlm's limit is the one whose deviance has not yet risen by 3.84.
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
        ("rating ~ target + (target|participant)", 0),
        ("rating ~ exercise + (1|participant) + (1|nth)", 1),
    ],
    ids=["one group", "crossed", "random slope", "no variance between groups"],
)
def test_limits_are_those_of_mixedlm(formula, random):
    """For one or two groups, a random slope, and variances of zero."""
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


def test_the_slow_way_is_taken_where_the_quick_one_ends_early(monkeypatch):
    """If a search does not end at a limit, the table has mixedlm's limits instead."""
    monkeypatch.setattr(inside, "_FLAT", 0)
    fit = trials("rating ~ exercise + (1|participant)")
    with pytest.raises(RuntimeError, match="search for a limit did not end"):
        inside.profile_limits(fit.model)
    table = eih.lmm(fit.formula, fit.design.frame).table
    np.testing.assert_array_equal(table[["ci_low", "ci_high"]], from_outside(fit))
