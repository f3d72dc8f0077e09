"""Likelihood profiles: how much worse the model fits when one of its numbers is held at a value.

The 95 % limits stand where the deviance has risen by 3.84, the 95 % point of chi-square with one
degree of freedom. A Wald interval draws a parabola through the top instead.
"""

import warnings

import numpy as np
import pandas as pd

from .random_intercepts import random_intercepts


def profile_curve(fit, term, n_points=21, level=0.99):
    """Follow the deviance while one coefficient is held at different values.

    Parameters
    ----------
    fit : MixedModel
        From :func:`eih.lmm`; refitted by maximum likelihood, as for the limits of its table.
    term : str
        A name as in the column ``term`` of its table.
    n_points : int, default 21
        Number of values.
    level : float, default 0.99
        The curve spans the profile interval of this level.

    Returns
    -------
    pandas.DataFrame
        ``value`` of the coefficient and ``rise`` of the deviance above its smallest value.

    Raises
    ------
    ValueError
        The model has no such term.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> fit = eih.lmm("rating ~ exercise + (1|participant)", saline)
    >>> curve = eih.profile_curve(fit, "exercise[high]")
    >>> limit = curve.value[curve.rise < 3.84].max()
    >>> bool(abs(limit - fit.coefficient("exercise[high]").ci_high) < 0.3)
    True
    """
    place = fit.design.names.index(fit.coefficient(term).term)
    name = fit.model.matrices.fixed_names[place]
    with warnings.catch_warnings():  # the refit by maximum likelihood is meant
        warnings.filterwarnings("ignore", message="Likelihood profiling uses an ML refit")
        profile = fit.model.profile(which=name, n_points=n_points, level=level)[name]
    return pd.DataFrame({"value": profile.values, "rise": np.square(profile.zeta)})


def sd_profile(fit, group, values):
    """Follow the deviance while the standard deviation of one random intercept is held at values.

    Parameters
    ----------
    fit : MixedModel
        From :func:`eih.lmm`, with random intercepts only.
    group : str
        A name as in ``fit.variances``, such as ``"nth"`` or ``"residual"``.
    values : array-like
        Standard deviations, zero or more.

    Returns
    -------
    pandas.DataFrame
        ``value`` and ``rise`` of the deviance (maximum likelihood) above its smallest value.

    Raises
    ------
    ValueError
        The model has a random slope, or no such group.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> fit = eih.lmm("rating ~ target + (1|participant)", saline)
    >>> eih.sd_profile(fit, "participant", [10, 13, 16]).rise.round(1).tolist()
    [1.3, 1.1, 6.7]
    """
    deviance, smallest, _ = _sd_deviance(fit, group)
    values = np.asarray(values, dtype=float)
    return pd.DataFrame({"value": values, "rise": [deviance(sd) - smallest for sd in values]})


def sd_limits(fit):
    """Estimate each standard deviation with its 95 % likelihood profile limits.

    Parameters
    ----------
    fit : MixedModel
        From :func:`eih.lmm`, with random intercepts only.

    Returns
    -------
    pandas.DataFrame
        ``group`` (and ``residual``), ``sd`` (maximum likelihood), ``ci_low, ci_high``. The lower limit
        is zero where the deviance does not rise by 3.84 on the way down. As R's ``confint`` of an lmer
        fit gives them (``.sig01`` …).

    Raises
    ------
    ValueError
        The model has a random slope.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> limits = eih.sd_limits(eih.lmm("rating ~ target + (1|participant) + (1|nth)", saline))
    >>> bool(((limits.ci_low < limits.sd) & (limits.sd < limits.ci_high)).all())
    True
    """
    from scipy import stats

    cut = stats.norm.isf(0.025)  # the root of the rise is nearly a straight line, so few steps do
    limits = []
    for group in fit.variances.group:
        deviance, smallest, sd = _sd_deviance(fit, group)

        def above(value, deviance=deviance, smallest=smallest):
            return np.sqrt(max(deviance(value) - smallest, 0)) - cut

        limits.append((group, sd, _crossing(above, sd, -1), _crossing(above, sd, 1)))
    return pd.DataFrame(limits, columns=["group", "sd", "ci_low", "ci_high"])


