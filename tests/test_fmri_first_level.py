"""Surrogate runs and their first level: what is planted is found, where nothing is nothing."""

import numpy as np
import pytest
from joblib import parallel_config

import eih

PEOPLE = ["sub-01", "sub-02", "sub-46"]


@pytest.fixture(scope="module")
def surrogate_runs():
    """Simulate the runs of three people; sub-46 has a missing rating."""
    return eih.fmri.simulate_runs(PEOPLE, n_silent=40)


@pytest.fixture(scope="module")
def fitted(surrogate_runs):
    """Fit them with both noise models."""
    return eih.fmri.fit_runs(surrogate_runs, noise_models=("ols", "ar1"))


def test_planted_responses_follow_the_real_ratings():
    """In one person and drug, amplitude over mean rating is the same number in every run and condition."""
    planted = eih.fmri.planted_amplitudes(n_silent=1).xs("PAG", level="region")
    events = eih.fmri.all_events()
    ratings = (
        events.groupby(["participant", "session", "block", "trial_type"]).rating.mean().unstack()
    )
    ratio = planted[ratings.columns] / ratings
    per_day = ratio.stack().groupby(["participant", "session"]).agg(lambda own: np.ptp(own))
    assert per_day.max() == pytest.approx(0, abs=1e-12)
    assert planted.notna().all(axis=None)


def test_differences_between_people_are_sized_from_the_reported_t():
    """Without measurement noise, the planted contrasts of 39 people have about the reported T."""
    regions = eih.fmri.surrogate_regions(0).set_index("region")
    planted = eih.fmri.planted_amplitudes(0).reset_index()
    planted["slope"] = planted.heat_70 - planted.heat_30
    drug = eih.load_blocks()[["participant", "session", "block", "drug"]]
    person = (
        planted.merge(drug)
        .groupby(["region", "participant", "drug"], observed=True)
        .slope.mean()
        .unstack()
    )
    for region in ("antIns", "dpIns", "MCC"):
        own = person.loc[region].saline
        assert own.mean() / own.sem() == pytest.approx(regions.reported_T[region], rel=0.25), region
    change = person.loc["PAG"].naloxone - person.loc["PAG"].saline
    assert change.mean() / change.sem() == pytest.approx(regions.reported_T["PAG"], rel=0.25)


def test_silent_regions_have_nothing_planted():
    """Their amplitudes are zero, and the visual region answers to the rating scale only."""
    planted = eih.fmri.planted_amplitudes(n_silent=3)
    region = planted.index.get_level_values("region")
    assert (planted[region.str.startswith("silent")] == 0).all(axis=None)
    visual = planted[region == "visual"]
    assert (visual.drop(columns="rating") == 0).all(axis=None)
    assert (visual.rating > 0).all()


def test_without_noise_the_planted_amplitudes_come_back_exactly():
    """Known coefficients, all contrasts, confounds in the design: estimate and truth are the same."""
    fitted = eih.fmri.fit_runs(eih.fmri.simulate_runs(["sub-46"], n_silent=2, noise=0))
    assert fitted.estimate.to_numpy() == pytest.approx(fitted.truth.to_numpy(), abs=1e-9)
    assert fitted.truth.abs().max() > 0.1


@pytest.mark.parametrize("noise_model", ["ols", "ar1"])
def test_with_noise_estimates_scatter_around_the_truth(fitted, noise_model):
    """Over runs, conditions and regions the errors average to zero within four standard errors."""
    own = fitted[(fitted.noise_model == noise_model) & fitted.contrast.str.contains(r"_\d0$")]
    per_run = (own.estimate - own.truth).groupby([own.participant, own.session, own.block]).mean()
    assert abs(per_run.mean()) < 4 * per_run.sem()


@pytest.mark.parametrize("columns", ["independent", "dependent"])
@pytest.mark.parametrize("noise_model", ["ols", "ar1"])
def test_fits_are_those_of_nilearn_contrast_by_contrast(surrogate_runs, noise_model, columns):
    """Estimate and standard error equal nilearn's compute_contrast, also with a column that says nothing."""
    from nilearn.glm.contrasts import compute_contrast
    from nilearn.glm.first_level import run_glm

    one = surrogate_runs[3]
    design = eih.fmri.design_matrix(one.events, confounds=one.confounds)
    if columns == "dependent":
        design = design.assign(still=0.0, twice=2 * design["x"])
    ours = eih.fmri.fit_run(one.series, design, noise_model=noise_model)
    ours = ours[ours.contrast == "heat_intensity"]
    labels, fits = run_glm(one.series.to_numpy(), design.to_numpy(), noise_model, bins=25)
    weights = eih.fmri.contrast_vector("heat_intensity", design)
    theirs = compute_contrast(labels, fits, weights, stat_type="t")
    assert ours.estimate.to_numpy() == pytest.approx(theirs.effect_size().ravel())
    assert ours.se.to_numpy() == pytest.approx(np.sqrt(theirs.effect_variance()).ravel())


def test_ordinary_least_squares_cries_wolf_and_ar1_less_often(fitted):
    """Within runs, far more than 5 % false alarms without a noise model, fewer with one."""
    alarms = eih.fmri.false_alarms_by_level(fitted).set_index(["level", "noise_model"]).share
    assert alarms["one run", "ols"] > 0.12
    assert 0.05 < alarms["one run", "ar1"] < alarms["one run", "ols"] - 0.02


def test_standard_errors_claim_too_much_where_volumes_are_alike(fitted):
    """Claimed errors lie below the true scatter; those of AR(1) lie nearer."""
    table = eih.fmri.scatter_by_noise_model(fitted).set_index(["contrast", "noise_model"])
    ratio = (table.claimed / table.true).unstack()
    assert (ratio.ols < ratio.ar1).all()
    assert (ratio.ar1 < 1).all()


