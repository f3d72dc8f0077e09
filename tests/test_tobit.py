"""Mixed models of censored ratings: against R, against eih.lmm, by quadrature, and against known truth."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import eih
from eih.models._laplace import Laplace, censored_normal

# R: survival::tobin, 20 people; durable goods bought, age in years, liquidity quantile.
TOBIN = [
    *((0, 57.7, 236), (0.7, 50.9, 283), (0, 48.5, 207), (0, 41.7, 220), (0, 47.7, 238)),
    *((0, 59.8, 216), (0, 44.3, 284), (3.7, 45.1, 221), (0, 51.7, 275), (3, 50, 269)),
    *((10.4, 46.8, 207), (0, 58, 249), (0, 58.9, 246), (0, 40, 277), (1.5, 34.1, 231)),
    *((0, 39.9, 219), (0, 33.4, 240), (3.5, 48.1, 266), (6.1, 46.6, 214), (0, 53.1, 251)),
]


def made_up(n_people=60, n_rows=30, effect=8.0, seed=1, sd=12.0):
    """Make ratings of people who differ in level and effect, before and after an end at 1 and 101."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n_people), n_rows)
    high = np.tile(np.arange(n_rows) % 2, n_people)
    level, own = rng.normal(70, 20, n_people), rng.normal(effect, 6, n_people)
    true = level[person] + own[person] * high + rng.normal(0, sd, len(person))
    frame = pd.DataFrame({"true": true, "rating": np.clip(true, 1, 101), "person": person})
    return frame.assign(high=high)


# R: survreg(Surv(durable, durable > 0, type = "left") ~ age + quant, data = tobin, dist = "gaussian")
def test_without_people_it_is_the_tobit_of_r():
    """Tobin's data: log likelihood and standard errors are those of survreg, whose optimum is ours."""
    data = np.array(TOBIN)
    columns = np.column_stack([np.ones(20), data[:, 1:]])
    side = -(data[:, 0] == 0).astype(int)
    likelihood = Laplace(columns, np.ones((20, 1)), np.arange(0, 20, 5), data[:, 0], side)
    r = np.array([15.14486636068, -0.12905928410, -0.04554166295, 0, 1.71785092185])
    value, gradient = likelihood(r)
    assert value == pytest.approx(28.94013320, abs=1e-7)
    assert_allclose(gradient / np.array([1, 50, 250, 1, 1]), 0, atol=1e-5)


def test_without_censoring_it_is_the_mixed_model():
    """Wide limits give the maximum likelihood fit of eih.lmm: deviance, coefficients, SE and variances."""
    data = made_up()
    formula = "true ~ high + (high|person)"
    own = eih.tobit(formula, data, limits=(-1e6, 1e6))
    same = eih.lmm(formula, data, reml=False, ci=None)
    assert own.n_censored == (0, 0)
    assert own.criterion == pytest.approx(same.criterion, abs=1e-5)
    assert_allclose(own.table[["estimate", "se"]], same.table[["estimate", "se"]], rtol=1e-5)
    sds = [*np.sqrt(np.diag(own.people_covariance)), own.sigma]
    assert_allclose(sds, same.variances.sd, rtol=1e-4)


def test_the_likelihood_is_that_of_quadrature():
    """With many censored ratings, integrating over the people by quadrature gives nearly the same."""
    data = made_up(n_people=25, n_rows=20, sd=15)
    fit = eih.tobit("rating ~ high + (1|person)", data)
    assert min(fit.n_censored) > 0
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    sd = np.sqrt(fit.people_covariance[0, 0])
    total = 0.0
    for _, own in data.groupby("person"):
        expected = fit.estimates[0] + fit.estimates[1] * own.high.to_numpy()
        density = np.ones(len(nodes))
        for rating, mean in zip(own.rating, expected, strict=True):
            z = (rating - mean - sd * nodes) / fit.sigma
            if rating <= 1:
                density *= stats.norm.cdf(z)
            elif rating >= 101:
                density *= stats.norm.sf(z)
            else:
                density *= stats.norm.pdf(z) / fit.sigma
        total += np.log(weights @ density / np.sqrt(2 * np.pi))
    assert fit.log_likelihood == pytest.approx(total, abs=0.05)


