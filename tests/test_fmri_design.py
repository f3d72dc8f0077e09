"""Design matrices: the columns by hand and by nilearn, and what is known of a design before any data."""

import numpy as np
import pandas as pd
import pytest

import eih
from eih.fmri.timing import CONDITIONS

KEY = ("sub-01", 1, 1)


@pytest.fixture(scope="module")
def run():
    """Return the events of one run."""
    return eih.fmri.events(*KEY)


@pytest.fixture(scope="module")
def confounds(run):
    """Return surrogate confounds of that run."""
    return eih.fmri.confound_table(eih.fmri.surrogate_recordings(run, KEY))


def test_canonical_columns_are_those_of_nilearn(run):
    """The whole matrix equals that of make_first_level_design_matrix, rating window and drifts included."""
    from nilearn.glm.first_level import make_first_level_design_matrix

    printed = eih.fmri.printed_design()
    stimuli = run[["onset", "duration", "trial_type"]]
    windows = pd.DataFrame(
        {"onset": run.rating_onset, "duration": printed.rating_s, "trial_type": "rating"}
    )
    theirs = make_first_level_design_matrix(
        eih.fmri.frame_times(eih.fmri.scans_in(run)),
        pd.concat([stimuli, windows]),
        hrf_model="spm",
        high_pass=1 / 128,
        oversampling=16,
    )
    pd.testing.assert_frame_equal(eih.fmri.design_matrix(run), theirs)


def test_a_canonical_column_settles_at_one():
    """The column of a stimulus that does not end is 1 in the long run: coefficients are sizes of responses."""
    long = eih.fmri.events(*KEY).head(1).assign(duration=500.0, rating_onset=505.0)
    column = eih.fmri.event_columns(long, rating_window=False)["heat_70"]
    assert column.iloc[100:250].to_numpy() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("n_bins", [12, 20])
def test_fir_columns_mark_single_volumes_after_the_onset(run, n_bins):
    """Column k is 1 where the middle of a volume lies k to k + 1 repetition times after an onset, else 0."""
    columns = eih.fmri.event_columns(run, "fir", False, n_bins)
    t_r = eih.fmri.printed_design().t_r_s
    assert columns.shape[1] == 6 * n_bins
    for condition in CONDITIONS:
        onsets = run.onset[run.trial_type == condition].to_numpy()
        late = (columns.index.to_numpy()[:, None] - onsets) / t_r
        for k in range(n_bins):
            by_hand = ((late >= k) & (late < k + 1)).any(axis=1)
            assert columns[f"{condition}_delay_{k}"].tolist() == by_hand.tolist()


def test_a_stimulus_in_the_very_middle_of_a_volume_starts_with_it():
    """The fourteenth stimulus of this run begins at 413.1 s, the middle of volume 229: its first bin."""
    run = eih.fmri.events("sub-19", 1, 1)
    columns = eih.fmri.event_columns(run, "fir", False)
    assert columns.index[229] == pytest.approx(run.onset[13])
    first = columns[f"{run.trial_type[13]}_delay_0"]
    assert first.iloc[228:231].tolist() == [0, 1, 0]


def test_the_printed_number_of_bins_is_the_default(run):
    """Twelve volumes for each of six conditions, no rating window."""
    names = eih.fmri.design_matrix(run, response="fir").columns
    assert names.str.contains("delay").sum() == 72
    assert not names.str.startswith("rating").any()


def test_confounds_stand_in_the_design_as_they_are(run, confounds):
    """Order and values are kept, and another number of rows is refused."""
    design = eih.fmri.design_matrix(run, confounds=confounds)
    assert np.array_equal(design[confounds.columns], confounds)
    with pytest.raises(
        ValueError, match=rf"{len(confounds) - 1} rows, the run has {len(confounds)} "
    ):
        eih.fmri.design_matrix(run, confounds=confounds.iloc[1:])


def test_a_longer_filter_has_fewer_drifts(run):
    """No cosine without a filter; with 128 s as many as half periods fit into the run."""
    drifts = {
        period: eih.fmri.design_matrix(run, high_pass_s=period).filter(like="drift").shape[1]
        for period in (None, 360, 128)
    }
    seconds = eih.fmri.scans_in(run) * eih.fmri.printed_design().t_r_s
    assert drifts[None] == 0 < drifts[360] < drifts[128]
    assert drifts[128] == int(2 * seconds / 128)


def test_contrasts_weigh_the_columns_they_name(run):
    """70 > 50 > 30 is -1, 0, 1 at the heat columns, wherever they stand."""
    design = eih.fmri.design_matrix(run).iloc[:, ::-1]
    weights = pd.Series(eih.fmri.contrast_vector("heat_intensity", design), design.columns)
    assert weights[weights != 0].to_dict() == {"heat_30": -1, "heat_70": 1}
    assert weights.sum() == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: eih.fmri.design_matrix(run, response="gamma"), "Invalid response 'gamma'"),
        (
            lambda run: eih.fmri.contrast_vector("pain", eih.fmri.design_matrix(run)),
            "Unknown contrast 'pain'",
        ),
        (
            lambda run: eih.fmri.contrast_vector(
                "heat", eih.fmri.design_matrix(run[run.target != 30])
            ),
            r"no column \['heat_30', 'pressure_30'\]",
        ),
    ],
)
def test_wrong_input_is_named(run, call, message):
    """The message says what came and what was wanted."""
    with pytest.raises(ValueError, match=message):
        call(run)