def test_confounds_hide_autocorrelation_from_the_residuals():
    """Of a true 0.4, residuals of a design with confounds show less than those of one without."""
    key = ("sub-01", 1, 1)
    run = eih.fmri.events(*key)
    confounds = eih.fmri.confound_table(eih.fmri.surrogate_recordings(run, key))
    noise = eih.fmri.surrogate_noise(len(confounds), 200, 0.4)
    plain, full = (eih.fmri.design_matrix(run, confounds=extra) for extra in (None, confounds))
    shown = [eih.fmri.residual_autocorrelation(noise, design).mean() for design in (plain, full)]
    assert 0.4 > shown[0] > shown[1] + 0.05 > 0.05


def test_runs_combine_into_weighted_sums(fitted):
    """A difference of drugs is the mean of four runs minus the mean of four, errors add in squares."""
    people = eih.fmri.combine_runs(
        fitted, lambda runs: np.where(runs.drug == "naloxone", 0.25, -0.25)
    )
    chosen = "participant == 'sub-02' and noise_model == 'ols' and region == 'PAG' and contrast == 'heat_70'"
    own, rows = people.query(chosen).iloc[0], fitted.query(chosen)
    means = rows.groupby("drug", observed=True).estimate.mean()
    assert own.estimate == pytest.approx(means["naloxone"] - means["saline"])
    assert own.se == pytest.approx(np.sqrt((rows.se**2).sum()) / 4)
    assert own.df == rows.df.sum()


def test_runs_without_weight_lend_no_degrees_of_freedom(fitted):
    """The saline runs alone bring the degrees of freedom of four runs."""
    saline = eih.fmri.combine_runs(fitted, lambda runs: (runs.drug == "saline") / 4)
    own = fitted[(fitted.drug == "saline") & (fitted.participant == "sub-01")]
    per_test = own.groupby(["noise_model", "region", "contrast"]).df.sum()
    assert (saline[saline.participant == "sub-01"].df == per_test.iloc[0]).all()


def test_the_group_is_tested_with_a_one_sample_t_test(fitted):
    """Mean, t and p equal SciPy's on the people's estimates."""
    from scipy import stats

    people = eih.fmri.combine_runs(fitted)
    group = eih.fmri.group_level(people)
    chosen = "noise_model == 'ols' and region == 'MCC' and contrast == 'heat'"
    own, values = group.query(chosen).iloc[0], people.query(chosen).estimate
    theirs = stats.ttest_1samp(values, 0)
    assert (own.n, own.t, own.p) == pytest.approx((3, theirs.statistic, theirs.pvalue))


def test_two_workers_give_what_one_gives():
    """Random numbers belong to the run, not to the worker or the order."""
    with parallel_config(backend="threading"):
        alone, shared = (eih.fmri.simulate_runs(["sub-02"], n_silent=3, n_jobs=n) for n in (1, 2))
        first, second = (eih.fmri.fit_runs(alone, n_jobs=n) for n in (1, 2))
    among_others = eih.fmri.simulate_runs(["sub-01", "sub-02"], n_silent=3)[8:]
    for one, two, three in zip(alone, shared, among_others, strict=True):
        assert one.series.equals(two.series)
        assert one.series.equals(three.series)
    assert first.equals(second)


def test_time_courses_recover_a_response_that_fits_their_window():
    """Without noise and with 20 bins, a time course is the planted one to an eighth of its height."""
    runs = eih.fmri.simulate_runs(["sub-01"], n_silent=0, noise=0)
    courses = eih.fmri.fit_time_courses(runs, n_bins=20)
    own = courses[courses.region == "PAG"]
    assert np.abs(own.estimate - own.planted).max() < own.planted.max() / 8


def test_twelve_bins_are_too_few_for_a_response_of_seventeen_seconds():
    """Without noise, the printed window gives time courses that start below zero: the tail leaks."""
    runs = eih.fmri.simulate_runs(["sub-01"], n_silent=0, noise=0)
    short, long = (eih.fmri.fit_time_courses(runs, n_bins=n) for n in (12, 20))
    start = [
        table[(table.region == "PAG") & (table.bin == 0)].estimate.mean() for table in (short, long)
    ]
    assert start[0] < -0.02
    assert abs(start[1]) < 0.02


def test_without_a_column_for_the_rating_the_stimuli_take_its_response():
    """In the visual region, leaving the rating window out shifts the estimates of all conditions."""
    runs = eih.fmri.simulate_runs(["sub-01"], n_silent=0, noise=0)
    shifts = []
    for window in (True, False):
        fitted = eih.fmri.fit_runs(runs, rating_window=window)
        visual = fitted[(fitted.region == "visual") & (fitted.contrast == "heat")]
        shifts.append(visual.estimate.abs().mean())
    assert shifts[0] == pytest.approx(0, abs=1e-9)
    assert shifts[1] > 0.03


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda runs: eih.fmri.simulate_runs(["sub-05"]), r"Unknown participant\(s\) \['sub-05'\]"),
        (
            lambda runs: eih.fmri.fit_runs(runs[:1], noise_models=("ar2",)),
            "Invalid noise model 'ar2'",
        ),
        (
            lambda runs: eih.fmri.fit_time_courses(runs[:1], n_bins=60),
            "nothing is left to estimate the noise",
        ),
        (
            lambda runs: eih.fmri.false_alarms_by_level(
                eih.fmri.fit_runs(runs[:1]).query("region == 'PAG'")
            ),
            r"no silent region among \['PAG'\]",
        ),
    ],
)
def test_wrong_input_is_named(surrogate_runs, call, message):
    """The message says what came and what was wanted."""
    with pytest.raises(ValueError, match=message):
        call(surrogate_runs)
