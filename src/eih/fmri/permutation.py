"""The largest T of a volume under rearranged people: sign flips and shuffles.

A single test is done by :func:`nilearn.mass_univariate.permuted_ols`, which takes some seconds for 1,000
rearrangements of our images. Hundreds of surrogate studies with several tests each would take it more than an
hour; for these there is the same test in blocks of matrix products, some fifteen times faster
(``benchmarks/permutation.py`` measures both). Given the same rearrangements, the two agree number by number,
and a test holds them to it.
"""

import numpy as np
import pandas as pd

from ..threads import one_thread

BLOCK, VOXELS = 128, 2048  # rearrangements and voxels that are computed together


def is_flipped(design, contrast):
    """Tell whether the test flips signs (a mean is tested) or shuffles people (it is not).

    Where the constant belongs to what is *not* tested, people are exchangeable around it and can be
    shuffled. Where the constant itself is tested, shuffling changes nothing; then each person's sign is
    flipped, which is fair if the noise is symmetric around zero.

    Examples
    --------
    >>> from eih.fmri.group_models import group_design
    >>> is_flipped(*group_design("drug")), is_flipped(*group_design("fitness"))
    (True, False)
    """
    _, nuisance = _partition(design, contrast)
    one = np.ones(len(design)) / np.sqrt(len(design))
    return bool(np.linalg.norm(one - nuisance @ (nuisance.T @ one)) > 1e-6)


def rearrangements(rng, n, people, flipped):
    """Draw random sign flips or shuffles.

    Parameters
    ----------
    rng : numpy.random.Generator
    n : int
        How many.
    people : int
    flipped : bool
        Signs, or orders.

    Returns
    -------
    numpy.ndarray
        Of shape (n, people): signs (−1, 1), or positions.

    Examples
    --------
    >>> rearrangements(np.random.default_rng(1), 2, 3, flipped=False).shape
    (2, 3)
    """
    if flipped:
        return rng.integers(0, 2, (n, people)) * 2 - 1
    return rng.permuted(np.tile(np.arange(people), (n, 1)), axis=1)


def all_sign_flips(people):
    """Return every way to flip signs, of shape (2^people, people), the unflipped one first.

    Examples
    --------
    >>> all_sign_flips(2).tolist()
    [[1, 1], [1, -1], [-1, 1], [-1, -1]]
    """
    if people > 16:
        raise ValueError(
            f"{people} people have 2^{people} sign flips; draw some at random instead."
        )
    return 1 - 2 * ((np.arange(2**people)[:, None] >> np.arange(people)[::-1]) & 1)


def permutation_maxima(rng, values, design, contrast, volumes, n=999, *, by="nilearn", n_jobs=1):
    """Draw the largest T in each volume where nothing is there.

    Parameters
    ----------
    rng : numpy.random.Generator
    values : array
        Contrast images as rows, of shape (people, V).
    design, contrast
        As from :func:`eih.fmri.group_design`.
    volumes : dict of str to array
        Name → for each voxel whether it is in the volume.
    n : int, default 999
        Rearrangements: sign flips for the test of a mean, otherwise shuffles (Freedman and Lane). 999
        make p = 0.05 exact.
    by : {"nilearn", "blocks"}
        nilearn's routine, or ours for many tests.
    n_jobs : int, default 1
        Processes, through joblib; -1 for all cores. With ``blocks`` the result does not depend on it;
        nilearn draws other rearrangements for another number.

    Returns
    -------
    pandas.DataFrame
        A row per rearrangement, a column per volume.

    Raises
    ------
    ValueError
        A volume is empty, the shapes do not fit, or there is no such routine.

    References
    ----------
    Freedman D, Lane D (1983). A nonstochastic interpretation of reported significance levels. Journal of
    Business & Economic Statistics 1, 292–298.

    Winkler AM et al. (2014). Permutation inference for the general linear model. NeuroImage 92, 381–397.

    Examples
    --------
    >>> from eih.fmri.group_models import group_design
    >>> rng = np.random.default_rng(1)
    >>> noise = rng.standard_normal((39, 50))
    >>> inside = {"all": np.ones(50, bool)}
    >>> maxima = permutation_maxima(rng, noise, *group_design("drug"), inside, n=19)
    >>> maxima.shape
    (19, 1)
    """
    if by not in ("nilearn", "blocks"):
        raise ValueError(f"Invalid by '{by}'. It must be 'nilearn' or 'blocks'.")
    _check(values, design, volumes)
    if by == "nilearn":
        return _nilearn_maxima(rng, values, design, contrast, volumes, n, n_jobs)
    drawn = rearrangements(rng, n, len(design), is_flipped(design, contrast))
    return maxima_of(drawn, values, design, contrast, volumes, n_jobs=n_jobs)


def _check(values, design, volumes):
    if np.ndim(values) != 2 or len(values) != len(design):
        raise ValueError(
            f"The images have the shape {np.shape(values)}; a design of {len(design)} people needs a row for each."
        )
    for name, inside in volumes.items():
        if len(inside) != values.shape[1] or not np.any(inside):
            raise ValueError(f"The volume '{name}' is empty, or is not on the grid of the images.")


