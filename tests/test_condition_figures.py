"""Figures along targets and along fitness: what is drawn where."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from eih.figures import conditions_by_target, intervals_by_target, ratings_by_fitness

PALETTE_LEVELS = ["low", "high"]


@pytest.fixture
def ax():
    """Draw on axes of its own and close them."""
    drawing, axes = plt.subplots()
    yield axes
    plt.close(drawing)


def by_target(gap):
    """Three people at three targets; high exercise is rated `gap` higher than low, by everyone."""
    rows = [
        (f"p{person}", target, level, target + 10 * person + gap * (level == "high"))
        for person in range(3)
        for target in (30, 50, 70)
        for level in PALETTE_LEVELS
    ]
    frame = pd.DataFrame(rows, columns=["participant", "target", "exercise", "rating"])
    return frame.assign(exercise=pd.Categorical(frame.exercise, categories=PALETTE_LEVELS))


def test_intervals_leave_out_what_people_share_at_a_target():
    """Where everyone differs by the same amount between conditions, the interval has no width."""
    table = intervals_by_target(by_target(gap=4), "exercise")
    assert_allclose(table.se, 0, atol=1e-9)
    means = table.pivot(index="target", columns="exercise", values="mean")
    assert_allclose(means.high - means.low, 4)


def test_an_interval_is_that_of_its_own_target():
    """One person who differs at one target widens the interval there and nowhere else."""
    frame = by_target(gap=0)
    odd = (frame.participant == "p0") & (frame.target == 50) & (frame.exercise == "high")
    frame.loc[odd, "rating"] += 9
    se = intervals_by_target(frame, "exercise").groupby("target").se.max()
    assert se[50] > 1
    assert_allclose([se[30], se[70]], 0, atol=1e-9)


def test_profiles_are_drawn_at_the_means(ax):
    """The large marks of each condition stand at its three means."""
    conditions_by_target(by_target(gap=4), "exercise", ax=ax)
    marks = [line for line in ax.lines if line.get_markersize() == 7 and len(line.get_xdata()) == 3]
    heights = sorted(tuple(np.round(line.get_ydata(), 6)) for line in marks)
    assert (40, 60, 80) in heights
    assert (44, 64, 84) in heights
    assert [text.get_text() for text in ax.get_legend().get_texts()] == PALETTE_LEVELS


def test_a_thin_line_joins_the_ratings_of_one_person(ax):
    """Its length is the person's difference score."""
    rows = [
        (f"p{k}", level, 1 + 0.5 * k, 40 + k + 3 * (level == "high"))
        for k in range(4)
        for level in PALETTE_LEVELS
    ]
    means = pd.DataFrame(rows, columns=["participant", "exercise", "ftp_per_kg", "rating"])
    means["exercise"] = pd.Categorical(means.exercise, categories=PALETTE_LEVELS)
    ratings_by_fitness(means, ax=ax)
    joins = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(joins) == 4
    assert_allclose([np.ptp(line.get_ydata()) for line in joins], 3)
    assert_allclose([np.ptp(line.get_xdata()) for line in joins], 0)


def test_the_line_of_a_condition_is_its_least_squares_line(ax):
    """Ratings on a straight line give that line, drawn solid for the first condition."""
    means = pd.DataFrame(
        [
            (f"p{k}", level, 1.0 + k, 10 + slope * (1.0 + k))
            for k in range(5)
            for level, slope in (("low", 2), ("high", -3))
        ],
        columns=["participant", "exercise", "ftp_per_kg", "rating"],
    )
    means["exercise"] = pd.Categorical(means.exercise, categories=PALETTE_LEVELS)
    ratings_by_fitness(means, ax=ax)
    long = {line.get_linestyle(): line for line in ax.lines if len(line.get_xdata()) == 50}
    slopes = {style: np.polyfit(*line.get_data(), 1)[0] for style, line in long.items()}
    assert_allclose([slopes["-"], slopes["--"]], [2, -3])
