"""Heart and breath: phases by hand, RETROICOR terms, beats that are found again."""

import numpy as np
import pandas as pd
import pytest

import eih


def test_the_cardiac_phase_grows_evenly_from_beat_to_beat():
    """By hand: half-way between beats it is π, a tenth after a beat 0.2π, at a beat 0."""
    phase = eih.fmri.cardiac_phase([1.0, 2.0, 4.0], [1.0, 1.5, 2.2, 3.0, 3.9])
    assert phase / np.pi == pytest.approx([0, 1, 0.2, 1, 1.9])


def test_outside_the_beats_the_nearest_interval_goes_on():
    """Before the first and after the last beat, the phase is that of an even heart."""
    phase = eih.fmri.cardiac_phase([1.0, 2.0, 4.0], [0.75, 4.5])
    assert phase / np.pi == pytest.approx([1.5, 0.5])


def test_the_respiratory_phase_is_the_rank_of_the_depth_with_the_sign_of_the_movement():
    """By hand, on a triangle from 0 to 1 and back: at half the depth, half of the recording lies below."""
    time = np.arange(0, 40, 0.01)
    breathing = pd.Series(1 - np.abs(time % 4 - 2) / 2, index=time)
    phase = eih.fmri.respiratory_phase(breathing, [9.0, 11.0, 9.5, 8.5])
    assert phase / np.pi == pytest.approx([0.5, -0.5, 0.75, 0.25], abs=0.02)


def test_a_deeper_breath_reaches_a_larger_phase():
    """The phase knows the depth: the top of a shallow breath is not the top of a deep one."""
    time = np.arange(0, 80, 0.01)
    depth = np.where(time < 40, 1.0, 2.0)
    breathing = pd.Series(depth * np.sin(2 * np.pi * time / 4), index=time)
    shallow, deep = np.abs(eih.fmri.respiratory_phase(breathing, [20.99, 60.99]))
    assert shallow < deep
    assert deep / np.pi == pytest.approx(1, abs=0.02)


def test_retroicor_has_the_columns_of_the_paper():
    """3 cardiac and 4 respiratory harmonics and 1 interaction, each twice or four times: 18."""
    names = eih.fmri.retroicor(np.zeros(3), np.zeros(3)).columns
    assert len(names) == 18
    assert names.str.startswith("cardiac").sum() == 6
    assert names.str.startswith("respiratory").sum() == 8
    assert names.str.contains("sum|difference").sum() == 4


def test_retroicor_terms_are_cosines_and_sines_of_multiples_of_the_phase():
    """By hand at a cardiac phase of π/2 and a respiratory phase of π/6."""
    terms = eih.fmri.retroicor([np.pi / 2], [np.pi / 6]).iloc[0]
    half = np.sqrt(3) / 2
    wanted = {
        **{"cardiac_cos_1": 0, "cardiac_sin_1": 1, "cardiac_cos_2": -1, "cardiac_sin_3": -1},
        **{"respiratory_cos_1": half, "respiratory_sin_1": 0.5, "respiratory_cos_3": 0},
        **{"respiratory_sin_3": 1, "respiratory_cos_4": -0.5, "respiratory_sin_4": half},
        **{"sum_cos_1": -0.5, "sum_sin_1": half, "difference_cos_1": 0.5, "difference_sin_1": half},
    }
    assert terms[list(wanted)].to_dict() == pytest.approx(wanted, abs=1e-12)


def test_beats_are_found_where_the_pulse_has_its_peaks():
    """In a clean train of pulses of known times, each is found to a hundredth of a second."""
    time = np.arange(0, 60, 0.01)
    beats = np.cumsum(np.random.default_rng(2).uniform(0.7, 1.1, 60))
    beats = beats[beats < 59]
    pulse = np.exp(-((time[:, None] - beats[None, :]) ** 2) / 0.01).sum(axis=1)
    found = eih.fmri.find_beats(pd.Series(pulse, index=time))
    assert len(found) == len(beats)
    assert np.abs(found - beats).max() <= 0.01


@pytest.mark.parametrize("seed", range(5))
def test_surrogate_hearts_beat_like_hearts(seed):
    """In a simulated recording all intervals between beats lie between 0.5 and 1.5 s."""
    traces = eih.fmri.surrogate_physiology(300, np.random.default_rng(seed))
    intervals = np.diff(eih.fmri.find_beats(traces.pulse))
    assert intervals.min() > 0.5
    assert intervals.max() < 1.5


def test_retroicor_takes_heart_and_breath_out_of_a_signal():
    """Of a signal made of pulse and belt, the terms explain most; of another person's, next to nothing."""
    own, other = (eih.fmri.surrogate_physiology(600, np.random.default_rng(s)) for s in (0, 1))
    times = eih.fmri.frame_times(320)
    signal = np.interp(times, own.index, own.pulse / own.pulse.std() + own.breathing)
    signal -= signal.mean()

    def explained(traces):
        terms = eih.fmri.physiological_terms(traces, times).to_numpy()
        rest = signal - terms @ np.linalg.lstsq(terms, signal, rcond=None)[0]
        return 1 - rest.var() / signal.var()

    assert explained(own) > 0.8
    assert explained(other) < 0.15


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: eih.fmri.cardiac_phase([1.0], [0.5]), "two heart beats or more; 1 were found"),
        (
            lambda: eih.fmri.respiratory_phase(
                pd.Series([2.0] * 50, index=np.arange(50) / 10), [1]
            ),
            "is flat: all 50 values are 2.0",
        ),
    ],
)
def test_traces_without_heart_or_breath_are_refused(call, message):
    """The message says what is wrong with the recording."""
    with pytest.raises(ValueError, match=message):
        call()
