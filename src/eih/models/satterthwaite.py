"""Satterthwaite degrees of freedom of combinations of coefficients, as lmerTest has them.

mixedlm has them for single coefficients. For means and contrasts the derivatives behind them are needed:
they are taken here with mixedlm's steps, so that both agree (tests/test_lmm.py).
"""

import numpy as np

_STEP = 1e-6  # of a covariance parameter, to differentiate the coefficients' covariance
_CURVED = 1e-4  # of a covariance parameter, to differentiate the criterion twice
_EDGE = 1e-8  # share of the largest curvature below which there is none


def satterthwaite(model, weights, covariance, derivatives=None):
    """Compute Satterthwaite degrees of freedom of combinations of the coefficients.

    The variance of a combination, ``v = w C w'``, is itself estimated. Its relative uncertainty
    comes from the covariance parameters theta (``g' A g``, with g the relative gradient of v and A
    the covariance of theta) and from the residual variance (``2 / n_residual``). The df are those
    of a chi-square variable as uncertain as that: two, divided by the sum of both.

    Parameters
    ----------
    model : mixedlm LmerResult
        The fit.
    weights : array of shape (n_combinations, n_terms)
        Coefficient weights.
    covariance : array of shape (n_terms, n_terms)
        Covariance of the coefficients.
    derivatives : tuple, optional
        Those of this fit, see :func:`derivatives_of`, where they are already known.

    Returns
    -------
    array of shape (n_combinations,)

    References
    ----------
    Kuznetsova A, Brockhoff PB, Christensen RHB (2017). lmerTest Package: Tests in Linear Mixed
    Effects Models. Journal of Statistical Software 82(13), doi:10.18637/jss.v082.i13.
    """
    gradients, uncertainty = derivatives or derivatives_of(model)
    n_residual = model.matrices.n_obs - (model.matrices.n_fixed if model.REML else 0)

    def variance(matrix):
        return np.einsum("ij,jk,ik->i", weights, matrix, weights)

    relative = np.array([variance(gradient) for gradient in gradients]) / variance(covariance)
    from_theta = np.einsum("ki,kl,li->i", relative, uncertainty, relative)
    return 2 / (from_theta + 2 / n_residual)


def derivatives_of(model):
    """Return the derivatives of the coefficients' covariance with theta, and the covariance of theta.

    Parameters
    ----------
    model : mixedlm LmerResult
        The fit.

    Returns
    -------
    gradients : list of array of shape (n_terms, n_terms)
        One per covariance parameter.
    uncertainty : array of shape (n_theta, n_theta)
    """
    from mixedlm.estimation.reml import LMMOptimizer

    evaluator = LMMOptimizer(model.matrices, REML=model.REML)
    theta = np.asarray(model.theta, dtype=float)
    gradients = []
    for step in np.diag(_STEP * np.maximum(1, np.abs(theta))):
        up, down = (_covariance(evaluator, theta + sign * step) for sign in (1, -1))
        gradients.append((up - down) / (2 * step.sum()))
    return gradients, _theta_covariance(evaluator.objective, theta)


def _covariance(evaluator, theta):
    """Return the covariance of the coefficients at any theta."""
    from scipy.linalg import cho_solve, cholesky

    found = evaluator._evaluate_core(theta)  # private: mixedlm has no other way to ask for it
    information = (found.fixed_information + found.fixed_information.T) / (2 * found.sigma**2)
    return cho_solve((cholesky(information, lower=True), True), np.eye(len(information)))


def _theta_covariance(criterion, theta):
    """Return twice the inverse of the criterion's curvature, without directions in which it is flat."""
    n = len(theta)
    steps = np.diag(_CURVED * np.maximum(1, np.abs(theta)))
    base, curvature = criterion(theta), np.zeros((n, n))
    for i, one in enumerate(steps):
        rise = criterion(theta + one) - 2 * base + criterion(theta - one)
        curvature[i, i] = rise / one[i] ** 2
        for j, other in enumerate(steps[:i]):
            corners = (
                criterion(theta + one + other)
                - criterion(theta + one - other)
                - criterion(theta - one + other)
                + criterion(theta - one - other)
            )
            curvature[i, j] = curvature[j, i] = corners / (4 * one[i] * other[j])
    values, vectors = np.linalg.eigh(curvature)
    curved = values > max(np.abs(values).max(initial=0), 1) * _EDGE
    scaled = vectors[:, curved] * np.sqrt(2 / values[curved])
    return scaled @ scaled.T
