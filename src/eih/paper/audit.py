"""Does what is printed agree with itself? Arithmetic on the printed digits alone, no data.

Every printed number stands for an interval: 2.46 is anything from 2.455 to 2.465. A check asks whether the
intervals of numbers that belong together can meet. Where they cannot, at least one of them is not what
the formula would give; the check does not say which.
"""

import contextlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .printed import printed_numbers, reported_results
from .verdicts import parse_printed

AUDIT_COLUMNS = ["id", "locus", "effect", "check", "fits", "arithmetic"]
SAMPLE = "r001"  # taken where a result prints no n
PROFILE_RATIO = (1.90, 2.0)  # half width of a 95 % profile interval in SEs, large samples

#: Counts that must add up: the whole, its parts, and what they are.
SUMS = [
    ("r001", ("r010", "r009"), "women and men make up the sample"),
    ("r001", ("r132", "r133", "r134"), "wrong, unsure and correct guesses make up the sample"),
    ("r117", ("r001", "r122", "r127"), "the sample and the excluded make up the invited"),
    ("r122", ("r123", "r124", "r125", "r126"), "the reasons add up to the excluded"),
    ("r001", ("r036", "r136"), "usable and failed power recordings make up the sample"),
    ("r001", ("r037", "r137"), "usable and failed heart rate recordings make up the sample"),
]


@dataclass(frozen=True)
class Interval:
    """All values that a printed number can stand for."""

    low: float
    high: float

    @classmethod
    def of(cls, text):
        """Return the interval of a printed number; ``<`` and ``>`` give a half line."""
        printed = parse_printed(text)
        if printed.relation == "<":
            return cls(0.0, printed.value)
        if printed.relation == ">":
            return cls(printed.value, np.inf)
        half = printed.unit / 2
        return cls(printed.value - half, printed.value + half)

    def meets(self, other):
        """Whether the two share a value (touching within rounding of the arithmetic counts)."""
        slack = 1e-9 * max(1.0, abs(self.low), abs(other.low))
        return self.low <= other.high + slack and other.low <= self.high + slack

    def __str__(self):
        low, high = f"{self.low:.6g}", f"{self.high:.6g}"
        return low if low == high else f"{low} to {high}"


def _over(function, *intervals):
    """Return the range of a monotonic function over intervals: it lies between the corners."""
    corners = np.array(np.meshgrid(*[(one.low, one.high) for one in intervals])).reshape(
        len(intervals), -1
    )
    values = np.array([function(*corner) for corner in corners.T])
    return Interval(float(np.nanmin(values)), float(np.nanmax(values)))


def _two_sided_p(t, df):
    from scipy import stats

    ends = np.sort(np.abs([t.low, t.high]))
    smallest = 0.0 if t.low < 0 < t.high else ends[0]
    return Interval(2 * stats.t.sf(ends[1], df.high), 2 * stats.t.sf(smallest, df.low))


# Each check takes the intervals and the texts of one result and returns None where it does not apply,
# otherwise whether the numbers fit and the arithmetic.


def check_ratio(values, result):
    """Compare t with estimate divided by standard error."""
    if not {"beta", "se", "t"} <= values.keys() or values["se"].low <= 0:
        return None
    implied = _over(lambda beta, se: beta / se, values["beta"], values["se"])
    return implied.meets(values["t"]), f"β/SE is {implied}; t is printed as {values['t']}"


def check_mean_ratio(values, result):
    """Compare t with mean divided by standard error."""
    if not {"mean", "se", "t"} <= values.keys():
        return None
    implied = _over(lambda mean, se: mean / se, values["mean"], values["se"])
    needed = _over(lambda mean, t: mean / t, values["mean"], values["t"])
    return implied.meets(values["t"]), (
        f"mean/SE is {implied}; t is printed as {values['t']} (which asks for an SE of {needed})"
    )


def check_p_of_t(values, result):
    """Compare p with the two-sided p of t and df."""
    if not {"t", "df", "p"} <= values.keys():
        return None
    implied = _two_sided_p(values["t"], values["df"])
    return implied.meets(values["p"]), f"p of t and df is {implied}; printed {values['p']}"


def check_centre(values, result):
    """Compare the estimate with the middle of its interval."""
    if not {"beta", "ci_low", "ci_high"} <= values.keys():
        return None
    centre = _over(lambda low, high: (low + high) / 2, values["ci_low"], values["ci_high"])
    return centre.meets(values["beta"]), f"the interval's middle is {centre}; β is {values['beta']}"


def check_width(values, result):
    """Compare the width of the interval with the standard error (t for LM, profile for LMER)."""
    if not {"se", "ci_low", "ci_high"} <= values.keys() or values["se"].low <= 0:
        return None
    from scipy import stats

    ratio = _over(
        lambda low, high, se: (high - low) / 2 / se,
        values["ci_low"],
        values["ci_high"],
        values["se"],
    )
    if result.model.startswith("LMER") or "df" not in values:
        expected, name = Interval(*PROFILE_RATIO), "a profile interval"
    else:
        df = values["df"]
        expected = Interval(
            stats.t.isf(0.025, round(df.high)), stats.t.isf(0.025, round(df.low + 1e-9))
        )
        name = "t with the printed df"
    return ratio.meets(expected), f"half width/SE is {ratio}; {name} gives {expected}"


def check_df(values, result):
    """Compare df with the number of people (paired and one-sample t: n − 1; LM of two predictors: n − 3)."""
    if "df" not in values:
        return None
    model = result.model
    if "paired t" in model or "one-sample t" in model:
        lost = 1
    elif model.startswith("LM") and not model.startswith("LMER"):
        lost = 3
    else:
        return None
    n = values["n"]
    implied = Interval(n.low + 0.5 - lost, n.high - 0.5 - lost)
    return implied.meets(values["df"]), (
        f"n = {n.low + 0.5:.0f} leaves {implied.low:.0f} df for this test; df are printed as "
        f"{values['df'].low + 0.5:.0f}"
    )


