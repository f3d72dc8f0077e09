"""Figures of designs, contrasts and conditions: what is drawn where, from tables with known numbers."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih
from eih import figures
from eih.style import PALETTE


@pytest.fixture
def ax():
    """Draw on axes of its own and close them."""
    drawing, axes = plt.subplots()
    yield axes
    plt.close(drawing)


def line(ax, label):
    """Return the heights of the line with a name in the legend."""
    (found,) = [one for one in ax.lines if one.get_label() == label]
    return found.get_ydata()


def names(ax):
    """Return the words of the legend."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_paired_conditions_stand_at_their_means(ax):
    """Everyone rates 6 higher after high exercise: the means differ by 6, and their intervals have no width."""
    rows = [
        (f"p{n}", level, 10 * n + up) for n in range(4) for level, up in (("low", 0), ("high", 6))
    ]
    means = pd.DataFrame(rows, columns=["participant", "exercise", "rating"])
    means["exercise"] = pd.Categorical(means.exercise, categories=["low", "high"])
    figures.paired_conditions(means, "exercise", ax=ax, label="Pain")
    heights = [float(one.get_ydata()[0]) for one in ax.lines if one.get_marker() == "D"]
    assert heights == [15, 21]
    widths = [np.ptp(bar.get_segments()[0][:, 1]) for bar in ax.collections]
    assert_allclose(widths, 0, atol=1e-9)
    assert ax.get_ylabel() == "Pain"
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["low", "high"]


def test_expected_responses_are_the_columns(ax):
    """Each column is a line of its own, in the colour of its modality, with its name in words."""
    time = np.arange(4) * 1.8
    columns = pd.DataFrame({"heat_70": [0, 1, 2, 1], "other": [0, 0, 1, 0]}, index=time)
    figures.expected_responses(columns, ax=ax)
    assert_allclose(line(ax, "heat 70"), [0, 1, 2, 1])
    assert [one.get_color() for one in ax.lines[:2]] == [PALETTE["heat"], PALETTE["neutral"]]
    assert ax.get_ylim()[1] == 2.5


def test_a_design_is_scaled_by_column(ax):
    """The largest absolute value of each column is black or white, whatever its unit; groups are named."""
    design = pd.DataFrame({"a": [1.0, -2.0], "b": [100.0, 50.0], "c": [1.0, 1.0]})
    figures.design_picture(design, {"task": 2, "constant": 1}, ax=ax)
    assert_allclose(ax.images[0].get_array(), [[0.5, 1, 1], [-1, 0.5, 1]])
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert labels == ["task (2)", "constant (1)"]
    assert_allclose(ax.get_xticks(), [0.5, 2])


def test_groups_that_do_not_fit_a_design_are_refused(ax):
    """Both counts are told."""
    with pytest.raises(ValueError, match=r"groups have 2 columns, the design has 1"):
        figures.design_picture(pd.DataFrame({"a": [1.0]}), {"task": 2}, ax=ax)


def test_inflation_is_drawn_along_the_stages(ax):
    """Stages stand in the order of the table, and each condition has its own line."""
    table = pd.DataFrame({
        "stage": ["task", "task", "motion", "motion"],
        "condition": ["heat_70", "pressure_30"] * 2,
        "inflation": [1.0, 1.1, 1.5, 1.9],
    })  # fmt: skip
    figures.inflation_by_stage(table, ax=ax)
    assert_allclose(line(ax, "heat 70"), [1, 1.5])
    assert_allclose(line(ax, "pressure 30"), [1.1, 1.9])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["task", "motion"]


def test_a_filter_that_is_off_is_not_drawn(ax):
    """Periods are ticks; the row without a filter, to which all is relative, has no place on the axis."""
    table = pd.DataFrame({
        "contrast": ["heat"] * 3, "period_s": [64, 128, np.inf], "relative": [1.4, 1.2, 1.0],
    })  # fmt: skip
    figures.precision_by_filter(table, 128, ax=ax)
    assert_allclose(line(ax, "heat"), [1.4, 1.2])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["64", "128"]
    assert [128, 128] in [list(one.get_xdata()) for one in ax.lines]


