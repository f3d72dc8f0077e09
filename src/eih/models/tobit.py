"""Mixed models of ratings for which the ends of the scale stand for anything beyond them (Tobit)."""

from dataclasses import dataclass

import numpy as np

from ._checks import check_option, check_separable
from ._covariances import random_columns
from ._display import number, paper_table
from ._formula import Design, build_design
from ._laplace import Laplace
from .fitted import FittedModel, rows_used, wald_limits

LIMITS = (1, 101)  # ends of the rating scale as recorded
EDGE = 1e-3  # SD of a random effect, in residual SDs, taken for zero


@dataclass(frozen=True, repr=False, eq=False)
class CensoredModel(FittedModel):
    """A fitted mixed Tobit model; made by :func:`tobit`.

    Attributes
    ----------
    design : Design
        Formula and rows.
    estimates : array of shape (n_terms,)
        Fixed effects, on the scale without ends.
    covariance : array of shape (n_terms, n_terms)
        Their covariance, given the variances.
    people_covariance : array of shape (n_random, n_random)
        Covariance of the random effects.
    sigma : float
        Residual SD.
    log_likelihood : float
        At the optimum (Laplace's approximation).
    n_censored : tuple of int
        Rows at the lower and at the upper end.
    converged, singular : bool
        Whether the optimiser stopped at an optimum; whether a variance there is zero or a correlation one.
    ci : {"wald", None}
        Kind of interval in the table.
    """

    design: Design
    estimates: np.ndarray
    covariance: np.ndarray
    people_covariance: np.ndarray
    sigma: float
    log_likelihood: float
    n_censored: tuple
    converged: bool
    singular: bool
    ci: str | None = "wald"

    @property
    def criterion(self):
        """The deviance, -2 log likelihood."""
        return -2 * self.log_likelihood

    def _df(self, weights):
        return np.full(len(weights), np.inf)

    def _limits(self, table):
        return wald_limits(table, self.ci)

    def _view(self):
        low, high = self.n_censored
        sds = ", ".join(number(sd) for sd in np.sqrt(np.diag(self.people_covariance)))
        notes = [
            rows_used(self),
            f"At the ends of the scale: {low} low, {high} high; taken for anything beyond.",
            f"SD of the random effects: {sds}; of the residuals: {number(self.sigma)}.",
            "Fitted by maximum likelihood (Laplace); normal tests.",
        ]
        return paper_table(self.table, title=f"Mixed Tobit model: {self.formula}", notes=notes)


def tobit(formula, data, *, limits=LIMITS, ci="wald"):
    """Fit a linear mixed model in which outcomes at the ends of their scale are censored.

    Parameters
    ----------
    formula : str
        As in :func:`eih.lmm`, with the random effects of one grouping factor:
        ``"rating ~ exercise * drug + (drug|participant)"``.
    data : pandas.DataFrame
        One row per observation.
    limits : tuple of float, default (1, 101)
        Lower and upper end of the scale, in the unit of the outcome. Outcomes at or beyond an end stand for anything
        beyond it.
    ci : {"wald", None}
        95 % limits of the coefficients, or none (NaN).

    Returns
    -------
    CensoredModel
        With ``.table`` (as :func:`eih.lmm`; ``df`` is infinite: tests are normal), ``.coefficient``,
        ``.means``, ``.contrasts``, ``.people_covariance``, ``.sigma``, ``.criterion``, ``.n_censored``,
        ``.converged``, ``.singular``.

    Raises
    ------
    TypeError
        The data are not a DataFrame, or the formula is not text.
    ValueError
        As :func:`eih.lmm`; or there is more than one random term, the limits are not two rising numbers,
        or no outcome lies between them.

    Notes
    -----
    Maximum likelihood; random effects are integrated out by Laplace's approximation, which is exact where
    nothing is censored. Tests are normal: with some forty people p is a little too small.

    References
    ----------
    Tobin J (1958). Estimation of relationships for limited dependent variables. Econometrica 26, 24-36.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> fit = eih.tobit("rating ~ target + (1|participant)", saline)
    >>> f"{fit.coefficient('target').estimate:.2f}"
    '1.57'
    """
    check_option("ci", ci, ("wald", None))
    low, high = _checked_limits(limits)
    design = build_design(formula, data, random=True)
    fixed, random, group = _matrices(design)
    check_separable(formula, fixed, design.names)
    order = np.argsort(group, kind="stable")
    outcome = design.frame[design.parsed.response].to_numpy(float)[order]
    rounding = 1e-9 * (high - low)
    side = (outcome >= high - rounding).astype(int) - (outcome <= low + rounding)
    if (side != 0).all():
        raise ValueError(
            f"Invalid limits {limits}: no outcome lies between them. Give the ends of the scale."
        )
    fixed, random = fixed[order], random[order]
    unit = _unit(fixed, outcome)
    turns = [_turn(fixed), _turn(random)]
    first_rows = np.flatnonzero(np.diff(group[order], prepend=-1))
    clipped = np.clip(outcome, low, high) / unit
    likelihood = Laplace(fixed @ turns[0], random @ turns[1], first_rows, clipped, side)
    found, singular = _lowest(likelihood)
    n_terms = fixed.shape[1]
    root = np.zeros((random.shape[1],) * 2)
    root[likelihood.triangle] = found.x[n_terms:-1]
    root = unit * turns[1] @ root
    turn = unit * turns[0]
    return CensoredModel(
        design,
        turn @ found.x[:n_terms],
        turn @ _covariance(likelihood, found.x, n_terms) @ turn.T,
        root @ root.T,
        float(unit * np.exp(found.x[-1])),
        float(-found.fun - (side == 0).sum() * np.log(unit)),
        (int((side < 0).sum()), int((side > 0).sum())),
        bool(np.abs(found.jac).max() < 1e-4 * len(outcome)),
        singular,
        ci,
    )


