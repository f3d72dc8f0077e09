"""Fit the covariance of random effects that come in groups of two and more, such as ``(target|person)``.

What such a model says does not depend on the origin and unit of ``target``: the full covariance of
intercept and slope takes them up. What an optimiser finds does. With targets of 30, 50 and 70 intercept
and slope are nearly the same column, the likelihood is a narrow ridge, and the search stops somewhere on
it, at a place that rounding decides. So the columns of each group are made orthogonal first, the model is
fitted in these units, and its covariance turned back.

At the edge (a variance of zero, a correlation of one) the gradient of a standard deviation vanishes
whether or not the top has been reached. There the search is made from several starts.
"""

from dataclasses import replace

import numpy as np

#: SDs of random effects, in units of the residual SD, from which a fit at the edge is tried again.
OTHER_STARTS = (0.3, 3.0)
EDGE = 1e-4  # an SD (in units of the residual SD) taken for zero; as mixedlm and lme4


def has_covariances(matrices):
    """Tell whether any term has random effects that may be correlated."""
    return any(_correlated(structure) for structure in matrices.random_structures)


def fit_covariances(unfitted):
    """Fit a model whose random effects may be correlated.

    Parameters
    ----------
    unfitted : mixedlm LmerMod

    Returns
    -------
    model : mixedlm LmerResult
        The fit, in the units of the formula.
    twin : mixedlm LmerResult
        The same fit with orthogonal columns in each group of random effects: the same likelihood and fixed
        effects, but derivatives with respect to its covariance parameters are well scaled.

    Raises
    ------
    mixedlm.models.checks.ModelCheckError
        There are as many random effects as rows.
    """
    from mixedlm.models.checks import run_model_checks
    from mixedlm.models.modular import LmerParsedFormula, mkLmerDevfun, mkLmerMod

    matrices, _ = run_model_checks(unfitted.matrices, unfitted.control)
    control = replace(
        unfitted.control,
        optimizer="L-BFGS-B",
        use_analytic_gradient=True,
        ftol=1e-15,
        gtol=1e-8 * matrices.n_obs,
    )
    turns = _turns(matrices)
    parsed = LmerParsedFormula(unfitted.formula, _turned(matrices, turns), unfitted.REML)
    deviance = mkLmerDevfun(parsed, control=control)
    twin = replace(mkLmerMod(deviance, _lowest(deviance)), control=unfitted.control)
    theta, effects = _turned_back(twin, turns)
    return replace(twin, matrices=matrices, theta=theta, u=effects), twin


def _lowest(deviance):
    """Minimise the deviance; where that ends at an edge or fails, from other starts too."""
    from mixedlm.models.modular import optimizeLmer

    matrices = deviance.parsed.matrices
    found = [optimizeLmer(deviance, method="L-BFGS-B")]
    if not found[0].converged or _at_edge(found[0].theta, matrices):
        diagonal = np.concatenate([_on_diagonal(one) for one in matrices.random_structures])
        for sd in OTHER_STARTS:
            start = np.where(diagonal, sd, 0.0)
            found.append(optimizeLmer(deviance, start=start, method="L-BFGS-B"))
    converged = [one for one in found if one.converged]
    if not converged:  # slow, but needs no gradient
        converged = [optimizeLmer(deviance, method="COBYQA")]
    return min(converged, key=lambda one: one.deviance)


def _at_edge(theta, matrices):
    return any((np.abs(np.diag(root)) < EDGE).any() for root in _roots(theta, matrices))


def _on_diagonal(structure):
    """Tell which parameters of a group of random effects are standard deviations."""
    if not _correlated(structure):
        return np.ones(structure.n_terms, dtype=bool)
    row, column = np.tril_indices(structure.n_terms)
    return row == column


def _correlated(structure):
    return structure.correlated and structure.n_terms > 1


def random_columns(matrices):
    """Return the columns of each random effect, of shape (n_rows, n_terms), without regard to groups.

    Parameters
    ----------
    matrices : mixedlm ModelMatrices

    Returns
    -------
    list of array
    """
    columns, first = [], 0
    for structure in matrices.random_structures:
        width = structure.n_levels * structure.n_terms
        own = matrices.Z[:, first : first + width].tocoo()
        first += width
        dense = np.zeros((own.shape[0], structure.n_terms))
        dense[own.row, own.col % structure.n_terms] = own.data  # a row has one group
        columns.append(dense)
    return columns


def _turns(matrices):
    """Return a square matrix per group of random effects that makes correlated columns orthogonal."""
    turns = []
    for structure, columns in zip(
        matrices.random_structures, random_columns(matrices), strict=True
    ):
        turn = np.eye(structure.n_terms)
        if _correlated(structure):
            root = np.linalg.qr(columns / np.sqrt(len(columns)), mode="r")
            if np.linalg.cond(root) < 1e10:  # columns that depend on each other stay as they are
                turn = np.linalg.inv(root * np.sign(np.diag(root))[:, None])
        turns.append(turn)
    return turns


def _turned(matrices, turns):
    """Return the matrices with the random effects of each level multiplied by their turn."""
    from scipy import sparse

    blocks = [
        sparse.kron(sparse.eye(structure.n_levels, format="csc"), turn, format="csc")
        for structure, turn in zip(matrices.random_structures, turns, strict=True)
    ]
    turn = blocks[0] if len(blocks) == 1 else sparse.block_diag(blocks, format="csc")
    return replace(matrices, Z=matrices.Z @ turn)


def _turned_back(twin, turns):
    """Return the parameters and the random effects of a fit in the units of the formula."""
    theta, effects, first = [], [], 0
    structures = twin.matrices.random_structures
    for root, turn, structure in zip(
        _roots(twin.theta, twin.matrices), turns, structures, strict=True
    ):
        last = first + structure.n_levels * structure.n_terms
        own = twin.u[first:last].reshape(structure.n_levels, structure.n_terms)
        first = last
        if _correlated(structure):  # turn @ root is a triangle times a rotation
            upper = np.linalg.qr((turn @ root).T, mode="r")
            upper = upper * np.where(np.diag(upper) < 0, -1, 1)[:, None]
            theta.append(upper.T[np.tril_indices(structure.n_terms)])
            own = own @ turn.T
        else:
            theta.append(np.diag(root))
        effects.append(own.ravel())
    return np.concatenate(theta), np.concatenate(effects)


def _roots(theta, matrices):
    """Return the root of each covariance: a lower triangle, or a diagonal without correlations."""
    roots, first = [], 0
    for structure in matrices.random_structures:
        size = structure.n_terms
        root = np.zeros((size, size))
        places = np.tril_indices(size) if structure.correlated else np.diag_indices(size)
        root[places] = theta[first : first + len(places[0])]
        first += len(places[0])
        roots.append(root)
    return roots
