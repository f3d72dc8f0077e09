"""Group models and surrogate images: designs, fits, and effects that come back as planted."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import eih
from eih.fmri.grids import group_grid, map_image, search_volumes, smooth_noise, voxel_of
from eih.fmri.group_models import MODELS, contrast_scale, fit_group, group_design
from eih.fmri.surrogate_maps import planted_effects, rating_scores, surrogate_contrasts

PEOPLE = eih.load_participants()
GRID = group_grid()


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_one_row_per_person_and_can_be_fitted(name):
    """Its columns can be told apart, and leave the degrees of freedom that the paper's model has."""
    design, contrast = group_design(name)
    assert np.linalg.matrix_rank(design) == design.shape[1] == len(contrast)
    assert list(design.index) == list(PEOPLE.participant)
    assert set(planted_effects(name).df) == {39 - design.shape[1]}


def test_every_reported_peak_belongs_to_one_model():
    """No peak of the paper is left out, none is planted twice."""
    planted = [peak for model in MODELS.values() for peak in model.peaks]
    assert sorted(planted) == sorted(eih.reported_peaks().id)


def test_the_two_sample_contrast_is_the_coefficient_of_sex():
    """Men minus women with a covariate is what ordinary regression gives for the same model."""
    values = PEOPLE.age.to_numpy(float)
    fit = fit_group(values[:, None], *group_design("sex"))
    row = eih.lm("age ~ sex + ftp_per_kg", eih.relevel(PEOPLE, sex="female")).coefficient(
        "sex[male]"
    )
    assert_allclose([fit.effect[0], fit.se[0], fit.df], [row.estimate, row.se, row.df], rtol=1e-9)


def test_the_fit_is_that_of_nilearns_second_level_model():
    """Images given to SecondLevelModel give the same T map as arrays given to us."""
    from nilearn.glm.second_level import SecondLevelModel

    surrogate = surrogate_contrasts(np.random.default_rng(4), "fitness")
    design, contrast = group_design("fitness")
    theirs = SecondLevelModel(mask_img=GRID.masker.mask_img).fit(
        surrogate.images(), design_matrix=design.reset_index(drop=True)
    )
    t_map = theirs.compute_contrast(
        contrast.to_numpy(), second_level_stat_type="t", output_type="stat"
    )
    ours = fit_group(surrogate.values, design, contrast)
    assert_allclose(t_map.get_fdata()[GRID.inside], ours.t, rtol=1e-4, atol=1e-4)


def test_the_noncentrality_is_effect_over_scale():
    """A planted effect divided by its standard error without sampling noise is the reported T."""
    for name in MODELS:
        planted = planted_effects(name)
        assert_allclose(planted.effect / contrast_scale(*group_design(name)), planted.T_reported)


