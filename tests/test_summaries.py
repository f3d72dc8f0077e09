"""Counts, paired tests and slopes against hand-made data and known answers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import eih
from eih.figures import mean_and_interval, regression_band, within_subject_interval
from eih.models.simple_tests import correlation, t_test
from eih.paper import subsets, summaries


def blocks(low, high):
    """Make blocks of people with these values after low and high exercise."""
    rows = []
    for place, pair in enumerate(zip(low, high, strict=True)):
        for session in (1, 2):
            for exercise, value in zip(("low", "high"), pair, strict=True):
                rows.append((f"sub-{place:02d}", session, exercise, value))
    frame = pd.DataFrame(rows, columns=["participant", "session", "exercise", "x"])
    return frame.assign(exercise=pd.Categorical(frame.exercise, ["low", "high"]))


def test_a_t_test_and_a_correlation_are_those_of_scipy():
    """Statistic, df and p agree with scipy.stats, whatever the numbers."""
    x, y = np.random.default_rng(1).normal(3, 2, (2, 17))
    ours, known = t_test(x, against=2.5), stats.ttest_1samp(x, 2.5)
    assert (ours["t"], ours["df"], ours["p"]) == pytest.approx(
        (known.statistic, known.df, known.pvalue), rel=1e-12
    )
    ours, known = correlation(x, y), stats.pearsonr(x, y)
    assert (ours["r"], ours["p"]) == pytest.approx((known.statistic, known.pvalue), rel=1e-12)


def test_a_paired_test_of_known_values():
    """t, p and the repeated-measures d are those of scipy and of the formula."""
    low, high = np.array([1.0, 2, 3, 4, 6]), np.array([2.0, 2.5, 5, 5, 9])
    row = summaries.paired(blocks(low, high), "x").set_index("term").loc["high - low"]
    known = stats.ttest_rel(high, low)
    r = np.corrcoef(low, high)[0, 1]
    assert row.t == pytest.approx(known.statistic)
    assert row.p == pytest.approx(known.pvalue)
    assert row.mean_diff == pytest.approx((high - low).mean())
    assert row.d == pytest.approx(known.statistic / 5**0.5 * (2 * (1 - r)) ** 0.5)


def test_people_without_a_session_are_left_out():
    """Someone with no value in one session is counted as missing, not averaged over the other."""
    table = blocks([1.0, 2, 3, 4], [2.0, 2, 5, 7])
    table.loc[(table.participant == "sub-01") & (table.session == 2), "x"] = np.nan
    row = summaries.paired(table, "x").set_index("term").loc["high - low"]
    assert (row.n, row.n_missing) == (3, 1)


def test_power_of_a_block_is_the_rise_of_the_sum():
    """The power of a block is its own sum over 600 seconds; a block without a rise has none."""
    power = eih.block_power().set_index(["participant", "session", "block"])
    sums = power.cumulative_watts
    assert power.power["sub-01", 1, 2] == pytest.approx(
        (sums["sub-01", 1, 2] - sums["sub-01", 1, 1]) / 600
    )
    assert power.power["sub-01", 1, 1] == pytest.approx(sums["sub-01", 1, 1] / 600)
    assert power.power.isna().sum() == 5
    assert np.isnan(power.power["sub-30", 2, 2])


def test_the_stated_power_analysis_asks_for_the_printed_sample():
    """f = 0.3, alpha = 0.05, power = 0.95, r = 0.5, two measurements: G*Power gives 39."""
    stated = subsets.stated_power_analysis()
    assert summaries.repeated_measures_sample_size(stated).n.item() == 39
    assert (
        summaries.within_factor_power(38, stated)
        < 0.95
        <= summaries.within_factor_power(39, stated)
    )


def test_more_stated_power_asks_for_more_people():
    """The sample size follows the stated power."""
    stated = subsets.stated_power_analysis()
    larger = summaries.repeated_measures_sample_size(stated.replace(0.95, 0.99)).n.item()
    assert larger > 39


def test_ratings_before_and_after_a_block():
    """The ratings before the cycling of a block are those after the cycling of the block before."""
    both = subsets.heat_before_and_after()
    saline = subsets.heat_saline()
    person = both[(both.participant == "sub-09") & (both.block == 3)]
    own = saline[saline.participant == "sub-09"]
    before, after = (person[person.time == time].rating for time in ("before", "after"))
    assert before.tolist() == own[own.block == 2].rating.tolist()
    assert after.tolist() == own[own.block == 3].rating.tolist()
    assert set(person.exercise) == set(own[own.block == 3].exercise)
    assert set(person.previous_exercise) == set(own[own.block == 2].exercise)
    assert set(both.block) == {2, 3, 4}


def test_without_extremes_leaves_two_people_out():
    """The fittest and the least fit participant are left out, nobody else."""
    everyone = subsets.heat_exercise_difference_saline()
    rest = subsets.heat_exercise_difference_saline_without_extremes()
    assert set(everyone.participant) - set(rest.participant) == {"sub-06", "sub-28"}


def test_fitness_slopes_recover_a_planted_slope():
    """Differences made as 4 W/kg slopes in men and −2 in women give those slopes."""
    scores = subsets.heat_exercise_difference_pooled()
    slope = scores.sex.map({"male": 4.0, "female": -2.0}).astype(float)
    noise = np.random.default_rng(3).normal(0, 0.01, len(scores))
    found = summaries.fitness_slopes(scores.assign(difference=slope * scores.ftp_per_kg + noise))
    found = found.set_index("term").beta
    assert found["male, saline"] == pytest.approx(4, abs=0.05)
    assert found["female, naloxone"] == pytest.approx(-2, abs=0.05)


def test_single_contrasts_have_the_sign_of_their_name():
    """Ratings 3 higher under naloxone and 2 lower after high exercise show as such."""
    trials = subsets.heat()
    noise = np.random.default_rng(5).normal(0, 0.1, len(trials))
    effect = 3 * (trials.drug == "naloxone") - 2 * (trials.exercise == "high")
    table = (
        summaries.simple_effects(trials.assign(rating=50 + effect + noise)).set_index("term").beta
    )
    assert table["naloxone - saline, low"] == pytest.approx(3, abs=0.1)
    assert table["high - low, naloxone"] == pytest.approx(-2, abs=0.1)


def test_within_subject_intervals_ignore_level_differences():
    """Adding a constant to one person changes the means, not the within-subject error."""
    rng = np.random.default_rng(1)
    means = pd.DataFrame(
        {
            "participant": np.repeat(list("abcdef"), 2),
            "drug": ["x", "y"] * 6,
            "rating": rng.normal(size=12),
        }
    )
    shifted = means.assign(rating=means.rating + 50 * (means.participant == "c"))
    one, other = (within_subject_interval(frame, "drug").se for frame in (means, shifted))
    np.testing.assert_allclose(one, other)


def test_two_conditions_give_the_error_of_the_paired_difference():
    """With two conditions the within-subject error is that of the difference over the root of two."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=10), rng.normal(size=10)
    means = pd.DataFrame({"participant": list(range(10)) * 2, "drug": ["x"] * 10 + ["y"] * 10})
    se = within_subject_interval(means.assign(rating=np.r_[x, y]), "drug").se
    np.testing.assert_allclose(se, stats.sem(x - y) / 2**0.5)


def test_a_mean_and_its_interval():
    """Mean, error and t interval are those of scipy, missing values left out."""
    values = pd.Series([1.0, 2, 4, np.nan])
    found = mean_and_interval(values)
    low, high = stats.t.interval(0.95, 2, values.mean(), values.sem())
    assert (found.n, found.ci_low, found.ci_high) == (3, pytest.approx(low), pytest.approx(high))


def test_the_band_is_narrowest_at_the_mean():
    """A regression band passes through the means and widens away from them."""
    x = np.arange(10.0)
    band = regression_band(x, 2 * x + np.tile([0.5, -0.5], 5), [4.5, 0.0])
    width = band.ci_high - band.ci_low
    assert band.fit[0] == pytest.approx(9.0)
    assert width[0] < width[1]
