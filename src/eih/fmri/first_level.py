"""The first level: fit every run with nilearn, combine the runs of a person, test the people."""

from itertools import product

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from .design import CONTRASTS, contrast_vector, design_matrix
from .timing import CONDITIONS, RUN

_NOISE_MODELS = ("ols", "ar1")
_AR_STEPS = 25  # autocorrelations are cut to steps of 0.04, so that regions share a fit


def fit_run(series, design, *, contrasts=None, noise_model="ols"):
    """Fit the time series of one run and read off contrasts.

    Parameters
    ----------
    series : pandas.DataFrame of shape (t, k)
        One column per region.
    design : pandas.DataFrame of shape (t, c)
        From :func:`eih.fmri.design_matrix`.
    contrasts : dict, optional
        Name → weights of the columns of the design. Default: all of :func:`eih.fmri.contrast_vector`.
    noise_model : {"ols", "ar1"}
        ``"ols"``: volumes count as independent, as in the paper. ``"ar1"``: the correlation of
        neighbouring volumes is estimated from the residuals, in steps of 0.04, and taken out.

    Returns
    -------
    pandas.DataFrame
        One row per contrast and region: ``region, contrast, estimate, se`` [units of the series], ``df``
        (volumes minus columns).

    Raises
    ------
    ValueError
        Another noise model, or no volumes left for the residual.

    Notes
    -----
    Estimates and standard errors are those of ``run_glm`` and ``compute_contrast`` of nilearn (a test says
    so). ``run_glm`` fits where volumes count as independent; with ``"ar1"`` the sums are done here, since
    it takes ten times as long.

    Examples
    --------
    >>> import eih
    >>> design = eih.fmri.design_matrix(eih.fmri.events("sub-01", 1, 1))
    >>> response = design[["heat_70"]] * 0.5 + 100
    >>> fitted = eih.fmri.fit_run(response, design)
    >>> fitted.set_index("contrast").estimate["heat_intensity"].round(6).item()
    0.5
    """
    contrasts = contrasts or {name: contrast_vector(name, design) for name in CONTRASTS}
    estimate, se, df = fit_contrasts(
        series, design, np.vstack(list(contrasts.values())), noise_model
    )
    return pd.DataFrame(
        {
            "region": np.tile(np.asarray(series.columns), len(contrasts)),
            "contrast": np.repeat(list(contrasts), series.shape[1]),
            "estimate": estimate.ravel(),
            "se": se.ravel(),
            "df": df,
        }
    )


def fit_contrasts(series, design, weights, noise_model="ols"):
    """Do the computation of :func:`fit_run` on arrays.

    Parameters
    ----------
    series : pandas.DataFrame of shape (t, k)
    design : pandas.DataFrame of shape (t, c)
    weights : numpy.ndarray of shape (q, c)
        One contrast per row.
    noise_model : {"ols", "ar1"}

    Returns
    -------
    estimate, se : numpy.ndarray of shape (q, k)
    df : int
        Volumes minus columns.

    Raises
    ------
    ValueError
        Another noise model, or no volumes left for the residual.
    """
    from nilearn.glm.first_level import run_glm

    if noise_model not in _NOISE_MODELS:
        raise ValueError(f"Invalid noise model '{noise_model}'. It must be one of {_NOISE_MODELS}.")
    df = design.shape[0] - design.shape[1]
    if df < 1:
        raise ValueError(
            f"The design has {design.shape[1]} columns for {design.shape[0]} volumes; nothing is left to "
            "estimate the noise. Use fewer confounds."
        )
    values, columns = series.to_numpy(float), design.to_numpy(float)
    fit = run_glm(values, columns, noise_model="ols")[1][0.0]
    if noise_model == "ar1":
        return *_fit_ar1(values, columns, weights, fit.residuals), df
    variance = ((weights @ fit.cov) * weights).sum(axis=1)
    return weights @ fit.theta, np.sqrt(np.outer(variance, fit.dispersion)), df


def _fit_ar1(values, columns, weights, residuals):
    """Fit each region with the autocorrelation of its residuals.

    The numbers are those of ``run_glm`` with ``noise_model="ar1"`` (a test says so). It decomposes the
    whitened design of each autocorrelation twice; here the design is decomposed once, and each whitened
    one, now of columns that are nearly at right angles, is solved by its normal equations.
    """
    basis, sizes, turned = np.linalg.svd(columns, full_matrices=False)
    rank = int((sizes > sizes[0] * max(columns.shape) * np.finfo(float).eps).sum())
    basis, weights = basis[:, :rank], weights @ turned[:rank].T / sizes[:rank]
    rho = np.trunc(_lag_one(residuals) * _AR_STEPS) / _AR_STEPS
    estimate, se = np.empty((2, len(weights), values.shape[1]))
    for one in np.unique(rho):
        own = rho == one
        white, data = _whitened(basis, one), _whitened(values[:, own], one)
        inverse = np.linalg.inv(white.T @ white)
        theta = inverse @ (white.T @ data)
        dispersion = ((data - white @ theta) ** 2).sum(axis=0) / (len(values) - columns.shape[1])
        estimate[:, own] = weights @ theta
        se[:, own] = np.sqrt(np.outer(((weights @ inverse) * weights).sum(axis=1), dispersion))
    return estimate, se


def _lag_one(residuals):
    """Estimate the correlation of neighbouring volumes as nilearn does (Yule and Walker)."""
    centred, n = residuals - residuals.mean(), len(residuals)
    neighbours = (centred[1:] * centred[:-1]).sum(axis=0) / (n - 1)
    return neighbours / ((centred**2).sum(axis=0) / n)


