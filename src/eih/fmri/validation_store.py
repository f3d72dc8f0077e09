"""The stored replicates of the surrogate studies: load them, prove them, make them again.

``python -m eih.fmri.validation_store --jobs 2`` makes the file again (about ten minutes of computing time).
"""

import argparse
import hashlib
import io
import json
from importlib import metadata

import numpy as np
import pandas as pd

from ..tables.data import data_folder
from ..tables.schema import DataError
from .grids import VOXEL
from .surrogate_maps import FWHM, WIDTH
from .validation import COLUMNS, NULL_MODELS, PERMUTATIONS, REPLICATES, simulate

SEED, NULL, PLANTED = 1, 300, 200
RECIPE = "Call: python -m eih.fmri.validation_store"
#: Largest gaps accepted between a stored and a fresh number: relative, or 0.004 for a p of 499
#: permutations, in which one rearrangement may change sides of a T that is equal to 6 digits.
RELATIVE, PERMUTED = 1e-3, 0.004
_TEXT = ["kind", "model", "peak", "volume"]
#: What the columns are; noted in the recipe.
COLUMN_NOTES = {
    "kind": "null: nothing planted; planted: effects as large as the reported T",
    "replicate": "number of the surrogate study; with seed and kind it makes the random numbers",
    "model": "group model, see eih.fmri.list_group_models",
    "peak": "id of the planted peak; n/a in the null",
    "volume": "volume that is corrected for",
    "df": "degrees of freedom of T",
    "true": "planted effect, in standard deviations between people (per W/kg for a slope)",
    "estimate": "its estimate at the planted voxel",
    "ci_low": "lower limit of the 95 % interval there",
    "ci_high": "upper limit",
    "t": "T at the planted voxel",
    "t_found": "largest T within 12 mm of the planted voxel and inside the volume; in the null: in the volume",
    "estimate_found": "estimate there",
    "distance_mm": "between that voxel and the planted one",
    "p_permutation": "corrected p of t_found by permutation",
    "p_random_field": "by random field theory",
    "p_bonferroni": "by Bonferroni",
    "p_spm": "the smaller of the last two",
    "voxels": "null, whole brain: voxels with uncorrected p < 0.001",
    "clusters": "clusters of them",
    "largest": "voxels of the largest cluster",
}


def results_path():
    """Return where the replicates are stored."""
    return data_folder() / "results" / "fmri_validation.tsv"


def load_fmri_validation(recheck=1):
    """Load the stored surrogate studies after proving that this code makes the same.

    Parameters
    ----------
    recheck : int, default 1
        Studies of each kind that are simulated and analysed anew and must agree (a second each). The
        checksum of the file is always compared with that in its recipe.

    Returns
    -------
    pandas.DataFrame
        One row per study, model, peak and volume; the columns are explained in ``fmri_validation.json``
        beside the file. Surrogate results, all of them.

    Raises
    ------
    DataError
        The file or its recipe is missing or damaged, was changed, or does not come from this code.

    Examples
    --------
    >>> load_fmri_validation(recheck=0).kind.unique().tolist()
    ['null', 'planted']
    """
    path = results_path()
    recipe = _recipe_beside(path)
    text = _bytes(path)
    if hashlib.sha256(text).hexdigest() != recipe.get("sha256"):
        raise DataError(
            f"{path}: was changed since it was made; its checksum is not the one in its recipe. {RECIPE}"
        )
    stored = pd.read_csv(io.BytesIO(text), sep="\t", na_values=["n/a"], keep_default_na=False)
    if list(stored.columns) != COLUMNS:
        raise DataError(f"{path}, line 1: the columns must be {COLUMNS}. {RECIPE}")
    if recheck:
        recheck_fmri_validation(stored, n=recheck, seed=recipe["seed"])
    return stored


