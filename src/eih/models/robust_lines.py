"""A slope that a few far points cannot carry: M-estimation and the median of all slopes."""

import pandas as pd


def robust_slopes(formula, data, term):
    """Estimate one slope by least squares and by estimators that give far points less weight.

    Parameters
    ----------
    formula : str
        As for :func:`eih.lm`.
    data : pandas.DataFrame
        One row per participant.
    term : str
        The slope to follow, such as ``"ftp_per_kg"``.

    Returns
    -------
    pandas.DataFrame
        ``method`` (least squares, Huber, Tukey's bisquare), ``estimate, ci_low, ci_high, se, p`` and
        ``smallest_weight``, of the participant who counts least. Intervals and p of the robust rows rest
        on the normal distribution (statsmodels RLM), those of least squares on t.

    Raises
    ------
    ValueError
        The formula cannot be read, or the model has no such term.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> scores = eih.difference_scores(saline, "exercise", by=[])
    >>> slopes = eih.robust_slopes("difference ~ ftp_per_kg + drug_order", scores, "ftp_per_kg")
    >>> slopes.method.tolist()
    ['least squares', 'Huber', "Tukey's bisquare"]
    """
    import statsmodels.api as sm

    from .linear_models import lm

    plain = lm(formula, data)
    place = plain.design.names.index(plain.coefficient(term).term)
    kept = ["estimate", "ci_low", "ci_high", "se", "p"]
    rows = [{"method": "least squares", **plain.coefficient(term)[kept], "smallest_weight": 1.0}]
    norms = {"Huber": sm.robust.norms.HuberT(), "Tukey's bisquare": sm.robust.norms.TukeyBiweight()}
    outcome = plain.design.frame[plain.design.parsed.response].to_numpy(dtype=float)
    for method, norm in norms.items():
        fit = sm.RLM(outcome, plain.design.columns(plain.design.frame), M=norm).fit()
        low, high = fit.conf_int()[place]
        values = [fit.params[place], low, high, fit.bse[place], fit.pvalues[place]]
        rows.append(
            {"method": method, **dict(zip(kept, values, strict=True))}
            | {"smallest_weight": fit.weights.min()}
        )
    return pd.DataFrame(rows)


def median_slope(x, y):
    """Return the median of the slopes between all pairs of points (Theil-Sen), with 95 % limits.

    Parameters
    ----------
    x, y : array-like
        One value per participant.

    Returns
    -------
    pandas.Series
        ``estimate, ci_low, ci_high`` and ``intercept`` (median of y minus slope times median of x).

    Examples
    --------
    >>> import eih
    >>> float(eih.median_slope([1, 2, 3, 4, 5], [2, 4, 6, 8, 90]).estimate)
    2.0
    """
    from scipy import stats

    found = stats.theilslopes(y, x, alpha=0.95)
    return pd.Series(
        {
            "estimate": found.slope,
            "ci_low": found.low_slope,
            "ci_high": found.high_slope,
            "intercept": found.intercept,
        }
    )
