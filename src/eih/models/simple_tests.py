"""The t test and the correlation, by their formulas.

``scipy.stats`` has both and tests/test_summaries.py holds these against it; but to load it takes longer
than all the models of the ledger.
"""

import numpy as np


def t_test(values, against=0.0):
    """Test a mean (one sample, or the differences of paired ones), two-sided.

    Parameters
    ----------
    values : array of shape (n,)
    against : float, default 0
        The mean if there is nothing.

    Returns
    -------
    dict
        ``t, df, p``.

    Examples
    --------
    >>> from eih.models.simple_tests import t_test
    >>> {name: round(float(value), 3) for name, value in t_test([1.0, 2.0, 4.0, 5.0]).items()}
    {'t': 3.286, 'df': 3.0, 'p': 0.046}
    """
    from scipy.special import stdtr

    values = np.asarray(values, dtype=float)
    df = len(values) - 1
    t = (values.mean() - against) / np.sqrt(values.var(ddof=1) / len(values))
    return {"t": t, "df": df, "p": 2 * stdtr(df, -abs(t))}


def correlation(x, y):
    """Correlate two variables (Pearson) and test against none, two-sided.

    Parameters
    ----------
    x, y : arrays of shape (n,)

    Returns
    -------
    dict
        ``r, p, n``. If there is none, r has a beta distribution from -1 to 1 with both parameters n/2 - 1.

    Examples
    --------
    >>> from eih.models.simple_tests import correlation
    >>> found = correlation([1, 2, 3, 4], [1, 3, 2, 5])
    >>> round(float(found["r"]), 3), round(float(found["p"]), 3)
    (0.832, 0.168)
    """
    from scipy.special import betaincc

    x, y = (np.asarray(one, dtype=float) - np.mean(one) for one in (x, y))
    largest = [np.abs(one).max() for one in (x, y)]  # in these units no square overflows
    x, y = (
        one / (top * np.linalg.norm(one / top)) for one, top in zip((x, y), largest, strict=True)
    )
    r = np.clip(x @ y, -1, 1)
    half = len(x) / 2 - 1
    return {"r": r, "n": len(x), "p": 2 * betaincc(half, half, (abs(r) + 1) / 2)}
