"""The regions of interest and the small volume, approximated by simple shapes on any grid.

The masks themselves are not printed. The authors' script ``second_level/svc_mask_extraction.m`` names
what went into them; each is rebuilt here as a tube or a box around coordinates that are printed, named
there, or taken from an atlas. Where the published mask is at hand, it takes the place of all of this.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

from ..paper.printed import reported_peaks

SIDE, MARGIN = 15.0, 10.0  # mm: half the width of the frontal box, and what it adds in y and z


@dataclass(frozen=True)
class Region:
    """A shape in MNI space [mm]: a tube around a line (a ball where both ends are one), or a box.

    ``start`` and ``end`` are the ends of the line, or two opposite corners of the box (``radius`` None).
    """

    name: str
    start: tuple
    end: tuple
    radius: float | None
    approximated: str
    source: str

    @property
    def centre(self):
        """The middle of the shape, of shape (3,) [mm]."""
        return (np.array(self.start, float) + self.end) / 2

    def holds(self, points):
        """Tell for each point of shape (n, 3) [mm] whether it lies in the shape, its surface included."""
        points = np.asarray(points, dtype=float)
        start, end = np.array(self.start, float), np.array(self.end, float)
        if self.radius is None:
            return ((points >= start) & (points <= end)).all(axis=1) & in_brain(points)
        along = end - start
        length = along @ along
        share = (
            np.clip((points - start) @ along / length, 0, 1) if length else np.zeros(len(points))
        )
        nearest = start + share[:, None] * along
        return ((points - nearest) ** 2).sum(axis=1) <= self.radius**2 + 1e-9

    def core(self):
        """Points that the mask must hold on any grid, however coarse, of shape (n, 3) [mm]."""
        steps = np.linspace(0, 1, 41)[:, None]
        line = self.start + steps * (np.array(self.end, float) - self.start)
        return line if self.radius is not None else self.centre[None]


def _regions():
    peaks = reported_peaks().query("correction == 'small volume'")
    places = peaks.set_index("id")[["mni_x", "mni_y", "mni_z"]].astype(float)
    frontal = np.array([(0, 43, -19), *places.loc[["r095", "r106"]].to_numpy()])
    low, high = frontal.min(axis=0) - MARGIN, frontal.max(axis=0) + MARGIN
    return (
        Region(
            "RVM",
            (0, -32, -44),
            (0, -32, -44),
            3.0,
            "ball of 3 mm at (0, -32, -44)",
            "Coordinate and radius as in the authors' script, which takes them from earlier work "
            "(Tinnermann et al.).",
        ),
        Region(
            "PAG",
            tuple(places.loc["r065"]),
            (0, -35, -17),
            3.0,
            "tube of 3 mm radius from the reported peak (-2, -24, -8) to (0, -35, -17)",
            "The authors took an anatomical mask (Brainstem Navigator). The lower end is the coordinate of "
            "an alternative ball in their script (Eippert et al. 2009); an outer diameter of about 6 mm is "
            "given by Satpute et al. (2013). The aqueduct inside is not left out.",
        ),
        Region(
            "frontal midline",
            (-SIDE, *low[1:]),
            (SIDE, *high[1:]),
            None,
            f"box |x| ≤ {SIDE:.0f}, y {low[1]:.0f} to {high[1]:.0f}, z {low[2]:.0f} to {high[2]:.0f} mm, "
            "inside the brain",
            "The authors joined rACC and vmPFC (a ball of 15 mm and an atlas region, or clusters of the "
            "meta-analysis by de la Vega et al. 2016: their script names both). The box spans the two "
            "reported peaks and the centre of the Harvard-Oxford frontal medial cortex (0, 43, -19), "
            f"{MARGIN:.0f} mm more on each side; it holds white matter too.",
        ),
    )


def regions():
    """List the regions of interest and how each is approximated.

    Returns
    -------
    pandas.DataFrame
        A row per region: ``region`` (``RVM``, ``PAG``, ``frontal midline``), ``approximated`` (the
        shape), ``mni_x, mni_y, mni_z`` (its middle [mm]), ``radius_mm`` (of ball or tube; missing for the
        box), ``volume_mm3`` (of the shape; of the box as far as it lies in the brain, counted in voxels
        of 2 mm) and ``source`` (where coordinates and size come from, and what the authors used).

    References
    ----------
    Satpute AB et al. (2013). Identification of discrete functional subregions of the human
    periaqueductal gray. PNAS 110, 17101–17106.

    De la Vega A et al. (2016). Large-scale meta-analysis of human medial frontal cortex reveals
    tripartite functional organization. Journal of Neuroscience 36, 6553–6562.

    Examples
    --------
    >>> regions()[["region", "mni_x", "mni_y", "mni_z", "radius_mm"]].values.tolist()[0]
    ['RVM', 0.0, -32.0, -44.0, 3.0]
    """
    rows = [
        [one.name, one.approximated, *one.centre, one.radius, _volume(one), one.source]
        for one in _regions()
    ]
    names = [
        "region",
        "approximated",
        "mni_x",
        "mni_y",
        "mni_z",
        "radius_mm",
        "volume_mm3",
        "source",
    ]
    return pd.DataFrame(rows, columns=names).astype({"radius_mm": float})


def region_masks(grid):
    """Draw each region on a grid.

    Parameters
    ----------
    grid : nibabel image, or pair of shape (X, Y, Z) and affine (4, 4)
        In MNI space.

    Returns
    -------
    dict of str to nibabel.Nifti1Image
        ``RVM``, ``PAG``, ``frontal midline``: 1 inside, 0 outside. A voxel is inside where its centre is,
        or where the middle line of a ball or tube runs through it, so that none is empty on a coarse
        grid and the voxel of each reported peak is inside.

    Raises
    ------
    ValueError
        A region lies outside the grid.

    Examples
    --------
    >>> import numpy as np
    >>> mni_4mm = (41, 49, 41), np.array([[4, 0, 0, -80], [0, 4, 0, -116], [0, 0, 4, -76], [0, 0, 0, 1.0]])
    >>> masks = region_masks(mni_4mm)
    >>> {name: int(mask.get_fdata().sum()) for name, mask in masks.items()}["RVM"]
    1
    """
    shape, affine = _grid(grid)
    return {one.name: _image(_mask(one, shape, affine), affine) for one in _regions()}


def small_volume(grid, *, published=False):
    """Draw the volume of the small-volume correction on a grid: all regions together.

    Parameters
    ----------
    grid : nibabel image, or pair of shape (X, Y, Z) and affine (4, 4)
        In MNI space.
    published : bool, default False
        Take the authors' published mask (see :func:`eih.brain.maps.load`), brought to the grid, in place
        of the approximation. What is simulated should not, or it would depend on a download.

    Returns
    -------
    nibabel.Nifti1Image
        1 inside, 0 outside.

    Raises
    ------
    DataError
        The published mask is asked for and is not there, or not usable.
    ValueError
        The volume lies outside the grid.

    Examples
    --------
    >>> from nilearn.datasets import load_mni152_template
    >>> mask = small_volume(load_mni152_template(resolution=4))
    >>> mask.shape, bool(mask.get_fdata().any())
    ((50, 59, 48), True)
    """
    shape, affine = _grid(grid)
    if not published:
        inside = np.zeros(shape, bool)
        for one in _regions():
            inside |= _mask(one, shape, affine)
        return _image(inside, affine)
    from .maps import load

    mask = load("mask")
    inside = _looked_up(_centres(shape, affine), np.nan_to_num(mask.get_fdata()) > 0.5, mask.affine)
    if not inside.any():
        raise ValueError("The published mask has no voxel on this grid. Is it in MNI space?")
    return _image(inside.reshape(shape), affine)


def in_brain(points):
    """Tell for each point of shape (n, 3) [mm] whether it lies in the MNI152 brain (nilearn's mask)."""
    return _looked_up(points, *_brain())


@cache
def _brain():
    from nilearn.datasets import load_mni152_brain_mask

    mask = load_mni152_brain_mask(resolution=2)
    return mask.get_fdata() > 0, mask.affine


def _looked_up(points, inside, affine):
    """Return what a mask has at points [mm] (nearest voxel); False beyond its edges."""
    voxels = _to_voxels(points, affine)
    within = ((voxels >= 0) & (voxels < inside.shape)).all(axis=1)
    return within & inside[tuple(np.where(within[:, None], voxels, 0).T)]


def _grid(grid):
    shape, affine = (grid.shape, grid.affine) if hasattr(grid, "affine") else grid
    return tuple(map(int, shape[:3])), np.asarray(affine, dtype=float)


def _centres(shape, affine):
    """Return the middle of each voxel, of shape (X·Y·Z, 3) [mm]."""
    return np.indices(shape).reshape(3, -1).T @ affine[:3, :3].T + affine[:3, 3]


def _mask(region, shape, affine):
    core = _to_voxels(region.core(), affine)
    if (core < 0).any() or (core >= shape).any():
        raise ValueError(
            f"The region '{region.name}' ({region.approximated}) lies outside the grid of shape {shape}. "
            "Is the grid in MNI space, with an affine in mm?"
        )
    ends, reach = np.array([region.start, region.end], float), region.radius or 0
    corners = np.array(
        list(product(*zip(ends.min(axis=0) - reach, ends.max(axis=0) + reach, strict=True)))
    )
    around = _to_voxels(corners, affine)
    low = np.maximum(around.min(axis=0) - 1, 0)
    high = np.minimum(around.max(axis=0) + 2, shape)
    # only the voxels around the shape are looked at: a 1 mm grid has seven million
    near = np.indices(high - low).reshape(3, -1).T + low
    inside = np.zeros(shape, bool)
    inside[tuple(near.T)] = region.holds(near @ affine[:3, :3].T + affine[:3, 3])
    inside[tuple(core.T)] = True
    return inside


def _to_voxels(points, affine):
    """Return the voxel that each point [mm] lies in."""
    return np.rint((points - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T).astype(int)


def _volume(region):
    if region.radius is None:
        brain, affine = _brain()
        return float(region.holds(_centres(brain.shape, affine)).sum() * abs(np.linalg.det(affine)))
    length = float(np.linalg.norm(np.subtract(region.end, region.start)))
    return np.pi * region.radius**2 * (length + 4 / 3 * region.radius)


def _image(inside, affine):
    import nibabel

    return nibabel.Nifti1Image(inside.astype("u1"), affine)
