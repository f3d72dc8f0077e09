"""Intervals, equivalence tests and Bayes factors: against R and published worked examples."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pingouin
import pytest

import eih
from eih.beyond import equivalence
from eih.beyond.bayes_factors import bayes_factor_positive, bayes_factors, likelihood_ratio
from eih.beyond.equivalence import (
    detectable_d,
    equivalence_tests,
    relief_intervals,
    relief_scores,
    smallest_effects,
)
from eih.figures import bayes_factor_by_scale, relief_against_bounds

# R: x <- sleep$extra[1:10] - sleep$extra[11:20]
SLEEP = [-1.2, -2.4, -1.3, -1.3, 0.0, -1.0, -1.8, -0.8, -4.6, -1.4]


@pytest.fixture(scope="module")
def scores():
    """Return the relief of all people in all conditions."""
    return relief_scores(eih.load_trials())


@pytest.fixture
def sleep():
    """Return the sleep data in the form of relief scores: one condition, ten people."""
    frame = pd.DataFrame({"difference": SLEEP, "participant": range(10)})
    return frame.assign(modality="heat", drug="saline", target="all")


def bounds(*points):
    """Make bounds for heat."""
    return pd.DataFrame({"modality": "heat", "bound": "a", "points": points})


def test_scores_are_the_difference_scores_of_the_other_chapters(scores):
    """Pooled and by target they are low − high of eih.difference_scores, in the same order of people."""
    saline = eih.load_trials("heat").query("drug == 'saline'")
    own = scores[(scores.modality == "heat") & (scores.drug == "saline")]
    pooled = eih.difference_scores(saline, "exercise", by=[])
    by_target = eih.difference_scores(saline, "exercise", by=["target"]).query("target == 70")
    for target, expected in (("all", pooled), ("70", by_target)):
        found = own[own.target == target].set_index("participant").difference
        assert found.to_numpy() == pytest.approx(expected.set_index("participant").difference)


def test_every_condition_is_there_in_order(scores):
    """Heat comes before pressure, saline before naloxone, pooled before the targets."""
    names = relief_intervals(scores)[["modality", "drug", "target"]].agg(" ".join, axis=1).tolist()
    assert names[:5] == [
        *("heat saline all", "heat saline 30", "heat saline 50", "heat saline 70"),
        "heat naloxone all",
    ]
    assert len(names) == 16


def test_intervals_are_those_of_r(sleep):
    """R: t.test(x) and t.test(x, conf.level = 0.9)."""
    row = relief_intervals(sleep).iloc[0]
    assert row.t == pytest.approx(-4.062127683, rel=1e-9)
    assert (row.ci90_low, row.ci90_high) == pytest.approx((-2.293005267029, -0.866994732971))
    assert (row.ci_low, row.ci_high) == pytest.approx((-2.4598858, -0.7001142), abs=1e-6)
    assert row.p == pytest.approx(0.00283289, rel=1e-5)


# R: c(t.test(x, mu = -b, alternative = "greater")$p.value, t.test(x, mu = b, alternative = "less")$p.value)
@pytest.mark.parametrize(
    ("bound", "lower", "upper"),
    [
        (1, 0.914944114551, 4.77859569555e-05),
        (2, 0.154157235669, 3.55234415925e-06),
        (3, 0.00265557029266, 4.52269496583e-07),
    ],
)
def test_two_one_sided_tests_are_those_of_r(sleep, bound, lower, upper):
    """The larger of two one-sided p values decides; the one against relief stands beside it."""
    row = equivalence_tests(sleep, bounds(bound)).iloc[0]
    assert row.p == pytest.approx(max(lower, upper), rel=1e-9)
    assert row.p_relief == pytest.approx(upper, rel=1e-9)
    assert row.equivalent == (bound == 3)


def test_equivalence_is_the_90_percent_interval_within_the_bounds(scores):
    """In all 16 conditions and for all bounds, both ways of deciding agree."""
    tested = equivalence_tests(scores, smallest_effects(scores))
    both = tested.merge(relief_intervals(scores), on=["modality", "drug", "target"])
    assert len(both) == 64
    inside = (both.ci90_low > -both.points) & (both.ci90_high < both.points)
    assert (inside == both.equivalent).all()


@pytest.mark.parametrize("points", [0, -1, np.inf, np.nan])
def test_a_bound_is_a_positive_number(sleep, points):
    """Anything else is refused."""
    with pytest.raises(ValueError, match=r"Invalid bound \S+ It must be a positive number"):
        equivalence_tests(sleep, bounds(points))


def test_the_literature_bound_comes_from_the_reported_results(scores, monkeypatch):
    """Its d is the printed one, times the two standard deviations of the pooled saline scores."""
    found = smallest_effects(scores).set_index(["modality", "bound"]).points
    printed = eih.printed_numbers().set_index(["id", "quantity"]).printed
    own = scores[(scores.modality == "heat") & (scores.drug == "saline") & (scores.target == "all")]
    d = float(printed["r115", "d"])
    assert d == 0.59
    assert found["heat", "literature, SD of differences"] == pytest.approx(d * own.difference.std())
    assert found["heat", "literature, SD of ratings"] == pytest.approx(
        d * np.sqrt((own.low.var() + own.high.var()) / 2)
    )
    monkeypatch.setitem(equivalence.LITERATURE, "heat", "r114")
    again = smallest_effects(scores).set_index(["modality", "bound"]).points
    ratio = again["heat", "literature, SD of ratings"] / found["heat", "literature, SD of ratings"]
    assert ratio == pytest.approx(0.69 / 0.59)


def test_the_detectable_effect_is_that_of_r():
    """R: power.t.test(n = 39, power = 0.8, type = "paired")$delta."""
    assert detectable_d(39) == pytest.approx(0.4603483, abs=1e-5)


# Rouder et al. (2009): t(79) = 2.03 and 2.24 of Grider & Malmberg (2008) give null over effect 1.56
# and 1.02 with a unit Cauchy prior. R, by their equation 1 (v = n - 1):
# f <- function(g) (1+n*g*r^2)^-.5 * (1+t^2/((1+n*g*r^2)*v))^(-(v+1)/2) * (2*pi)^-.5 * g^-1.5 * exp(-1/(2*g))
# integrate(f, 0, Inf, rel.tol = 1e-10)$value / (1+t^2/v)^(-(v+1)/2)
@pytest.mark.parametrize(("t", "null"), [(2.03, 1.557446844), (2.24, 1.024299335)])
def test_bayes_factors_are_those_of_rouder(t, null):
    """Scores with that t and 80 people give the published factor."""
    n = 80
    spread = np.linspace(-1, 1, n)
    spread /= spread.std(ddof=1)
    frame = pd.DataFrame({"difference": spread + t / np.sqrt(n)})
    table = bayes_factors(frame.assign(modality="heat", drug="saline", target="all"), scales=[1])
    assert table.bf01.item() == pytest.approx(null, rel=1e-6)
    assert round(table.bf01.item(), 2) in (1.56, 1.02)


# Vignette of the R package BayesFactor: ttestBF(sleep…, nullInterval = c(-Inf, 0)) prints
# 34.41694 for -Inf < d < 0 and 0.1008246 for the rest; without interval 17.25888.
def test_directed_bayes_factors_are_those_of_the_package():
    """Both halves of the prior give the printed factors, and their mean is the undirected one."""
    down, up = (bayes_factor_positive(t, 10, 2**-0.5) for t in (4.062127683, -4.062127683))
    assert down == pytest.approx(34.41694, abs=1e-4)
    assert up == pytest.approx(0.1008246, abs=1e-6)
    assert (down + up) / 2 == pytest.approx(17.25888, abs=1e-4)


@pytest.mark.parametrize("t", [-6, -0.9, 0, 0.4, 3, 12])
@pytest.mark.parametrize("n", [10, 39, 400])
def test_the_two_halves_of_the_prior_make_the_whole(t, n):
    """The mean of both directed factors is pingouin's undirected one, for any scale."""
    scales = np.array([0.1, 0.707, 1.5])
    both = (bayes_factor_positive(t, n, scales) + bayes_factor_positive(-t, n, scales)) / 2
    assert both == pytest.approx([pingouin.bayesfactor_ttest(t, n, r=r) for r in scales], rel=1e-5)


