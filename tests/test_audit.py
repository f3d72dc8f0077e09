"""The audit of printed numbers: it finds planted errors and passes clean results."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from eih.paper import audit
from eih.paper.audit import Interval, check_printed
from eih.paper.printed import RESULT_COLUMNS

CLEAN = {"beta": "2.00", "ci_low": "0.38", "ci_high": "3.63", "se": "0.81", "t": "2.46", "df": "77"}
CLEAN |= {"p": "0.02"}


def result(printed, model="LMER", **more):
    """Audit one result with these printed numbers; return what fits by check."""
    row = dict.fromkeys(RESULT_COLUMNS, "") | {"id": "x1", "model": model} | more
    numbers = pd.DataFrame(
        [("x1", quantity, text) for quantity, text in printed.items()],
        columns=["id", "quantity", "printed"],
    )
    return check_printed(numbers, pd.DataFrame([row])).set_index("check").fits


def test_a_clean_result_passes():
    """Numbers that belong together fit in every check that applies."""
    fits = result(CLEAN)
    assert set(fits.index) == {
        "t = β / SE",
        "p from t and df",
        "β in the middle of its CI",
        "width of the CI from SE",
    }
    assert fits.all()


@pytest.mark.fault(
    "numbers",
    "one wrong number in a result that agrees with itself",
    "the check of that number fails",
)
@pytest.mark.parametrize(
    ("quantity", "planted", "check"),
    [
        ("t", "-2.46", "t = β / SE"),
        ("t", "2.86", "t = β / SE"),
        ("p", "0.04", "p from t and df"),
        ("df", "2", "p from t and df"),
        ("ci_high", "4.63", "β in the middle of its CI"),
        ("beta", "2.90", "β in the middle of its CI"),
        ("se", "0.31", "width of the CI from SE"),
    ],
)
def test_a_planted_error_is_found(quantity, planted, check):
    """One wrong number no longer fits the others."""
    assert not result(CLEAN | {quantity: planted})[check]


@pytest.mark.parametrize(
    ("model", "df", "fits"),
    [
        ("LM", "36", True),
        ("LM", "38", False),
        ("paired t (two-sided)", "38", True),
        ("paired t (two-sided)", "37", False),
    ],
)
def test_df_follow_from_n(model, df, fits):
    """A regression on two predictors leaves n − 3 df, a paired test n − 1."""
    assert result({"t": "2.00", "df": df, "n": "39"}, model=model)["df from n"] == fits


def test_the_width_of_a_regression_interval_needs_its_df():
    """A t interval with 36 df fits 36 printed df and not 5."""
    numbers = {"beta": "6.45", "ci_low": "1.25", "ci_high": "11.65", "se": "2.56", "n": "39"}
    assert result(numbers | {"df": "36"}, model="LM")["width of the CI from SE"]
    assert not result(numbers | {"df": "5"}, model="LM")["width of the CI from SE"]


@pytest.mark.parametrize(
    ("d", "fits"), [("2.61", True), ("0.61", True), ("3.60", True), ("3.90", False)]
)
def test_d_is_that_of_the_differences_or_of_repeated_measures(d, fits):
    """d may be t/√n or, with a correlation between 0 and 1, the repeated-measures d; not more."""
    assert (
        result({"t": "16.09", "df": "37", "n": "38", "d": d}, model="paired t")["d from t and n"]
        == fits
    )


@pytest.mark.parametrize(("p", "fits"), [("0.038", True), ("0.08", False)])
def test_p_follows_from_r_and_n(p, fits):
    """A correlation of 0.33 in 39 people has a p of about 0.04."""
    assert result({"r": "0.33", "p": p, "n": "39"}, model="correlation")["p from r and n"] == fits


@pytest.mark.parametrize("n", [8, 39])
def test_p_of_r_is_that_of_the_correlation_test(n):
    """To the fourth digit, p follows from r and n as scipy's test of a correlation gives it."""
    x = np.arange(n)
    found = stats.pearsonr(x, np.sin(x) + x / n)
    printed = {"r": f"{found.statistic:.6f}", "n": str(n)}
    for p, fits in (
        (found.pvalue, True),
        (found.pvalue * 1.02, False),
        (found.pvalue / 1.02, False),
    ):
        assert result(printed | {"p": f"{p:.6f}"}, model="correlation")["p from r and n"] == fits


