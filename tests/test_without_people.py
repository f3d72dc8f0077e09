"""Refits without people, all at once: each must be the model fitted to the remaining rows."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih
from eih.models.without_people import refits_without

COLUMNS = ["estimate", "se", "df", "t", "p"]


def made_up(sd=5.0, seed=4):
    """Make rows of 12 people with unequal numbers of rows."""
    rng = np.random.default_rng(seed)
    person = np.repeat([f"p{k:02}" for k in range(12)], np.arange(3, 15))
    x, group = rng.normal(50, 10, len(person)), np.where(person < "p06", "a", "b")
    level = pd.Series(rng.normal(0, sd, 12), index=sorted(set(person)))
    y = level[person].to_numpy() + 0.3 * x + rng.normal(0, 3, len(person))
    return pd.DataFrame({"person": person, "x": x, "group": group, "y": y})


@pytest.mark.parametrize("formula", ["y ~ x * group", "y ~ x * group + (1|person)"])
def test_each_refit_is_the_model_of_the_remaining_rows(formula):
    """Nobody, one person, two and five: estimate, SE, df, t and p."""
    data = made_up()
    sets = [(), ("p03",), ("p00", "p11"), ("p01", "p02", "p05", "p07", "p09")]
    found = refits_without(formula, data, "x:group[b]", "person", sets)
    fit = eih.lmm if "|" in formula else eih.lm
    for row, one in zip(found[COLUMNS].to_numpy(), sets, strict=True):
        alone = fit(formula, data[~data.person.isin(one)], ci=None).coefficient("x:group[b]")
        assert_allclose(row, alone[COLUMNS].astype(float), rtol=2e-5)


def test_where_people_are_alike_the_spread_is_zero_as_in_the_model():
    """With nothing between people the mixed model is the ordinary one, with its degrees of freedom."""
    data = made_up()
    data["y"] -= data.groupby("person").y.transform("mean")
    found = refits_without("y ~ x + (1|person)", data, "x", "person", [("p04",), ("p08",)])
    for row, one in zip(found[COLUMNS].to_numpy(), ("p04", "p08"), strict=True):
        alone = eih.lmm("y ~ x + (1|person)", data[data.person != one], ci=None).coefficient("x")
        assert_allclose(row, alone[COLUMNS].astype(float), rtol=2e-5)


def test_rows_without_a_value_are_left_out_as_ever():
    """A missing outcome does not count for its person."""
    data = made_up()
    data.loc[[3, 40], "y"] = np.nan
    found = refits_without("y ~ x + (1|person)", data, "x", "person", [("p00",)])
    alone = eih.lmm("y ~ x + (1|person)", data[data.person != "p00"], ci=None).coefficient("x")
    assert_allclose(found[COLUMNS].iloc[0], alone[COLUMNS].astype(float), rtol=2e-5)


@pytest.mark.parametrize(
    ("formula", "sets"),
    [
        ("y ~ x + (x|person)", [("p00",)]),
        ("y ~ x + (1|person) + (1|group)", [("p00",)]),
        ("y ~ x + (1|group)", [("p00",)]),
        ("y ~ x + group", [tuple(f"p{k:02}" for k in range(6))]),
    ],
)
def test_other_models_are_left_to_the_slow_way(formula, sets):
    """Slopes, other groups, or a group that nobody is left of."""
    assert refits_without(formula, made_up(), "x", "person", sets) is None


def test_pairs_of_a_model_with_slopes_are_fitted_one_by_one():
    """Leaving two out works for any model, and gives that model."""
    data = made_up().query("person < 'p05'")
    pairs = eih.leave_two_out("y ~ x + (x|person)", data, "x", unit="person")
    row = pairs.set_index(["first", "second"]).loc[("p00", "p03")]
    left = data[~data.person.isin(["p00", "p03"])]
    alone = eih.lmm("y ~ x + (x|person)", left, ci=None).coefficient("x")
    assert_allclose([row.estimate, row.p], [alone.estimate, alone.p], rtol=1e-6)
