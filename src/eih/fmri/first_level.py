"""The first level: fit every run with nilearn, combine the runs of a person, test the people."""

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from .confounds import confound_table
from .design import CONTRASTS, contrast_vector, design_matrix
from .planted import planted_amplitudes
from .surrogate_runs import surrogate_recordings, surrogate_series
from .timing import CONDITIONS, RUN, all_events

_NOISE_MODELS = ("ols", "ar1")
_AR_STEPS = 20  # autocorrelations are rounded to 0.05, so that regions can share a fit


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
        neighbouring volumes is estimated from the residuals and taken out.

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
    ``nilearn.glm.first_level.run_glm`` fits; estimates and standard errors of all contrasts come from its
    coefficients and their covariance at once, which is the same as its ``compute_contrast`` and faster.

    Examples
    --------
    >>> import eih
    >>> design = eih.fmri.design_matrix(eih.fmri.events("sub-01", 1, 1))
    >>> response = design[["heat_70"]] * 0.5 + 100
    >>> fitted = eih.fmri.fit_run(response, design)
    >>> round(fitted.set_index("contrast").estimate["heat_intensity"], 6)
    0.5
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
    contrasts = contrasts or {name: contrast_vector(name, design) for name in CONTRASTS}
    weights = np.vstack(list(contrasts.values()))
    labels, fits = run_glm(
        series.to_numpy(float), design.to_numpy(float), noise_model=noise_model, bins=_AR_STEPS
    )
    estimate, se = np.empty((2, len(weights), series.shape[1]))
    for label, fit in fits.items():
        own = labels == label
        estimate[:, own] = weights @ fit.theta
        variance = np.einsum("ij,jk,ik->i", weights, fit.cov, weights)
        se[:, own] = np.sqrt(np.outer(variance, fit.dispersion))
    return pd.DataFrame(
        {
            "region": np.tile(np.asarray(series.columns), len(weights)),
            "contrast": np.repeat(list(contrasts), series.shape[1]),
            "estimate": estimate.ravel(),
            "se": se.ravel(),
            "df": df,
        }
    )


def surrogate_first_level(
    participants=None, *, noise_models=("ols",), n_silent=60, seed=0, noise=1.0, n_jobs=1
):
    """Simulate the runs of some or all participants and fit each of them.

    Parameters
    ----------
    participants : list of str, optional
        Default: all 39.
    noise_models : tuple of str, default ("ols",)
        See :func:`fit_run`.
    n_silent : int, default 60
        Regions without response, see :func:`eih.fmri.surrogate_regions`.
    seed : int, default 0
    noise : float, default 1.0
        See :func:`eih.fmri.surrogate_series`.
    n_jobs : int, default 1
        Number of joblib workers; any joblib backend serves.

    Returns
    -------
    pandas.DataFrame
        One row per run, noise model, contrast and region: ``participant, session, block, drug,
        exercise, noise_model, region, contrast, estimate, se`` [% signal change], ``df`` and ``truth``
        (what was planted). Surrogate data: real sequences and ratings, simulated signals.

    Examples
    --------
    >>> import eih
    >>> one = eih.fmri.surrogate_first_level(["sub-01"], n_silent=1)
    >>> one.groupby(["session", "block"]).ngroups
    8
    """
    table = all_events(seed)
    planted = planted_amplitudes(n_silent, seed=seed)
    runs = [
        (key, run)
        for key, run in table.groupby(RUN, sort=False, observed=True)
        if participants is None or key[0] in participants
    ]
    done = Parallel(n_jobs=n_jobs)(
        delayed(_simulate_and_fit)(run, key, planted.loc[key], noise_models, seed, noise)
        for key, run in runs
    )
    return pd.concat(done, ignore_index=True)


def combine_runs(fitted, weights=None):
    """Combine the runs of each person: a weighted sum of their estimates.

    Parameters
    ----------
    fitted : pandas.DataFrame
        From :func:`surrogate_first_level`.
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
    >>> runs = eih.fmri.surrogate_first_level(["sub-01"], n_silent=0)
    >>> eih.fmri.combine_runs(runs).query("region == 'MCC' and contrast == 'heat_70'").shape
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


def _simulate_and_fit(run, key, amplitudes, noise_models, seed, noise):
    """Do everything for one run; this is what a worker does."""
    recordings = surrogate_recordings(run, key, seed=seed)
    design = design_matrix(run, confounds=confound_table(recordings))
    series = surrogate_series(design, key, recordings, amplitudes, seed=seed, noise=noise)
    truth = pd.DataFrame(CONTRASTS, CONDITIONS).T @ amplitudes[CONDITIONS].T
    labels = dict(zip(RUN, key, strict=True)) | run[["drug", "exercise"]].iloc[0].to_dict()
    fits = []
    for noise_model in noise_models:
        fit = fit_run(series, design, noise_model=noise_model)
        fits.append(fit.assign(noise_model=noise_model, truth=truth.to_numpy().ravel(), **labels))
    order = [*labels, "noise_model", "region", "contrast", "estimate", "se", "df", "truth"]
    return pd.concat(fits, ignore_index=True)[order]