def _nilearn_maxima(rng, values, design, contrast, volumes, n, n_jobs):
    """Call permuted_ols for each volume, with the same seed and so the same rearrangements."""
    from nilearn.mass_univariate import permuted_ols

    tested, nuisance = _partition(design, contrast)
    if is_flipped(design, contrast):
        tested, covariates = np.ones(len(tested)), nuisance
        if not np.allclose(nuisance.T @ tested, 0, atol=1e-9):
            raise ValueError("nilearn flips signs only for a mean beside centred covariates.")
    else:
        covariates = _not_constant(nuisance)
    settings = {
        "confounding_vars": np.ascontiguousarray(covariates) if covariates.shape[1] else None,
        "n_perm": n,
        "two_sided_test": False,
        "random_state": int(rng.integers(2**31 - 1)),
        "n_jobs": n_jobs,
    }
    columns = {}
    with one_thread():
        for name, inside in volumes.items():
            found = permuted_ols(tested[:, None], values[:, np.asarray(inside, bool)], **settings)
            columns[name] = found["h0_max_t"][0]
    return pd.DataFrame(columns)


def _not_constant(nuisance):
    """Return an orthonormal basis of what is not tested, without its mean: shuffling leaves that alone."""
    constant = np.ones(len(nuisance)) / np.sqrt(len(nuisance))
    basis, sizes, _ = np.linalg.svd(
        nuisance - np.outer(constant, constant @ nuisance), full_matrices=False
    )
    return basis[:, sizes > 1e-8]


def maxima_of(drawn, values, design, contrast, volumes, *, n_jobs=1):
    """Return the largest T of each volume under given rearrangements; see :func:`permutation_maxima`."""
    values = np.asarray(values)
    _check(values, design, volumes)
    tested, nuisance = _partition(design, contrast)
    unit = _unit_residuals(values, nuisance)
    signs = is_flipped(design, contrast)
    df = len(design) - np.linalg.matrix_rank(design)
    parts = _not_overlapping(volumes)
    blocks = [drawn[start : start + BLOCK] for start in range(0, len(drawn), BLOCK)]
    arguments = (unit, tested, nuisance, signs, df, parts)
    if n_jobs == 1:
        found = [_block_maxima(block, *arguments) for block in blocks]
    else:
        from joblib import Parallel, delayed

        found = Parallel(n_jobs=n_jobs)(delayed(_block_maxima)(b, *arguments) for b in blocks)
    found = np.concatenate(found)  # of shape (n, parts)
    names = list(volumes)
    columns = {
        name: found[:, [i for i, (_, owners) in enumerate(parts) if name in owners]].max(axis=1)
        for name in names
    }
    return pd.DataFrame(columns)


def _not_overlapping(volumes):
    """Cut volumes into parts without overlap, so that no voxel is computed twice: (voxels, owners)."""
    names = list(volumes)
    member = np.array([np.asarray(volumes[name], bool) for name in names])
    kinds, of = np.unique(member, axis=1, return_inverse=True)
    of = of.ravel()
    return [
        (np.flatnonzero(of == i), {names[j] for j in np.flatnonzero(kinds[:, i])})
        for i in range(kinds.shape[1])
        if kinds[:, i].any()
    ]


def _partition(design, contrast):
    """Split a design into the tested direction and an orthonormal basis of the rest.

    The tested direction is made orthogonal to the rest and of unit length, so that its product with the
    images is the effect of the contrast, up to a factor.
    """
    x, c = np.asarray(design, dtype=float), np.asarray(contrast, dtype=float)
    others = np.linalg.svd(c[None])[2][1:].T  # what leaves the contrast alone
    nuisance = np.linalg.qr(x @ others)[0]
    tested = x @ np.linalg.solve(x.T @ x, c)
    return tested / np.linalg.norm(tested), nuisance


def _unit_residuals(values, nuisance):
    """Take what is not tested out of each voxel and scale the rest to unit length; 32-bit."""
    left = values - nuisance @ (nuisance.T @ values)
    length = np.sqrt((left**2).sum(axis=0))
    return np.divide(left, length, where=length > 0, out=np.zeros_like(left)).astype(np.float32)


def _block_maxima(block, unit, tested, nuisance, signs, df, parts):
    """Return the largest T of each part for a block of rearrangements, of shape (block, parts).

    With residuals of unit length, T = √df b / √(1 − b² − |z|²): b is their product with the tested
    direction, z that with the other directions, both rearranged.
    """
    if signs:
        across = [(block * tested).astype(np.float32)]
        across += [(block * column).astype(np.float32) for column in nuisance.T]
    else:
        across = [tested[block].astype(np.float32)]
        across += [column[block].astype(np.float32) for column in _not_constant(nuisance).T]
    largest = np.full((len(block), len(parts)), -np.inf, dtype=np.float32)
    with one_thread():
        for i, (voxels, _) in enumerate(parts):
            for start in range(0, len(voxels), VOXELS):
                chunk = unit[:, voxels[start : start + VOXELS]]
                b = across[0] @ chunk
                if len(across) > 1:
                    left = 1 - sum((other @ chunk) ** 2 for other in across[1:])
                    b /= np.sqrt(np.maximum(left, 1e-12))
                np.maximum(largest[:, i], b.max(axis=1), out=largest[:, i])
    r = np.clip(largest.astype(float), -1 + 1e-12, 1 - 1e-12)
    return np.sqrt(df) * r / np.sqrt(1 - r**2)
