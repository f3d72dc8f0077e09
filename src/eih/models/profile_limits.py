"""Profile limits of the coefficients: mixedlm's, found by one search each instead of some twenty.

A limit of a coefficient is where the deviance, smallest over the variances, has risen by 3.84. mixedlm
looks for it from outside: it tries a value, refits the variances with the coefficient held there, tries
the next. From inside it is one search. Let theta be the random effects' standard deviations relative to
the residual's. For a given theta the deviance with coefficient b held is known in closed form,

    deviance(theta, b) = deviance(theta) + n log(1 + ((b - estimate(theta)) / spread(theta))²)

with spread² = n times the squared standard error. So is the largest b at which it has risen by no more
than 3.84; the upper limit is the largest of these over all theta, the lower limit the smallest.
"""

import numpy as np
from scipy import optimize

_QUANTILE = 1.959963984540054  # its square, 3.84, is the 95 % point of chi-square with one df
_INSIDE = (
    0.01  # where a standard deviation is zero every slope is zero: searches start here instead
)
_NEAR = 1.0  # how far above the smallest deviance they may start; limits stand at 3.84
_FLAT = 1e-3  # largest slope that a search may end with: a limit is then off by 1e-6 SE at most


def profile_limits(model):
    """Compute the 95 % profile limits of the coefficients.

    Parameters
    ----------
    model : mixedlm LmerResult
        The fit, with random intercepts only. By REML or not, the likelihood is profiled, as in R's
        ``confint``.

    Returns
    -------
    array of shape (n_terms, 2)
        Lower and upper limits.

    Raises
    ------
    RuntimeError
        The model has a random slope, or a search did not start at the optimum or end at a limit: mixedlm's
        own profile takes longer and goes around more corners.
    """
    from mixedlm.estimation.reml import LMMOptimizer

    if any(effect.n_terms > 1 for effect in model.matrices.random_structures):
        raise RuntimeError(
            "a random slope: where it is singular, a search from inside can get stuck"
        )

    # Private: tests/test_profile_limits.py holds the limits against mixedlm's own profiles.
    evaluate = LMMOptimizer(model.matrices, REML=False)._evaluate_core
    n = model.matrices.n_obs
    optimum = model.refitML()
    theta = np.maximum(optimum.theta, _INSIDE)
    if evaluate(theta).deviance > optimum.deviance + _NEAR:
        raise RuntimeError("a step inside leads too far from the optimum")
    unit, sd = _units(lambda theta: evaluate(theta).deviance, theta)
    # Where a standard deviation may be zero there can be two hills to climb: search from both sides.
    lifted = np.linalg.solve(unit, np.where(theta < sd, sd, 0))
    starts = [np.zeros(len(theta)), lifted] if lifted.any() else [lifted]
    centre, width = _estimates(evaluate(theta), n)

    def reach(step, term, side):
        """Say how far a coefficient can go at theta + unit @ step, in SEs from its estimate."""
        found = evaluate(theta + unit @ step)
        left = optimum.deviance + _QUANTILE**2 - found.deviance
        if left > _QUANTILE**2 + 1e-6:
            raise RuntimeError("the deviance has a lower point than that of the fit")
        estimates, spread = _estimates(found, n)
        go = spread[term] * np.sqrt(np.expm1(max(left, 0) / n) * n)
        return (side * (estimates[term] - centre[term]) + go) / width[term]

    limits = [
        centre[term] + side * width[term] * _largest(reach, starts, term, side)
        for term in range(len(centre))
        for side in (-1, 1)
    ]
    return np.reshape(limits, (-1, 2))


def _estimates(found, n):
    """Return the coefficients and their standard errors at one theta."""
    variance = np.diag(np.linalg.inv(found.fixed_information))
    return found.beta, np.sqrt(variance * found.pwrss / n)


def _units(deviance, theta, h=1e-3):
    """Return steps in theta, a column each, that give `reach` a curvature of one; and their lengths.

    Near the optimum ``reach`` is the quantile minus the rise of the deviance over twice the quantile.
    """
    steps = h * np.maximum(np.abs(theta), 0.1)[:, None] * np.eye(len(theta))
    curvature = np.empty((len(theta), len(theta)))
    for i, first in enumerate(steps):
        for j, second in enumerate(steps):
            corners = [
                sign * deviance(theta + first + sign * second)
                - sign * deviance(theta - first + sign * second)
                for sign in (1, -1)
            ]
            curvature[i, j] = sum(corners) / (4 * first[i] * second[j])
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    values = np.maximum(
        values, 2 * _QUANTILE
    )  # no step longer than one: as much as the residual SD
    unit = vectors * np.sqrt(2 * _QUANTILE / values)
    return unit, np.linalg.norm(unit, axis=1)


def _largest(reach, starts, term, side):
    """Return how far a coefficient can go at the theta that lets it go farthest."""

    def search(start):
        options = {"gtol": 1e-5, "eps": 1e-6}
        return optimize.minimize(
            lambda step: -reach(step, term, side), start, method="BFGS", options=options
        )

    found = min(map(search, starts), key=lambda one: one.fun)
    if not np.abs(found.jac).max() < _FLAT:
        raise RuntimeError(f"the search for a limit did not end ({found.message})")
    return -found.fun