def test_variance_inflation_is_that_of_a_known_correlation():
    """Two columns that correlate 0.8 have 1 / (1 - 0.64); an unrelated one has 1."""
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(np.column_stack([np.ones(200), rng.normal(size=(200, 3))]))[0]
    a, b, c = basis[:, 1:].T
    design = pd.DataFrame({"a": a, "b": 0.8 * a + 0.6 * b, "c": 7 * c, "constant": 1.0})
    inflation = eih.fmri.variance_inflation(design, ["a", "b", "c"])
    assert inflation.tolist() == pytest.approx([1 / 0.36, 1 / 0.36, 1])


def test_inflation_grows_with_the_design(run, confounds):
    """Each stage adds columns, so no condition's inflation can fall; all six are there."""
    table = eih.fmri.collinearity(run, confounds)
    wide = table.pivot(index="condition", columns="stage", values="inflation")[table.stage.unique()]
    assert list(wide.index) == sorted(CONDITIONS)
    assert (wide.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert (wide >= 1).all(axis=None)


def test_share_left_is_one_minus_r_squared():
    """A column that is 3/5 drift keeps 16/25 of its variance; a drift itself keeps nothing."""
    basis = np.linalg.qr(
        np.column_stack([np.ones(50), np.random.default_rng(3).normal(size=(50, 2))])
    )[0]
    removed = pd.DataFrame({"drift": basis[:, 1], "constant": 1.0})
    columns = pd.DataFrame(
        {"mixed": 0.6 * basis[:, 1] + 0.8 * basis[:, 2] + 5, "slow": 2 * basis[:, 1]}
    )
    assert eih.fmri.share_left(columns, removed).tolist() == pytest.approx([0.64, 0], abs=1e-12)


def test_precision_for_independent_noise_is_the_textbook_formula(run):
    """Without autocorrelation all standard errors are √(c (X'X)⁻¹ c') and 5 % of tests are false alarms."""
    design = eih.fmri.design_matrix(run)
    weights = eih.fmri.contrast_vector("heat_intensity", design)
    values = design.to_numpy()
    textbook = np.sqrt(weights @ np.linalg.inv(values.T @ values) @ weights)
    precision = eih.fmri.contrast_precision(design, weights)
    assert precision[["se_claimed", "se_true", "se_best"]].tolist() == pytest.approx([textbook] * 3)
    assert precision.false_positives == pytest.approx(0.05, abs=0.001)


def test_precision_for_autocorrelated_noise_is_what_simulation_gives(run):
    """Claimed and true standard error and the false alarms agree with 4,000 simulated series."""
    rho, n = 0.4, 4000
    design = eih.fmri.design_matrix(run)
    weights = eih.fmri.contrast_vector("heat", design)
    noise = eih.fmri.surrogate_noise(len(design), n, rho)
    fitted = eih.fmri.fit_run(noise, design, contrasts={"heat": weights})
    precision = eih.fmri.contrast_precision(design, weights, rho)
    assert fitted.se.mean() == pytest.approx(precision.se_claimed, rel=0.01)
    assert fitted.estimate.std() == pytest.approx(precision.se_true, rel=0.04)
    alarms = (np.abs(fitted.estimate / fitted.se) > 1.968).mean()
    assert alarms == pytest.approx(precision.false_positives, abs=0.02)
    assert precision.se_claimed < precision.se_best < precision.se_true


def test_the_filter_costs_slow_contrasts_most(run):
    """Heat against baseline alternates fast and loses next to nothing; the intensity contrast is slow."""
    costs = eih.fmri.filter_costs(run, ["heat", "heat_intensity"], [90, 128, 360])
    at_128 = costs[costs.period_s == 128].set_index("contrast").relative
    assert at_128["heat"] < 1.02 < 1.05 < at_128["heat_intensity"]
    slow = costs[costs.contrast == "heat_intensity"].sort_values("period_s")
    assert slow.relative.is_monotonic_decreasing
    assert slow.relative.iloc[-1] == 1


def test_confounds_cost_precision_and_degrees_of_freedom(run, confounds):
    """Each group alone costs less than all; degrees of freedom fall by the number of columns."""
    groups = eih.fmri.confound_groups(confounds.columns)
    costs = eih.fmri.confound_costs(run, confounds, groups).set_index("confounds")
    assert costs.relative["none"] == 1
    assert costs.relative.idxmax() == "all"
    assert (costs.df + costs["columns"]).nunique() == 1


def test_an_effect_that_lasts_a_whole_run_is_gone_with_the_constants():
    """Nothing is left of it where each run has its constant, little behind a filter, all without."""
    left = eih.fmri.tonic_effect_left("sub-01", 1).left
    assert left.iloc[0] == pytest.approx(0, abs=1e-9)
    assert 0 < left.iloc[1] < 0.1
    assert left.iloc[2] == pytest.approx(1)
