"""Robust slopes find the line that most points share."""

import numpy as np
import pandas as pd
import pytest

import eih


def points(outlier=0.0):
    """Thirty points near y = 3 + 2 x, the last one moved up."""
    rng = np.random.default_rng(2)
    x = np.linspace(1, 3, 30)
    y = 3 + 2 * x + rng.normal(0, 0.1, 30)
    y[-1] += outlier
    return pd.DataFrame({"x": x, "y": y})


def test_without_outliers_all_agree():
    """On clean data the estimators give nearly the same slope, close to the true one."""
    slopes = eih.robust_slopes("y ~ x", points(), "x")
    assert slopes.estimate.tolist() == pytest.approx([2, 2, 2], abs=0.1)


def test_one_far_point_moves_least_squares_only():
    """The robust slopes stay, and the far point has the smallest weight."""
    slopes = eih.robust_slopes("y ~ x", points(outlier=50), "x").set_index("method")
    assert abs(slopes.estimate["least squares"] - 2) > 2
    assert slopes.estimate["Tukey's bisquare"] == pytest.approx(2, abs=0.1)
    assert slopes.smallest_weight["Tukey's bisquare"] == pytest.approx(0, abs=1e-6)


def test_the_first_row_is_the_ordinary_model():
    """Least squares is eih.lm."""
    row = eih.robust_slopes("y ~ x", points(), "x").iloc[0]
    plain = eih.lm("y ~ x", points()).coefficient("x")
    assert row[["estimate", "ci_low", "p"]].tolist() == plain[["estimate", "ci_low", "p"]].tolist()


def test_an_unknown_term_is_refused():
    """The error lists the terms."""
    with pytest.raises(ValueError, match=r"Unknown term 'z'.*The terms are: \(Intercept\), x"):
        eih.robust_slopes("y ~ x", points(), "z")


def test_the_median_slope_ignores_a_far_point():
    """Theil and Sen's slope is the median over pairs, its line goes through the medians."""
    line = eih.median_slope(points(outlier=50).x, points(outlier=50).y)
    assert line.estimate == pytest.approx(2, abs=0.1)
    assert line.ci_low < 2 < line.ci_high
    assert line.intercept + line.estimate * 2 == pytest.approx(7, abs=0.2)
