"""The 2 mm grid of the MNI brain that NiMARE ships, and what lies in it."""

import logging
import sys
from dataclasses import dataclass
from functools import cache

import numpy as np

AXES = ["mni_x", "mni_y", "mni_z"]


def quiet_nimare():
    """Import NiMARE, and take back what it would do to the whole session: a log handler, coarser figures."""
    if "nimare" not in sys.modules:
        import matplotlib as mpl

        root = logging.getLogger()
        handlers, level = list(root.handlers), root.level
        with mpl.rc_context():
            import nimare  # noqa: F401

        root.handlers[:] = handlers
        root.setLevel(level)
    return sys.modules["nimare"]


@dataclass(frozen=True)
class Grid:
    """The voxels of the brain: a masker for NiMARE, its mask of shape (X, Y, Z), and its affine.

    ``centres`` holds the middle of each voxel inside, of shape (V, 3) [mm].
    """

    masker: object
    inside: np.ndarray
    affine: np.ndarray
    centres: np.ndarray

    def indices(self, points):
        """Return fractional voxel indices of points [mm], both of shape (n, 3)."""
        return (points - self.affine[:3, 3]) @ np.linalg.inv(self.affine[:3, :3]).T

    def holds(self, points):
        """Tell for each point whether its nearest voxel belongs to the brain."""
        nearest = np.rint(self.indices(points)).astype(int)
        within = ((nearest >= 0) & (nearest < self.inside.shape)).all(axis=1)
        return within & self.inside[tuple(np.where(within[:, None], nearest, 0).T)]

    def volume(self, values):
        """Put one value per brain voxel back into the box; 0 outside the brain."""
        box = np.zeros(self.inside.shape, dtype=np.asarray(values).dtype)
        box[self.inside] = values
        return box


@cache
def brain_grid():
    """Return the 2 mm grid of the MNI152 brain that NiMARE ships (FSL's, sixth generation).

    Returns
    -------
    Grid
        With 228,483 voxels inside the brain.
    """
    quiet_nimare()
    from nimare.utils import get_masker, get_template

    masker = get_masker(get_template("mni152_2mm", mask="brain"))
    inside, affine = masker.mask_img_.get_fdata() > 0, masker.mask_img_.affine
    return Grid(masker, inside, affine, np.argwhere(inside) @ affine[:3, :3].T + affine[:3, 3])


def anatomy():
    """Return the T1 image of the MNI152 brain on the grid, skull removed; of shape (X, Y, Z)."""
    grid = brain_grid()
    from nimare.utils import get_template

    return np.where(grid.inside, get_template("mni152_2mm").get_fdata(), 0)


def points_of(frame):
    """Return the coordinates of a table as an array of shape (n, 3) [mm].

    Raises
    ------
    ValueError
        The table lacks a coordinate column, has no rows, or holds a coordinate that is not a number.
    """
    missing = [axis for axis in AXES if axis not in frame]
    if missing:
        raise ValueError(f"The table has no column {missing}; coordinates stand in {AXES} [mm].")
    points = frame[AXES].to_numpy(dtype=float)
    if len(points) == 0 or not np.isfinite(points).all():
        raise ValueError("The table needs at least one row, and a number in every coordinate.")
    return points


@cache
def grey_matter():
    """Tell for each brain voxel whether grey matter is more likely than not (nilearn's template)."""
    from nilearn.datasets import load_mni152_gm_template
    from nilearn.image import resample_to_img

    grid = brain_grid()
    like = grid.masker.mask_img_
    settings = {"interpolation": "linear", "force_resample": True, "copy_header": True}
    grey = resample_to_img(load_mni152_gm_template(resolution=2), like, **settings)
    return grey.get_fdata()[grid.inside] > 0.5
