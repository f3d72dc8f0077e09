"""Many surrogate studies: whether effects are recovered, whether the error rate is held, and the power.

Each replicate is a whole study with its own noise, analysed by the same functions as the chapter. What
comes out of the stored replicates is summed up here with its Monte Carlo error.
"""

import numpy as np
import pandas as pd

from ..brain.peaks import peaks_with_models
from .corrections import METHODS
from .grids import search_volumes, smooth_noise
from .group_models import contrast_scale, group_design
from .group_peaks import analyse, surrogate_study, uncorrected_map

PERMUTATIONS = 499
NULL_MODELS = ("drug", "fitness", "sex")  # one of each design: a mean, a slope, two groups
COLUMNS = ["kind", "replicate", "model", "peak", "volume", "df", "true", "estimate", "ci_low"]
COLUMNS += ["ci_high", "t", "t_found", "estimate_found", "distance_mm", "p_permutation"]
COLUMNS += ["p_random_field", "p_bonferroni", "p_spm", "voxels", "clusters", "largest"]
_P = {method: f"p_{method.lower().replace(' ', '_')}" for method in METHODS}


def null_replicate(seed, number):
    """Simulate and analyse a study in which nothing is there.

    Parameters
    ----------
    seed, number : int
        Together they make the random numbers.

    Returns
    -------
    pandas.DataFrame
        A row per model (one of each design) and volume: ``t_found`` (the largest T), its corrected p by
        each method, and what an uncorrected p < 0.001 would show in the whole brain (``voxels, clusters,
        largest``).
    """
    rng = np.random.default_rng([seed, 0, number])
    volumes, noise = search_volumes(), smooth_noise(rng, len(group_design("drug")[0]))
    rows = []
    for model in NULL_MODELS:
        fit, prepared = analyse(rng, noise, model, volumes, PERMUTATIONS)
        shown = uncorrected_map(fit.t, fit.df)
        for volume, inside in volumes.items():
            highest = float(fit.t[inside].max())
            p = {name: float(prepared.p(highest, volume, how)) for how, name in _P.items()}
            rows.append({"model": model, "volume": volume, "df": fit.df, "t_found": highest, **p})
            if volume == "whole brain":
                rows[-1] |= shown
    return _tidy(rows, "null", number)


def planted_replicate(seed, number):
    """Simulate and analyse a study with effects as large as the reported T.

    The effects do not go with the ratings here (``tie=0``): the people stay the same from study to study,
    and with a tie a part of the scatter between them would too, which an interval for *new* people rightly
    counts and repeated studies of the *same* people do not show.

    Parameters
    ----------
    seed, number : int
        Together they make the random numbers.

    Returns
    -------
    pandas.DataFrame
        A row per planted peak and volume that holds it; the columns are those of ``fmri_validation.json``.
    """
    rng = np.random.default_rng([seed, 1, number])
    found = surrogate_study(rng, tie=0.0, permutations=PERMUTATIONS)
    named = {"id": "peak", "effect": "true", "T_planted": "t", "T_found": "t_found"}
    return _tidy(found.rename(columns=named).to_dict("records"), "planted", number)


REPLICATES = {"null": null_replicate, "planted": planted_replicate}


def _tidy(rows, kind, number):
    return pd.DataFrame(rows).reindex(columns=COLUMNS).assign(kind=kind, replicate=number)


def simulate(seed, null, planted, *, first=1, n_jobs=1):
    """Run many replicates.

    Parameters
    ----------
    seed : int
    null, planted : int
        Numbers of replicates of each kind.
    first : int, default 1
        Number of the first.
    n_jobs : int, default 1
        Processes, through joblib (whose backends include Dask). The result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        The rows of all replicates; columns as in ``fmri_validation.json``.
    """
    from joblib import Parallel, delayed

    counts = {"null": null, "planted": planted}
    calls = [
        delayed(REPLICATES[kind])(seed, number)
        for kind, count in counts.items()
        for number in range(first, first + count)
    ]
    if not calls or min(counts.values()) < 0 or seed < 0:
        raise ValueError(f"Invalid numbers (seed {seed}, {null} null, {planted} planted).")
    return pd.concat(Parallel(n_jobs=n_jobs)(calls), ignore_index=True)


def familywise_error(replicates, alpha=0.05):
    """Estimate how often something is significant where nothing is there.

    Parameters
    ----------
    replicates : pandas.DataFrame
        As from :func:`eih.fmri.load_fmri_validation`.
    alpha : float, default 0.05

    Returns
    -------
    pandas.DataFrame
        ``model, volume, method, n`` (studies), ``rate`` (share with corrected p ≤ alpha anywhere),
        ``mc_se`` (its Monte Carlo standard error), ``ci_low, ci_high`` (95 %, Wilson).

    Examples
    --------
    >>> import eih
    >>> rates = eih.fmri.familywise_error(eih.fmri.load_fmri_validation(recheck=0))
    >>> bool((rates.ci_low < 0.06).all())
    True
    """
    null = replicates[replicates.kind == "null"]
    return _rates(null, ["model", "volume"], alpha)


