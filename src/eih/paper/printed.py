"""What the paper prints: one row per reported result, one row per printed number."""

import pandas as pd

from ..tables.reported import read_reported
from ..tables.schema import DataError

RESULT_COLUMNS = [
    "id",
    "source",
    "section",
    "locus",
    "effect",
    "outcome",
    "subset",
    "model",
    "same_as",
    "availability",
    "needs",
]
NUMBER_COLUMNS = ["id", "quantity", "printed"]


def reported_results():
    """Load every result that the article and the authors' response to the reviewers print.

    Returns
    -------
    pandas.DataFrame of shape (217, 11)
        ``id`` (``r…`` article, ``a…`` author response or review), ``source``, ``section`` (s2-1 … of the
        article, ``response``, ``review``), ``locus``, ``effect``, ``outcome``, ``subset``, ``model`` (as
        the paper names it), ``same_as`` (the row that it repeats), ``availability`` (``public``,
        ``not public``, ``cited``) and ``needs`` (what is missing, or what kind of citation). All text.

    Raises
    ------
    DataError
        The file is missing, or two rows share an id.

    Examples
    --------
    >>> import eih
    >>> eih.reported_results().id.is_unique
    True
    """
    results = read_reported("results.tsv", RESULT_COLUMNS)
    if results.id.duplicated().any():
        twice = results.id[results.id.duplicated()].iloc[0]
        raise DataError(
            f"reported/results.tsv: id '{twice}' stands in two rows; each result has one."
        )
    return results


def printed_numbers():
    """Load every printed number, its digits kept as text.

    Returns
    -------
    pandas.DataFrame
        ``id`` (of the reported result), ``quantity`` (beta, se, ci_low, ci_high, t, T, df, p, n, d, r,
        mean …; ``claim`` where a result is stated without a number), ``printed`` (text).

    Raises
    ------
    DataError
        The file is missing, an id is unknown, or a result has no number and no claim.

    Examples
    --------
    >>> import eih
    >>> numbers = eih.printed_numbers()
    >>> numbers[(numbers.id == "r048") & (numbers.quantity == "beta")].printed.item()
    '0.10'
    """
    numbers = read_reported("numbers.tsv", NUMBER_COLUMNS)
    known = set(reported_results().id)
    strangers = sorted(set(numbers.id) - known)
    silent = sorted(known - set(numbers.id))
    if strangers:
        raise DataError(
            f"reported/numbers.tsv: unknown id(s) {strangers}; add them to results.tsv."
        )
    if silent:
        raise DataError(
            f"reported/numbers.tsv: no row for {silent}; each result has a number or a claim."
        )
    if numbers.duplicated(["id", "quantity"]).any():
        twice = numbers[numbers.duplicated(["id", "quantity"])].iloc[0]
        raise DataError(f"reported/numbers.tsv: {twice.id} has two rows for '{twice.quantity}'.")
    return numbers


def design_constants():
    """Load the design figures that the paper prints (timing, doses, scales, acquisition, versions).

    Returns
    -------
    pandas.DataFrame
        ``locus, name, value, unit``; all text. Some names stand in several places of the paper, in a few
        with different values.

    Examples
    --------
    >>> import eih
    >>> constants = eih.design_constants().drop_duplicates("name").set_index("name")
    >>> constants.value["cycling duration per block"], constants.unit["cycling duration per block"]
    ('10', 'min')
    """
    return read_reported("design_constants.tsv", ["locus", "name", "value", "unit"])


def reported_peaks(section=None):
    """Load the brain peaks that the paper reports.

    Parameters
    ----------
    section : str, optional
        A section of the article, such as ``"s2-1"``. Default: all.

    Returns
    -------
    pandas.DataFrame
        One row per peak (repeats of the same result left out): ``id, contrast, region, mni_x, mni_y,
        mni_z`` [mm], ``T``, ``p`` (text, as printed: corrected) and ``correction`` (``whole brain`` or
        ``small volume``). Reported values, not recomputed ones.

    Examples
    --------
    >>> import eih
    >>> eih.reported_peaks("s2-5").region.tolist()
    ['right mFC']
    """
    results = reported_results()
    if section is not None:
        results = results[results.section == section]
    wide = printed_numbers().pivot(index="id", columns="quantity", values="printed")
    peaks = results[results.same_as == ""].merge(wide.dropna(subset=["mni_x", "T"]), on="id")
    small = peaks.p_small_volume.notna()
    return pd.DataFrame(
        {
            "id": peaks.id,
            "contrast": peaks.effect.str.removeprefix("contrast "),
            "region": peaks.outcome.str.removeprefix("BOLD "),
            **{axis: peaks[axis].astype(int) for axis in ("mni_x", "mni_y", "mni_z")},
            "T": peaks["T"].astype(float),
            "p": peaks.p_small_volume.where(small, peaks.p_whole_brain),
            "correction": small.map({True: "small volume", False: "whole brain"}),
        }
    )
