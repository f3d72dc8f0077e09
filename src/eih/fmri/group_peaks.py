"""Peaks of surrogate group maps: what was planted against what is found, and who carries a peak."""

import numpy as np
import pandas as pd
from scipy import ndimage, stats

from .corrections import permutation_threshold, prepare_corrections
from .grids import group_grid, search_volumes, smooth_noise
from .group_models import MODELS, fit_group, group_design
from .permutation import permutation_maxima
from .surrogate_maps import TIE, surrogate_contrasts

RADIUS = 12.0  # mm around a planted voxel in which the found peak is looked for
FOUND = ["model", "id", "region", "volume", "noncentrality", "T_planted", "T_found", "distance_mm"]
FOUND += ["effect", "estimate", "ci_low", "ci_high", "estimate_found"]


def found_peaks(surrogate, fit, prepared, radius=RADIUS):
    """Hold what is found in a surrogate map against what was planted.

    Parameters
    ----------
    surrogate : SurrogateMaps
    fit : GroupFit
        Of its images.
    prepared : Corrections
        Of that fit.
    radius : float, default 12
        The found peak is the highest T within this distance of the planted voxel, inside the volume [mm].

    Returns
    -------
    pandas.DataFrame
        A row per planted peak and volume that holds it: ``model, id, region, volume``, ``noncentrality``
        (planted), ``T_planted`` (T at the planted voxel), ``T_found`` (at the found peak),
        ``distance_mm`` (between the two), ``effect`` (planted), ``estimate, ci_low, ci_high`` (at the
        planted voxel, 95 % t interval), ``estimate_found`` and, for each method, the corrected p of the
        found peak: ``p_permutation`` (missing without maxima), ``p_random_field, p_bonferroni, p_spm``;
        ``threshold`` (T above which permutation says p ≤ 0.05 in that volume; missing without maxima).

    Examples
    --------
    >>> import eih
    >>> surrogate = eih.fmri.surrogate_contrasts(np.random.default_rng(1), "drug_by_intensity")
    >>> fit = eih.fmri.fit_group(surrogate.values, *eih.fmri.group_design("drug_by_intensity"))
    >>> found = found_peaks(surrogate, fit, eih.fmri.prepare_corrections(fit, eih.fmri.search_volumes()))
    >>> found[["region", "volume"]].values.tolist()
    [['PAG', 'whole brain'], ['PAG', 'small volume']]
    """
    low, high = fit.interval()
    rows = []
    for peak in surrogate.planted.itertuples():
        away = np.linalg.norm(surrogate.grid.centres - surrogate.grid.centres[peak.voxel], axis=1)
        for volume, inside in prepared.volumes.items():
            if not inside[peak.voxel]:
                continue
            near = np.flatnonzero(inside & (away <= radius))
            top = near[fit.t[near].argmax()]
            p = {
                f"p_{method.lower().replace(' ', '_')}": float(
                    prepared.p(fit.t[top], volume, method)
                )
                for method in prepared.methods
            }
            row = [surrogate.model, peak.id, peak.region, volume, peak.noncentrality]
            row += [fit.t[peak.voxel], fit.t[top], away[top], peak.effect]
            row += [values[peak.voxel] for values in (fit.effect, low, high)] + [fit.effect[top]]
            rows.append({**dict(zip(FOUND, row, strict=True)), **p})
            if prepared.maxima is not None:
                rows[-1]["threshold"] = permutation_threshold(prepared.maxima[volume])
    names = [*FOUND, "p_permutation", "p_random_field", "p_bonferroni", "p_spm", "threshold"]
    return pd.DataFrame(rows, columns=names)


def surrogate_study(rng, *, tie=TIE, permutations=999):
    """Simulate one study of all group models with the same noise, and analyse it.

    Parameters
    ----------
    rng : numpy.random.Generator
    tie : float, default 0.4
        As in :func:`eih.fmri.surrogate_contrasts`.
    permutations : int, default 999
        Sign flips or shuffles per model.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`found_peaks` and ``df``, a row per peak and volume.
    """
    volumes, noise = search_volumes(), smooth_noise(rng, len(group_design("drug")[0]))
    tables = []
    for model in MODELS:
        surrogate = surrogate_contrasts(rng, model, tie=tie, noise=noise)
        fit, prepared = analyse(rng, surrogate.values, model, volumes, permutations)
        tables.append(found_peaks(surrogate, fit, prepared).assign(df=fit.df))
    return pd.concat(tables, ignore_index=True)


def analyse(rng, values, model, volumes, permutations):
    """Fit a group model to images and prepare all corrections.

    Returns
    -------
    GroupFit, Corrections
    """
    design, contrast = group_design(model)
    maxima = permutation_maxima(rng, values, design, contrast, volumes, permutations, by="blocks")
    fit = fit_group(values, design, contrast)
    return fit, prepare_corrections(fit, volumes, maxima)


def peak_without_each(values, model, people):
    """Fit a peak again without each person in turn.

    Parameters
    ----------
    values : array
        Of one voxel, a number per person.
    model : str
        A model of :func:`eih.fmri.list_group_models`.
    people : pandas.DataFrame
        A row per person, as from :func:`eih.load_participants`.

    Returns
    -------
    pandas.DataFrame
        A row per person, the one whose absence lowers T most first: ``left_out, T, effect, df, p``
        (one-sided, uncorrected). The covariate is centred anew.

    Examples
    --------
    >>> import eih
    >>> people = eih.load_participants()
    >>> left = peak_without_each(people.ftp_per_kg.to_numpy() + people.age.to_numpy() / 50, "fitness", people)
    >>> len(left), int(left.df.iloc[0])
    (39, 36)
    """
    values = np.asarray(values, dtype=float)
    people = people.reset_index(drop=True)
    if values.shape != (len(people),):
        raise ValueError(
            f"The values have the shape {values.shape}; one number for each of {len(people)} people is needed."
        )
    rows = []
    for one in range(len(people)):
        kept = np.arange(len(people)) != one
        fit = fit_group(values[kept][:, None], *group_design(model, people[kept]))
        t = float(fit.t[0])
        rows.append(
            [people.participant[one], t, float(fit.effect[0]), fit.df, stats.t.sf(t, fit.df)]
        )
    table = pd.DataFrame(rows, columns=["left_out", "T", "effect", "df", "p"])
    return table.sort_values("T", ignore_index=True)


def uncorrected_map(t, df, p=0.001, grid=None):
    """Count what a map shows above an uncorrected threshold.

    Parameters
    ----------
    t : array
        Of shape (V,).
    df : float
    p : float, default 0.001
        One-sided.
    grid : Grid, optional
        Default: :func:`eih.fmri.group_grid`.

    Returns
    -------
    dict
        ``voxels`` (above the threshold), ``clusters`` (of voxels that share a face), ``largest`` (voxels
        of the largest cluster).

    Examples
    --------
    >>> uncorrected_map(np.zeros(29398), 38)
    {'voxels': 0, 'clusters': 0, 'largest': 0}
    """
    grid = group_grid() if grid is None else grid
    above = grid.volume(np.asarray(t) > stats.t.isf(p, df))
    labels, clusters = ndimage.label(above)
    sizes = np.bincount(labels.ravel())[1:]
    return {
        "voxels": int(above.sum()),
        "clusters": int(clusters),
        "largest": int(sizes.max()) if clusters else 0,
    }
