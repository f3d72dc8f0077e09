"""The stored results of all specifications: load them, sum them up, check them by fitting some anew.

``python -m eih.beyond.robustness --jobs 2`` makes the file again (tens of minutes of computing time).
"""

import argparse
import json
from functools import cache
from importlib import metadata

import numpy as np
import pandas as pd

from ..tables.data import data_folder
from ..tables.schema import DataError
from .choices import CHOICES
from .specification_fits import RESULTS, run_specifications
from .specifications import effect_may_vary, specification_grid

KEYS = ["effect", "modality", *CHOICES]
COLUMNS = [*KEYS, "is_paper", *RESULTS]
RECIPE = "Call: python -m eih.beyond.robustness --jobs 2"
ALPHA = 0.05
SAME_OPTIMUM = 1e-3  # two fits of a model with deviances this close are equally good


def results_path():
    """Return where the results of the specifications are stored."""
    return data_folder() / "results" / "specifications.tsv"


def load_specifications(effect=None, modality=None):
    """Load the stored result of every specification.

    Parameters
    ----------
    effect, modality : str, optional
        Keep one effect, one modality.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`eih.specification_grid` and :func:`eih.run_specifications`, and
        ``may_vary``: whether the tested effect may differ between people in that model.

    Raises
    ------
    DataError
        The file is missing, or its rows are not those of the grid.
    ValueError
        There is no such effect or modality.

    Examples
    --------
    >>> import eih
    >>> drug = eih.load_specifications("drug", "heat")
    >>> int(drug.is_paper.sum())
    1
    """
    results = _stored(results_path())
    for name, wanted in (("effect", effect), ("modality", modality)):
        if wanted is not None:
            if wanted not in set(results[name]):
                raise ValueError(
                    f"Unknown {name} '{wanted}'. There are: {', '.join(results[name].unique())}."
                )
            results = results[results[name] == wanted]
    return results.reset_index(drop=True)


@cache
def _stored(path):
    try:
        results = pd.read_csv(path, sep="\t", na_values=["NaN"], keep_default_na=False)
    except (OSError, pd.errors.ParserError) as error:
        raise DataError(f"{path}: cannot be read ({error}). {RECIPE}") from None
    if list(results.columns) != COLUMNS:
        raise DataError(f"{path}, line 1: the columns must be {COLUMNS}. {RECIPE}")
    results = results.assign(failure=results.failure.astype(str))
    grid = specification_grid()
    if not results[KEYS].equals(grid[KEYS]):
        raise DataError(
            f"{path}: {len(results)} rows, which are not the {len(grid)} specifications of the grid. "
            f"The choices have changed since. {RECIPE}"
        )
    return results.assign(may_vary=effect_may_vary(results))


def specification_shares(results, by=()):
    """Sum up specifications: how many agree with the paper in sign, how many reach p < 0.05.

    Parameters
    ----------
    results : pandas.DataFrame
        As from :func:`eih.run_specifications` or :func:`load_specifications`.
    by : str or list of str
        Further columns to split by, such as ``"random"`` or ``"may_vary"``.

    Returns
    -------
    pandas.DataFrame
        ``effect, modality``, the ``by`` columns, ``n`` (specifications), ``failed``, ``median`` and the
        ``lowest`` and ``highest`` estimate, ``same_sign`` (share whose estimate has the sign of the
        paper's; of the most frequent sign where the paper's is not among the rows), ``significant``
        (share with p < 0.05 and that sign) and ``opposite`` (share with p < 0.05 and the other sign).
        Shares are of the specifications that did not fail.

    Examples
    --------
    >>> import eih
    >>> drug = eih.load_specifications("drug", "heat")
    >>> list(eih.specification_shares(drug).failed)
    [0]
    """
    by = [by] if isinstance(by, str) else list(by)
    signs = results.groupby(["effect", "modality"], sort=False)[["estimate", "is_paper"]].apply(
        _sign
    )
    rows = []
    for key, group in results.groupby(["effect", "modality", *by], sort=False):
        fitted = group[group.converged]
        agrees = np.sign(fitted.estimate) == signs[key[:2]]
        significant = fitted.p < ALPHA
        rows.append(
            {
                **dict(zip(["effect", "modality", *by], key, strict=True)),
                "n": len(group),
                "failed": len(group) - len(fitted),
                "median": fitted.estimate.median(),
                "lowest": fitted.estimate.min(),
                "highest": fitted.estimate.max(),
                "same_sign": agrees.mean(),
                "significant": (significant & agrees).mean(),
                "opposite": (significant & ~agrees).mean(),
            }
        )
    return pd.DataFrame(rows)