def _whitened(values, rho):
    """Take from each volume what it shares with the one before; the first one stays."""
    white = values.copy()
    white[1:] -= rho * values[:-1]
    return white


def fit_runs(surrogate_runs, *, noise_models=("ols",), confounds=True, n_jobs=1, **design):
    """Fit the canonical model to each run.

    Parameters
    ----------
    surrogate_runs : list of eih.fmri.surrogate_runs.SurrogateRun
        From :func:`eih.fmri.simulate_runs`.
    noise_models : tuple of str, default ("ols",)
        See :func:`fit_run`.
    confounds : bool, default True
        Whether the confounds of the run are in the design.
    n_jobs : int, default 1
        Number of joblib workers; any joblib backend serves.
    **design
        Passed on to :func:`eih.fmri.design_matrix`, such as ``rating_window=False``.

    Returns
    -------
    pandas.DataFrame
        One row per run, noise model, contrast and region: ``participant, session, block, drug,
        exercise, noise_model, contrast, region, estimate, se`` [% signal change], ``df`` and ``truth``
        (what was planted).

    Examples
    --------
    >>> import eih
    >>> surrogate_runs = eih.fmri.simulate_runs(["sub-01"], n_silent=0)
    >>> eih.fmri.fit_runs(surrogate_runs).groupby(["session", "block"]).ngroups
    8
    """
    done = Parallel(n_jobs=n_jobs)(
        delayed(_fit_one)(run, noise_models, confounds, design) for run in surrogate_runs
    )
    labels = pd.DataFrame(
        [(*run.key, run.drug, run.events.exercise.iloc[0]) for run in surrogate_runs],
        columns=[*RUN, "drug", "exercise"],
    )
    tests = product(noise_models, CONTRASTS, surrogate_runs[0].series)
    tests = pd.DataFrame(list(tests), columns=["noise_model", "contrast", "region"])
    fitted = labels.merge(tests, how="cross")
    return fitted.assign(**{name: np.concatenate([fit[name] for fit in done]) for name in done[0]})


def combine_runs(fitted, weights=None):
    """Combine the runs of each person: a weighted sum of their estimates.

    Parameters
    ----------
    fitted : pandas.DataFrame
        From :func:`fit_runs`.
    weights : callable, optional
        Gets the table and returns one weight per row, such as ``lambda runs: (runs.drug ==
        "saline") / 4``. Default: the mean of the runs.

    Returns
    -------
    pandas.DataFrame
        One row per person, noise model, region and contrast: ``estimate, se, df, truth``, ``t`` and
        ``p`` (two-sided) of the person.

    Notes
    -----
    Each run keeps its own residual variance (SPM pools it over the runs); estimates are the same.

    Examples
    --------
    >>> import eih
    >>> fitted = eih.fmri.fit_runs(eih.fmri.simulate_runs(["sub-01"], n_silent=0))
    >>> eih.fmri.combine_runs(fitted).query("region == 'MCC' and contrast == 'heat_70'").shape
    (1, 10)
    """
    from scipy import stats

    keys = ["participant", "noise_model", "region", "contrast"]
    share = 1 / fitted.groupby(keys, sort=False).estimate.transform("size")
    share = share if weights is None else weights(fitted)
    parts = fitted[keys].assign(
        estimate=share * fitted.estimate,
        se=(share * fitted.se) ** 2,
        df=fitted.df * (share != 0),
        truth=share * fitted.truth,
    )
    people = parts.groupby(keys, sort=False, as_index=False).sum()
    people["se"] = np.sqrt(people.se)
    people["t"] = people.estimate / people.se
    people["p"] = 2 * stats.t.sf(people.t.abs(), people.df)
    return people


def group_level(people):
    """Test each region and contrast over people: a one-sample t-test of their estimates.

    Parameters
    ----------
    people : pandas.DataFrame
        From :func:`combine_runs`.

    Returns
    -------
    pandas.DataFrame
        One row per noise model, region and contrast: ``n, estimate`` (mean), ``truth`` (mean of what
        was planted), ``sd, se, t, p`` (two-sided, n - 1 degrees of freedom).
    """
    from scipy import stats

    groups = people.groupby(["noise_model", "region", "contrast"], sort=False)
    table = groups.agg(
        n=("estimate", "size"),
        estimate=("estimate", "mean"),
        truth=("truth", "mean"),
        sd=("estimate", "std"),
    ).reset_index()
    table["se"] = table.sd / np.sqrt(table.n)
    table["t"] = table.estimate / table.se
    table["p"] = 2 * stats.t.sf(table.t.abs(), table.n - 1)
    return table


def _fit_one(surrogate, noise_models, confounds, design):
    """Fit one run; this is what a worker does. Rows: noise model, then contrast, then region."""
    extra = surrogate.confounds if confounds else None
    matrix = design_matrix(surrogate.events, confounds=extra, **design)
    weights = np.vstack([contrast_vector(name, matrix) for name in CONTRASTS])
    fits = [fit_contrasts(surrogate.series, matrix, weights, model) for model in noise_models]
    truth = np.array(list(CONTRASTS.values())) @ surrogate.planted[CONDITIONS].to_numpy().T
    return {
        "estimate": np.concatenate([estimate.ravel() for estimate, _, _ in fits]),
        "se": np.concatenate([se.ravel() for _, se, _ in fits]),
        "df": np.concatenate([np.full(truth.size, df) for _, _, df in fits]),
        "truth": np.tile(truth.ravel(), len(noise_models)),
    }
