"""Pairs left out, days swapped, weak priors: each against what must come out."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import eih

SALINE = eih.load_trials("heat").query("drug == 'saline'")
SCORES = eih.difference_scores(SALINE, "exercise", by=[])
FORMULA = "difference ~ ftp_per_kg + drug_order"


def test_each_pair_is_left_out_once_and_refitted():
    """Ten people give 45 pairs; one of them is checked by leaving it out by hand."""
    people = SCORES.head(10)
    pairs = eih.leave_two_out(FORMULA, people, "ftp_per_kg")
    assert len(pairs) == 45
    assert not pairs.duplicated(["first", "second"]).any()
    one = pairs.iloc[7]
    left = people[~people.participant.isin([one["first"], one["second"]])]
    by_hand = eih.lm(FORMULA, left).coefficient("ftp_per_kg")
    assert_allclose([one.estimate, one.se, one.p], by_hand[["estimate", "se", "p"]].astype(float))


def test_two_processes_give_the_numbers_of_one():
    """The number of jobs changes nothing."""
    people = SCORES.head(8)
    one, two = (
        eih.leave_two_out("difference ~ ftp_per_kg", people, "ftp_per_kg", jobs=jobs)
        for jobs in (1, 2)
    )
    pd.testing.assert_frame_equal(one, two)


def test_pairs_of_an_unknown_column_are_refused():
    """The message lists the columns."""
    with pytest.raises(ValueError, match=r"Cannot leave out pairs of 'person'.*'participant'"):
        eih.leave_two_out(FORMULA, SCORES, "ftp_per_kg", unit="person")


def test_swapped_days_start_from_the_seed():
    """The same seed gives the same coins, another seed others."""
    trials = eih.load_trials("heat")
    model = "rating ~ drug + (1|participant)"
    first, again, other = (
        eih.swapped_days(trials, model, n_swaps=2, seed=seed) for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)


def test_a_toss_is_the_model_of_the_swapped_labels():
    """The p of rows is that of eih.lmm, the p of people SciPy's paired t-test, also with an incomplete row."""
    trials = eih.load_trials("heat").dropna(subset="rating")
    trials = trials.assign(ftp=trials.ftp_per_kg.where(np.arange(len(trials)) % 9 != 0))
    model = "rating ~ drug + ftp + (drug|participant) + (1|nth)"
    tossed = eih.swapped_days(trials, model, n_swaps=1, seed=4).iloc[0]
    names = trials.participant.unique()
    coins = dict(zip(names, np.random.default_rng(4).random(len(names)) < 0.5, strict=True))
    label = (trials.drug == "naloxone") ^ trials.participant.map(coins).astype(bool)
    drug = pd.Categorical(np.where(label, "naloxone", "saline"), ["saline", "naloxone"])
    swapped = trials.assign(drug=drug)
    means = swapped.groupby(["participant", "drug"], observed=True).rating.mean().unstack()
    assert_allclose(tossed.p_people, stats.ttest_rel(means.naloxone, means.saline).pvalue)
    fit = eih.lmm(model, swapped, ci=None)
    assert_allclose(tossed.p_rows, fit.coefficient("drug[naloxone]").p, rtol=1e-6)


def test_rows_cry_wolf_where_days_differ_and_people_do_not():
    """Made-up days that differ by chance: the model of rows errs often, the t-test of people rarely."""
    generator = np.random.default_rng(5)
    people = [f"made-{i:02d}" for i in range(20)]
    drugs = pd.Categorical(["saline", "naloxone"] * 20, categories=["saline", "naloxone"])
    days = pd.DataFrame({"participant": np.repeat(people, 2), "drug": drugs})
    days["day"] = generator.normal(0, 5, len(days))
    trials = days.loc[days.index.repeat(15)].reset_index(drop=True)
    trials["rating"] = 50 + trials.day + generator.normal(0, 5, len(trials))
    p = eih.swapped_days(trials, "rating ~ drug + (1|participant)", n_swaps=60)
    assert (p.p_rows < 0.05).mean() > 0.3
    assert (p.p_people < 0.05).mean() < 0.2


def test_a_prior_as_wide_as_the_standard_error_halves_the_estimate():
    """Equal precision of prior and data puts the posterior half-way, with a variance half as large."""
    row = eih.weak_prior(pd.DataFrame({"estimate": [6.0], "se": [3.0]}), prior_sd=3).iloc[0]
    assert_allclose(row.posterior, 3)
    assert_allclose(row.posterior_high - row.posterior, 1.959964 * 3 / np.sqrt(2), rtol=1e-6)


def test_a_very_wide_prior_leaves_the_estimate_alone():
    """Then the posterior is the 95 % interval of the normal distribution."""
    row = eih.weak_prior(pd.DataFrame({"estimate": [-6.0], "se": [3.0]}), prior_sd=1e6).iloc[0]
    wanted = [-6 - 1.959964 * 3, -6 + 1.959964 * 3, 0.977250]
    assert_allclose(row[["posterior_low", "posterior_high", "same_direction"]], wanted, rtol=1e-5)


def test_a_prior_without_width_is_refused():
    """A standard deviation of zero has no use."""
    with pytest.raises(ValueError, match="Invalid prior_sd 0"):
        eih.weak_prior(pd.DataFrame({"estimate": [1.0], "se": [1.0]}), prior_sd=0)
