"""Shifts of groups are those of mixedlm and of the formula for one grouping factor."""

import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih


@pytest.fixture(scope="module")
def saline():
    """Return the heat trials under saline."""
    return eih.load_trials(modality="heat").query("drug == 'saline'")


@pytest.mark.parametrize("group", ["participant", "nth"])
def test_shifts_are_those_of_mixedlm(saline, group):
    """Two ways to the same estimate: our covariance matrix, and mixedlm's conditional modes."""
    fit = eih.lmm("rating ~ target + drug_order + (1|participant) + (1|nth)", saline, ci=None)
    theirs = fit.model.ranef()[group]["(Intercept)"]
    assert_allclose(eih.group_shifts(fit, group)["shift"], theirs, atol=1e-8)


def test_shrinkage_follows_the_formula(saline):
    """With one grouping factor the share that is kept is n sd² / (n sd² + residual variance)."""
    fit = eih.lmm("rating ~ target + (1|participant)", saline, ci=None)
    people = eih.group_shifts(fit, "participant")
    variance = fit.variances.set_index("group").variance
    kept = people.n * variance.participant / (people.n * variance.participant + variance.residual)
    assert_allclose(people["shift"], kept * people.own, rtol=1e-6)
    assert set(people.n) == {35, 36}


def test_a_nested_group_has_its_levels_joined(saline):
    """A grouping such as participant:block has a level for each pair."""
    fit = eih.lmm("rating ~ target + (1|participant:block)", saline, ci=None)
    assert len(eih.group_shifts(fit, "participant:block")) == saline.participant.nunique() * 4


def test_an_unknown_group_is_refused(saline):
    """The error lists the groups."""
    fit = eih.lmm("rating ~ target + (1|participant)", saline, ci=None)
    with pytest.raises(ValueError, match=r"Unknown group 'nth' .*It has: participant\."):
        eih.group_shifts(fit, "nth")


def test_own_means_are_means_of_what_is_left(saline):
    """``own`` is the mean residual of the fixed part."""
    fit = eih.lmm("rating ~ target + (1|participant)", saline, ci=None)
    left = saline.rating - fit.coefficient("(Intercept)").estimate
    left -= fit.coefficient("target").estimate * saline.target
    means = left.groupby(saline.participant).mean()
    people = eih.group_shifts(fit, "participant").set_index("participant")
    pd.testing.assert_series_equal(people.own, means, check_names=False)
