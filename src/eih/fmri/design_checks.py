"""How good a design is before any data: collinearity, precision, what a filter leaves, what confounds cost."""

import numpy as np
import pandas as pd
from scipy import linalg, stats

from .design import HIGH_PASS_S, contrast_vector, design_matrix, drifts
from .timing import RUN, all_events, scans_in


def variance_inflation(design, names):
    """Tell by how much the other columns inflate the variance of a coefficient.

    Parameters
    ----------
    design : pandas.DataFrame of shape (t, c)
        With a constant.
    names : list of str
        Columns of interest.

    Returns
    -------
    pandas.Series
        1 / (1 - R²), R² from regressing the column on all others: 1 where nothing is shared.

    Examples
    --------
    >>> import eih
    >>> design = eih.fmri.design_matrix(eih.fmri.events("sub-01", 1, 1))
    >>> eih.fmri.variance_inflation(design, ["heat_70"]).between(1, 3).item()
    True
    """
    values = design.to_numpy(float)
    covariance = np.diag(np.linalg.pinv(values.T @ values))
    spread = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    return pd.Series(covariance * spread, design.columns)[names]


def share_left(columns, removed):
    """Tell which share of the variance of each column is left when others are regressed out.

    Parameters
    ----------
    columns : pandas.DataFrame of shape (t, k)
    removed : pandas.DataFrame of shape (t, m)
        What is taken out, with a constant.

    Returns
    -------
    pandas.Series
        0 (nothing left) to 1.

    Examples
    --------
    >>> import eih
    >>> run = eih.fmri.events("sub-01", 1, 1)
    >>> left = eih.fmri.share_left(eih.fmri.event_columns(run), eih.fmri.drifts(eih.fmri.scans_in(run)))
    >>> left.between(0, 1).all().item()
    True
    """
    values = columns.to_numpy(float)
    basis = linalg.orth(removed.to_numpy(float))
    rest = values - basis @ (basis.T @ values)
    spread = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    return pd.Series((rest**2).sum(axis=0) / spread, columns.columns)


def contrast_precision(design, weights, rho=0.0):
    """Work out the standard error of a contrast for noise of standard deviation 1.

    Parameters
    ----------
    design : pandas.DataFrame of shape (t, c)
    weights : array-like of shape (c,)
        The contrast, from :func:`eih.fmri.contrast_vector`.
    rho : float, default 0
        True correlation of the noise of neighbouring volumes (first-order autoregressive).

    Returns
    -------
    pandas.Series
        ``se_claimed``: what ordinary least squares reports on average; ``se_true``: how much its
        estimates scatter; ``se_best``: the same for an analysis that knows rho; ``false_positives``:
        share of two-sided tests at 0.05 that ordinary least squares calls significant when nothing is
        there.

    Notes
    -----
    With estimates a·y and noise covariance V, the true variance is a V a'; the claimed one is a a' times
    the expected residual variance, trace(R V) / (t - c). ``false_positives`` takes the estimated variance
    for constant at its mean, which many degrees of freedom justify.

    Examples
    --------
    >>> import eih
    >>> design = eih.fmri.design_matrix(eih.fmri.events("sub-01", 1, 1))
    >>> weights = eih.fmri.contrast_vector("heat", design)
    >>> eih.fmri.contrast_precision(design, weights).false_positives.round(3).item()
    0.05
    """
    values, weights = design.to_numpy(float), np.asarray(weights, float)
    n, p = values.shape
    inverse = np.linalg.pinv(values)
    estimator = weights @ inverse
    covariance = linalg.toeplitz(rho ** np.arange(n))
    residual = np.trace(covariance) - np.trace(inverse @ covariance @ values)
    claimed = np.sqrt(estimator @ estimator * residual / (n - p))
    true = np.sqrt(estimator @ covariance @ estimator)
    white = _whitened(values, rho)
    best = np.sqrt(weights @ np.linalg.pinv(white.T @ white) @ weights)
    limit = stats.t.isf(0.025, n - p) * claimed / true
    return pd.Series(
        {
            "se_claimed": claimed,
            "se_true": true,
            "se_best": best,
            "false_positives": 2 * stats.norm.sf(limit) if rho else 0.05,
        }
    )


def collinearity(run, confounds):
    """Follow the variance inflation of the conditions while a design grows.

    Parameters
    ----------
    run : pandas.DataFrame
        Events from :func:`eih.fmri.events`.
    confounds : pandas.DataFrame
        From :func:`eih.fmri.confound_table`.

    Returns
    -------
    pandas.DataFrame
        One row per stage and condition: ``stage`` (``six conditions``, ``+ rating window``, ``+ high
        pass``, ``+ confounds``), ``condition``, ``inflation``.
    """
    stages = {
        "six conditions": {"rating_window": False, "high_pass_s": None},
        "+ rating window": {"high_pass_s": None},
        "+ high pass": {},
        "+ confounds": {"confounds": confounds},
    }
    conditions = sorted(run.trial_type.unique())
    rows = []
    for stage, options in stages.items():
        inflation = variance_inflation(design_matrix(run, **options), conditions)
        rows += [(stage, name, value) for name, value in inflation.items()]
    return pd.DataFrame(rows, columns=["stage", "condition", "inflation"])


