"""Motion terms, spikes, and noise components."""

import numpy as np
import pandas as pd
import pytest

import eih
from eih.fmri.confounds import MOTION


@pytest.fixture
def motion():
    """Return a random walk of the head over 60 volumes."""
    rng = np.random.default_rng(4)
    return pd.DataFrame(np.cumsum(rng.normal(size=(60, 6)), axis=0), columns=MOTION)


def test_six_parameters_become_the_printed_number_of_terms(motion):
    """24 columns with names of their own."""
    terms = eih.fmri.motion_terms(motion)
    assert terms.shape == (60, eih.fmri.printed_design().motion_terms)
    assert terms.columns.is_unique


def test_motion_terms_are_parameters_changes_and_squares(motion):
    """Each column is what its name says, computed here the long way for one parameter."""
    terms = eih.fmri.motion_terms(motion)
    yaw = [(value - motion.yaw.mean()) / motion.yaw.std(ddof=0) for value in motion.yaw]
    change = [0.0] + [yaw[t] - yaw[t - 1] for t in range(1, 60)]
    scaled = (np.array(change) - np.mean(change)) / np.std(change)
    assert np.allclose(terms.yaw, yaw)
    assert np.allclose(terms.yaw_derivative, change)
    assert np.allclose(terms.yaw_squared, np.square(yaw))
    assert np.allclose(terms.yaw_derivative_squared, scaled**2)


def test_a_head_that_does_not_move_has_terms_of_zero(motion):
    """A constant parameter gives zeros, not missing values."""
    still = eih.fmri.motion_terms(motion.assign(z=1.5))
    assert (still.filter(regex="^z") == 0).all(axis=None)


def test_spikes_mark_volumes_after_more_than_the_printed_shift(motion):
    """0.61 mm is a spike, 0.59 mm is none; the column is 1 in the later volume only."""
    still = motion * 0
    jump = still.assign(
        x=np.where(still.index >= 10, 0.61, 0), y=np.where(still.index >= 20, 0.59, 0)
    )
    spikes = eih.fmri.spike_terms(jump)
    assert list(spikes) == ["spike_10"]
    assert np.flatnonzero(spikes.spike_10).tolist() == [10]


def test_spikes_need_no_jump_along_one_axis_if_displacement_is_framewise(motion):
    """0.3 mm along three axes and an arc of 0.1 mm make a framewise displacement of 1 mm."""
    still = motion * 0
    late = np.where(still.index >= 5, 1.0, 0.0)
    moved = still.assign(x=0.3 * late, y=-0.3 * late, z=0.3 * late, roll=0.002 * late)
    assert eih.fmri.displacement(moved, "framewise")[5] == pytest.approx(1.0)
    assert eih.fmri.spike_terms(moved).shape[1] == 0
    assert list(eih.fmri.spike_terms(moved, measure="framewise")) == ["spike_5"]


def test_the_threshold_of_spikes_can_be_set(motion):
    """A lower threshold finds more."""
    small = motion * 0.2
    found = [eih.fmri.spike_terms(small, threshold_mm=mm).shape[1] for mm in (0.05, 0.2, 5)]
    assert found[0] > found[1] > found[2] == 0


def test_components_are_those_of_nilearn():
    """Up to sign, the leading components are those of nilearn's high-variance confounds."""
    from nilearn.signal import high_variance_confounds

    series = np.random.default_rng(0).normal(size=(80, 20)) @ np.diag(np.linspace(1, 3, 20))
    ours = eih.fmri.noise_components(series, "csf", 6)
    # nilearn always leaves out the voxel that varies least: here one that does not vary at all.
    with_still = np.column_stack([series, np.zeros(80)])
    theirs = high_variance_confounds(with_still, n_confounds=6, percentile=100.0)
    assert np.abs(np.sum(ours.to_numpy() * theirs, axis=0)) == pytest.approx(1)


def test_components_find_the_noise_that_voxels_share():
    """A course hidden in 40 voxels is the first component."""
    rng = np.random.default_rng(1)
    hidden = np.sin(np.arange(200) / 5)
    series = np.outer(hidden, rng.normal(size=40)) + 0.3 * rng.normal(size=(200, 40))
    first = eih.fmri.noise_components(series, "csf", 1).csf_1
    assert abs(np.corrcoef(first, hidden)[0, 1]) > 0.98


def test_a_table_has_all_confounds_of_the_paper():
    """24 motion terms, 18 of heart and breath, 6 + 6 components, and the spikes that were found."""
    key = ("sub-02", 1, 3)
    recordings = eih.fmri.surrogate_recordings(eih.fmri.events(*key), key)
    table = eih.fmri.confound_table(recordings)
    printed = eih.fmri.printed_design()
    sizes = eih.fmri.confound_groups(table.columns).value_counts()
    assert sizes["motion"] == printed.motion_terms
    assert sizes["heart and breath"] == printed.retroicor_terms
    assert sizes["white matter and CSF"] == printed.white_matter_terms + printed.csf_terms
    assert sizes.get("spikes", 0) == eih.fmri.spike_terms(recordings.motion).shape[1]
    assert table.notna().all(axis=None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: eih.fmri.motion_terms(m.drop(columns="yaw")), r"no column\(s\) \['yaw'\]"),
        (lambda m: eih.fmri.displacement(m, "jenkinson"), "Invalid measure 'jenkinson'"),
        (lambda m: eih.fmri.noise_components(m.to_numpy(), "csf", 7), "csf has 6 voxels"),
    ],
)
def test_wrong_input_is_named(motion, call, message):
    """The message says what came and what was wanted."""
    with pytest.raises(ValueError, match=message):
        call(motion)
