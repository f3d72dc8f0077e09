"""One linear model fitted without some of its people, many times at once.

Of a person the likelihood needs only sums: rows, columns added up, columns times columns. To leave somebody
out is to leave their sums out, so that hundreds of refits are a few operations on small matrices. This holds
for models without random effects and for those with ``(1|person)`` alone, fitted by REML.
"""

import numpy as np
import pandas as pd


def refits_without(formula, data, term, unit, left_out):
    """Test a term without some people, for each of many sets of people.

    Parameters
    ----------
    formula : str
        Without random effects, or with ``(1|unit)`` as the only one.
    data : pandas.DataFrame
        The rows of the full model.
    term : str
        A name as in the table of the model.
    unit : str
        The column that names the people.
    left_out : sequence of tuple
        Who is left out each time.

    Returns
    -------
    pandas.DataFrame or None
        A row per set: ``estimate, se, df, t, p``, as :func:`eih.lm` or :func:`eih.lmm` with the remaining
        rows. None where this way is not open: another random effect, or rows that cannot give all terms.

    Raises
    ------
    ValueError
        The formula cannot be used with these data, or has no such term.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> scores = eih.difference_scores(saline, "exercise", by=[])
    >>> line = "difference ~ ftp_per_kg"
    >>> round(refits_without(line, scores, "ftp_per_kg", "participant", [("sub-01",)]).p.item(), 4)
    0.0537
    """
    from scipy.special import stdtr

    from .linear_models import lm
    from .mixed_models import lmm

    mixed = "|" in formula
    full = (lmm if mixed else lm)(formula, data, ci=None)
    place = full.design.names.index(full.coefficient(term).term)
    if mixed and not _only_intercept(full, unit):
        return None
    sums = _Sums(full, data.loc[full.design.frame.index, unit])
    kept = ~np.array([np.isin(sums.people, one) for one in left_out])
    if not sums.can_give_all_terms(kept):
        return None
    root = _best_root(sums, kept) if mixed else np.zeros(len(kept))
    variance, estimates = sums.tested(kept, root, place)
    df = sums.rows(kept) - len(full.design.names)
    if mixed:
        df = _satterthwaite(sums, kept, root, place, df)
    se = np.sqrt(variance)
    t = estimates / se
    table = {"estimate": estimates, "se": se, "df": df, "t": t, "p": 2 * stdtr(df, -np.abs(t))}
    return pd.DataFrame(table)


def _only_intercept(fit, unit):
    random = fit.design.parsed.random
    alone = len(random) == 1 and list(random[0].grouping_factors) == [unit]
    return alone and not list(random[0].expr) and random[0].has_intercept


class _Sums:
    """Sums over the rows of each person, and what follows from them for sets of people.

    ``kept`` is an array of bool of shape (n_sets, n_people) throughout, ``root`` one of shape (n_sets,): the
    SD between people over the residual SD.
    """

    def __init__(self, fit, unit):
        columns = fit.design.columns(fit.design.frame)
        outcome = fit.design.frame[fit.design.parsed.response].to_numpy(float)
        turn = np.linalg.qr(columns, mode="r")  # orthogonal columns: small rounding
        self.turn = np.linalg.inv(turn)
        both = np.column_stack([columns @ self.turn, outcome])
        codes, people = pd.factorize(unit)
        self.people = people.to_numpy()
        member = (codes[:, None] == np.arange(len(people))).astype(float)
        self.n = member.sum(axis=0)
        self.added = member.T @ both
        self.products = np.einsum("ig,ij,ik->gjk", member, both, both, optimize=True)

    def rows(self, kept):
        """Count the rows of each set."""
        return kept @ self.n

    def can_give_all_terms(self, kept):
        """Tell whether every set has rows for all coefficients."""
        squares = np.einsum("sg,gjk->sjk", kept, self.products[:, :-1, :-1], optimize=True)
        return np.linalg.eigvalsh(squares)[:, 0].min() > 1e-9

    def weighed(self, kept, root):
        """Return X'V⁻¹X, X'V⁻¹y and y'V⁻¹y for a residual variance of 1."""
        drawn = root[:, None] ** 2 / (1 + root[:, None] ** 2 * self.n) * kept
        outer = self.added[:, :, None] * self.added[:, None, :]
        flat = np.concatenate(
            [self.products.reshape(len(self.n), -1), outer.reshape(len(self.n), -1)]
        )
        total = np.concatenate([kept, -drawn], axis=1) @ flat
        total = total.reshape(len(kept), *self.products.shape[1:])
        return total[:, :-1, :-1], total[:, :-1, -1], total[:, -1, -1]

    def criterion(self, kept, root):
        """Return the REML criterion, residual variance and inverse of X'V⁻¹X."""
        squares, with_outcome, outcome = self.weighed(kept, root)
        inverse = np.linalg.inv(squares)
        explained = np.einsum("sj,sjk,sk->s", with_outcome, inverse, with_outcome)
        free = self.rows(kept) - squares.shape[1]
        variance = (outcome - explained) / free
        spread = (kept * np.log1p(root[:, None] ** 2 * self.n)).sum(axis=1)
        value = spread + np.linalg.slogdet(squares)[1] + free * np.log(variance)
        return value, variance, inverse

    def tested(self, kept, root, place):
        """Return variance and estimate of one coefficient."""
        _, variance, inverse = self.criterion(kept, root)
        weights = self.turn[place]
        estimates = np.einsum("j,sjk,sk->s", weights, inverse, self.weighed(kept, root)[1])
        return variance * np.einsum("j,sjk,k->s", weights, inverse, weights), estimates


def _best_root(sums, kept):
    """Minimise the criterion of each set: the best of some steps, then golden sections about it."""
    steps = np.concatenate([[0], np.geomspace(0.02, 20, 40)])
    values = np.array([sums.criterion(kept, np.full(len(kept), step))[0] for step in steps])
    best = values.argmin(axis=0)
    low, high = steps[np.maximum(best - 1, 0)], steps[np.minimum(best + 1, len(steps) - 1)]
    ratio = (np.sqrt(5) - 1) / 2
    inner = [high - ratio * (high - low), low + ratio * (high - low)]
    height = [sums.criterion(kept, one)[0] for one in inner]
    for _ in range(45):
        left = height[0] < height[1]
        low, high = np.where(left, low, inner[0]), np.where(left, inner[1], high)
        new = np.where(left, high - ratio * (high - low), low + ratio * (high - low))
        found = sums.criterion(kept, new)[0]
        inner = [np.where(left, new, inner[1]), np.where(left, inner[0], new)]
        height = [np.where(left, found, height[1]), np.where(left, height[0], found)]
    root = (low + high) / 2
    at_zero = sums.criterion(kept, np.zeros(len(kept)))[0] <= sums.criterion(kept, root)[0]
    return np.where(at_zero, 0, root)


def _satterthwaite(sums, kept, root, place, free):
    """Return degrees of freedom as :func:`eih.models.mixed_models.satterthwaite` has them."""
    step = 1e-3 * np.maximum(1, root)
    up, down = np.abs(root + step), np.abs(root - step)
    middle, above, below = (sums.criterion(kept, one)[0] for one in (root, up, down))
    curvature = (above - 2 * middle + below) / step**2
    slope = np.log(sums.tested(kept, up, place)[0]) - np.log(sums.tested(kept, down, place)[0])
    slope = slope / (2 * step)
    return 2 / (slope**2 * 2 / curvature + 2 / free)
