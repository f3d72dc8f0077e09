"""How peaks of pain studies usually fare, and how far one's choices move the answer."""

import numpy as np
import pandas as pd

from .convergence import ale_map, modelled, united
from .convergence_peaks import distance_to_clusters, find_clusters, percentile_at
from .mni_grid import brain_grid, points_of, quiet_nimare


def held_out_foci(foci, null):
    """Look up each sample's foci in the map made of all other samples.

    Parameters
    ----------
    foci : pandas.DataFrame
        As from :func:`eih.pain_foci`.
    null : pandas.DataFrame
        As from :func:`eih.stored_null`; sets the size from which a cluster counts (5 % family-wise).

    Returns
    -------
    pandas.DataFrame
        The foci inside the brain, with ``percentile`` (of brain voxels with a lower value) and
        ``distance`` [mm] to the nearest cluster. This is how peaks of a pain study usually fare.
    """
    parts = []
    for sample, own in foci.groupby("sample"):
        others = ale_map(foci[foci["sample"] != sample])
        clusters = find_clusters(others, null)
        own = own[brain_grid().holds(points_of(own))]
        if len(own) == 0:
            continue
        points = points_of(own)
        distance, _ = distance_to_clusters(points, others, clusters[clusters.p_family < 0.05])
        percentile = percentile_at(others.value, others.at(points))
        parts.append(own.assign(percentile=percentile, distance=distance))
    return pd.concat(parts, ignore_index=True)


def map_variants(peaks, foci):
    """Make the map in every way that was tried, and give the percentile of each peak in each.

    Parameters
    ----------
    peaks, foci : pandas.DataFrame
        As from :func:`eih.reported_peaks` and :func:`eih.pain_foci`.

    Returns
    -------
    pandas.DataFrame
        Long form: ``variant``, ``reason``, ``id`` (of the peak), ``percentile``. The first variant is the
        map of the chapter; nothing that was run is left out.
    """
    from scipy.ndimage import map_coordinates

    quiet_nimare()
    from nimare.meta.kernel import ALEKernel, MKDAKernel

    grid = brain_grid()
    points = points_of(peaks)
    merged = foci.assign(
        study=foci["sample"].astype(str),
        sample_size=foci.groupby("sample").sample_size.transform("first"),
    )
    plan = [("ALE, kernel by sample size", "the map of this chapter", foci, ALEKernel())]
    for fwhm in (8, 12, 16, 20):
        plan.append((f"ALE, {fwhm} mm", "one width for all", foci, ALEKernel(fwhm=fwhm)))
    for radius in (6, 10, 15):
        reason = "count of studies within the radius"
        plan.append((f"MKDA, {radius} mm", reason, foci, MKDAKernel(r=radius)))
    plan.append(("ALE, samples merged", "studies may share people", merged, ALEKernel()))
    inside = foci[grid.holds(points_of(foci))]
    plan.append(("ALE, foci in the brain", "some foci lie outside the mask", inside, ALEKernel()))
    for sample, own in foci.groupby("sample"):
        names = ", ".join(own.study.str.removeprefix("pain_").unique())
        rest = foci[foci["sample"] != sample]
        plan.append((f"ALE, without {names}", "one sample left out", rest, ALEKernel()))
    rows = []
    for variant, reason, chosen, kernel in plan:
        activation = modelled(chosen, kernel)
        if variant.startswith("MKDA"):
            values = np.asarray(activation.sum(axis=0), dtype=float).ravel()
        else:
            values = united((-activation).log1p())
        at = map_coordinates(grid.volume(values), grid.indices(points).T, order=1)
        ranks = percentile_at(values, at)
        rows += [[variant, reason, *row] for row in zip(peaks.id, ranks, strict=True)]
    return pd.DataFrame(rows, columns=["variant", "reason", "id", "percentile"])
