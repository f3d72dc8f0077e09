"""Peaks and clusters of a map: what it has at the reported coordinates, and within the small volume."""

import warnings

import numpy as np
import pandas as pd

from ..paper.printed import reported_peaks
from ..paper.verdicts import EXACT, compare

CLUSTER_COLUMNS = ["cluster", "mni_x", "mni_y", "mni_z", "value", "size_mm3"]


def clusters(image, threshold, *, min_distance=8.0, smallest=0):
    """List the clusters of a map and their local maxima.

    Parameters
    ----------
    image : nibabel.Nifti1Image
        A map in MNI space; missing values count as zero.
    threshold : float
        In the units of the map; values above it form clusters (only positive ones).
    min_distance : float, default 8
        Between two maxima of one cluster that are both listed [mm].
    smallest : int, default 0
        Clusters with fewer voxels are left out.

    Returns
    -------
    pandas.DataFrame
        ``cluster`` (1, 1a, 1b …), ``mni_x, mni_y, mni_z`` [mm], ``value``, ``size_mm3`` (of the cluster,
        on its first row; missing on those of further maxima). No rows where nothing is above the
        threshold.

    Notes
    -----
    Voxels that share a face form a cluster; SPM joins those that share an edge as well, so one of its
    clusters can be two here.

    See Also
    --------
    nilearn.reporting.get_clusters_table : which does the work.
    """
    from nilearn.reporting import get_clusters_table

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nilearn warns where it finds no cluster
        table = get_clusters_table(
            _filled(image), threshold, cluster_threshold=smallest, min_distance=min_distance
        )
    table.columns = CLUSTER_COLUMNS
    numbers = table[CLUSTER_COLUMNS[1:]].apply(pd.to_numeric, errors="coerce")
    return numbers.assign(cluster=table.cluster.astype(str))[CLUSTER_COLUMNS]


def peaks_in_map(image, peaks=None):
    """Look up reported peaks in a map: whether each is a local maximum, and which value stands there.

    Parameters
    ----------
    image : nibabel.Nifti1Image
        A map in MNI space; missing values count as zero.
    peaks : pandas.DataFrame or list of str, optional
        As from :func:`eih.reported_peaks`, or ids of such peaks. Default: all.

    Returns
    -------
    pandas.DataFrame
        ``id, region, mni_x, mni_y, mni_z, T`` (as reported); ``value`` (of the voxel there),
        ``is_maximum`` (above zero, and no voxel that shares a face or an edge with it is higher, as SPM
        counts); ``nearest_x, nearest_y, nearest_z, nearest_value, distance_mm`` (the nearest local
        maximum; missing where the map has none); ``same_T`` (the value rounds to the printed T).

    Raises
    ------
    ValueError
        An id is unknown, or a peak lies outside the image.

    Examples
    --------
    >>> import nibabel, numpy
    >>> values = numpy.zeros((60, 60, 60), "f4")
    >>> values[36, 36, 39] = 4.59
    >>> affine = numpy.array([[3, 0, 0, -102], [0, 3, 0, -63], [0, 0, 3, -107], [0, 0, 0, 1.0]])
    >>> found = peaks_in_map(nibabel.Nifti1Image(values, affine), ["r095"])
    >>> found[["is_maximum", "same_T"]].values.tolist()
    [[True, True]]
    """
    peaks = _chosen(peaks)
    values, affine = _filled(image).get_fdata(), image.affine
    maxima = _local_maxima(values)
    places = maxima @ affine[:3, :3].T + affine[:3, 3]
    is_top = np.zeros(values.shape, bool)
    is_top[tuple(maxima.T)] = True
    rows = []
    for peak in peaks.itertuples():
        at = np.array([peak.mni_x, peak.mni_y, peak.mni_z], dtype=float)
        voxel = _voxel_at(at, affine, values.shape, peak.id)
        value = float(values[voxel])
        row = [value, bool(is_top[voxel])]
        if len(places):
            distance = np.linalg.norm(places - at, axis=1)
            nearest = distance.argmin()
            row += [*places[nearest], values[tuple(maxima[nearest])], distance[nearest]]
        else:
            row += [np.nan] * 5
        rows.append([*row, compare(f"{peak.T:.2f}", value) == EXACT])
    names = ["value", "is_maximum", "nearest_x", "nearest_y", "nearest_z"]
    names += ["nearest_value", "distance_mm", "same_T"]
    asked = peaks[["id", "region", "mni_x", "mni_y", "mni_z", "T"]].reset_index(drop=True)
    return asked.join(pd.DataFrame(rows, columns=names))


