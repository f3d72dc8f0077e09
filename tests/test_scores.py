"""Scores of persons and their tests, by definition and on made-up scores."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import eih
from eih.beyond.scores import score_test

HEAT = eih.load_trials("heat")


def made_up(slope=0.0, shift=3.0, n=20):
    """Scores about a mean, symmetric, with a known slope on fitness."""
    noise = np.resize([-2.0, 2.0, -1.0, 1.0], n)
    fitness = np.linspace(1, 3, n)
    frame = pd.DataFrame({"score": shift + slope * fitness + noise, "ftp_per_kg": fitness})
    frame["sex"] = pd.Categorical(np.resize(["female", "male"], n))
    return frame.assign(order=np.resize([-0.5, -0.5, 0.5, 0.5], n))


def test_the_drug_score_is_the_difference_of_two_means():
    """For one person: mean rating under naloxone minus mean rating under saline."""
    scores = eih.person_scores(HEAT, "drug").set_index("participant").score
    own = HEAT[HEAT.participant == "sub-07"].groupby("drug", observed=True).rating.mean()
    assert_allclose(scores["sub-07"], own["naloxone"] - own["saline"])


def test_drug_by_intensity_is_the_drug_effect_at_70_minus_at_30():
    """For one person, from four means."""
    scores = eih.person_scores(HEAT, "drug_by_intensity").set_index("participant").score
    own = HEAT[HEAT.participant == "sub-07"]
    mean = own.groupby(["drug", "target"], observed=True).rating.mean()
    by_hand = (mean["naloxone", 70] - mean["saline", 70]) - (
        mean["naloxone", 30] - mean["saline", 30]
    )
    assert_allclose(scores["sub-07"], by_hand)


def test_the_same_targets_count_the_same():
    """Of one person without some trials, the score is the mean of the differences at each target."""
    left_out = (
        (HEAT.participant == "sub-07")
        & (HEAT.drug == "saline")
        & (HEAT.target == 30)
        & (HEAT.nth > 4)
    )
    rows = HEAT[~left_out]
    scores = eih.person_scores(rows, "drug", same_targets=True).set_index("participant").score
    own = rows[rows.participant == "sub-07"]
    mean = own.groupby(["drug", "target"], observed=True).rating.mean()
    assert_allclose(scores["sub-07"], (mean["naloxone"] - mean["saline"]).mean())
    pooled = eih.person_scores(rows, "drug").set_index("participant").score
    assert abs(pooled["sub-07"] - scores["sub-07"]) > 0.1


def test_exercise_and_fitness_scores_are_mirror_images():
    """High − low is minus low − high."""
    exercise, fitness = (
        eih.person_scores(HEAT, effect).score for effect in ("exercise", "fitness")
    )
    assert_allclose(exercise, -fitness)


def test_a_t_test_and_least_squares_without_covariate_agree():
    """The mean score has t, df and p of the one-sample t-test."""
    scores = made_up()
    found = score_test(scores, "drug", covariate=False)
    wanted = stats.ttest_1samp(scores.score, 0)
    assert_allclose([found["t"], found["df"], found["p"]], [*wanted[:1], wanted.df, wanted.pvalue])


def test_the_covariate_gives_both_orders_equal_weight():
    """With unequal groups the estimate is the mean of the two groups' means."""
    scores = pd.DataFrame({"score": [1.0, 2, 3, 10, 12], "order": [-0.5, -0.5, -0.5, 0.5, 0.5]})
    assert_allclose(score_test(scores, "drug")["estimate"], (2 + 11) / 2)


@pytest.mark.parametrize("method", ["least squares", "Huber", "ranks"])
def test_every_method_finds_a_symmetric_shift(method):
    """Scores that are symmetric about 3 give 3."""
    assert_allclose(score_test(made_up(), "drug", covariate=False, method=method)["estimate"], 3)


def test_one_far_score_moves_least_squares_more_than_the_others():
    """An outlier of 100 shifts the mean by 5, Huber and ranks by less than 1."""
    scores = made_up()
    scores.loc[0, "score"] += 100
    found = {
        method: score_test(scores, "drug", covariate=False, method=method)["estimate"]
        for method in ("least squares", "Huber", "ranks")
    }
    assert_allclose(found["least squares"], 8)
    assert abs(found["Huber"] - 3) < 1
    assert abs(found["ranks"] - 3) < 1


def test_ranks_of_a_slope_are_theil_sen_and_kendall():
    """Without noise the slope is exact and the order complete."""
    scores = made_up().assign(score=lambda frame: 2 * frame.ftp_per_kg)
    found = score_test(scores, "fitness", covariate=False, method="ranks")
    assert_allclose(found["estimate"], 2)
    assert found["p"] < 1e-6


@pytest.mark.parametrize(
    ("effect", "covariate"), [("drug", True), ("sex_by_fitness_by_drug", False)]
)
def test_a_rank_test_that_does_not_exist_is_refused(effect, covariate):
    """No signed ranks with a covariate, none for the three-way term."""
    with pytest.raises(ValueError, match="No rank test of"):
        score_test(made_up(), effect, covariate=covariate, method="ranks")


def test_an_unknown_effect_or_method_is_refused():
    """The messages list what there is."""
    with pytest.raises(ValueError, match="Unknown effect 'luck'. There are: drug"):
        eih.person_scores(HEAT, "luck")
    with pytest.raises(ValueError, match="Unknown method 'magic'"):
        score_test(made_up(), "drug", method="magic")
