"""What ignoring autocorrelation costs: false alarms in regions where nothing was planted."""

import numpy as np
import pandas as pd
from scipy import stats

from .first_level import combine_runs, group_level

_LIMIT = 0.05


def residual_autocorrelation(series, design):
    """Estimate how alike neighbouring volumes are, from the residuals of ordinary least squares.

    Parameters
    ----------
    series : pandas.DataFrame of shape (t, k)
    design : pandas.DataFrame of shape (t, c)

    Returns
    -------
    pandas.Series
        Region → correlation at a lag of one volume. The more columns the design has, the further it
        lies below the truth: what the design took out was alike, too.

    Examples
    --------
    >>> import eih, numpy as np, pandas as pd
    >>> constant = pd.DataFrame({"constant": np.ones(4)})
    >>> eih.fmri.residual_autocorrelation(pd.DataFrame({"a": [1.0, -1, 1, -1]}), constant).item()
    -0.75
    """
    values, matrix = series.to_numpy(float), design.to_numpy(float)
    rest = values - matrix @ (np.linalg.pinv(matrix) @ values)
    return pd.Series((rest[1:] * rest[:-1]).sum(axis=0) / (rest**2).sum(axis=0), series.columns)


def false_alarms_by_level(fitted):
    """Count significant contrasts in silent regions: within a run, within a person, over people.

    Parameters
    ----------
    fitted : pandas.DataFrame
        From :func:`eih.fmri.fit_runs`, with silent regions.

    Returns
    -------
    pandas.DataFrame
        One row per level and noise model: ``level`` (``one run``, ``one person``, ``group``),
        ``noise_model, tests`` (their number), ``share`` (with p < 0.05) and ``mc_se`` (its Monte Carlo
        error, from the scatter between regions: contrasts of one region are not independent).

    Raises
    ------
    ValueError
        There is no silent region in the table.
    """
    silent = fitted[fitted.region.str.startswith("silent")]
    if silent.empty:
        raise ValueError(
            "There is no silent region among "
            f"{sorted(fitted.region.unique())}; false alarms are counted where nothing was planted."
        )
    runs = silent.assign(p=2 * stats.t.sf(np.abs(silent.estimate / silent.se), silent.df))
    people = combine_runs(silent)
    rows = []
    for level, table in (("one run", runs), ("one person", people), ("group", group_level(people))):
        for noise_model, own in table.groupby("noise_model", sort=False):
            by_region = (own.p < _LIMIT).groupby(own.region).mean()
            rows.append((level, noise_model, len(own), by_region.mean(), by_region.sem()))
    return pd.DataFrame(rows, columns=["level", "noise_model", "tests", "share", "mc_se"])


def scatter_by_noise_model(fitted):
    """Compare how precise both noise models are, in silent regions.

    Parameters
    ----------
    fitted : pandas.DataFrame
        From :func:`eih.fmri.fit_runs`, fitted with several noise models.

    Returns
    -------
    pandas.DataFrame
        One row per contrast and noise model: ``claimed`` (root mean square of the standard errors of
        the runs) and ``true`` (standard deviation of their estimates) [% signal change].

    Examples
    --------
    >>> import eih
    >>> fitted = eih.fmri.fit_runs(eih.fmri.simulate_runs(["sub-01"], n_silent=4))
    >>> scatter = eih.fmri.scatter_by_noise_model(fitted)
    >>> bool((scatter.claimed < scatter.true).all())  # neighbouring volumes are alike, OLS does not know
    True
    """
    silent = fitted[fitted.region.str.startswith("silent")]
    groups = silent.groupby(["contrast", "noise_model"], sort=False)
    return pd.DataFrame(
        {
            "claimed": groups.se.apply(lambda se: np.sqrt((se**2).mean())),
            "true": groups.estimate.std(),
        }
    ).reset_index()
