"""Leaving one participant out: known lines, one outlier, both kinds of model."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih

X = np.arange(8.0)


def line_with_outlier():
    """Eight people on y = 1 + 2 x, but for the last, who lies 50 above."""
    frame = pd.DataFrame({"participant": [f"p{k}" for k in range(8)], "x": X, "y": 1 + 2 * X})
    frame.loc[7, "y"] += 50
    return frame


def test_without_the_outlier_the_slope_is_the_true_one():
    """Only the refit without the outlier gives the slope of the other seven, and it is the lowest."""
    refits = eih.leave_one_out("y ~ x", line_with_outlier(), "x")
    assert refits.left_out.iloc[0] == "p7"
    assert_allclose(refits.estimate.iloc[0], 2, atol=1e-9)
    assert (refits.estimate.iloc[1:] > 3).all()


def test_each_participant_is_left_out_once_and_rows_are_sorted():
    """One row per person, by estimate."""
    refits = eih.leave_one_out("y ~ x", line_with_outlier(), "x")
    assert sorted(refits.left_out) == [f"p{k}" for k in range(8)]
    assert refits.estimate.is_monotonic_increasing


def test_a_row_is_the_model_without_that_person():
    """Estimate, limits and p are those of a fit to the remaining rows."""
    frame = line_with_outlier()
    row = eih.leave_one_out("y ~ x", frame, "x").set_index("left_out").loc["p3"]
    alone = eih.lm("y ~ x", frame[frame.participant != "p3"]).coefficient("x")
    for column in ("estimate", "ci_low", "ci_high", "p"):
        assert_allclose(row[column], alone[column])


def test_a_random_effect_in_the_formula_makes_it_a_mixed_model():
    """With several rows per person, the refits are mixed models."""
    rng = np.random.default_rng(3)
    people = np.repeat([f"p{k}" for k in range(6)], 5)
    x = np.tile(np.arange(5.0), 6)
    y = np.repeat(rng.normal(0, 5, 6), 5) + 2 * x + rng.normal(0, 0.5, 30)
    frame = pd.DataFrame({"participant": people, "x": x, "y": y})
    row = eih.leave_one_out("y ~ x + (1|participant)", frame, "x").set_index("left_out").loc["p2"]
    left = frame[frame.participant != "p2"]
    alone = eih.lmm("y ~ x + (1|participant)", left, ci=None).coefficient("x")
    assert_allclose([row.estimate, row.p], [alone.estimate, alone.p], rtol=1e-4)


def test_a_second_random_effect_is_kept():
    """Where people and trials both vary, each refit has both, and is the model without that person."""
    rng = np.random.default_rng(4)
    people, trial = np.repeat([f"p{k}" for k in range(5)], 8), np.tile(list("abcd"), 10)
    x = rng.normal(size=40)
    y = 2 * x + np.repeat(rng.normal(0, 5, 5), 8) + np.tile(rng.normal(0, 3, 4), 10)
    frame = pd.DataFrame(
        {"participant": people, "trial": trial, "x": x, "y": y + rng.normal(size=40)}
    )
    formula = "y ~ x + (1|participant) + (1|trial)"
    row = eih.leave_one_out(formula, frame, "x").set_index("left_out").loc["p2"]
    alone = eih.lmm(formula, frame[frame.participant != "p2"], ci=None).coefficient("x")
    assert_allclose([row.estimate, row.p], [alone.estimate, alone.p], rtol=1e-4)


def test_an_unknown_unit_is_named():
    """The message says which column is not there."""
    with pytest.raises(ValueError, match="Unknown column 'subject'"):
        eih.leave_one_out("y ~ x", line_with_outlier(), "x", unit="subject")


def test_an_unknown_term_is_named():
    """The message says which term the model lacks."""
    with pytest.raises(ValueError, match="Unknown term 'z'"):
        eih.leave_one_out("y ~ x", line_with_outlier(), "z")
