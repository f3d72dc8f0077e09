"""What a reported brain peak says once its model is stated: df, uncorrected p, z, effect size.

All of this is arithmetic on printed numbers. A peak is the largest of many values, so its effect size is
too large on average; the intervals here do not know of that selection.
"""

import numpy as np

from ..paper.printed import reported_peaks
from ..tables.reported import read_reported
from ..tables.schema import DataError

MODEL_COLUMNS = ["id", "design", "n", "n_first", "n_second", "df", "df_other", "tests", "reason"]
STATISTICS = ["id", "contrast", "region", "T", "n", "df", "p_uncorrected", "z"]
STATISTICS += ["effect", "ci_low", "ci_high", "kind"]
#: What a T may be of, and the effect size that goes with it.
TESTS = {
    "mean": "d: mean / SD of the participants",
    "slope": "partial r",
    "difference": "d: difference / SD within groups",
}


def peak_models():
    """Load the group model that each reported peak is read with, and why.

    Returns
    -------
    pandas.DataFrame
        A row per peak: ``id``, ``design``, ``n``, ``n_first, n_second`` (groups; missing where there is
        one), ``df`` (residual degrees of freedom), ``df_other`` (those of the other reading),
        ``tests`` (``mean``, ``slope``, ``difference``: what the T is of) and ``reason``.

    Raises
    ------
    DataError
        The file is missing or damaged, a peak has no model, or a model has no peak.

    Examples
    --------
    >>> int(peak_models().set_index("id").df["r106"])
    36
    """
    return read_reported("peak_models.tsv", MODEL_COLUMNS, check=_check, text=False)


def _check(models, path):
    peaks = set(reported_peaks().id)
    if set(models.id) != peaks or models.id.duplicated().any():
        raise DataError(
            f"{path}: has models for {sorted(models.id)}; each of {sorted(peaks)} needs one."
        )
    unknown = set(models.tests) - set(TESTS)
    if unknown:
        raise DataError(f"{path}: tests is {sorted(unknown)}; it may be {list(TESTS)}.")


def peak_statistics(section=None, *, df="stated", level=0.95):
    """Work out what each reported T says under its model.

    Parameters
    ----------
    section : str, optional
        A section of the article, such as ``"s2-1"``. Default: all.
    df : {"stated", "other"}
        Degrees of freedom of the model as the paper tells it, or of the other reading in
        :func:`peak_models`.
    level : float, default 0.95
        Of the confidence intervals.

    Returns
    -------
    pandas.DataFrame
        ``id, contrast, region, T, n, df, p_uncorrected`` (one-sided, as in SPM), ``z`` (the normal
        deviate of that p), ``effect, ci_low, ci_high`` (interval from the noncentral t distribution) and
        ``kind`` (of effect size).

    Notes
    -----
    Of a mean, d = T / sqrt(n); of a difference of two groups, d = T sqrt(1/n1 + 1/n2), both in units of
    the residual standard deviation; of a slope, r = T / sqrt(T² + df). The limits put the limits of the
    noncentrality in the place of T (for r, and n in the place of df).

    References
    ----------
    Kelley K (2007). Confidence intervals for standardized effect sizes. Journal of Statistical
    Software 20(8).

    Examples
    --------
    >>> peak_statistics("s2-5")[["df", "z", "effect"]].round(3).values.tolist()
    [[37.0, 4.057, 0.602]]
    """
    from scipy import stats

    table = peaks_with_models(section, df)
    p = stats.t.sf(table["T"], table.df)
    limits = [noncentrality_interval(row.T, row.df, level) for row in table.itertuples()]
    effects = [
        (
            effect_size(row.tests, row.T, row.n, row.n_first, row.n_second, row.df),
            *(effect_size(row.tests, at, row.n, row.n_first, row.n_second, row.n) for at in limit),
        )
        for row, limit in zip(table.itertuples(), limits, strict=True)
    ]
    effect, low, high = zip(*effects, strict=True) if effects else ((), (), ())
    return table.assign(
        p_uncorrected=p,
        z=stats.norm.isf(p),
        effect=effect,
        ci_low=low,
        ci_high=high,
        kind=table.tests.map(TESTS),
    )[STATISTICS]


def peaks_with_models(section=None, df="stated"):
    """Join the reported peaks with their models, under one reading of the degrees of freedom.

    Parameters
    ----------
    section : str, optional
        A section of the article. Default: all.
    df : {"stated", "other"}
        See :func:`peak_statistics`.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`eih.reported_peaks` and of :func:`peak_models`; ``df`` is the reading.

    Examples
    --------
    >>> peaks_with_models("s2-6", "other").df.tolist()
    [35]
    """
    if df not in ("stated", "other"):
        raise ValueError(f"Invalid df '{df}'. It must be 'stated' or 'other'.")
    table = reported_peaks(section).merge(peak_models(), on="id", validate="one_to_one")
    return table if df == "stated" else table.assign(df=table.df_other)


def noncentrality_interval(t, df, level=0.95):
    """Find the noncentralities that make an observed t just too small or too large.

    Parameters
    ----------
    t, df : float
        Observed t and its degrees of freedom.
    level : float, default 0.95

    Returns
    -------
    tuple of float
        Lower and upper limit.

    Examples
    --------
    >>> [round(limit, 3) for limit in noncentrality_interval(4.59, 37)]
    [2.346, 6.785]
    """
    from scipy import optimize, stats

    if not (df > 0 and 0 < level < 1 and np.isfinite(t)):
        raise ValueError(
            f"Invalid t, df or level ({t}, {df}, {level}): t must be finite, df above 0, level in 0 to 1."
        )

    def limit(probability):
        # Not scipy.special.nctdtrinc: its limits are off by 0.03 where t is near zero.
        def excess(noncentrality):
            return stats.nct.cdf(t, df, noncentrality) - probability

        reach = 2.0
        while excess(t - reach) < 0 or excess(t + reach) > 0:
            reach *= 1.5
        return float(optimize.brentq(excess, t - reach, t + reach, xtol=1e-10))

    tail = (1 - level) / 2
    return limit(1 - tail), limit(tail)


def effect_size(tests, t, n, n_first, n_second, df):
    """Turn a t (or a noncentrality) into the effect size of what it tests.

    Parameters
    ----------
    tests : {"mean", "slope", "difference"}
    t : float
    n, n_first, n_second : int
        Participants, and those of the two groups (used for a difference only).
    df : float
        Degrees of freedom (used for a slope only).

    Returns
    -------
    float
        d or partial r, see :func:`peak_statistics`.

    Examples
    --------
    >>> effect_size("mean", t=6, n=36, n_first=None, n_second=None, df=35)
    1.0
    """
    if tests == "mean":
        return float(t / np.sqrt(n))
    if tests == "difference":
        return float(t * np.sqrt(1 / n_first + 1 / n_second))
    if tests == "slope":
        return float(t / np.sqrt(t**2 + df))
    raise ValueError(f"Invalid tests '{tests}'. It must be one of {list(TESTS)}.")