def recheck_fmri_validation(stored, n=2, *, seed=SEED, draw=20256):
    """Simulate some of the stored studies anew and compare every number.

    Parameters
    ----------
    stored : pandas.DataFrame
        As from :func:`load_fmri_validation`.
    n : int, default 2
        Studies of each kind.
    seed : int, default 1
        Seed of the stored studies.
    draw : int, default 20256
        Start of the random numbers that choose the studies.

    Returns
    -------
    pandas.DataFrame
        ``kind, replicate, rows``, ``gap`` (largest relative gap of a number) and ``p_gap`` (largest gap of
        a p by permutation).

    Raises
    ------
    DataError
        A number differs by more than the tolerance.

    Examples
    --------
    >>> stored = load_fmri_validation(recheck=0)
    >>> planted = stored[stored.kind == "planted"]
    >>> checked = recheck_fmri_validation(planted, n=1)  # one study is made anew
    >>> checked.kind.tolist(), bool((checked.gap < 1e-3).all())
    (['planted'], True)
    """
    rng = np.random.default_rng(draw)
    rows = []
    for kind, replicate in REPLICATES.items():
        numbers = stored.replicate[stored.kind == kind].unique()
        for number in sorted(rng.choice(numbers, min(n, len(numbers)), replace=False)):
            own = stored[(stored.kind == kind) & (stored.replicate == number)]
            rows.append([kind, int(number), len(own), *_gaps(own, replicate(seed, int(number)))])
    checked = pd.DataFrame(rows, columns=["kind", "replicate", "rows", "gap", "p_gap"])
    wrong = checked[~((checked.gap <= RELATIVE) & (checked.p_gap <= PERMUTED))]
    if len(wrong):
        first = wrong.iloc[0]
        raise DataError(
            f"{results_path()}: {len(wrong)} of {len(checked)} studies differ from fresh ones, the first: "
            f"{first.kind} {first.replicate} (relative gap {first.gap:.2g}, of a permutation p "
            f"{first.p_gap:.2g}). The file is not of this code and these data. {RECIPE}"
        )
    return checked


def _gaps(stored, fresh):
    """Return the largest relative gap and the largest gap of a permutation p; infinite if rows differ."""
    stored, fresh = stored.reset_index(drop=True), fresh.reset_index(drop=True)
    names = [rows[_TEXT].astype(object).fillna("").to_numpy().tolist() for rows in (stored, fresh)]
    if names[0] != names[1]:
        return np.inf, np.inf
    numbers = [name for name in COLUMNS if name not in (*_TEXT, "replicate", "p_permutation")]
    old, new = stored[numbers].to_numpy(float), fresh[numbers].to_numpy(float)
    if (np.isnan(old) != np.isnan(new)).any():
        return np.inf, np.inf
    gap = np.abs(old - new) / np.maximum(np.abs(new), 1e-3)
    return float(np.nanmax(gap)), float((stored.p_permutation - fresh.p_permutation).abs().max())


def make_recipe(text, seed, null, planted):
    """Return how the file is made: the call, what varies and what does not, the packages in use."""
    packages = ("eih", "nilearn", "nibabel", "numpy", "scipy", "pandas")
    return {
        "what": "Surrogate studies of 39 people, each analysed by the group models of the paper.",
        "call": f"python -m eih.fmri.validation_store --null {null} --planted {planted} --seed {seed}",
        "seed": seed,
        "null": null,
        "planted": planted,
        "permutations": PERMUTATIONS,
        "null_models": list(NULL_MODELS),
        "voxel_mm": VOXEL,
        "noise_fwhm_mm": FWHM,
        "effect_fwhm_mm": WIDTH,
        "sha256": hashlib.sha256(text).hexdigest(),
        "check": "eih.fmri.load_fmri_validation() simulates a study of each kind anew and compares",
        "columns": COLUMN_NOTES,
        "packages": {name: metadata.version(name) for name in packages},
    }


def _recipe_beside(path):
    sidecar = path.with_suffix(".json")
    text = _bytes(sidecar)
    try:
        found = json.loads(text)
    except ValueError as error:
        raise DataError(f"{sidecar}: cannot be read ({error}). {RECIPE}") from None
    if not isinstance(found, dict) or not isinstance(found.get("seed"), int):
        raise DataError(f"{sidecar}: is no recipe of surrogate studies. {RECIPE}")
    return found


def _bytes(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error}). {RECIPE}") from None


def main(arguments=None):
    """Simulate all studies and store them."""
    parser = argparse.ArgumentParser(
        prog="python -m eih.fmri.validation_store", description=main.__doc__
    )
    parser.add_argument("--null", type=int, default=NULL, help="studies in which nothing is there")
    parser.add_argument("--planted", type=int, default=PLANTED, help="studies with planted effects")
    parser.add_argument("--seed", type=int, default=SEED, help="start of the random numbers")
    parser.add_argument(
        "--jobs", type=int, default=1, help="processes that simulate at the same time"
    )
    options = parser.parse_args(arguments)
    replicates = simulate(options.seed, options.null, options.planted, n_jobs=options.jobs)
    whole = ["voxels", "clusters", "largest"]
    replicates[whole] = replicates[whole].astype("Int64")
    text = replicates.to_csv(
        sep="\t", index=False, na_rep="n/a", float_format="%.6g", lineterminator="\n"
    ).encode()
    path = results_path()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    made = make_recipe(text, options.seed, options.null, options.planted)
    path.with_suffix(".json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: {len(replicates)} rows.")


if __name__ == "__main__":
    main()
