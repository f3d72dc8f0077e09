"""Random field theory: how high the peaks of a smooth T map rise by chance.

A smooth map has fewer independent places than voxels. Worsley's answer: count how many blobs of noise
stand above a height on average (the expected Euler characteristic). For high thresholds that number is
nearly the probability of a false alarm anywhere. It takes a field that is smooth between neighbouring
voxels; on a coarse grid the highest points fall between the voxels, and the threshold is too strict.

References
----------
Worsley KJ, Marrett S, Neelin P, Vandal AC, Friston KJ, Evans AC (1996). A unified statistical approach
for determining significant signals in images of cerebral activation. Human Brain Mapping 4, 58–73.

Forman SD et al. (1995). Improved assessment of significant activation in functional magnetic resonance
imaging (fMRI): use of a cluster-size threshold. Magnetic Resonance in Medicine 33, 636–647.
"""

from itertools import combinations

import numpy as np

_RESEL = 4 * np.log(2)


def ec_densities(t, df):
    """Return the Euler characteristic densities of a T field in 0 to 3 dimensions, per resel.

    Parameters
    ----------
    t : float or array
    df : float
        Degrees of freedom.

    Returns
    -------
    numpy.ndarray
        Of shape (4,) or (4, …). The first is the p of a single T, one-sided.

    References
    ----------
    Worsley et al. (1996), Table II.

    Examples
    --------
    >>> ec_densities(4.85241745689539, 84).round(8).tolist()
    [2.78e-06, 9.33e-06, 2.997e-05, 9.163e-05]
    """
    from scipy import special, stats

    t = np.asarray(t, dtype=float)
    shape = (1 + t**2 / df) ** (-(df - 1) / 2)
    gamma = np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2)) / np.sqrt(df / 2)
    return np.array(
        [
            stats.t.sf(t, df),
            np.sqrt(_RESEL) / (2 * np.pi) * shape,
            _RESEL / (2 * np.pi) ** 1.5 * gamma * t * shape,
            _RESEL**1.5 / (2 * np.pi) ** 2 * ((df - 1) / df * t**2 - 1) * shape,
        ]
    )


def resel_counts(inside, voxel_sizes, fwhm):
    """Measure a volume in resolution elements: its Euler characteristic, diameter, surface and content.

    Parameters
    ----------
    inside : array of bool
        Of shape (X, Y, Z).
    voxel_sizes : sequence of 3 float
        [mm].
    fwhm : sequence of 3 float
        Smoothness along each axis [mm].

    Returns
    -------
    numpy.ndarray
        Of shape (4,): resels of dimension 0 to 3. They are counted on the lattice whose corners are the
        centres of the voxels, so a volume one voxel thick has no content.

    References
    ----------
    Worsley et al. (1996), appendix.

    Examples
    --------
    >>> resel_counts(np.ones((3, 3, 3), bool), (4, 4, 4), (8, 8, 8)).tolist()
    [1.0, 3.0, 3.0, 1.0]
    """
    inside = np.asarray(inside, dtype=bool)
    if inside.ndim != 3 or not inside.any():
        raise ValueError(f"The volume has the shape {inside.shape} and must have voxels in 3 axes.")
    per_step = np.asarray(voxel_sizes, float) / np.asarray(fwhm, float)
    counts = {
        axes: _count(inside, axes) for size in range(4) for axes in combinations(range(3), size)
    }
    resels = np.zeros(4)
    for axes in counts:
        sign_and_count = sum(
            (-1) ** (len(larger) - len(axes)) * count
            for larger, count in counts.items()
            if set(axes) <= set(larger)
        )
        resels[len(axes)] += sign_and_count * np.prod(per_step[list(axes)])
    return resels


def _count(inside, axes):
    """Count the edges, faces or cubes of the lattice that lie along some axes with all corners inside."""
    for axis in axes:
        first, second = [slice(None)] * 3, [slice(None)] * 3
        first[axis], second[axis] = slice(None, -1), slice(1, None)
        inside = inside[tuple(first)] & inside[tuple(second)]
    return int(inside.sum())


