"""Kenward and Roger's correction: wider standard errors and their degrees of freedom.

mixedlm 1.3 has a function of that name, which scales Satterthwaite's df and leaves the standard
errors alone; on unbalanced data its df are not those of R's pbkrtest (``tests/test_small_samples.py``).
This is the published formula, for models with random intercepts.
"""

import itertools

import numpy as np
import pandas as pd

from .fitted import wald_limits
from .random_intercepts import implied_covariance, random_intercepts


def kenward_roger(fit):
    """Test the coefficients with Kenward and Roger's standard errors and degrees of freedom.

    Parameters
    ----------
    fit : MixedModel
        From :func:`eih.lmm`, by REML, with random intercepts only. Memory grows with the square of the
        number of rows (3,000 rows: some 300 MB).

    Returns
    -------
    pandas.DataFrame
        Columns as in ``fit.table``: ``term, estimate, ci_low, ci_high`` (95 % t limits), ``se``
        (corrected), ``df, t, p``.

    Raises
    ------
    ValueError
        The fit is by maximum likelihood, or has a random slope.

    Notes
    -----
    The plain covariance C of the coefficients takes the variances as known. The correction adds
    ``2 C (sum_ij W_ij (Q_ij - P_i C P_j)) C`` for their uncertainty W, taken from the expected
    information. For a single coefficient the df are Satterthwaite's with that W. Compared with R's
    pbkrtest 0.5.2.

    References
    ----------
    Kenward MG, Roger JH (1997). Small sample inference for fixed effects from restricted maximum
    likelihood. Biometrics 53, 983-997, doi:10.2307/2533558.

    Examples
    --------
    >>> import eih
    >>> heat = eih.load_trials(modality="heat")
    >>> steps = eih.difference_scores(heat, "drug")
    >>> fit = eih.lmm("difference ~ target + drug_order + (1|participant)", steps)
    >>> [round(df, 2) for df in eih.kenward_roger(fit).df[1:]]
    [77.0, 37.0]
    """
    if not fit.model.REML:
        raise ValueError(
            f"Cannot correct {fit.formula!r}: it was fitted by maximum likelihood. Use reml=True."
        )
    from scipy import sparse

    rows = random_intercepts(fit)
    inverse = np.linalg.inv(implied_covariance(rows, fit.variances.set_index("group").variance))
    factors = [sparse.csr_array(member.to_numpy()) for member in rows.members.values()]
    factors.append(sparse.eye_array(len(rows.outcome)))  # residuals: every row a level of its own
    covariance = np.linalg.inv(rows.fixed.T @ inverse @ rows.fixed)
    weighted = [rows.fixed.T @ inverse @ z for z in factors]
    between = {
        (i, j): factors[i].T @ inverse @ factors[j]
        for i, j in itertools.product(range(len(factors)), repeat=2)
    }
    p = [-half @ half.T for half in weighted]
    q = {(i, j): weighted[i] @ middle @ weighted[j].T for (i, j), middle in between.items()}

    information = np.empty((len(factors), len(factors)))
    for (i, j), middle in between.items():
        information[i, j] = (
            np.sum(middle**2) / 2
            - np.trace(covariance @ q[i, j])
            + np.trace(covariance @ p[i] @ covariance @ p[j]) / 2
        )
    uncertainty = np.linalg.inv(information)
    added = sum(uncertainty[i, j] * (q[i, j] - p[i] @ covariance @ p[j]) for i, j in between)
    corrected = covariance + 2 * covariance @ added @ covariance

    gradients = np.array([np.diag(-covariance @ part @ covariance) for part in p])
    relative = gradients / np.diag(covariance)
    return _tested(
        fit,
        se=np.sqrt(np.diag(corrected)),
        df=2 / np.einsum("ik,ij,jk->k", relative, uncertainty, relative),
    )


def _tested(fit, se, df):
    from scipy import stats

    table = pd.DataFrame({"term": fit.design.names, "estimate": fit.estimates, "se": se, "df": df})
    low, high = wald_limits(table, "wald")
    table.insert(2, "ci_low", low)
    table.insert(3, "ci_high", high)
    t = table.estimate / table.se
    return table.assign(t=t, p=2 * stats.t.sf(t.abs(), table.df))
