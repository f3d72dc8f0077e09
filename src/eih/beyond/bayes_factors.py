"""Bayes factors of the exercise effect: what the data say about no effect and about one."""

import numpy as np
import pandas as pd

from .equivalence import CONDITION, by_condition

DEFAULT_SCALE = 0.707  # of pingouin, JASP and the R package BayesFactor
SCALES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, DEFAULT_SCALE, 0.8, 1.0, 1.2, 1.4)


def bayes_factors(scores, scales=SCALES):
    """Weigh "no effect" against an effect of unknown size, for several prior scales.

    Parameters
    ----------
    scores : pandas.DataFrame
        From :func:`relief_scores`.
    scales : iterable of float
        Scales of the Cauchy prior on the standardised effect: half of the prior lies within ± scale.

    Returns
    -------
    pandas.DataFrame
        One row per condition and scale: ``modality, drug, target, scale, bf01`` (null over an effect in
        either direction) and ``bf01_relief`` (null over relief). Above 1 the null predicts better.

    References
    ----------
    Rouder JN, Speckman PL, Sun D, Morey RD, Iverson G (2009). Bayesian t tests for accepting and rejecting
    the null hypothesis. Psychonomic Bulletin & Review 16, 225-237.
    """
    import pingouin

    rows = []
    for condition, differences in by_condition(scores):
        n, t = len(differences), float(differences.mean() / differences.sem())
        positive = bayes_factor_positive(t, n, scales)
        for scale, relief in zip(map(float, scales), positive, strict=True):
            both = pingouin.bayesfactor_ttest(t, n, r=scale)
            rows.append((*condition, scale, 1 / both, 1 / relief))
    return pd.DataFrame(rows, columns=[*CONDITION, "scale", "bf01", "bf01_relief"])


def bayes_factor_positive(t, n, scale=DEFAULT_SCALE):
    """Return the Bayes factor of a positive effect over none, for a one-sample or paired t-test.

    The prior is the positive half of a Cauchy distribution. pingouin has the two-sided factor only.

    Parameters
    ----------
    t : float
        The t statistic, of the effect in its expected direction.
    n : int
        Number of people.
    scale : float or array of float
        Scale of the prior.

    Returns
    -------
    float or array
        As many as scales.

    Examples
    --------
    The sleep data of R, as in the vignette of its package BayesFactor:

    >>> float(round(bayes_factor_positive(4.0621277, 10, 2**-0.5), 3))
    34.417
    """
    from scipy import stats

    likely = max(t, 0) / np.sqrt(n)  # the likelihood is a narrow peak about here
    width = np.sqrt((1 + likely**2) / n)
    edges = np.unique(np.clip(likely + width * np.arange(-8, 16), 0, None))
    nodes, weights = np.polynomial.legendre.leggauss(12)  # in each stretch between two edges
    half = np.diff(edges)[:, None] / 2
    effect = (edges[:-1, None] + half * (1 + nodes)).ravel()
    likelihood = (half * weights).ravel() * _t_density(t, n - 1, effect * np.sqrt(n))
    prior = stats.halfcauchy.pdf(effect, scale=np.asarray(scale)[..., None])
    return prior @ likelihood / stats.t.pdf(t, n - 1)


def likelihood_ratio(scores, d):
    """Return how many times likelier each t is without an effect than with one of exactly size d.

    Parameters
    ----------
    scores : pandas.DataFrame
        From :func:`relief_scores`.
    d : float
        Relief in SDs of the differences.

    Returns
    -------
    pandas.DataFrame
        ``modality, drug, target, t, ratio``.
    """
    from scipy import stats

    rows = []
    for condition, differences in by_condition(scores):
        n, t = len(differences), differences.mean() / differences.sem()
        stated = _t_density(t, n - 1, np.array([d * np.sqrt(n)])).item()
        rows.append((*condition, t, stats.t.pdf(t, n - 1) / stated))
    return pd.DataFrame(rows, columns=[*CONDITION, "t", "ratio"])


def _t_density(t, df, noncentrality):
    """Return the density of the noncentral t distribution; scipy's breaks down for many df.

    Given the estimated SD (s times the true one), t is normal; s is averaged over by quadrature.
    """
    from scipy import stats

    nodes, weights = np.polynomial.legendre.leggauss(200)
    low, high = np.clip(1 + np.array([-10, 10]) / np.sqrt(2 * df), 0, None)
    s = low + (high - low) * (1 + nodes) / 2
    density = stats.chi.pdf(s * np.sqrt(df), df) * np.sqrt(df) * weights * (high - low) / 2
    return stats.norm.pdf(t * s - noncentrality[:, None]) @ (s * density)
