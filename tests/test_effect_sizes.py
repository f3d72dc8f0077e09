"""A paired difference in units of different standard deviations."""

import numpy as np
import pandas as pd
import pytest

from eih.models.effect_sizes import implied_sd, paired_effect_sizes


@pytest.fixture
def sizes():
    """Return the effect sizes of five pairs that R's effsize was given too."""
    first, second = pd.Series([10.0, 12, 15, 8, 11]), pd.Series([14.0, 18, 16, 12, 13])
    return paired_effect_sizes(first, second).set_index("kind").d


def test_the_repeated_measures_d_is_that_of_effsize(sizes):
    """`effsize::cohen.d(paired = TRUE, hedges.correction = TRUE)` gives -1.084754; df 4 corrects by 0.8."""
    assert sizes["repeated measures"] * 0.8 == pytest.approx(-1.084754, abs=1e-6)


def test_the_d_of_differences_is_that_of_effsize(sizes):
    """`effsize::cohen.d(paired = TRUE, within = FALSE)` gives -1.744163 for these pairs."""
    assert sizes["difference scores"] == pytest.approx(-1.744163, abs=1e-6)


def test_equal_spread_makes_the_repeated_measures_d_cohens_d():
    """With the same SD in both conditions the two agree whatever the correlation."""
    first = pd.Series([1.0, 2, 3, 4, 5])
    second = pd.Series([5.0, 3, 4, 1, 2]) + 2
    sizes = paired_effect_sizes(first, second).set_index("kind").d
    assert sizes["repeated measures"] == pytest.approx(sizes["Cohen"])


def test_pairs_with_a_missing_value_are_left_out():
    """A person without one condition changes nothing."""
    first, second = pd.Series([1.0, 2, 4, np.nan]), pd.Series([2.0, 4, 4, 9])
    whole = paired_effect_sizes(first[:3], second[:3])
    assert paired_effect_sizes(first, second).equals(whole)


def test_the_implied_sd_is_recovered_from_the_printed_numbers():
    """Mean difference, t, d and n of known values lead back to the SD that was left out."""
    rng = np.random.default_rng(1)
    low = pd.Series(rng.normal(60, 6, 40))
    high = pd.Series(50 + 0.9 * low + rng.normal(0, 5, 40))
    difference = high - low
    t = difference.mean() / difference.sem()
    d = paired_effect_sizes(high, low).d[0]
    assert implied_sd(difference.mean(), t, d, 40, low.std()) == pytest.approx(high.std())


def test_numbers_that_no_sd_fits_give_a_missing_value():
    """Where the other SD is too large for the SD of the differences, nothing is made up."""
    assert np.isnan(implied_sd(mean_diff=1, t=10, d=3, n=25, other_sd=50))
