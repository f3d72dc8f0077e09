"""The grid of the group images: nilearn's MNI brain at 4 mm, its small volume, and smooth noise on it."""

from functools import cache

import numpy as np

from ..brain.mni_grid import Grid

VOXEL = 4  # mm


@cache
def group_grid(voxel=VOXEL):
    """Return the voxels of nilearn's MNI152 brain mask on a coarse grid.

    Parameters
    ----------
    voxel : int, default 4
        Size of the voxels [mm].

    Returns
    -------
    eih.brain.mni_grid.Grid
        29,398 voxels inside the brain at 4 mm.

    Examples
    --------
    >>> group_grid().centres.shape
    (29398, 3)
    """
    from nilearn.datasets import load_mni152_brain_mask
    from nilearn.maskers import NiftiMasker

    mask = load_mni152_brain_mask(resolution=voxel)
    inside, affine = mask.get_fdata() > 0, mask.affine
    centres = np.argwhere(inside) @ affine[:3, :3].T + affine[:3, 3]
    return Grid(NiftiMasker(mask), inside, affine, centres)


def map_image(values, grid=None):
    """Turn one value per brain voxel into an image; 0 outside the brain.

    Parameters
    ----------
    values : array
        Of shape (V,).
    grid : Grid, optional
        Default: :func:`group_grid`.

    Returns
    -------
    nibabel.Nifti1Image

    Examples
    --------
    >>> map_image(np.ones(29398)).shape
    (50, 59, 48)
    """
    import nibabel

    grid = group_grid() if grid is None else grid
    return nibabel.Nifti1Image(grid.volume(np.asarray(values, dtype=np.float32)), grid.affine)


def voxel_of(point, grid=None):
    """Return which brain voxel (position among V) is nearest to an MNI coordinate.

    Parameters
    ----------
    point : sequence of float
        x, y, z [mm].
    grid : Grid, optional
        Default: :func:`group_grid`.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        The nearest brain voxel is farther than the diagonal of a voxel.

    Examples
    --------
    >>> group_grid().centres[voxel_of((-2, -24, -8))].tolist()
    [-2.0, -26.0, -8.0]
    """
    grid = group_grid() if grid is None else grid
    distance = np.linalg.norm(grid.centres - np.asarray(point, dtype=float), axis=1)
    nearest = int(distance.argmin())
    if distance[nearest] > np.linalg.norm(np.diag(grid.affine)[:3]):
        raise ValueError(f"The coordinate {tuple(point)} lies outside the brain.")
    return nearest


def search_volumes(grid=None):
    """Return the volumes that a peak is corrected for.

    Parameters
    ----------
    grid : Grid, optional
        Default: :func:`group_grid`.

    Returns
    -------
    dict of str to numpy.ndarray
        ``whole brain`` and ``small volume`` (:func:`eih.brain.regions.small_volume`, as far as it lies
        in the brain): for each brain voxel whether it is in there.

    Examples
    --------
    >>> {name: int(inside.sum()) for name, inside in search_volumes().items()}["whole brain"]
    29398
    """
    from ..brain.regions import small_volume

    grid = group_grid() if grid is None else grid
    mask = small_volume((grid.inside.shape, grid.affine)).get_fdata() > 0
    return {"whole brain": np.ones(len(grid.centres), bool), "small volume": mask[grid.inside]}


def smooth_noise(rng, n, fwhm=6.0, grid=None):
    """Draw images of Gaussian noise with mean 0, standard deviation 1, and a stated smoothness.

    Two voxels a distance d apart correlate by exp(-2 ln 2 d² / FWHM²), as after smoothing independent
    noise with a Gaussian kernel of that FWHM on an infinitely fine grid. The fields are drawn with
    exactly this correlation at the centres of the voxels, so that neither the coarse grid nor the edge of
    the image makes them rougher or weaker.

    Parameters
    ----------
    rng : numpy.random.Generator
    n : int
        Number of images.
    fwhm : float, default 6
        Full width at half maximum of the kernel [mm]; 0 for independent voxels.
    grid : Grid, optional
        Default: :func:`group_grid`.

    Returns
    -------
    numpy.ndarray
        Of shape (n, V), 32-bit floats.

    Examples
    --------
    >>> smooth_noise(np.random.default_rng(1), 2).shape
    (2, 29398)
    """
    grid = group_grid() if grid is None else grid
    shape = grid.inside.shape
    noise = rng.standard_normal((n, *shape), dtype=np.float32)
    if fwhm > 0:
        size = abs(float(grid.affine[0, 0]))
        along_x, along_y, along_z = (_root(length, size, fwhm) for length in shape)
        noise = noise @ along_z
        noise = along_y @ noise
        noise = np.matmul(along_x, noise.reshape(n, shape[0], -1)).reshape(n, *shape)
    return noise[:, grid.inside]


@cache
def _root(length, size, fwhm):
    """Return the symmetric square root of the correlation along an axis, of shape (length, length)."""
    steps = np.subtract.outer(np.arange(length), np.arange(length)) * size
    values, vectors = np.linalg.eigh(np.exp(-2 * np.log(2) * steps**2 / fwhm**2))
    return ((vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T).astype(np.float32)