@pytest.mark.parametrize(("se", "fits"), [("0.22", True), ("0.12", False)])
def test_the_se_of_a_mean(se, fits):
    """Mean over standard error must be t."""
    assert result({"mean": "0.39", "se": se, "t": "1.78", "df": "38"})["t = mean / SE"] == fits


@pytest.mark.fault("numbers", "a count that is one off", "the sum no longer adds up")
def test_counts_must_add_up(monkeypatch):
    """A part that is one off breaks its sum."""
    numbers = pd.DataFrame(
        [("r1", "n", "39"), ("r2", "n", "21"), ("r3", "n", "18")],
        columns=["id", "quantity", "printed"],
    )
    results = pd.DataFrame(
        [dict.fromkeys(RESULT_COLUMNS, "") | {"id": one} for one in ("r1", "r2", "r3")]
    )
    monkeypatch.setattr(audit, "SUMS", [("r1", ("r2", "r3"), "women and men")])
    assert check_printed(numbers, results).fits.tolist() == [True]
    numbers.loc[2, "printed"] = "17"
    assert check_printed(numbers, results).fits.tolist() == [False]


def test_a_sum_whose_part_is_not_printed_is_left_out(monkeypatch):
    """Counts are added up only where all of them are in print."""
    numbers = pd.DataFrame(
        [("r1", "n", "39"), ("r2", "n", "21")], columns=["id", "quantity", "printed"]
    )
    results = pd.DataFrame(
        [dict.fromkeys(RESULT_COLUMNS, "") | {"id": one} for one in ("r1", "r2")]
    )
    monkeypatch.setattr(audit, "SUMS", [("r1", ("r2", "r3"), "women and men")])
    assert "counts add up" not in set(check_printed(numbers, results).check)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_intervals_that_touch_within_arithmetic_meet(scale):
    """What differs by the rounding of floating-point numbers touches; a real gap does not."""
    low, high = Interval(0.0, 0.3 * scale), Interval((0.1 + 0.2) * scale, scale)
    assert low.high < high.low
    assert low.meets(high)
    assert high.meets(low)
    assert not low.meets(Interval(0.3001 * scale, scale))


@pytest.mark.fault("numbers", "a repeated result with other digits", "the two do not agree")
def test_a_repeat_must_repeat():
    """A result that says it repeats another prints the same digits."""
    numbers = pd.DataFrame(
        [("r1", "p", "0.04"), ("r2", "p", "0.05")], columns=["id", "quantity", "printed"]
    )
    rows = [{"id": "r1"}, {"id": "r2", "same_as": "r1"}]
    results = pd.DataFrame([dict.fromkeys(RESULT_COLUMNS, "") | row for row in rows])
    checks = check_printed(numbers, results)
    assert checks.arithmetic.tolist() == ["p 0.05 against 0.04"]
    assert not checks.fits.any()


@given(st.floats(0.3, 4), st.floats(0.2, 2), st.integers(5, 500))
def test_correctly_rounded_results_always_fit(t, se, df):
    """Whatever estimate, SE and df: numbers computed and then rounded to two decimals fit."""
    beta, half = t * se, 1.96 * se
    p = 2 * stats.t.sf(t, df)
    printed = {
        "beta": beta,
        "ci_low": beta - half,
        "ci_high": beta + half,
        "se": se,
        "t": t,
        "p": p,
    }
    texts = {name: f"{value:.2f}" for name, value in printed.items()} | {"df": str(df)}
    assert result(texts).all()


@pytest.mark.parametrize(
    ("text", "low", "high"), [("2.46", 2.455, 2.465), ("-3", -3.5, -2.5), ("<0.001", 0, 0.001)]
)
def test_a_printed_number_is_an_interval(text, low, high):
    """A printed number stands for all values that round to it."""
    one = Interval.of(text)
    assert (one.low, one.high) == (pytest.approx(low), pytest.approx(high))


def test_the_sign_slip_of_the_paper_is_found():
    """The t with the wrong sign is among the misfits, the clean result beside it is not."""
    checks = check_printed()
    wrong = checks[(checks.id == "r084") & (checks.check == "t = β / SE")]
    assert wrong.fits.tolist() == [False]
    assert checks[checks.id == "r085"].fits.all()
