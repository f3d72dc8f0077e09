"""Fit a mixed model again to rows drawn from its own, with another outcome, as simulated studies are.

The design is not built anew: a drawn row keeps its fixed and random columns, only its group may have
another number. What is left to do is the fit, and the test of one coefficient.
"""

import copy
from dataclasses import dataclass, replace

import numpy as np

from ._covariances import random_columns
from ._fits import fit_prepared, prepare
from ._formula import Design
from .satterthwaite import satterthwaite


@dataclass(frozen=True, eq=False)
class Template:
    """What a mixed model is fitted again from; made by :func:`template`.

    Attributes
    ----------
    design : Design
        Formula and rows.
    prepared : mixedlm LmerMod
        Its matrices, nothing fitted.
    random : list of array of shape (n_rows, n_columns)
        The columns of each random effect, in formula order.
    """

    design: Design
    prepared: object
    random: list


def template(design):
    """Prepare a design to be fitted to rows drawn from its own.

    Parameters
    ----------
    design : Design
        Of a mixed model, such as ``fit.design``.

    Returns
    -------
    Template
    """
    prepared = prepare(design)
    return Template(design, prepared, random_columns(prepared.matrices))


def refit(origin, rows, groups, outcome, term):
    """Fit the model to drawn rows and test one coefficient.

    Parameters
    ----------
    origin : Template
        From :func:`template`.
    rows : array of int, of shape (n,)
        Rows of the design; a row may come several times.
    groups : list of array of int, of shape (n,)
        For each random effect the group of each drawn row, counted from 0.
    outcome : array of shape (n,)
        The outcome of each drawn row.
    term : str
        A fixed effect, as in ``fit.table``.

    Returns
    -------
    dict
        ``estimate, se, df, p`` (as :func:`eih.lmm` gives them for these rows), ``converged`` and
        ``singular``.

    Raises
    ------
    ValueError
        The drawn rows cannot tell the terms apart, or have a group for each row.

    Examples
    --------
    >>> import eih, numpy as np
    >>> fit = eih.analysis("heat_exercise_saline").run()
    >>> rows, frame = np.arange(fit.n_obs), fit.design.frame
    >>> groups = [frame[name].astype("category").cat.codes.to_numpy() for name in fit.n_groups]
    >>> again = refit(template(fit.design), rows, groups, frame.rating.to_numpy(), "exercise[high]")
    >>> bool(np.isclose(again["p"], fit.coefficient("exercise[high]").p))
    True
    """
    from scipy.special import stdtr

    drawn = copy.copy(origin.prepared)
    drawn.matrices = _drawn(origin, rows, groups, outcome)
    model, twin = fit_prepared(origin.design, drawn)
    place = origin.design.names.index(term)
    covariance, weights = model.vcov(), np.eye(len(model.beta))[[place]]
    estimate, se = float(model.beta[place]), float(np.sqrt(covariance[place, place]))
    (df,) = satterthwaite(twin or model, weights, covariance)
    return {
        "estimate": estimate,
        "se": se,
        "df": float(df),
        "p": float(2 * stdtr(df, -abs(estimate / se))),
        "converged": bool(model.converged),
        "singular": bool((twin or model).isSingular()),
    }


def _drawn(origin, rows, groups, outcome):
    """Return the matrices of the drawn rows."""
    from scipy import sparse

    matrices, n = origin.prepared.matrices, len(rows)
    structures, columns, places, first = [], [], [], 0
    for structure, own, group in zip(
        matrices.random_structures, origin.random, groups, strict=True
    ):
        n_levels, n_terms = int(group.max()) + 1, structure.n_terms
        levels = {level: level for level in range(n_levels)}
        structures.append(
            replace(structure, n_levels=n_levels, level_map=levels, level_indices=group)
        )
        columns.append(own[rows])
        places.append(first + group[:, None] * n_terms + np.arange(n_terms))
        first += n_levels * n_terms
    columns, places = np.hstack(columns), np.hstack(places)
    starts = np.arange(0, columns.size + 1, columns.shape[1])
    random = sparse.csr_matrix((columns.ravel(), places.ravel(), starts), shape=(n, first)).tocsc()
    random.eliminate_zeros()
    return replace(
        matrices,
        y=outcome,
        X=matrices.X[rows],
        Z=random,
        random_structures=structures,
        n_obs=n,
        n_random=first,
        weights=np.ones(n),
        offset=np.zeros(n),
        frame=None,
    )