def detection_power(replicates, alpha=0.05):
    """Estimate how often a planted peak is found.

    Parameters
    ----------
    replicates : pandas.DataFrame
        As from :func:`eih.fmri.load_fmri_validation`.
    alpha : float, default 0.05

    Returns
    -------
    pandas.DataFrame
        ``model, peak, volume, method, n, rate`` (share of studies with corrected p ≤ alpha within 12 mm of
        the planted voxel), ``mc_se, ci_low, ci_high``.
    """
    planted = replicates[replicates.kind == "planted"]
    return _rates(planted, ["model", "peak", "volume"], alpha)


def _rates(rows, by, alpha):
    from statsmodels.stats.proportion import proportion_confint

    found = []
    for key, group in rows.groupby(by, sort=False):
        for method, column in _P.items():
            n, hits = len(group), int((group[column] <= alpha + 1e-9).sum())
            low, high = proportion_confint(hits, n, method="wilson")
            rate = hits / n
            row = [*key, method, n, rate, np.sqrt(rate * (1 - rate) / n), low, high]
            found.append(row)
    return pd.DataFrame(found, columns=[*by, "method", "n", "rate", "mc_se", "ci_low", "ci_high"])


def recovery(replicates):
    """Compare estimates with what was planted, at the planted voxel and at the found peak.

    Parameters
    ----------
    replicates : pandas.DataFrame
        As from :func:`eih.fmri.load_fmri_validation`.

    Returns
    -------
    pandas.DataFrame
        A row per peak: ``model, peak, n`` (studies), ``true`` (planted effect), ``bias`` (of the estimate at
        the planted voxel, relative to it) and ``bias_mc_se``, ``coverage`` (share of 95 % intervals that
        hold the truth) and ``coverage_mc_se``; then ``noncentrality`` (planted) and the mean T at the
        planted voxel (``T_planted``), at the found peak (``T_found``) and at the found peak of the studies
        in which it is significant by permutation in the volume of the paper's correction
        (``T_published``, their number in ``significant``), with ``T_published_mc_se``.
    """
    reported = peaks_with_models().set_index("id").correction
    planted = replicates[replicates.kind == "planted"]
    rows = []
    for (model, peak), group in planted.groupby(["model", "peak"], sort=False):
        everywhere = group[group.volume == "whole brain"]
        own = group[group.volume == reported[peak]]
        published = own[own.p_permutation <= 0.05 + 1e-9].t_found
        true, n = everywhere["true"].iloc[0], len(everywhere)
        relative = everywhere.estimate / true - 1
        coverage = (everywhere.ci_low.le(true) & everywhere.ci_high.ge(true)).mean()
        row = [model, peak, n, true, relative.mean(), relative.sem()]
        row += [coverage, np.sqrt(coverage * (1 - coverage) / n)]
        row += [
            true / contrast_scale(*group_design(model)),
            everywhere.t.mean(),
            own.t_found.mean(),
        ]
        rows.append([*row, published.mean(), published.sem(), len(published)])
    names = ["model", "peak", "n", "true", "bias", "bias_mc_se", "coverage", "coverage_mc_se"]
    names += ["noncentrality", "T_planted", "T_found", "T_published", "T_published_mc_se"]
    return pd.DataFrame(rows, columns=[*names, "significant"])


def null_clusters(replicates):
    """Tabulate what uncorrected maps (p < 0.001) show where nothing is there.

    Parameters
    ----------
    replicates : pandas.DataFrame
        As from :func:`eih.fmri.load_fmri_validation`.

    Returns
    -------
    pandas.DataFrame
        Per model ``n`` (maps), ``empty`` (share without any voxel), and of ``voxels``, ``clusters`` and
        ``largest`` (voxels of the largest cluster) the median and the 5 % and 95 % quantiles
        (``voxels_low, voxels, voxels_high`` …).
    """
    null = replicates[(replicates.kind == "null") & (replicates.volume == "whole brain")]
    rows = []
    for model, group in null.groupby("model", sort=False):
        row = {"model": model, "n": len(group), "empty": (group.voxels == 0).mean()}
        for name in ("voxels", "clusters", "largest"):
            low, middle, high = group[name].quantile([0.05, 0.5, 0.95])
            row |= {f"{name}_low": low, name: middle, f"{name}_high": high}
        rows.append(row)
    return pd.DataFrame(rows)
