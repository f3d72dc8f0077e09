"""The same paired difference in units of different standard deviations, and back again."""

import numpy as np
import pandas as pd


def paired_effect_sizes(first, second):
    """Standardise the mean difference of two conditions in four common ways.

    With t, n and the correlation r of the two conditions, the repeated-measures d is
    ``t / sqrt(n) * sqrt(2 * (1 - r))``: what ``effsize::cohen.d(paired = TRUE)`` gives in R.

    Parameters
    ----------
    first, second : pandas.Series
        One value per participant, same index; pairs with a missing value are left out.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``divided_by`` (the standard deviation in the denominator) and ``d``, a row for each:
        repeated measures, difference scores, Cohen, Hedges.

    References
    ----------
    Lakens D (2013). Calculating and reporting effect sizes to facilitate cumulative science.
    Frontiers in Psychology 4, 863.

    Examples
    --------
    >>> import pandas as pd
    >>> first, second = pd.Series([10.0, 12, 15, 8, 11]), pd.Series([14.0, 18, 16, 12, 13])
    >>> paired_effect_sizes(first, second).set_index("kind").d.round(3).to_dict()
    {'repeated measures': -1.356, 'difference scores': -1.744, 'Cohen': -1.36, 'Hedges': -1.228}
    """
    import pingouin

    both = pd.concat([first, second], axis=1, keys=["first", "second"]).dropna()
    difference = both["first"] - both["second"]
    d_z = difference.mean() / difference.std()
    within = np.sqrt(2 * (1 - both["first"].corr(both["second"])))
    pooled = [
        pingouin.compute_effsize(both["first"], both["second"], paired=True, eftype=kind)
        for kind in ("cohen", "hedges")
    ]
    rows = [
        ("repeated measures", "SD of the differences / sqrt(2 (1 - r))", d_z * within),
        ("difference scores", "SD of the differences", d_z),
        ("Cohen", "mean SD of the two conditions", pooled[0]),
        ("Hedges", "the same, corrected for small samples", pooled[1]),
    ]
    return pd.DataFrame(rows, columns=["kind", "divided_by", "d"])


def implied_sd(mean_diff, t, d, n, other_sd):
    """Find the SD of one condition that a printed paired test implies.

    t and n give the SD of the differences, t and the repeated-measures d the correlation r; with the SD
    of the other condition only one value is left.

    Parameters
    ----------
    mean_diff, t, d : float
        Mean difference, t and repeated-measures d, as printed.
    n : int
        Number of pairs.
    other_sd : float
        SD of the other condition, in the unit of `mean_diff`.

    Returns
    -------
    float
        Missing (NaN) if no SD fits the numbers.

    Examples
    --------
    >>> round(implied_sd(mean_diff=2, t=4, d=1, n=16, other_sd=2), 6)
    2.0
    """
    r = 1 - (d * np.sqrt(n) / t) ** 2 / 2
    sd_diff = mean_diff * np.sqrt(n) / t
    rest = sd_diff**2 - (1 - r**2) * other_sd**2
    return float(r * other_sd + np.sqrt(rest)) if rest >= 0 else float("nan")
