"""Events of the runs: the real sequence in the printed timing."""

import numpy as np
import pytest

import eih


@pytest.fixture(scope="module")
def table():
    """Return the events of all runs."""
    return eih.fmri.all_events()


@pytest.fixture(scope="module")
def printed():
    """Return the printed parameters."""
    return eih.fmri.printed_design()


def test_the_printed_parameters_agree_with_each_other(printed):
    """Bins times repetition time are the printed span, and harmonics leave a multiple of four terms."""
    assert printed.fir_bins * printed.t_r_s == pytest.approx(printed.fir_span_s)
    left = printed.retroicor_terms - 2 * (printed.cardiac_order + printed.respiratory_order)
    assert left == 4
    assert printed.motion_terms == 24


def test_printed_parameters_cannot_be_changed_from_outside():
    """What one caller does to the parameters another does not see."""
    mine = eih.fmri.printed_design()
    mine["t_r_s"] = 0
    assert eih.fmri.printed_design().t_r_s > 0


def test_order_and_measurements_are_those_of_the_trials(table):
    """Stimuli, targets and ratings stand in the order of the trial table, nothing lost or moved."""
    trials = eih.load_trials().sort_values(["participant", "session", "block", "trial"])
    for name in ("modality", "target", "stimulus", "rating", "trial", "drug", "exercise"):
        assert table[name].tolist() == pytest.approx(trials[name].tolist(), nan_ok=True), name
    kinds = trials.modality.astype(str) + "_" + trials.target.astype(str)
    assert table.trial_type.tolist() == kinds.tolist()


def test_stimuli_last_as_printed_and_ratings_follow(table, printed):
    """Each event has the printed duration, and its rating window opens when it ends."""
    assert (table.duration == printed.stimulus_s).all()
    assert np.allclose(table.rating_onset - table.onset, printed.stimulus_s)


def test_intervals_lie_in_the_printed_range(table, printed):
    """From the end of a rating window to the next stimulus, and before the first: 7 ± 2 s, all of it used."""
    runs = table.groupby(["participant", "session", "block"])
    ends = (table.rating_onset + printed.rating_s).groupby(
        [table.participant, table.session, table.block]
    )
    intervals = table.onset - ends.shift().fillna(0)
    low, high = printed.interval_s - printed.jitter_s, printed.interval_s + printed.jitter_s
    assert intervals.between(low - 0.002, high + 0.002).all()
    assert (intervals.min(), intervals.max()) == pytest.approx((low, high), abs=0.01)
    assert runs.onset.is_monotonic_increasing.all()


def test_the_same_seed_gives_the_same_onsets_and_another_seed_others():
    """Jitter comes from the seed and from the run, not from the order of calls."""
    first = eih.fmri.events("sub-01", 1, 1)
    eih.fmri.events("sub-02", 2, 3)
    assert first.equals(eih.fmri.events("sub-01", 1, 1))
    assert not first.onset.equals(eih.fmri.events("sub-01", 1, 1, seed=1).onset)
    assert not first.onset.equals(eih.fmri.events("sub-01", 1, 2).onset)


def test_events_say_that_they_are_reconstructed():
    """The column travels with the table wherever it goes."""
    assert (eih.fmri.events("sub-01", 1, 1).timing == "reconstructed").all()


def test_a_caller_cannot_change_the_events_of_the_next():
    """The stored table is handed out as a copy."""
    mine = eih.fmri.all_events()
    mine["onset"] = 0.0
    assert (eih.fmri.all_events().onset > 0).all()


@pytest.mark.parametrize("run", [("sub-05", 1, 1), ("sub-01", 3, 1), ("sub-01", 1, 5)])
def test_a_run_that_is_not_there_is_named(run):
    """The message says what was asked for and what there is."""
    with pytest.raises(
        ValueError, match=rf"no run \('{run[0]}', session {run[1]}, block {run[2]}\)"
    ):
        eih.fmri.events(*run)


def test_a_run_holds_its_last_rating_window(table, printed):
    """The volumes reach one mean interval beyond the last rating window, to within one volume."""
    run = eih.fmri.events("sub-01", 1, 1)
    end = run.rating_onset.max() + printed.rating_s + printed.interval_s
    assert 0 <= eih.fmri.scans_in(run) * printed.t_r_s - end < printed.t_r_s