def _checked_limits(limits):
    try:
        low, high = map(float, limits)
    except (TypeError, ValueError):
        low = high = np.nan
    if not low < high:
        raise ValueError(
            f"Invalid limits {limits!r}. They must be the lower and the upper end of the scale."
        )
    return low, high


def _matrices(design):
    """Return fixed columns, random columns, and the number of each row's group."""
    from mixedlm import LmerMod

    matrices = LmerMod(design.parsed, design.frame, na_action=None).matrices
    if len(matrices.random_structures) > 1:
        raise ValueError(
            f"Invalid formula {design.formula!r} for eih.tobit: it has more than one random term. "
            "Keep that of the participants, and make the other a fixed effect, such as C(nth)."
        )
    structure = matrices.random_structures[0]
    if not structure.correlated:
        raise ValueError(
            f"Invalid formula {design.formula!r} for eih.tobit: random effects without correlation. "
            "Write one bar, such as (drug|participant)."
        )
    group = design.frame[structure.grouping_factor].map(structure.level_map)
    return matrices.X, random_columns(matrices)[0], group.to_numpy(dtype=int)


def _turn(columns):
    """Return the square matrix that makes columns orthogonal, of mean square 1."""
    root = np.linalg.qr(columns / np.sqrt(len(columns)), mode="r")
    return np.linalg.inv(root * np.sign(np.diag(root))[:, None])


def _unit(fixed, outcome):
    """Return the SD of the residuals of a plain regression, the unit of the search."""
    residuals = outcome - fixed @ np.linalg.lstsq(fixed, outcome, rcond=None)[0]
    return float(residuals.std())


def _lowest(likelihood):
    """Minimise; at an edge of the variances from several starts. Return the best and whether it is there."""
    from scipy import optimize

    size = likelihood.random.shape[1]
    n_roots = len(likelihood.triangle[0])
    diagonal = likelihood.triangle[0] == likelihood.triangle[1]
    fixed = np.linalg.lstsq(likelihood.fixed, likelihood.outcome, rcond=None)[0]
    bounds = [(None, None)] * len(fixed) + [(0 if one else None, None) for one in diagonal]
    found = []
    for sd in (0.5, 0.1, 1.5):
        start = np.concatenate([fixed, (sd * np.eye(size))[likelihood.triangle], [-0.2]])
        likelihood.shifts[:] = 0
        found.append(
            optimize.minimize(
                likelihood,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=[*bounds, (None, None)],
                options={"ftol": 1e-14, "gtol": 1e-7 * len(likelihood.outcome), "maxiter": 2000},
            )
        )
        sds = found[-1].x[len(fixed) : len(fixed) + n_roots][diagonal]
        if sds.min() > EDGE * np.exp(found[-1].x[-1]):
            break
    best = min(found, key=lambda one: one.fun)
    sds = best.x[len(fixed) : len(fixed) + n_roots][diagonal]
    return best, bool(sds.min() <= EDGE * np.exp(best.x[-1]))


def _covariance(likelihood, parameters, n_terms, step=1e-4):
    """Invert the curvature with respect to the fixed effects, by differences of the gradient."""
    rows = []
    for place in range(n_terms):
        shift = np.zeros(len(parameters))
        shift[place] = step
        up, down = likelihood(parameters + shift)[1], likelihood(parameters - shift)[1]
        rows.append((up - down)[:n_terms] / (2 * step))
    information = np.array(rows)
    return np.linalg.inv((information + information.T) / 2)
