"""Specification curves and refits without people: what is drawn is what is in the table."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih
from eih.figures import (
    choice_matrix,
    name_people,
    option_shares,
    pairs_left_out,
    people_left_out,
    significant_shares,
    specification_curve,
)
from eih.figures.specification import curve_order


@pytest.fixture
def ax():
    """Give empty axes and close them afterwards."""
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


@pytest.fixture(scope="module")
def drug():
    """Return the stored drug specifications of heat."""
    return eih.load_specifications("drug", "heat")


def test_the_curve_rises_and_leaves_out_failures(drug):
    """Places count up with the estimate; a failed specification has none."""
    curve = curve_order(drug.assign(converged=drug.index != 3))
    assert len(curve) == len(drug) - 1
    assert (np.diff(curve.estimate) >= 0).all()
    assert curve.place.tolist() == list(range(len(curve)))


def test_intervals_are_those_of_t_and_of_the_normal_distribution():
    """With 10 df the half-width is 2.228 SE, without df 1.960 SE, without SE there is none."""
    rows = pd.DataFrame({"estimate": [1.0, 2, 3], "se": [1, 1, np.nan], "df": [10, np.nan, np.nan]})
    curve = curve_order(rows.assign(p=0.5, converged=True))
    assert_allclose(curve.ci_high - curve.estimate, [2.228139, 1.959964, np.nan], rtol=1e-5)


def test_the_paper_is_marked_at_its_place(drug, ax):
    """The diamond stands at the paper's estimate."""
    specification_curve(drug, ax=ax)
    curve = curve_order(drug)
    (diamond,) = [line for line in ax.lines if line.get_marker() == "D"]
    own = curve[curve.is_paper].iloc[0]
    assert_allclose(np.ravel(diamond.get_data()), [own.place, own.estimate])


def test_the_curve_says_how_many_are_significant(drug, ax):
    """The legend counts both kinds, and together they are all."""
    specification_curve(drug, ax=ax)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    n = int((drug.p < 0.05).sum())
    assert texts[:2] == [f"p < 0.05 ({n:,})", f"p ≥ 0.05 ({len(drug) - n:,})"]


def test_the_matrix_has_a_row_for_each_option_taken(drug, ax):
    """Rows: significance first, then the options of every choice that arises."""
    choice_matrix(drug, ax=ax)
    heads = [label.get_text() for label in ax.get_yticklabels()]
    options = option_shares(drug)
    assert heads == ["p < 0.05", *(options.choice + ": " + options.option)]


def test_option_shares_are_counted_by_hand(drug):
    """For one option: how many take it and how many of these have p below 0.05."""
    row = option_shares(drug).set_index(["choice", "option"]).loc[("random", "slopes")]
    own = drug[drug.random == "slopes"]
    assert (row.n, row.significant) == (len(own), (own.p < 0.05).mean())


def test_a_choice_that_does_not_arise_has_no_row():
    """Exercise has no coding, so no option of it is listed."""
    exercise = eih.load_specifications("exercise", "heat")
    assert "coding" not in set(option_shares(exercise).choice)


def test_shares_are_drawn_by_effect_and_modality(ax):
    """Every row of the figure is named, squares and circles stand at their shares."""
    shares = eih.specification_shares(eih.load_specifications(), by="may_vary")
    significant_shares(shares, ax=ax)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[:2] == ["Drug, heat", "Drug, pressure"]
    drawn = np.concatenate([points.get_offsets()[:, 0] for points in ax.collections[1:]])
    assert_allclose(sorted(drawn), sorted(100 * shares.significant))


def test_people_left_out_are_named_in_order(ax):
    """Each refit has a row with the id; open dots are those without significance."""
    refits = pd.DataFrame({"left_out": ["sub-b", "sub-a"], "estimate": [2.0, 1], "p": [0.01, 0.2]})
    people_left_out(refits.assign(ci_low=0.5, ci_high=3.0), full=1.5, ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["sub-a", "sub-b"]
    filled, open_ = ax.lines[:2]
    assert filled.get_xdata().tolist() == [2]
    assert open_.get_xdata().tolist() == [1]
    assert open_.get_markerfacecolor() == "white"


def test_the_extreme_pairs_are_named(ax):
    """The pair with the smallest and the one with the largest p carry their ids."""
    pairs = pd.DataFrame({"first": list("abc"), "second": list("xyz"), "p": [0.2, 0.001, 0.03]})
    full = pd.Series({"estimate": 2.0, "p": 0.02})
    pairs_left_out(pairs.assign(estimate=[1.0, 3, 2]), full, ax=ax)
    assert [text.get_text() for text in ax.texts] == ["without b\nand y", "without a\nand x"]


def test_people_are_named_where_they_stand(ax):
    """A ring and an id at fitness and score of the person asked for, of nobody else."""
    scores = pd.DataFrame(
        {"participant": ["sub-a", "sub-b"], "ftp_per_kg": [1, 2], "difference": 5}
    )
    name_people(ax, scores, ["sub-b"])
    assert [text.get_text() for text in ax.texts] == ["sub-b"]
    assert ax.texts[0].xy == (2, 5)