def filter_costs(run, contrasts, periods, rho=0.35):
    """Tell how the period of the high-pass filter changes the precision of contrasts.

    Parameters
    ----------
    run : pandas.DataFrame
        Events from :func:`eih.fmri.events`.
    contrasts : list of str
        See :func:`eih.fmri.contrast_vector`.
    periods : list of float
        Periods of the filter [s].
    rho : float, default 0.35
        Autocorrelation of the noise.

    Returns
    -------
    pandas.DataFrame
        One row per contrast and period, with no filter as an infinite period: ``contrast, period_s,
        se`` (scatter of the estimates, noise of standard deviation 1) and ``relative`` (divided by that
        without a filter). Drifts themselves are not in this noise; they are why there is a filter.
    """
    rows = []
    for period in [*periods, np.inf]:
        design = design_matrix(run, high_pass_s=None if np.isinf(period) else period)
        for name in contrasts:
            se = contrast_precision(design, contrast_vector(name, design), rho).se_true
            rows.append((name, period, se))
    table = pd.DataFrame(rows, columns=["contrast", "period_s", "se"])
    return table.assign(relative=table.se / table.groupby("contrast").se.transform("last"))


def confound_costs(run, confounds, groups, contrast="heat_intensity", rho=0.35):
    """Tell what each group of confounds costs in precision and degrees of freedom.

    Parameters
    ----------
    run : pandas.DataFrame
        Events from :func:`eih.fmri.events`.
    confounds : pandas.DataFrame
    groups : pandas.Series
        Name of the confound → its group, from :func:`eih.fmri.confound_groups`.
    contrast : str, default "heat_intensity"
    rho : float, default 0.35
        Autocorrelation of the noise.

    Returns
    -------
    pandas.DataFrame
        Rows ``none``, each group alone, ``all``: ``confounds, columns, df, se, relative`` (standard
        error for noise of standard deviation 1; divided by that without confounds). The noise that
        confounds take out is not in this comparison.
    """
    choices = {"none": [], **{name: list(own.index) for name, own in groups.groupby(groups)}}
    choices["all"] = list(confounds.columns)
    rows = []
    for name, columns in choices.items():
        design = design_matrix(run, confounds=confounds[columns])
        se = contrast_precision(design, contrast_vector(contrast, design), rho).se_true
        rows.append((name, len(columns), design.shape[0] - design.shape[1], se))
    table = pd.DataFrame(rows, columns=["confounds", "columns", "df", "se"])
    return table.assign(relative=table.se / table.se.iloc[0])


def tonic_effect_left(participant, session, *, high_pass_s=HIGH_PASS_S, seed=0):
    """Ask what a first level leaves of an effect that lasts for a whole run, as after hard exercise.

    Parameters
    ----------
    participant : str
    session : {1, 2}
    high_pass_s : float, default 128
    seed : int, default 0

    Returns
    -------
    pandas.DataFrame
        ``analysis`` and ``left``: share of the variance of a course that is 1 in the runs after
        high-intensity cycling and 0 in the others. Analyses: a constant for each run (as SPM and nilearn
        do); the four runs joined under one constant, with the filter and without.

    Examples
    --------
    >>> import eih
    >>> eih.fmri.tonic_effect_left("sub-01", 1).left.round(2).tolist()[0]
    0.0
    """
    table = all_events(seed)
    own = table[(table.participant == participant) & (table.session == session)]
    runs = [run for _, run in own.groupby(RUN, sort=False, observed=True)]
    lengths = [scans_in(run) for run in runs]
    hard = [float(run.exercise.iloc[0] == "high") for run in runs]
    course = pd.DataFrame({"high": np.repeat(hard, lengths)})
    of_run = np.repeat(range(len(runs)), lengths)
    separate = pd.DataFrame({f"run_{k}": of_run == k for k in range(len(runs))}, dtype=float)
    joined = sum(lengths)
    removed = {
        "a constant for each run": separate,
        f"runs joined, {high_pass_s:g} s filter": drifts(joined, high_pass_s),
        "runs joined, no filter": drifts(joined, None),
    }
    left = [share_left(course, columns).item() for columns in removed.values()]
    return pd.DataFrame({"analysis": list(removed), "left": left})


def _whitened(values, rho):
    """Turn AR(1) noise of standard deviation 1 into independent noise of the same size."""
    white = (values[1:] - rho * values[:-1]) / np.sqrt(1 - rho**2)
    return np.vstack([values[:1], white])