def smoothness(residuals, inside, voxel_sizes):
    """Estimate the smoothness of the noise from the residuals of a group model.

    Parameters
    ----------
    residuals : array
        Of shape (people, V).
    inside : array of bool
        Of shape (X, Y, Z) with V voxels.
    voxel_sizes : sequence of 3 float
        [mm].

    Returns
    -------
    numpy.ndarray
        FWHM along each axis [mm], of shape (3,).

    Notes
    -----
    Neighbours a step apart correlate by r = exp(-2 ln 2 step² / FWHM²) if the noise looks like smoothed
    white noise (Forman et al. 1995); r is the mean correlation of neighbours over people. SPM takes the
    difference of neighbours for a derivative instead, which is the same for fine grids; on a grid as
    coarse as ours (FWHM of 1.5 voxels) it would make the noise look one seventh smoother than it is.

    Examples
    --------
    >>> from eih.fmri.grids import group_grid, smooth_noise
    >>> noise = smooth_noise(np.random.default_rng(1), 20)
    >>> smoothness(noise, group_grid().inside, (4, 4, 4)).round().tolist()
    [6.0, 6.0, 6.0]
    """
    residuals = np.asarray(residuals, dtype=float)
    length = np.sqrt((residuals**2).sum(axis=0))
    unit = np.divide(residuals, length, where=length > 0, out=np.zeros_like(residuals))
    place = np.full(inside.shape, -1)
    place[inside] = np.arange(inside.sum())
    widths = []
    for axis in range(3):
        first = np.take(place, np.arange(place.shape[axis] - 1), axis=axis)
        second = np.take(place, np.arange(1, place.shape[axis]), axis=axis)
        both = (first >= 0) & (second >= 0)
        if not both.any():
            raise ValueError(
                f"The volume is one voxel thick along axis {axis}: no smoothness there."
            )
        r = np.einsum("nv,nv->v", unit[:, first[both]], unit[:, second[both]]).mean()
        if not 0 < r < 1:
            widths.append(0.0 if r <= 0 else np.inf)
            continue
        widths.append(float(voxel_sizes[axis] * np.sqrt(-2 * np.log(2) / np.log(r))))
    return np.array(widths)


def expected_clusters(t, df, resels):
    """Return the expected Euler characteristic above a height: for high t, the number of noise blobs.

    Parameters
    ----------
    t : float or array
    df : float
    resels : array
        As from :func:`resel_counts`.

    Returns
    -------
    float or array

    Examples
    --------
    >>> resels = [7, 42.96312274763, 269.40914815306, 467.07642343881]  # of an example of SPM12
    >>> round(float(expected_clusters(4.85241745689539, 84, resels)), 5)
    0.05129
    """
    return np.tensordot(np.asarray(resels, dtype=float), ec_densities(t, df), axes=1)


def random_field_p(t, df, resels):
    """Return the corrected p of a T by random field theory.

    Returns
    -------
    float or array
        1 − exp(−expected number of blobs), as in SPM; 1 for T at or below 1, where the theory, made for
        high thresholds, says nothing.

    Examples
    --------
    >>> resels = [7, 42.96312274763, 269.40914815306, 467.07642343881]
    >>> round(float(random_field_p(4.85241745689539, 84, resels)), 5)
    0.05
    """
    t = np.asarray(t, dtype=float)
    p = -np.expm1(-np.maximum(expected_clusters(t, df, resels), 0))
    p = np.where(t > 1, p, 1.0)
    return float(p) if p.ndim == 0 else p


def random_field_threshold(df, resels, alpha=0.05):
    """Return the T at which :func:`random_field_p` is alpha.

    Examples
    --------
    >>> resels = [7, 42.96312274763, 269.40914815306, 467.07642343881]
    >>> round(random_field_threshold(84, resels), 3)  # SPM12 prints 4.852
    4.852
    """
    from scipy import optimize

    highest = np.linspace(2, 60, 2000)
    crossing = highest[np.flatnonzero(random_field_p(highest, df, resels) > alpha)]
    low = float(crossing.max()) if crossing.size else 1.0
    return float(
        optimize.brentq(lambda t: random_field_p(t, df, resels) - alpha, low, low + 60, xtol=1e-10)
    )