def test_a_wider_prior_favours_the_null_where_there_is_no_effect(scores):
    """For the pooled saline scores the factor grows with the scale."""
    own = scores[(scores.drug == "saline") & (scores.target == "all")]
    for _, table in bayes_factors(own).groupby("modality", observed=True):
        assert table.bf01.is_monotonic_increasing
        assert table.bf01.iloc[-1] > 5


# R: t <- t.test(-x)$statistic; dt(t, 9) / dt(t, 9, ncp = 0.59 * sqrt(10)), here with the sign of x.
def test_the_likelihood_ratio_is_that_of_r(sleep):
    """Null over an effect of exactly d, for scores in the expected direction."""
    reverse = sleep.assign(difference=-sleep.difference)
    assert likelihood_ratio(reverse, 0.59).ratio.item() == pytest.approx(0.03073413589, rel=1e-6)


def test_missing_scores_are_left_out(sleep):
    """A person without a score does not count."""
    more = pd.concat([sleep, sleep.iloc[:1].assign(difference=np.nan)])
    assert relief_intervals(more).equals(relief_intervals(sleep))


def test_the_figure_marks_bounds_on_both_sides(scores):
    """Each bound stands at plus and minus its points, each condition has a name."""
    table = smallest_effects(scores).query("modality == 'heat'")
    intervals = relief_intervals(scores).query("modality == 'heat'")
    _, ax = plt.subplots()
    relief_against_bounds(intervals, table, ax=ax)
    at = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":"]
    assert sorted(at) == pytest.approx(sorted([*table.points, *-table.points]))
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert len(names) == 8
    assert "naloxone, target 70" in names
    plt.close()


def test_the_figure_of_bayes_factors_draws_what_is_in_the_table(scores):
    """One line per condition, through the factors of its scales."""
    table = bayes_factors(scores[scores.target == "all"], scales=[0.3, 0.707, 1.2])
    _, ax = plt.subplots()
    bayes_factor_by_scale(table, ax=ax)
    named = {line.get_label(): line for line in ax.lines if "," in str(line.get_label())}
    assert len(named) == 4
    first = table[(table.modality == "heat") & (table.drug == "saline")]
    assert named["heat, saline"].get_ydata() == pytest.approx(first.bf01)
    plt.close()