def test_relief_on_a_line_has_a_band_without_width(ax):
    """Points on a straight line of each sex are drawn on it, and nothing is uncertain."""
    fitness = np.array([1.0, 2, 3, 4])
    scores = pd.concat(
        pd.DataFrame({"sex": sex, "ftp_per_kg": fitness, "difference": slope * fitness})
        for sex, slope in (("female", 2), ("male", -1))
    )
    figures.difference_by_fitness(scores, hue="sex", ax=ax, label="Relief")
    assert names(ax) == ["female (n = 4)", "male (n = 4)"]
    assert_allclose(line(ax, "female (n = 4)"), 2 * fitness)
    for band, slope in zip(ax.collections, (2, -1), strict=True):
        x, y = band.get_paths()[0].vertices.T
        assert_allclose(y, slope * x, atol=1e-9)
    assert ax.get_ylabel() == "Relief"


def test_estimates_stand_above_what_was_planted(ax):
    """A point per person, a line of one standard error each way, and the stamp of what is simulated."""
    people = pd.DataFrame({"truth": [0.0, 1], "estimate": [0.2, 0.9], "se": [0.1, 0.3]})
    figures.estimates_and_truth(people, ax=ax)
    (points,) = [one for one in ax.lines if one.get_marker() == "o"]
    assert_allclose(points.get_xydata(), [[0, 0.2], [1, 0.9]])
    ends = [segment[:, 1] for segment in ax.collections[0].get_segments()]
    assert_allclose(ends, [[0.1, 0.3], [0.6, 1.2]])
    assert ax.get_title("right") == "SURROGATE DATA"


def test_alarms_of_both_noise_models_stand_at_their_level(ax):
    """The share of each model is drawn beside the other's, with twice its error each way."""
    table = pd.DataFrame({
        "noise_model": ["ols", "ols", "ar1", "ar1"], "level": ["run", "person"] * 2,
        "share": [0.3, 0.2, 0.06, 0.05], "mc_se": 0.01,
    })  # fmt: skip
    figures.alarms_by_level(table, ax=ax)
    assert_allclose(line(ax, "independent volumes"), [0.3, 0.2])
    assert_allclose(line(ax, "AR(1)"), [0.06, 0.05])
    assert_allclose(ax.collections[0].get_segments()[0][:, 1], [0.28, 0.32])
    assert ax.get_title("right") == "SURROGATE DATA"


def test_the_first_contrast_stands_on_top(ax):
    """Estimates and intervals are drawn from top to bottom, in the order of the table."""
    table = pd.DataFrame({
        "contrast": ["a - b", "a - c"], "estimate": [1.0, 4], "ci_low": [0.0, 3], "ci_high": [2.0, 5],
    })  # fmt: skip
    figures.contrasts_with_intervals(table, ax=ax)
    assert_allclose(ax.lines[0].get_xydata(), [[1, 1], [4, 0]])
    assert_allclose(ax.collections[0].get_segments(), [[[0, 1], [2, 1]], [[3, 0], [5, 0]]])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["a - b", "a - c"]


def test_panels_are_titled_on_request(ax):
    """The label of a panel is its title."""
    figures.grouping_grid(pd.DataFrame([[1, 0], [0, 2]]), ax=ax, label="nested")
    assert ax.get_title() == "nested"
    figures.shrinkage(pd.DataFrame({"own": [1.0], "shift": [0.5]}), ax=ax, label="people")
    assert ax.get_title() == "people"


def test_ratings_by_target_name_their_groups(ax):
    """With a factor, the legend has its name and its levels."""
    saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    figures.ratings_by_target(saline, hue="exercise", ax=ax)
    assert ax.get_legend().get_title().get_text() == "exercise"
    assert set(names(ax)) == {"low", "high"}


def test_what_a_figure_of_one_thing_cannot_draw_is_refused(ax):
    """Trials of many people, and a region that is none, are told with what there is."""
    heat = eih.load_trials(modality="heat")
    with pytest.raises(ValueError, match=r"39 values of 'participant' .* one is drawn"):
        figures.ratings_over_blocks(heat)
    courses = pd.DataFrame({"region": ["PAG"]})
    with pytest.raises(ValueError, match=r"no region 'RVM'; there are \['PAG'\]"):
        figures.time_course(courses, "RVM", 17, ax=ax)
