"""What chance does to a map of foci, and to peaks laid over it."""

import json

import numpy as np
import pandas as pd

from ..tables.data import data_folder
from ..tables.schema import DataError
from .convergence import P_FORMING, ale_map, ale_values, pain_foci
from .convergence_peaks import percentile_at
from .mni_grid import brain_grid, grey_matter, points_of

SEED = 20260105
N_STORED = 2000
NULL_COLUMNS = ["iteration", "largest_value", "largest_cluster"]


def random_placements(peaks, peak_map, n=5000, within="brain", seed=SEED):
    """Move a set of peaks about at random, distances between them kept, and look each up in a map.

    Parameters
    ----------
    peaks : pandas.DataFrame
        As from :func:`eih.reported_peaks`.
    peak_map : PeakMap
        As from :func:`eih.ale_map`.
    n : int, default 5000
        How many placements.
    within : {"brain", "grey"}, default "brain"
        Where every peak of the set must lie.
    seed : int, default 20260105
        Start of the random numbers.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Mean percentile of the set at each placement.

    Raises
    ------
    ValueError
        ``n`` is below 1, ``within`` is unknown, or a set this wide hardly fits anywhere.

    Notes
    -----
    The set is turned by a random rotation, and one of its peaks, drawn at random, is put on a random
    voxel. For a single peak this is the percentile itself, uniform by construction.

    Examples
    --------
    >>> import eih
    >>> map_of_others = eih.ale_map(eih.pain_foci())
    >>> eih.random_placements(eih.reported_peaks("s2-1"), map_of_others, n=20).shape
    (20,)
    """
    from scipy.spatial.transform import Rotation

    if n < 1 or within not in ("brain", "grey"):
        raise ValueError(f"Needed: n of 1 or more, within 'brain' or 'grey'; got {n}, '{within}'.")
    grid, shape, random = brain_grid(), points_of(peaks), np.random.default_rng(seed)
    allowed = np.ones(len(peak_map.value), bool) if within == "brain" else grey_matter()
    room = grid.volume(allowed)
    centres = grid.centres[allowed]
    ordered = np.sort(peak_map.value)
    means, drawn = [], 0
    while len(means) < n:
        if drawn > 400 * n + 100_000:
            raise ValueError(f"{len(means)} of {drawn:,} placements fit; the set is too wide.")
        size = 5000
        drawn += size
        turns = Rotation.random(size, rng=random).as_matrix()
        anchors = shape[random.integers(len(shape), size=size)]
        turned = np.einsum("nij,nkj->nki", turns, shape - anchors[:, None])
        placed = turned + centres[random.integers(len(centres), size=size)][:, None]
        nearest = np.rint(grid.indices(placed.reshape(-1, 3))).astype(int)
        held = ((nearest >= 0) & (nearest < room.shape)).all(axis=1)
        held &= room[tuple(np.where(held[:, None], nearest, 0).T)]
        kept = placed[held.reshape(size, -1).all(axis=1)]
        if len(kept):
            ranks = percentile_at(ordered, peak_map.at(kept.reshape(-1, 3)))
            means.extend(ranks.reshape(len(kept), -1).mean(axis=1))
    return np.array(means[:n])


def placement_test(peaks, peak_map, n=5000, seed=SEED):
    """Compare the mean percentile of a set of peaks with random placements of the set.

    Returns
    -------
    pandas.DataFrame
        A row for ``within`` brain and grey: ``peaks`` (how many), ``mean_percentile``, the median and the
        95 % point of the random placements, and ``p``, the share at least as high (one-sided).

    Examples
    --------
    >>> import eih
    >>> map_of_others = eih.ale_map(eih.pain_foci())
    >>> test = eih.placement_test(eih.reported_peaks("s2-1"), map_of_others, n=20)
    >>> test[["within", "peaks"]].to_numpy().tolist()
    [['brain', 3], ['grey', 3]]
    """
    observed = percentile_at(peak_map.value, peak_map.at(points_of(peaks))).mean()
    rows = []
    for within in ("brain", "grey"):
        null = random_placements(peaks, peak_map, n, within, seed)
        p = (1 + (null >= observed).sum()) / (1 + n)
        rows.append([within, len(peaks), observed, *np.quantile(null, [0.5, 0.95]), p])
    columns = ["within", "peaks", "mean_percentile", "random_median", "random_95", "p"]
    return pd.DataFrame(rows, columns=columns)


