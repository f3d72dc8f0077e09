"""Where the peaks of many pain studies gather, and where other peaks fall in that map.

Coordinate-based meta-analysis with NiMARE, on a grid of 2 mm: NiMARE's formula for the width of the ALE
kernel holds for voxels of that size only (at 4 mm it would come out 29 % too narrow).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .mni_grid import AXES, brain_grid, points_of, quiet_nimare

P_FORMING = 0.001  # a voxel joins a cluster below this p, as is usual for ALE


def pain_foci():
    """Load the peaks of 21 pain studies that NiMARE ships.

    Returns
    -------
    pandas.DataFrame of shape (267, 6)
        One row per focus: ``study`` (``pain_01`` …), ``sample`` (a number for each run of neighbouring
        studies with the same sample size: they may share people), ``sample_size``, ``mni_x, mni_y, mni_z``
        [mm].

    Notes
    -----
    File ``nidm_pain_studyset.json`` of NiMARE (MIT licence; the file names no licence of its own). Its
    source is NeuroVault collection 1425, NIDM-Results packs uploaded by C. Maumet. NiMARE's developers
    took the foci from the thresholded positive maps: up to four local maxima per cluster. They are not
    the tables of the articles.

    Examples
    --------
    >>> import eih
    >>> foci = eih.pain_foci()
    >>> foci.study.nunique(), foci["sample"].nunique()
    (21, 10)
    """
    quiet_nimare()
    from pathlib import Path

    from nimare.studyset import Studyset
    from nimare.utils import get_resource_path

    studies = Studyset(str(Path(get_resource_path()) / "nidm_pain_studyset.json"))
    sizes = pd.Series(studies.sample_sizes(), index=studies.study_ids).astype(int)
    samples = (sizes != sizes.shift()).cumsum()
    foci = studies.coordinates
    return pd.DataFrame(
        {
            "study": foci.study_id.str.removesuffix(".nidm"),
            "sample": foci.study_id.map(samples),
            "sample_size": foci.study_id.map(sizes),
            **{axis: foci[axis[-1]].astype(float) for axis in AXES},
        }
    ).sort_values(["study", *AXES], ignore_index=True)


@dataclass(frozen=True, repr=False, eq=False)
class PeakMap:
    """How closely the foci of several studies gather; made by :func:`ale_map` and :func:`mkda_map`.

    Attributes
    ----------
    method : str
        What ``value`` is.
    n_studies, n_foci : int
        What went in.
    value, z, p : numpy.ndarray of shape (V,)
        One number per brain voxel; z and p are one-sided, uncorrected, against foci strewn at random.
    """

    method: str
    n_studies: int
    n_foci: int
    value: np.ndarray
    z: np.ndarray
    p: np.ndarray

    def at(self, points):
        """Return the value at points of shape (n, 3) [mm], linear between voxels."""
        from scipy.ndimage import map_coordinates

        grid = brain_grid()
        return map_coordinates(grid.volume(self.value), grid.indices(points).T, order=1)

    def look_up(self, values, what):
        """Return the ``z`` or ``p`` that belongs to values of this map."""
        order = np.argsort(self.value, kind="stable")
        return np.interp(values, self.value[order], getattr(self, what)[order])

    def labels(self):
        """Number the clusters of voxels with p < 0.001 that share faces, the largest first; 0 is none."""
        from scipy.ndimage import label

        grid = brain_grid()
        found = label(grid.volume(self.p < P_FORMING))[0][grid.inside]
        sizes = np.bincount(found)
        sizes[0] = sizes.max() + 1
        rank = np.empty(len(sizes), dtype=int)
        rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
        return rank[found]

    def image(self, clusters=None):
        """Return z as an image; with a table of clusters, inside them only."""
        from nibabel import Nifti1Image

        grid = brain_grid()
        shown = True if clusters is None else np.isin(self.labels(), clusters.cluster)
        return Nifti1Image(grid.volume(np.where(shown, self.z, 0).astype("float32")), grid.affine)

    def __repr__(self):
        return (
            f"{self.method} of {self.n_foci} foci from {self.n_studies} studies: {len(self.value):,} "
            f"voxels of 2 mm, {(self.p < P_FORMING).sum():,} with p < {P_FORMING}"
        )


def _checked(foci):
    missing = [name for name in ("study", "sample_size") if name not in foci]
    if missing:
        raise ValueError(f"The foci need the columns {missing}; see eih.pain_foci().")
    if foci.groupby("study").sample_size.nunique().gt(1).any():
        raise ValueError("A study has two sample sizes; the width of its kernel is not defined.")
    return points_of(foci)


def _as_studyset(foci):
    """Write the foci as the NIMADS document that NiMARE reads."""
    from nimare.studyset import Studyset

    def study(name, rows):
        points = [{"space": "MNI", "coordinates": list(point)} for point in points_of(rows)]
        size = {"sample_sizes": [int(rows.sample_size.iloc[0])]}
        condition = [{"name": "pain", "description": ""}]
        analysis = {"id": "1", "name": "1", "conditions": condition, "weights": [1.0]}
        analysis |= {"images": [], "points": points, "metadata": size}
        head = {"id": name, "name": name, "authors": "", "publication": "", "metadata": {}}
        return head | {"analyses": [analysis]}

    studies = [study(str(name), rows) for name, rows in foci.groupby("study")]
    return Studyset({"id": "foci", "name": "", "studies": studies}, mask=brain_grid().masker)


def _fitted(estimator, method, foci):
    maps = estimator.fit(_as_studyset(foci)).maps
    return PeakMap(
        method, foci.study.nunique(), len(foci), *(maps[name] for name in ("stat", "z", "p"))
    )


def ale_map(foci, fwhm=None):
    """Estimate activation likelihoods (ALE): the chance that at least one study has its focus here.

    Parameters
    ----------
    foci : pandas.DataFrame
        As from :func:`pain_foci`.
    fwhm : float, optional
        Width of the kernel [mm], the same for all. Default: by sample size (Eickhoff and others, 2012).

    Returns
    -------
    PeakMap
        p and z from NiMARE's approximate null: foci of each study strewn at random over the brain.

    Raises
    ------
    ValueError
        A column is missing, a study has two sample sizes, or the width is not above zero.

    Examples
    --------
    >>> import eih
    >>> eih.ale_map(eih.pain_foci())
    ALE of 267 foci from 21 studies: 228,483 voxels of 2 mm, 2,625 with p < 0.001
    """
    _checked(foci)
    if fwhm is not None and not fwhm > 0:
        raise ValueError(f"The width must be above 0 mm; it is {fwhm}.")
    quiet_nimare()
    from nimare.meta.cbma import ALE

    return _fitted(ALE() if fwhm is None else ALE(kernel__fwhm=fwhm), "ALE", foci)


def mkda_map(foci, radius=10):
    """Count the studies that have a focus within a radius of each voxel (MKDA).

    Parameters
    ----------
    foci : pandas.DataFrame
        As from :func:`pain_foci`.
    radius : float, default 10
        In mm.

    Returns
    -------
    PeakMap
        ``value`` is the number of studies.

    Raises
    ------
    ValueError
        A column is missing, a study has two sample sizes, or the radius is not above zero.

    Examples
    --------
    >>> import eih
    >>> eih.mkda_map(eih.pain_foci())
    MKDA of 267 foci from 21 studies: 228,483 voxels of 2 mm, 2,853 with p < 0.001
    """
    _checked(foci)
    if not radius > 0:
        raise ValueError(f"The radius must be above 0 mm; it is {radius}.")
    quiet_nimare()
    from nimare.meta.cbma import MKDADensity

    return _fitted(MKDADensity(kernel__r=radius), "MKDA", foci)


def modelled(foci, kernel=None):
    """Return the modelled activation of each study: sparse, of shape (studies by name, V).

    Parameters
    ----------
    foci : pandas.DataFrame
        As from :func:`pain_foci`.
    kernel : nimare kernel, optional
        Default: ALE, width by sample size.
    """
    _checked(foci)
    quiet_nimare()
    from nimare.meta.kernel import ALEKernel

    frame = foci.rename(columns={"study": "id", "mni_x": "x", "mni_y": "y", "mni_z": "z"})
    kernel = ALEKernel() if kernel is None else kernel
    return kernel.transform(frame, masker=brain_grid().masker, return_type="sparse")


def united(log_of_none):
    """Return the chance that at least one study has its focus here, from sums of log(1 - chance)."""
    return -np.expm1(np.asarray(log_of_none.sum(axis=0)).ravel())


def ale_values(foci, kernel=None):
    """Return the ALE value of each brain voxel, without a null.

    Parameters
    ----------
    foci : pandas.DataFrame
        As from :func:`pain_foci`.
    kernel : nimare ALEKernel, optional
        Default: width by sample size.

    Returns
    -------
    numpy.ndarray of shape (V,)
        The same values as those of :func:`ale_map`.
    """
    return united((-modelled(foci, kernel)).log1p())


def width_of_kernel(voxel, fwhm=12):
    """Return the width [mm] that NiMARE's ALE kernel really has on a grid.

    Parameters
    ----------
    voxel : float
        Edge of a voxel [mm].
    fwhm : float, default 12
        The width that was asked for [mm].

    Examples
    --------
    >>> from eih.brain.convergence import width_of_kernel
    >>> [round(float(width_of_kernel(voxel)), 1) for voxel in (2, 4)]
    [12.0, 8.5]
    """
    quiet_nimare()
    from nibabel import Nifti1Image
    from nimare.meta.utils import get_ale_kernel

    grid = Nifti1Image(np.zeros((9, 9, 9)), np.diag([voxel, voxel, voxel, 1.0]))
    sigma = get_ale_kernel(grid, fwhm=fwhm)[0] * voxel
    return sigma * np.sqrt(8 * np.log(2))