def _crossing(above, sd, side):
    """Return where a function that is negative at the SD crosses zero below (-1) or above (1) it."""
    from scipy import optimize

    step = 0.1 * max(sd, 0.1)
    far = sd + side * step
    while far > 0 and above(far) < 0:
        step *= 2
        far = sd + side * step
    if far <= 0:
        far = 0.0
        if above(far) <= 0:
            return far
    return optimize.brentq(above, *sorted((sd, far)), xtol=1e-4 * step)


def _sd_deviance(fit, group):
    """Return the deviance as a function of one SD, its smallest value, and the SD that gives it."""
    rows = random_intercepts(fit)
    groups = [*rows.members, "residual"]
    if group not in groups:
        raise ValueError(
            f"Unknown group {group!r} in {fit.formula!r}. It has: {', '.join(groups)}."
        )
    criterion = _deviance_function(rows)
    start = np.sqrt(fit.variances.set_index("group").variance.loc[groups].to_numpy())
    smallest, best = _smallest(criterion, start)
    place = groups.index(group)

    def deviance(sd):
        def held(others):
            value, gradient = criterion(np.insert(others, place, sd))
            return value, np.delete(gradient, place)

        return _smallest(held, np.delete(best, place))[0]

    return deviance, smallest, best[place]


def _smallest(criterion, start):
    """Minimise over standard deviations, each searched in units of its start."""
    from scipy import optimize

    unit = np.maximum(start, 1e-2 * start.max())

    def scaled(relative):
        value, gradient = criterion(unit * relative)
        return value, unit * gradient

    found = optimize.minimize(
        scaled,
        start / unit,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * len(start),
        options={"ftol": 1e-13, "gtol": 1e-6},
    )
    return found.fun, unit * found.x


def _deviance_function(rows):
    """Return -2 log likelihood and its gradient as a function of the SDs (groups, then residual).

    With all Z side by side and S their SDs, ``V = sd² I + Z S S Z'``; Woodbury's identity leaves
    matrices with one row per level.
    """
    z = np.column_stack([member.to_numpy() for member in rows.members.values()])
    size = [member.shape[1] for member in rows.members.values()]
    first = np.cumsum([0, *size[:-1]])
    both = np.column_stack([rows.fixed, rows.outcome])
    zz, zb, bb = z.T @ z, z.T @ both, both.T @ both
    n, q = z.shape

    def deviance(sds):
        s = np.repeat(sds[:-1], size)
        noise = max(sds[-1] ** 2, 1e-12 * bb[-1, -1] / n)
        middle = noise * np.eye(q) + s[:, None] * zz * s
        inverse = np.linalg.inv(middle)
        half = s[:, None] * zb
        cross = (bb - half.T @ inverse @ half) / noise
        residual = np.append(-np.linalg.solve(cross[:-1, :-1], cross[:-1, -1]), 1)
        log_determinant = (n - q) * np.log(noise) + np.linalg.slogdet(middle)[1]
        value = n * np.log(2 * np.pi) + log_determinant + residual @ cross @ residual

        h = half @ residual
        w = inverse @ h
        shared = zz * s  # Z'Z S
        trace = np.diag(zz) - (shared @ inverse * shared).sum(axis=1)
        pull = zb @ residual - shared @ w
        by_level = 2 * s * (trace / noise - (pull / noise) ** 2)
        squares = (residual @ bb @ residual - h @ w - noise * (w @ w)) / noise**2
        by_noise = 2 * np.sqrt(noise) * ((n - q) / noise + np.trace(inverse) - squares)
        return value, np.append(np.add.reduceat(by_level, first), by_noise)

    return deviance
