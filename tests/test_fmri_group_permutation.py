"""Permutation of group maps: exact cases, nilearn's numbers, and the error rate where nothing is there."""

import itertools

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.utils import check_random_state

from eih.fmri.corrections import permutation_p, permutation_threshold
from eih.fmri.group_models import fit_group, group_design
from eih.fmri.permutation import (
    all_sign_flips,
    is_flipped,
    maxima_of,
    permutation_maxima,
)

NOISE = np.random.default_rng(11).standard_normal((39, 400))
EVERYWHERE = {"all": np.ones(400, bool)}


def nilearns(kind, n, seed):
    """Return the rearrangements that nilearn draws from a seed: each adds to the one before."""
    first = check_random_state(seed).randint(1, np.iinfo(np.int32).max - 1)
    rng = check_random_state(first)
    if kind == "flips":
        drawn = [(rng.randint(2, size=(39, 1)) * 2 - 1)[:, 0] for _ in range(n)]
        return np.cumprod(drawn, axis=0)
    order, orders = np.arange(39), []
    for _ in range(n):
        order = order[rng.permutation(39)]
        orders.append(order)
    return np.array(orders)


@pytest.mark.parametrize(
    ("model", "kind"), [("drug", "flips"), ("fitness", "shuffles"), ("sex", "shuffles")]
)
def test_the_maxima_are_those_of_nilearn(model, kind):
    """The same sign flips, or shuffles with a covariate, give the same largest T as permuted_ols."""
    from nilearn.mass_univariate import permuted_ols

    design, contrast = group_design(model)
    tested = {"drug": "mean", "fitness": "ftp_per_kg", "sex": "male"}[model]
    covariate = design[["ftp_per_kg"]].to_numpy() if model == "sex" else None
    theirs = permuted_ols(
        design[[tested]].to_numpy(),
        NOISE,
        covariate,
        n_perm=100,
        two_sided_test=False,
        random_state=3,
    )["h0_max_t"][0]
    ours = maxima_of(nilearns(kind, 100, 3), NOISE, design, contrast, EVERYWHERE)["all"]
    assert_allclose(ours, theirs, rtol=1e-4)


@pytest.mark.parametrize("model", ["drug", "fitness", "sex"])
def test_both_routines_are_one_test(model):
    """nilearn's routine and the blocks agree for the rearrangements that the seed of the first draws."""
    design, contrast = group_design(model)
    few = np.arange(400) < 60
    volumes = {"all": np.ones(400, bool), "few": few}
    theirs = permutation_maxima(np.random.default_rng(4), NOISE, design, contrast, volumes, 50)
    seed = int(np.random.default_rng(4).integers(2**31 - 1))
    drawn = nilearns("flips" if model == "drug" else "shuffles", 50, seed)
    assert_allclose(theirs, maxima_of(drawn, NOISE, design, contrast, volumes), rtol=1e-4)


def test_a_mean_beside_a_centred_covariate_is_flipped():
    """The mean of the slope model is tested by sign flips, the covariate taken out, by either routine."""
    design, _ = group_design("fitness")
    mean = pd.Series({"mean": 1.0, "ftp_per_kg": 0.0})
    theirs = permutation_maxima(np.random.default_rng(4), NOISE, design, mean, EVERYWHERE, 50)
    drawn = nilearns("flips", 50, int(np.random.default_rng(4).integers(2**31 - 1)))
    assert is_flipped(design, mean)
    assert_allclose(theirs, maxima_of(drawn, NOISE, design, mean, EVERYWHERE), rtol=1e-4)


def test_the_p_of_five_people_is_the_count_of_all_32_flips():
    """With every sign flip, p is the share of them whose largest T reaches the observed one."""
    people = group_design("drug")[0].iloc[:5]
    values = np.array([[1.0, 0.2], [2.0, -0.3], [1.5, 0.1], [0.5, 0.4], [3.0, -0.2]])

    def largest(signs):
        flipped = values * np.array(signs)[:, None]
        return (flipped.mean(axis=0) / (flipped.std(axis=0, ddof=1) / 5**0.5)).max()

    by_hand = [largest(signs) for signs in itertools.product((1, -1), repeat=5)]
    contrast = group_design("drug")[1]
    ours = maxima_of(all_sign_flips(5), values, people, contrast, {"all": np.ones(2, bool)})["all"]
    assert_allclose(np.sort(ours), np.sort(by_hand), rtol=1e-5, atol=1e-6)
    # all signs equal make voxel 1 largest, and one other pattern makes voxel 2 larger still
    assert (
        (ours >= by_hand[0] * (1 - 1e-6)).mean()
        == 2 / 32
        == np.mean(np.array(by_hand) >= by_hand[0])
    )


