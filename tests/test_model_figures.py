"""Figures of models and of the review draw what their tables say, on the axes given."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import eih
from eih import figures


@pytest.fixture
def ax():
    """Return new axes, closed after the test."""
    drawing, axes = plt.subplots()
    yield axes
    plt.close(drawing)


@pytest.fixture(scope="module")
def heat():
    """Return the heat trials."""
    return eih.load_trials(modality="heat")


def test_a_crossed_grid_is_full_and_a_nested_one_is_not(ax, heat):
    """Each pair of levels that share rows is a cell; an empty pair is none."""
    few = heat[heat.participant.isin(["sub-01", "sub-02"])]
    crossed = figures.grouping_grid(pd.crosstab(few.participant, few.nth), ax)
    assert crossed is ax
    assert len(ax.patches) == 2 * 9
    nested = pd.crosstab(few.participant, few.participant + " " + few.session.astype(str))
    ax.clear()
    figures.grouping_grid(nested, ax)
    assert len(ax.patches) == 2 * 2


def test_shrinkage_has_a_line_per_person(ax):
    """Own mean left, estimate right."""
    shifts = pd.DataFrame({"own": [4.0, -2, 1], "shift": [2.0, -1, 0.5]})
    figures.shrinkage(shifts, ax)
    assert [list(line.get_ydata()) for line in ax.lines[:3]] == [[4, 2], [-2, -1], [1, 0.5]]


def test_the_parabola_crosses_the_line_at_the_wald_limits(ax):
    """At estimate ± 1.96 SE the parabola has risen by the 95 % point."""
    curve = pd.DataFrame({"value": [-1.959964, 0, 1.959964], "rise": [4.0, 0, 5]})
    figures.profile_and_parabola(curve, 0, 1, ax)
    profile, parabola, cut = ax.lines
    assert list(profile.get_ydata()) == [4, 0, 5]
    assert parabola.get_ydata()[0] == pytest.approx(cut.get_ydata()[0], rel=1e-5)


def test_the_first_bar_holds_the_false_alarms(ax):
    """Bars are shares of the shuffles in per cent, in bins of 0.05."""
    p_values = pd.DataFrame({"one": [0.01, 0.02, 0.5, 0.9], "two": [0.2, 0.4, 0.6, 0.8]})
    figures.p_value_histogram(p_values, ax)
    assert [bars[0].get_height() for bars in ax.containers] == [50, 0]


def test_deviations_are_drawn_at_their_place(ax, heat):
    """One mark per level and target, with its interval."""
    table = eih.against_targets(heat)
    figures.deviation_from_target(table, ax=ax)
    drawn = np.concatenate([line.get_ydata() for line in ax.lines[:2]])
    assert drawn.tolist() == pytest.approx(table.difference.tolist())
    assert len(ax.collections) == 2


def test_before_and_after_are_means_of_people(ax, heat):
    """Four marks: the mean over people of each person's mean."""
    rows = eih.before_and_after(heat[heat.drug == "saline"])
    figures.before_and_after_by_exercise(rows, ax)
    people = rows.groupby(["participant", "exercise", "time"], observed=True).rating.mean()
    mean = people.groupby(["exercise", "time"], observed=True).mean()
    assert ax.lines[0].get_ydata().tolist() == pytest.approx(mean["low"].tolist())
    assert ax.lines[2].get_ydata().tolist() == pytest.approx(mean["high"].tolist())


def test_ratings_over_time_have_a_line_per_target(ax, heat):
    """Each target is a line over the values of time."""
    figures.ratings_over_time(heat, "block", ax)
    lines = [line for line in ax.lines if not line.get_label().startswith("_")]
    assert [line.get_label() for line in lines] == ["target 30", "target 50", "target 70"]
    people = heat[(heat.target == 70) & (heat.block == 2)].groupby("participant").rating.mean()
    assert lines[2].get_ydata()[1] == pytest.approx(people.mean())


def test_refits_stand_at_the_fitness_of_the_person_left_out(ax):
    """x is fitness, y the slope without that person."""
    refits = pd.DataFrame(
        {"left_out": ["b", "a"], "estimate": [1.0, 2], "ci_low": [0, 1], "ci_high": [2, 3]}
    )
    figures.refits_by_fitness(refits, pd.Series({"a": 1.5, "b": 2.5}), 1.5, ax)
    assert ax.lines[0].get_xydata().tolist() == [[2.5, 1], [1.5, 2]]


def test_lines_run_from_end_to_end_and_marked_people_are_named(ax):
    """A line is drawn from its intercept and slope; marked people carry their name."""
    scores = pd.DataFrame(
        {"participant": ["a", "b"], "ftp_per_kg": [1.0, 3.0], "difference": [0.0, 4.0]}
    )
    figures.lines_through(scores, {"fit": (-2, 2)}, ax, marked=["b"])
    assert ax.lines[1].get_ydata().tolist() == [0, 4]
    assert [text.get_text() for text in ax.texts] == ["b"]