def random_map(foci, iteration, forming, seed=SEED):
    """Strew each study's foci over the brain at random, and describe the map they make.

    Parameters
    ----------
    foci : pandas.DataFrame
        Gives the number of foci and the sample size of each study.
    iteration : int
        Which of the random maps; each can be made again alone.
    forming : float
        ALE value from which a voxel joins a cluster.
    seed : int, default 20260105
        Shared by all iterations.

    Returns
    -------
    dict
        ``iteration``, ``largest_value`` (ALE), ``largest_cluster`` [voxels].
    """
    from scipy.ndimage import label

    grid = brain_grid()
    random = np.random.default_rng([seed, iteration])
    centres = grid.centres[random.integers(len(grid.centres), size=len(foci))]
    values = ale_values(foci.assign(mni_x=centres[:, 0], mni_y=centres[:, 1], mni_z=centres[:, 2]))
    sizes = np.bincount(label(grid.volume(values >= forming))[0].ravel())[1:]
    return {
        "iteration": iteration,
        "largest_value": float(values.max()),
        "largest_cluster": int(sizes.max(initial=0)),
    }


def _paths():
    folder = data_folder() / "results"
    return folder / "convergence_null.tsv", folder / "convergence_null.json"


def store_null(n=N_STORED, seed=SEED):
    """Make the random maps and write them to ``data/results``; two minutes for 2,000.

    Call it as ``python -m eih.brain.convergence_nulls``.
    """
    from importlib.metadata import version

    foci = pain_foci()
    real = ale_map(foci)
    forming = float(real.value[real.p < P_FORMING].min())
    table = pd.DataFrame([random_map(foci, i, forming, seed) for i in range(n)])
    rows, recipe = _paths()
    rows.parent.mkdir(exist_ok=True)
    table.to_csv(rows, sep="\t", index=False, float_format="%.7g", lineterminator="\n")
    described = {
        "what": "Largest ALE value and largest cluster of maps of random foci (21 pain studies).",
        "call": "python -m eih.brain.convergence_nulls",
        "seed": seed,
        "iterations": n,
        "forming": forming,
        "columns": {
            "iteration": "random numbers start from [seed, iteration]",
            "largest_value": "largest ALE value of the brain",
            "largest_cluster": "voxels (8 mm3) of the largest cluster with ALE at or above 'forming', "
            f"the smallest real value with p < {P_FORMING}",
        },
        "versions": {name: version(name) for name in ("nimare", "numpy", "scipy")},
    }
    recipe.write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")


def stored_null():
    """Load the largest value and cluster of each of 2,000 maps of random foci.

    Returns
    -------
    pandas.DataFrame
        ``iteration, largest_value, largest_cluster``; ``attrs`` holds ``seed`` and ``forming``.

    Raises
    ------
    DataError
        A file is missing or not as it was written.

    Examples
    --------
    >>> import eih
    >>> len(eih.stored_null())
    2000
    """
    rows, recipe = _paths()
    way_on = (
        "Restore it with 'git checkout -- data', or make it: python -m eih.brain.convergence_nulls"
    )
    try:
        table = pd.read_csv(rows, sep="\t")
        described = json.loads(recipe.read_text(encoding="utf-8"))
        table.attrs = {name: described[name] for name in ("seed", "forming")}
        n = described["iterations"]
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{rows}: cannot be read ({error}). {way_on}") from None
    if list(table.columns) != NULL_COLUMNS or len(table) != n:
        raise DataError(
            f"{rows}: the columns or the number of rows are not those written. {way_on}"
        )
    return table


def recompute_null(foci, null, n=8):
    """Make some of the stored random maps again, evenly spaced over the table.

    Returns
    -------
    pandas.DataFrame
        ``iteration``; ``largest_value`` and ``largest_cluster`` as stored; ``value_now`` and
        ``cluster_now``; ``same``, whether they agree (values to one part in ten thousand).

    Examples
    --------
    >>> import eih
    >>> eih.recompute_null(eih.pain_foci(), eih.stored_null(), n=1).same.item()
    True
    """
    chosen = null.iloc[np.linspace(0, len(null) - 1, n).astype(int)].reset_index(drop=True)
    now = [random_map(foci, i, null.attrs["forming"], null.attrs["seed"]) for i in chosen.iteration]
    now = pd.DataFrame(now)
    same = np.isclose(now.largest_value, chosen.largest_value, rtol=1e-4)
    return chosen.assign(
        value_now=now.largest_value,
        cluster_now=now.largest_cluster,
        same=same & (now.largest_cluster == chosen.largest_cluster),
    )


if __name__ == "__main__":
    store_null()