def test_it_finds_the_effect_before_the_ends_cut_it_off():
    """Planted effects come back where the cut ratings show too little."""
    data = made_up(n_people=500)
    cut = eih.lmm("rating ~ high + (high|person)", data, ci=None).coefficient("high")
    own = eih.tobit("rating ~ high + (high|person)", data).coefficient("high")
    assert own.estimate == pytest.approx(8, abs=2.5 * own.se)
    assert cut.estimate < 8 - 3 * cut.se


def test_the_gradient_is_the_slope_of_the_likelihood():
    """Differences of the value give the gradient, for correlated random effects and both ends."""
    data = made_up(n_people=12, n_rows=10)
    rating = data.rating.to_numpy() / 20
    side = (data.rating >= 101).astype(int).to_numpy() - (data.rating <= 1).to_numpy()
    columns = np.column_stack([np.ones(120), data.high])
    likelihood = Laplace(columns, columns, np.arange(0, 120, 10), rating, side)
    start = np.array([3.5, 0.4, 1.0, 0.2, 0.3, -0.5])
    slopes = [
        (likelihood(start + shift)[0] - likelihood(start - shift)[0]) / 2e-5
        for shift in 1e-5 * np.eye(6)
    ]
    assert_allclose(likelihood(start)[1], slopes, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("side", [-1, 0, 1])
def test_the_derivatives_of_a_density_are_its_slopes(side):
    """First to third derivative by the mean, and all by the log SD, at a point far out too."""
    mean = np.array([-3.0, 0.2, 4.0, 30.0])
    outcome, sides = np.full(4, 0.5), np.full(4, side)

    def parts(shift=0.0, scale=0.0):
        return censored_normal(mean + shift, 0.3 + scale, outcome, sides)

    pairs = [("value", "first"), ("first", "second"), ("second", "third")]
    for name, slope in pairs:
        found = (getattr(parts(1e-5), name) - getattr(parts(-1e-5), name)) / 2e-5
        assert_allclose(getattr(parts(), slope), found, rtol=1e-5, atol=1e-6)
    for name in ("value", "first", "second"):
        found = (getattr(parts(0, 1e-5), name) - getattr(parts(0, -1e-5), name)) / 2e-5
        assert_allclose(getattr(parts(), f"{name}_by_sd"), found, rtol=1e-5, atol=1e-6)


def test_the_order_of_rows_does_not_matter():
    """Shuffled rows give the same table."""
    data = made_up(n_people=20)
    fits = [
        eih.tobit("rating ~ high + (1|person)", rows)
        for rows in (data, data.sample(frac=1, random_state=2))
    ]
    assert_allclose(fits[0].table.iloc[:, 1:4], fits[1].table.iloc[:, 1:4], rtol=1e-5)


def test_people_who_do_not_differ_are_an_edge():
    """Where people are alike, the SD between them comes out as zero, and the fit says so."""
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"rating": rng.normal(50, 30, 400), "person": np.tile(np.arange(40), 10)})
    centred = data.rating - data.groupby("person").rating.transform("mean") + 50
    fit = eih.tobit("rating ~ 1 + (1|person)", data.assign(rating=centred))
    assert fit.singular
    assert fit.people_covariance[0, 0] < 0.01


@pytest.mark.parametrize(
    ("formula", "limits", "message"),
    [
        (
            "rating ~ high + (1|person) + (1|nth)",
            (1, 101),
            "more than one random term. Keep that of",
        ),
        (
            "rating ~ high + (high||person)",
            (1, 101),
            "random effects without correlation. Write one",
        ),
        (
            "rating ~ high + (1|person)",
            (101, 1),
            r"Invalid limits \(101, 1\)\. They must be the lower",
        ),
        ("rating ~ high + (1|person)", 101, "Invalid limits 101. They must be the lower"),
        ("rating ~ high + (1|person)", (500, 501), "no outcome lies between them"),
        ("rating ~ high", (1, 101), "has no random effect"),
    ],
)
def test_what_it_cannot_fit_is_refused(formula, limits, message):
    """The error says what it got, and what to write."""
    data = made_up(n_people=5).assign(nth=lambda rows: rows.index % 3)
    with pytest.raises(ValueError, match=message):
        eih.tobit(formula, data, limits=limits)


def test_the_display_tells_how_many_are_at_the_ends():
    """Below the table stand the censored rows and the standard deviations."""
    fit = eih.tobit("rating ~ high + (1|person)", made_up())
    low, high = fit.n_censored
    assert f"{low} low, {high} high" in repr(fit)
    assert "Mixed Tobit model: rating ~ high" in repr(fit)
