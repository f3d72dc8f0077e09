"""Ordinary linear models: against R, beside the mixed model, by properties; then errors and display."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih

REFERENCE = Path(__file__).parent / "reference" / "lme4"
R_TERMS = {
    "(Intercept)": "(Intercept)",
    "pwc": "ftp_per_kg",
    "treatment_order1": "drug_order[naloxone first]",
}


def fitness():
    saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    scores = eih.difference_scores(saline, "exercise", by=[])
    return eih.lm("difference ~ ftp_per_kg + drug_order", scores)


def simulated(seed=1, n=60):
    """60 rows of y = 10 + 2 x, + 3 in group b, with noise of SD 1."""
    rng = np.random.default_rng(seed)
    group = pd.Categorical(np.tile(["a", "b", "b"], n // 3))
    x = rng.normal(0, 1, n)
    y = 10 + 2 * x + 3 * (group == "b") + rng.normal(0, 1, n)
    return pd.DataFrame({"x": x, "group": group, "y": y})


@pytest.mark.parametrize("column", ["estimate", "ci_low", "ci_high", "se", "df", "t", "p"])
def test_coefficients_agree_with_r(column):
    """Least squares is exact: every column is R's to 1e-9 (worst gap seen 1e-14)."""
    theirs, ours = (
        pd.read_csv(REFERENCE / "heat_fitness_saline.fixed.tsv", sep="\t"),
        fitness().table,
    )
    assert list(ours.term) == [R_TERMS[term] for term in theirs.term]
    assert_allclose(ours[column], theirs[column], rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_known_coefficients_come_back(seed):
    """Estimates lie within their own interval's width of the coefficients that made the data."""
    table = eih.lm("y ~ x + group", simulated(seed)).table
    assert (np.abs(table.estimate - [10, 2, 3]) < table.ci_high - table.ci_low).all()


@pytest.mark.parametrize(
    "formula", ["x*group", "group + x", "0 + group", "I(x**2) + x", "C(step)*group"]
)
def test_terms_and_columns_are_those_of_the_mixed_model(formula):
    """The same formula has the same terms in both kinds of model."""
    data = simulated().assign(person=lambda d: d.index % 10, step=lambda d: d.index % 4)
    ordinary = eih.lm(f"y ~ {formula}", data).table
    mixed = eih.lmm(f"y ~ {formula} + (1|person)", data, ci=None).table
    assert list(ordinary.term) == list(mixed.term)
    assert list(ordinary) == list(mixed)


def test_fit_is_that_of_a_statsmodels_formula():
    """Estimates, R² and residual SD are those of statsmodels' own formula, whatever its term order."""
    from statsmodels.formula.api import ols

    ours, theirs = eih.lm("y ~ x*group", simulated()), ols("y ~ x*group", simulated()).fit()
    names = ["Intercept", "x", "group[T.b]", "x:group[T.b]"]
    assert_allclose(ours.table.estimate, theirs.params[names])
    assert_allclose(ours.table.se, theirs.bse[names])
    assert ours.r_squared == pytest.approx(theirs.rsquared)
    assert ours.sigma == pytest.approx(np.sqrt(theirs.mse_resid))


def test_columns_stay_without_an_interval():
    """ci=None leaves the limits missing and every column in place."""
    table = eih.lm("y ~ x", simulated(), ci=None).table
    assert list(table) == ["term", "estimate", "ci_low", "ci_high", "se", "df", "t", "p"]
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_rows_without_a_value_are_counted(n):
    """n_dropped is the number of rows with a gap in a model variable."""
    data = simulated().assign(other=np.nan)
    data.loc[: n - 1, "y"] = np.nan
    fit = eih.lm("y ~ x", data)
    assert (fit.n_dropped, fit.n_obs) == (n, 60 - n)


def test_contrast_of_two_groups_is_the_t_test():
    """The difference of two group means has the t and p of the two-sample t test."""
    from scipy.stats import ttest_ind

    data = simulated()
    contrast = eih.lm("y ~ group", data).contrasts("group").iloc[0]
    test = ttest_ind(data.y[data.group == "a"], data.y[data.group == "b"])
    assert contrast.contrast == "a - b"
    assert_allclose([contrast.t, contrast.p, contrast.df], [test.statistic, test.pvalue, test.df])


def test_tukey_contrasts_are_those_of_scipy():
    """All pairs of three groups have the p and limits of scipy's tukey_hsd."""
    from scipy.stats import tukey_hsd

    data = simulated().assign(three=lambda d: pd.Categorical(np.tile(list("abc"), 20)))
    pairs = eih.lm("y ~ three", data).contrasts("three")
    expected = tukey_hsd(*(data.y[data.three == level] for level in "abc"))
    interval = expected.confidence_interval()
    upper = np.triu_indices(3, k=1)
    assert_allclose(pairs.p, expected.pvalue[upper], atol=1e-10)
    assert_allclose(pairs.ci_low, interval.low[upper], rtol=1e-5)
    assert_allclose(pairs.ci_high, interval.high[upper], rtol=1e-5)


def test_means_are_predictions_at_the_mean():
    """A marginal mean is the prediction with the other predictor at its mean."""
    data = simulated()
    fit = eih.lm("y ~ x + group", data)
    intercept, slope, gain = fit.table.estimate
    centre = intercept + slope * data.x.mean()
    assert_allclose(fit.means("group").estimate, [centre, centre + gain])


@pytest.mark.parametrize(
    ("formula", "change", "message"),
    [
        ("y ~ x + (1|group)", {}, r"for eih.lm: it has a random effect .*use eih.lmm\."),
        ("y ~ z", {}, r"Unknown column 'z' in formula 'y ~ z'\..*The data have: x, group, y\."),
        ("y ~ grup", {}, r"Did you mean 'group'\?"),
        ("y ~ ", {}, r"Invalid formula 'y ~ ': Expected a formula term, got the end"),
        ("y ~ group", {"group": "a"}, r"Factor 'group' has only the level 'a' in these 60 rows"),
        ("y ~ x + twice", {"twice": lambda d: 2 * d.x}, r"Inseparable term '(x|twice)' in formula"),
        ("y ~ x", {"x": np.nan}, r"none of the 60 rows has a value .*missing: x in 60"),
    ],
)
def test_a_model_that_cannot_be_is_refused(formula, change, message):
    """The error names what came, the rule it breaks, and what to do."""
    with pytest.raises(ValueError, match=message):
        eih.lm(formula, simulated().assign(**change))


def test_too_few_rows_are_refused():
    """With as many terms as rows nothing is left for the residual."""
    with pytest.raises(ValueError, match=r"Too few rows for 'y ~ x': 2 complete rows, 2 terms"):
        eih.lm("y ~ x", simulated().head(2))


def test_an_empty_subset_is_refused():
    """No rows: the selection is to be checked."""
    with pytest.raises(ValueError, match=r"Empty data: 0 rows"):
        eih.lm("y ~ x", simulated().query("x > 99"))


def test_data_that_are_no_dataframe_are_refused():
    """Only DataFrames are data."""
    with pytest.raises(
        TypeError, match=r"Invalid data of type ndarray\. A model needs a pandas DataFrame"
    ):
        eih.lm("y ~ x", np.zeros((3, 2)))


def test_a_profile_interval_is_refused():
    """Least squares has the t interval, or none."""
    with pytest.raises(ValueError, match=r"Invalid ci 'profile'\. Choose one of 'wald', None\."):
        eih.lm("y ~ x", simulated(), ci="profile")


def test_text_is_the_table_of_a_paper():
    """Rounded estimate, interval, SE, df, t and p, then rows, R² and residual SD."""
    # The numbers are R's (reference/lme4/heat_fitness_saline), rounded by hand.
    lines = repr(fitness()).splitlines()
    assert lines[0] == "Linear model: difference ~ ftp_per_kg + drug_order"
    assert (
        lines[4] == "ftp_per_kg                      6.45    [1.25, 11.65]  2.56  36   2.52  0.016"
    )
    assert lines[7] == "39 observations."
    assert lines[8].startswith("R² = 0.")


def test_html_is_escaped():
    """A level with markup in its name is shown, not obeyed."""
    data = simulated().assign(group=lambda d: d.group.cat.rename_categories(["a", "<i>"]))
    html = eih.lm("y ~ group", data)._repr_html_()
    assert "group[&lt;i&gt;]" in html
    assert "<i>" not in html