def check_d(values, result):
    """Compare d with t/√n; otherwise find the correlation at which it is the repeated-measures d."""
    if not {"d", "t"} <= values.keys():
        return None
    dz = _over(
        lambda t, n: t / n**0.5,
        values["t"],
        Interval(values["n"].low + 0.5, values["n"].high - 0.5),
    )
    if dz.meets(values["d"]):
        return True, f"t/√n is {dz}; d is {values['d']}"
    r = _over(lambda d, one: 1 - (d / one) ** 2 / 2, values["d"], dz)
    text = f"t/√n is {dz}, d is {values['d']}; as repeated-measures d it needs a correlation of {r}"
    return r.meets(Interval(0.0, 1.0)), text


def check_p_of_r(values, result):
    """Compare p with that of the correlation and n."""
    if not {"r", "p"} <= values.keys() or "df" in values:
        return None
    n = values["n"].low + 0.5
    t = _over(lambda r: r * ((n - 2) / (1 - r**2)) ** 0.5, values["r"])
    implied = _two_sided_p(t, Interval(n - 2, n - 2))
    return implied.meets(
        values["p"]
    ), f"p of r with n = {n:.0f} is {implied}; printed {values['p']}"


CHECKS = {
    "t = β / SE": check_ratio,
    "t = mean / SE": check_mean_ratio,
    "p from t and df": check_p_of_t,
    "β in the middle of its CI": check_centre,
    "width of the CI from SE": check_width,
    "df from n": check_df,
    "d from t and n": check_d,
    "p from r and n": check_p_of_r,
}


def check_printed(numbers=None, results=None):
    """Check every printed result against itself.

    Parameters
    ----------
    numbers, results : pandas.DataFrame, optional
        Printed numbers and reported results in the form of :func:`eih.printed_numbers` and
        :func:`eih.reported_results`. Default: those of the paper.

    Returns
    -------
    pandas.DataFrame
        One row per check that applies: ``id, locus, effect, check, fits`` (bool) and ``arithmetic`` (the
        intervals compared). Checks: t against β/SE (or mean/SE), p against t and df, β against the middle
        of its interval, its width against SE, df against n, d and r against t, p and n, counts that must
        add up, and repeats of a result against its first statement.

    Notes
    -----
    Intervals of mixed models are likelihood profiles, which need not be symmetric; in balanced designs
    such as this one they are, to the digits printed. Where a result prints no n, that of the final sample
    is taken. A result that fits can still be wrong.

    Examples
    --------
    >>> import eih
    >>> checks = eih.check_printed()
    >>> checks[(checks.id == "r084") & (checks.check == "t = β / SE")].fits.item()
    False
    """
    results = reported_results() if results is None else results
    numbers = printed_numbers() if numbers is None else numbers
    described = results.set_index("id", drop=False)
    rows = []
    for reported_id, printed in numbers[numbers.quantity != "claim"].groupby("id", sort=False):
        values = _intervals(printed)
        result = described.loc[reported_id]
        values.setdefault("n", _sample_size(numbers, result.same_as))
        for name, check in CHECKS.items():
            found = check(values, result)
            if found is not None:
                rows.append(
                    (result.id, result.locus, result.effect, name, bool(found[0]), found[1])
                )
    rows += _sums(numbers, described) + _repeats(numbers, described)
    return pd.DataFrame(rows, columns=AUDIT_COLUMNS)


def _intervals(printed):
    """Return the interval of each number of a result; a printed range such as 5-10 is left out."""
    intervals = {}
    for row in printed.itertuples():
        with contextlib.suppress(ValueError):
            intervals[row.quantity] = Interval.of(row.printed)
    return intervals


def _sample_size(numbers, same_as):
    """Return the n of the result that is repeated, otherwise that of the final sample."""
    for reported_id in (same_as, SAMPLE):
        own = numbers[(numbers.id == reported_id) & (numbers.quantity == "n")]
        if len(own):
            return Interval.of(own.printed.item())
    return Interval(-np.inf, np.inf)


def _sums(numbers, described):
    counts = numbers[numbers.quantity == "n"].set_index("id").printed
    rows = []
    for whole, parts, meaning in SUMS:
        if not {whole, *parts} <= set(counts.index):
            continue
        found = [int(counts[part]) for part in parts]
        text = (
            f"{' + '.join(map(str, found))} = {sum(found)}; {counts[whole]} is printed ({meaning})"
        )
        fits = sum(found) == int(counts[whole])
        rows.append(
            (whole, described.locus[whole], described.effect[whole], "counts add up", fits, text)
        )
    return rows


def _repeats(numbers, described):
    """Compare each repeated result with the one that it repeats, number by number."""
    digits = numbers[numbers.quantity != "claim"].set_index(["id", "quantity"]).printed
    rows = []
    for result in described[described.same_as != ""].itertuples():
        if result.Index not in digits or result.same_as not in digits:
            continue
        own, first = digits[result.Index], digits[result.same_as]
        shared = own.index.intersection(first.index)
        other = [
            f"{name} {own[name]} against {first[name]}"
            for name in shared
            if own[name] != first[name]
        ]
        if len(shared):
            text = "; ".join(other) if other else f"{len(shared)} number(s) as in {result.same_as}"
            rows.append(
                (result.Index, result.locus, result.effect, "repeats agree", not other, text)
            )
    return rows