def test_the_first_rearrangement_may_be_none():
    """People in their own order give the largest T of the fit itself."""
    design, contrast = group_design("sex")
    own = np.arange(39)[None]
    largest = maxima_of(own, NOISE, design, contrast, EVERYWHERE)["all"][0]
    assert largest == pytest.approx(fit_group(NOISE, design, contrast).t.max(), rel=1e-5)


def test_only_the_test_of_a_mean_flips_signs():
    """A slope or a difference leaves the mean untested, so people can be shuffled around it."""
    assert [is_flipped(*group_design(name)) for name in ("drug", "fitness", "sex")] == [
        True,
        False,
        False,
    ]


def test_volumes_are_maximized_over_their_own_voxels():
    """A volume inside another has the maxima that it would have alone."""
    few = np.zeros(400, bool)
    few[50:90] = True
    both = {"all": np.ones(400, bool), "few": few}
    design, contrast = group_design("fitness")
    joint = permutation_maxima(np.random.default_rng(1), NOISE, design, contrast, both, 50)
    alone = permutation_maxima(
        np.random.default_rng(1), NOISE[:, few], design, contrast, {"few": np.ones(40, bool)}, 50
    )
    assert_allclose(joint.few, alone.few, rtol=1e-5)
    assert (joint["all"] >= joint.few).all()


def test_the_number_of_processes_does_not_matter():
    """Two processes find what one finds."""
    design, contrast = group_design("drug")
    one, two = (
        permutation_maxima(
            np.random.default_rng(1),
            NOISE,
            design,
            contrast,
            EVERYWHERE,
            200,
            by="blocks",
            n_jobs=jobs,
        )
        for jobs in (1, 2)
    )
    assert_allclose(one, two)


@pytest.mark.parametrize("model", ["drug", "fitness", "sex"])
def test_the_null_is_held(model):
    """Of 200 studies with nothing in them, about one in twenty has a corrected p of at most 0.05."""
    design, contrast = group_design(model)
    rng = np.random.default_rng(8)
    inside = {"all": np.ones(60, bool)}
    hits = 0
    for _ in range(200):
        noise = rng.standard_normal((39, 60))
        maxima = permutation_maxima(rng, noise, design, contrast, inside, 99, by="blocks")["all"]
        hits += permutation_p(fit_group(noise, design, contrast).t.max(), maxima) <= 0.05
    assert 1 <= hits <= 23  # 10 expected; the limits are four standard deviations away


def test_threshold_and_p_agree():
    """Just above the threshold p is at most 0.05, at it p is larger."""
    maxima = np.random.default_rng(1).gumbel(size=999)
    threshold = permutation_threshold(maxima)
    assert permutation_p(threshold + 1e-4, maxima) <= 0.05 < permutation_p(threshold, maxima)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: all_sign_flips(39), r"39 people have 2\^39"),
        (lambda: permutation_threshold([1.0, 2.0]), "2 rearrangements cannot give"),
        (
            lambda: permutation_maxima(
                np.random.default_rng(1),
                NOISE,
                *group_design("drug"),
                {"none": np.zeros(400, bool)},
            ),
            "The volume 'none' is empty",
        ),
        (
            lambda: permutation_maxima(
                np.random.default_rng(1), NOISE[:5], *group_design("drug"), EVERYWHERE
            ),
            r"shape \(5, 400\)",
        ),
    ],
    ids=["too many flips", "too few", "empty volume", "people"],
)
def test_what_cannot_be_permuted_is_refused(call, message):
    """The message says what came and what is needed."""
    with pytest.raises(ValueError, match=message):
        call()