@pytest.mark.parametrize("name", MODELS)
def test_without_noise_the_planted_effect_is_found_exactly(name):
    """Images with hardly any noise give back the planted contrast at each planted voxel."""
    still = smooth_noise(np.random.default_rng(2), 39) * 1e-6
    surrogate = surrogate_contrasts(np.random.default_rng(1), name, tie=0, noise=still)
    voxels = surrogate.planted.voxel.to_numpy()
    fit = fit_group(surrogate.values[:, voxels], *group_design(name))
    assert_allclose(fit.effect, surrogate.planted.effect, rtol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_planted_effects_come_back_without_bias(name):
    """Over 300 studies mean estimate and interval coverage at the planted voxel are as they should be."""
    design, contrast = group_design(name)
    planted = planted_effects(name)
    between = surrogate_contrasts(
        np.random.default_rng(1), name, tie=0, noise=np.zeros((39, len(GRID.centres)), "f4")
    ).values[:, planted.voxel]
    rng = np.random.default_rng(7)
    values = between[:, None] + rng.standard_normal((39, 300, len(planted)))
    fit = fit_group(values.reshape(39, -1), design, contrast)
    low, high = (limit.reshape(300, -1) for limit in fit.interval())
    effect = planted.effect.to_numpy()
    inside = (low <= effect) & (effect <= high)
    assert abs(fit.effect.mean() / effect.mean() - 1) < 4 * fit.effect.std() / 300**0.5
    assert 0.95 - 4 * (0.05 * 0.95 / inside.size) ** 0.5 < inside.mean() <= 0.99


def test_the_tie_is_the_correlation_with_the_ratings():
    """Over people, image and real rating effect correlate as stated, and the standard deviation stays 1."""
    rng = np.random.default_rng(2)
    voxel = planted_effects("drug").voxel[0]
    scores = rating_scores("drug")
    studies = [surrogate_contrasts(rng, "drug", tie=0.6).values[:, voxel] for _ in range(25)]
    r = [np.corrcoef(values, scores)[0, 1] for values in studies]
    assert np.mean(r) == pytest.approx(0.6, abs=0.08)
    assert np.mean([values.std(ddof=1) for values in studies]) == pytest.approx(1, abs=0.09)


def test_nothing_is_planted_in_the_null():
    """Without planting, the images are the noise and the table of planted effects is empty."""
    noise = smooth_noise(np.random.default_rng(3), 39)
    surrogate = surrogate_contrasts(np.random.default_rng(3), "drug", plant=False, noise=noise)
    assert len(surrogate.planted) == 0
    assert_allclose(surrogate.values, noise)


def test_the_same_seed_gives_the_same_images():
    """The generator decides everything."""
    first, second = (surrogate_contrasts(np.random.default_rng(9), "sex").values for _ in range(2))
    assert (first == second).all()


def test_the_noise_is_as_smooth_as_stated():
    """Neighbours a voxel apart correlate as white noise smoothed with that kernel, along each axis."""
    noise = smooth_noise(np.random.default_rng(5), 30, fwhm=8.0)
    box = np.array([GRID.volume(one) for one in noise])
    expected = np.exp(-2 * np.log(2) * 4**2 / 8**2)
    for axis in (1, 2, 3):
        first, second = box.take(range(20, 24), axis), box.take(range(21, 25), axis)
        both = (first != 0) & (second != 0)
        assert np.corrcoef(first[both], second[both])[0, 1] == pytest.approx(expected, abs=0.02)
    assert noise.std() == pytest.approx(1, abs=0.01)


def test_the_small_volume_lies_in_the_brain_and_holds_its_peaks():
    """Each peak that the paper corrects over the small volume lies in it."""
    inside = search_volumes()["small volume"]
    peaks = eih.reported_peaks()
    own = peaks[peaks.correction == "small volume"]
    assert all(inside[voxel_of(row)] for row in own[["mni_x", "mni_y", "mni_z"]].to_numpy())
    assert 0 < inside.sum() < 0.05 * len(inside)


def test_a_map_returns_to_its_voxels():
    """Values put into an image stand where the grid says, and nothing stands outside the brain."""
    values = stats.norm.rvs(size=len(GRID.centres), random_state=1)
    image = map_image(values)
    assert_allclose(image.get_fdata()[GRID.inside], values, rtol=1e-6)
    assert not image.get_fdata()[~GRID.inside].any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: group_design("pain"), r"Unknown group model 'pain'\. There are: parametric"),
        (lambda: group_design("sex", PEOPLE[PEOPLE.sex == "male"]), "cannot be told apart"),
        (lambda: group_design("drug", PEOPLE.drop(columns="sex")), "no column 'sex'"),
        (lambda: fit_group(np.ones((3, 4)), *group_design("drug")), r"shape \(3, 4\)"),
        (lambda: fit_group(np.full((39, 1), np.nan), *group_design("drug")), "missing value"),
        (lambda: voxel_of((200, 0, 0)), "outside the brain"),
        (lambda: rating_scores("mood"), "Unknown effect 'mood'"),
        (
            lambda: surrogate_contrasts(np.random.default_rng(1), "drug", tie=2),
            r"Invalid tie 2",
        ),
    ],
    ids=["model", "one sex", "column", "shape", "missing", "outside", "scores", "tie"],
)
def test_what_cannot_be_used_is_refused(call, message):
    """The message says what came and what is needed."""
    with pytest.raises(ValueError, match=message):
        call()