def _sign(group):
    own = group.estimate[group.is_paper.astype(bool)]
    return np.sign(own.iloc[0] if len(own) and own.notna().all() else group.estimate.median())


def recheck_specifications(n=40, seed=20251, results=None, tolerance=0.02):
    """Fit a random sample of the stored specifications anew, the paper's own always among them.

    A stored fit is believed if it is the optimum of its model here too. Processors round differently, and
    where the likelihood is flat, fits that are equally good may stop at slightly different numbers.

    Parameters
    ----------
    n : int, default 40
        How many, beside the paper's.
    seed : int, default 20251
        Start of the random numbers that draw the sample.
    results : pandas.DataFrame, optional
        Stored results. Default: :func:`load_specifications`.
    tolerance : float, default 0.02
        Largest gap that is accepted, where both fits are equally good.

    Returns
    -------
    pandas.DataFrame
        The keys of each specification, ``estimate`` and ``p`` as stored and ``fresh_estimate`` and
        ``fresh_p``, and ``gap``: the difference of the estimates, or of the standard errors if that is
        larger, in stored standard errors; for a test without standard error the difference of the p.
        ``worse``: by how much the fresh fit of a mixed model has the larger deviance (below zero: the
        stored one has).

    Raises
    ------
    DataError
        A deviance differs by more than 0.001 (an interval of 95 % ends at 3.84), or a gap is larger than
        the tolerance: the stored results are not those of this code and data.

    Examples
    --------
    >>> import eih
    >>> bool((eih.recheck_specifications(n=2).gap.dropna() < 0.01).all())
    True
    """
    results = load_specifications() if results is None else results
    sample = results.sample(min(n, len(results)), random_state=seed)
    chosen = results[results.is_paper | results.index.isin(sample.index)]
    fresh = run_specifications(chosen[[*KEYS, "is_paper"]])
    gaps = [(fresh[name] - chosen[name]).abs() / chosen.se for name in ("estimate", "se")]
    gap = np.fmax(*gaps).fillna((fresh.p - chosen.p).abs())
    worse = fresh.criterion - chosen.criterion
    checked = chosen[[*KEYS, "is_paper", "estimate", "p"]].assign(
        fresh_estimate=fresh.estimate, fresh_p=fresh.p, gap=gap, worse=worse
    )
    _refuse(checked[worse.abs() > SAME_OPTIMUM], checked, f"{SAME_OPTIMUM} in the deviance")
    _refuse(checked[~(gap <= tolerance)], checked, f"{tolerance} standard errors")
    return checked


def _refuse(wrong, checked, limit):
    if len(wrong):
        first = ", ".join(str(wrong.iloc[0][name]) for name in KEYS)
        raise DataError(
            f"{results_path()}: {len(wrong)} of {len(checked)} stored results differ from a fresh fit by "
            f"more than {limit}, the first: {first}. {RECIPE}"
        )


def recipe():
    """Return how the file is made: what a row is, the command, the packages that decide the numbers."""
    packages = ("mixedlm", "statsmodels", "scipy", "numpy", "pandas")
    return {
        "what": "Result of every specification of eih.specification_grid().",
        "call": "python -m eih.beyond.robustness --jobs 2",
        "seed": None,
        "columns": "as in eih.run_specifications, six digits, the criterion to four decimals; a row per "
        "specification, in the grid's order",
        "check": "eih.recheck_specifications() fits the paper's own models and a random sample anew",
        "versions": {name: metadata.version(name) for name in packages},
    }


def main(arguments=None):
    """Fit every specification and store the results."""
    parser = argparse.ArgumentParser(
        prog="python -m eih.beyond.robustness", description=main.__doc__
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes that fit at the same time")
    options = parser.parse_args(arguments)
    results = run_specifications(specification_grid(), jobs=options.jobs)[COLUMNS]
    path = results_path()
    path.parent.mkdir(exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(recipe(), indent=2) + "\n", encoding="utf-8")
    results = results.assign(criterion=results.criterion.map("{:.4f}".format).replace("nan", "NaN"))
    results.to_csv(path, sep="\t", index=False, na_rep="NaN", float_format="%.6g")
    print(f"{path}: {len(results)} specifications, {(~results.converged).sum()} failed.")


if __name__ == "__main__":
    main()
