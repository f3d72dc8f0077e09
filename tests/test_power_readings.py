"""The comparison of power under other numbers of readings."""

import pandas as pd
import pytest

import eih
from eih.paper.power_readings import (
    STATISTICS,
    nearest_reading_counts,
    power_statistics,
    with_readings,
)


@pytest.fixture(scope="module")
def riders():
    """Return the blocks as the paper used them: sub-24 out, the empty block as 0 W."""
    power = eih.block_power()
    return power[power.participant != "sub-24"].fillna({"power": 0, "relative_power": 0})


def test_the_statistics_are_those_of_the_named_analyses(riders):
    """Difference, t and d agree with what the ledger uses."""
    found = power_statistics(riders)
    watts = eih.recompute("power").loc["high - low"]
    share = eih.recompute("relative_power").loc["high - low"]
    expected = [watts.n, watts.mean_diff, watts.t, watts.d, share.t, share.d]
    assert found.tolist() == pytest.approx(expected)


def test_a_fixed_number_of_readings_moves_the_difference_alone(riders):
    """Fewer readings in every block scale the difference and leave t and d where they are."""
    readings = riders[["participant", "exercise"]].drop_duplicates().assign(surrogate_readings=500)
    before, after = power_statistics(riders), power_statistics(with_readings(riders, readings))
    assert after["difference [W]"] == pytest.approx(before["difference [W]"] * 1.2)
    assert after[STATISTICS[1:]].tolist() == pytest.approx(before[STATISTICS[1:]].tolist())


def test_readings_close_to_600_give_the_printed_numbers(riders):
    """The numbers found give all five printed values, and none is off by more than three readings."""
    printed = pd.Series([60.26, 16.09, 0.61, 44.58, 6.46], index=STATISTICS)
    readings = nearest_reading_counts(riders, printed)
    found = power_statistics(with_readings(riders, readings))
    assert found[STATISTICS].tolist() == pytest.approx(printed.tolist(), rel=1e-5)
    assert (readings.surrogate_readings - 600).abs().max() < 3


def test_what_is_already_there_needs_no_change(riders):
    """Asked for the statistics of the data, the search stays at 600 readings."""
    readings = nearest_reading_counts(riders, power_statistics(riders))
    assert readings.surrogate_readings.tolist() == pytest.approx([600] * len(readings), abs=1e-3)


def test_impossible_numbers_are_refused(riders):
    """A mean difference below zero with a positive t cannot be reached."""
    impossible = pd.Series([-60.0, 16.0, 0.6, 45.0, 6.4], index=STATISTICS)
    with pytest.raises(ValueError, match="No numbers of readings give"):
        nearest_reading_counts(riders, impossible)