def extent_in_mask(image, mask, threshold):
    """Measure how much of a map lies above a threshold, inside a mask and outside.

    Parameters
    ----------
    image, mask : nibabel.Nifti1Image
        In MNI space. The mask is brought to the grid of the map (nearest voxel); it reaches as far as
        its values are above one half.
    threshold : float
        In the units of the map.

    Returns
    -------
    pandas.DataFrame
        Two rows, ``where``: ``inside``, ``outside``; ``voxels`` and ``mm3`` above the threshold,
        ``of_voxels`` (there are), ``share`` (of them), and the highest of these values with its place:
        ``largest, mni_x, mni_y, mni_z`` (missing where nothing is above).

    Raises
    ------
    ValueError
        The mask has no voxel on the grid of the map.
    """
    from nilearn.image import resample_to_img

    resampled = resample_to_img(
        _filled(mask), image, interpolation="nearest", force_resample=True, copy_header=True
    )
    values, inside = _filled(image).get_fdata(), resampled.get_fdata() > 0.5
    if not inside.any():
        raise ValueError("The mask is empty on the grid of the map. Are both in MNI space?")
    size = abs(np.linalg.det(image.affine[:3, :3]))
    rows = []
    for where, region in (("inside", inside), ("outside", ~inside)):
        above = region & (values > threshold)
        row = [
            where,
            int(above.sum()),
            above.sum() * size,
            int(region.sum()),
            above.sum() / region.sum(),
        ]
        if above.any():
            top = np.unravel_index(np.where(above, values, -np.inf).argmax(), values.shape)
            row += [values[top], *(image.affine @ [*top, 1])[:3]]
        else:
            row += [np.nan] * 4
        rows.append(row)
    names = ["where", "voxels", "mm3", "of_voxels", "share", "largest", "mni_x", "mni_y", "mni_z"]
    return pd.DataFrame(rows, columns=names)


def threshold_of(image, df, p=0.001):
    """Return the height that a one-sided t-test needs, and what a map seems to have been cut at.

    Parameters
    ----------
    image : nibabel.Nifti1Image
        A map of T, zero or missing below a threshold.
    df : float
        Degrees of freedom.
    p : float, default 0.001
        Uncorrected threshold as printed.

    Returns
    -------
    tuple of float
        The height for `p`, and the smallest value above zero in the map. In a map that was cut at `p`
        under `df`, the second is just above the first.
    """
    from scipy import stats

    values = _filled(image).get_fdata()
    positive = values[values > 0]
    return float(stats.t.isf(p, df)), float(positive.min()) if positive.size else float("nan")


def _filled(image):
    """Return the image with zeros where values are missing."""
    values = np.nan_to_num(image.get_fdata(dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    return type(image)(values, image.affine)


def _local_maxima(values):
    """Return the voxels (n, 3) above zero that none of their 18 neighbours exceeds."""
    from scipy import ndimage

    around = ndimage.generate_binary_structure(3, 2)
    highest = ndimage.maximum_filter(values, footprint=around, mode="constant", cval=0.0)
    return np.argwhere((values > 0) & (values == highest))


def _voxel_at(place, affine, shape, name):
    voxel = np.rint(np.linalg.inv(affine) @ [*place, 1])[:3].astype(int)
    if (voxel < 0).any() or (voxel >= shape).any():
        raise ValueError(f"Peak '{name}' at {tuple(map(int, place))} lies outside the image.")
    return tuple(voxel)


def _chosen(peaks):
    if isinstance(peaks, pd.DataFrame):
        return peaks
    known = reported_peaks()
    if peaks is None:
        return known
    strangers = sorted(set(peaks) - set(known.id))
    if strangers:
        raise ValueError(f"Unknown peak(s) {strangers}. The peaks are {known.id.tolist()}.")
    return known[known.id.isin(list(peaks))]
