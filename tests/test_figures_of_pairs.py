"""Figures of two conditions of the same people, and of the differences between them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import eih
from eih.figures import (
    difference_by_expectation,
    difference_by_target,
    expectation_ratings,
    pairs_by_target,
    raincloud,
    within_subject_interval,
)


@pytest.fixture
def ax():
    """Give empty axes and close them."""
    drawing, axes = plt.subplots()
    yield axes
    plt.close(drawing)


@pytest.fixture(scope="module")
def heat():
    """Return the heat trials."""
    return eih.load_trials(modality="heat")


@pytest.fixture(scope="module")
def effort():
    """Return mean exertion by person and intensity."""
    means = eih.load_blocks().groupby(["participant", "exercise"], observed=True).rpe.mean()
    return means.reset_index()


def diamonds(ax, marker="D", least=6):
    """Return the heights of the large symbols."""
    return [
        float(line.get_ydata()[0])
        for line in ax.lines
        if line.get_marker() == marker and line.get_markersize() >= least
    ]


def test_a_raincloud_marks_the_means(ax, effort):
    """Its diamonds sit at the means of the two conditions."""
    raincloud(effort, "exercise", "rpe", ax=ax)
    means = within_subject_interval(effort, "exercise", "rpe")["mean"]
    assert diamonds(ax) == pytest.approx(means.tolist())


def test_the_clouds_of_a_raincloud_open_outwards(ax, effort):
    """The first condition's half violin lies left of its points, the second's right of them."""
    raincloud(effort, "exercise", "rpe", ax=ax)
    left, right = (cloud.get_paths()[0].vertices[:, 0] for cloud in ax.collections[::2])
    assert left.max() < -0.3
    assert right.min() > 1.3


def test_a_raincloud_joins_the_two_points_of_each_person(ax, effort):
    """There is a line per person, from the first condition to the second."""
    raincloud(effort, "exercise", "rpe", ax=ax)
    joined = [line.get_ydata() for line in ax.lines[:39]]
    wide = effort.pivot(index="participant", columns="exercise", values="rpe")
    assert np.array(joined) == pytest.approx(wide[["low", "high"]].to_numpy())


def test_a_raincloud_takes_two_levels_only(ax, effort):
    """A third level is refused, by name."""
    more = effort.assign(exercise=effort.exercise.cat.add_categories("rest"))
    with pytest.raises(ValueError, match="two levels; 'exercise' has"):
        raincloud(more, "exercise", "rpe", ax=ax)


def test_pairs_join_conditions_within_a_target_only(ax, heat):
    """No line goes from one target to the next."""
    pairs_by_target(eih.mean_ratings(heat, ["drug", "target"]), "drug", ax=ax)
    widths = {float(np.ptp(line.get_xdata())) for line in ax.lines}
    assert max(widths) <= 12


def test_pairs_take_two_levels_only(ax, heat):
    """A factor with another number of levels is refused."""
    means = eih.mean_ratings(heat, ["drug", "target"])
    more = means.assign(drug=means.drug.cat.add_categories("other"))
    with pytest.raises(ValueError, match="two levels; 'drug' has"):
        pairs_by_target(more, "drug", ax=ax)


def test_differences_mark_the_mean_at_each_target(ax, heat):
    """Large symbols sit at the mean difference of each target."""
    differences = eih.difference_scores(heat, "drug")
    difference_by_target(differences, ax=ax)
    expected = differences.groupby("target").difference.mean()
    assert diamonds(ax) == pytest.approx(expected.tolist())


def test_groups_of_differences_differ_by_marker(ax, heat):
    """Colour is not the only cue: each level has its own symbol in the legend."""
    difference_by_target(eih.difference_scores(heat, "drug"), hue="drug_order", ax=ax)
    handles, names = ax.get_legend_handles_labels()
    assert names == ["saline first", "naloxone first"]
    assert len({handle.get_marker() for handle in handles}) == 2


def test_expectations_are_drawn_around_no_effect(ax):
    """Every participant is drawn, and the line marks the middle of the scale."""
    participants = eih.load_participants()
    expectation_ratings(participants, ax=ax)
    assert sorted(ax.lines[0].get_ydata()) == sorted(participants.expectation)
    assert 4 in [line.get_ydata()[0] for line in ax.lines]


def test_the_line_against_expectation_is_the_regression(ax, heat):
    """Its slope is that of the ordinary linear model."""
    scores = eih.difference_scores(heat[heat.drug == "saline"], "exercise", by=[])
    difference_by_expectation(scores, ax=ax)
    x, y = ax.lines[0].get_data()
    slope = eih.lm("difference ~ expectation", scores).coefficient("expectation").estimate
    assert (y[-1] - y[0]) / (x[-1] - x[0]) == pytest.approx(slope)
