"""Where given peaks fall in a map of other studies: percentile, clusters, distance."""

import numpy as np
import pandas as pd

from .mni_grid import AXES, brain_grid, grey_matter, points_of

_HALF_VOXEL = 1.0  # mm


def percentile_at(values, at):
    """Return the percentage of values below each number, ties counted half.

    Parameters
    ----------
    values : array of shape (V,)
        Such as a map.
    at : array of shape (n,)
        Numbers to place among them.

    Returns
    -------
    numpy.ndarray of shape (n,)
        0 to 100.

    Raises
    ------
    ValueError
        There is no value to compare with.

    Examples
    --------
    >>> from eih.brain.convergence_peaks import percentile_at
    >>> percentile_at([1, 2, 3, 4], [0, 2, 9]).tolist()
    [0.0, 37.5, 100.0]
    """
    ordered = np.sort(np.asarray(values))
    if len(ordered) == 0:
        raise ValueError("There is no value to compare with.")
    below, up_to = (np.searchsorted(ordered, at, side=side) for side in ("left", "right"))
    return 100 * (below + up_to) / (2 * len(ordered))


def find_clusters(peak_map, null=None):
    """List the clusters of a map: neighbouring voxels with p < 0.001.

    Parameters
    ----------
    peak_map : PeakMap
        As from :func:`eih.ale_map`.
    null : pandas.DataFrame, optional
        As from :func:`eih.stored_null`: the largest cluster of each map of random foci.

    Returns
    -------
    pandas.DataFrame
        Largest first: ``cluster`` (number), ``voxels`` (of 8 mm³), ``mni_x, mni_y, mni_z`` [mm] and ``z``
        of its highest voxel; with a null ``p_family``, the share of random maps with a cluster as large.

    Examples
    --------
    >>> import eih
    >>> clusters = eih.find_clusters(eih.ale_map(eih.pain_foci()))
    >>> len(clusters), clusters.voxels.iloc[0].item()
    (21, 805)
    """
    labels, centres = peak_map.labels(), brain_grid().centres
    rows = []
    for number in range(1, labels.max() + 1):
        own = np.flatnonzero(labels == number)
        top = own[np.argmax(peak_map.value[own])]
        rows.append([number, len(own), *centres[top], peak_map.z[top]])
    table = pd.DataFrame(rows, columns=["cluster", "voxels", *AXES, "z"])
    if null is not None:
        as_large = [(null.largest_cluster >= size).sum() for size in table.voxels]
        table["p_family"] = (1 + np.array(as_large)) / (1 + len(null))
    return table


def distance_to_clusters(points, peak_map, clusters):
    """Measure how far points lie from clusters; 0 is inside a voxel of one, or on its edge.

    Parameters
    ----------
    points : numpy.ndarray of shape (n, 3)
        In mm.
    peak_map : PeakMap
        The map that the clusters belong to.
    clusters : pandas.DataFrame
        Rows of :func:`find_clusters`.

    Returns
    -------
    distance : numpy.ndarray of shape (n,)
        In mm.
    nearest : numpy.ndarray of shape (n,)
        Number of the nearest cluster.

    Raises
    ------
    ValueError
        The table has no cluster.
    """
    if len(clusters) == 0:
        raise ValueError("There is no cluster to measure the distance to.")
    labels = peak_map.labels()
    member = np.isin(labels, clusters.cluster)
    gaps = np.abs(points[:, None] - brain_grid().centres[member]) - _HALF_VOXEL
    distances = np.linalg.norm(np.maximum(gaps, 0), axis=2)
    closest = distances.argmin(axis=1)
    return distances.min(axis=1), labels[member][closest]


def studies_within(peaks, foci, radius=10):
    """Count for each peak the studies that have a focus within a radius [mm].

    Returns
    -------
    numpy.ndarray of shape (n,)
        Whole numbers, from the coordinates alone.

    Examples
    --------
    >>> import eih
    >>> eih.studies_within(eih.reported_peaks("s2-1"), eih.pain_foci())
    array([1, 2, 4])
    """
    gaps = np.linalg.norm(points_of(peaks)[:, None] - points_of(foci), axis=2) <= radius
    return np.array([foci.study[near].nunique() for near in gaps])


def locate_peaks(peaks, peak_map, clusters):
    """Say where peaks fall in a map of other studies.

    Parameters
    ----------
    peaks : pandas.DataFrame
        As from :func:`eih.reported_peaks`; a column ``question`` is kept.
    peak_map : PeakMap
        As from :func:`eih.ale_map`.
    clusters : pandas.DataFrame
        Those rows of :func:`find_clusters` that count.

    Returns
    -------
    pandas.DataFrame
        One row per peak: ``id, region, mni_x, mni_y, mni_z`` [mm]; ``value``, ``z`` and ``p`` of the map
        there (linear between voxels); ``percentile`` and ``percentile_grey``, the percentage of brain and
        of grey-matter voxels with a lower value (ties half); ``distance`` [mm] to the nearest cluster
        and its number, ``nearest``.

    Raises
    ------
    ValueError
        A peak lies outside the brain, or there is no cluster.

    Examples
    --------
    >>> import eih
    >>> map_of_others = eih.ale_map(eih.pain_foci())
    >>> clusters = eih.find_clusters(map_of_others)
    >>> places = eih.locate_peaks(eih.reported_peaks("s2-1"), map_of_others, clusters)
    >>> places.percentile.round().tolist()
    [81.0, 84.0, 99.0]
    """
    points = points_of(peaks)
    outside = ~brain_grid().holds(points)
    if outside.any():
        raise ValueError(f"These peaks lie outside the brain: {peaks[outside].id.tolist()}.")
    values = peak_map.at(points)
    distance, nearest = distance_to_clusters(points, peak_map, clusters)
    kept = [name for name in ("id", "region", "question", *AXES) if name in peaks]
    return peaks[kept].assign(
        value=values,
        z=peak_map.look_up(values, "z"),
        p=peak_map.look_up(values, "p"),
        percentile=percentile_at(peak_map.value, values),
        percentile_grey=percentile_at(peak_map.value[grey_matter()], values),
        distance=distance,
        nearest=nearest,
    )
