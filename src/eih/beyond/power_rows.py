"""Read the results of ``eih power``: a row per replicate, every row checked, and the recipe beside it."""

import gzip
import json
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from ..tables.data import data_folder
from ..tables.schema import DataError
from .power import COLUMNS, EFFECTS, STATUSES

HEADER = "\t".join(COLUMNS)
WAY_ON = "Mend it, or move it away and call again; nothing in it was changed."
_NUMBERS = ["true", "estimate", "se", "df", "p"]


def stored_file():
    """Return the path of the replicates that the book rests on."""
    return data_folder() / "results" / "power.tsv.gz"


def sidecar_of(path):
    """Return where the recipe of a results file stands: ``NAME.json`` beside ``NAME.tsv`` or ``NAME.tsv.gz``."""
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".tsv") + ".json")


def read_recipe(path=None):
    """Read how replicates were made.

    Parameters
    ----------
    path : Path, optional
        Of the replicates. Default: those that the book rests on.

    Returns
    -------
    dict
        ``seed``, ``data_sha256``, ``packages``, ``replicates``, ``failed``, ``calls`` (command lines),
        ``columns`` (what they are).

    Raises
    ------
    DataError
        There is none beside the file, or it cannot be read.
    """
    path = stored_file() if path is None else Path(path)
    sidecar = sidecar_of(path)
    try:
        recipe = json.loads(read_text(sidecar))
    except ValueError as error:
        if not sidecar.exists():
            raise DataError(
                f"{path}: no results of eih power, for there is no {sidecar.name} beside it. "
                "Give another file."
            ) from None
        raise DataError(f"{sidecar}: cannot be read ({error}). {WAY_ON.format(sidecar)}") from None
    if not isinstance(recipe, dict) or recipe.get("made_by") != "eih power":
        raise DataError(f"{sidecar}: no recipe of eih power. {WAY_ON.format(sidecar)}")
    return recipe


def read_replicates(path=None):
    """Read stored replicates, every row checked.

    Parameters
    ----------
    path : Path, optional
        Default: those that the book rests on.

    Returns
    -------
    pandas.DataFrame
        One row per simulated study: ``effect, model, people, size, n, replicate, true, estimate, se, df,
        p, status``; no numbers where the fit failed. Surrogate results, all of them.

    Raises
    ------
    DataError
        The file is missing or damaged; the message names the line.

    Examples
    --------
    >>> stored = read_replicates()
    >>> stored.columns.tolist() == COLUMNS
    True
    """
    path = stored_file() if path is None else Path(path)
    return parse_rows(read_text(path), path, first_line=1)


def read_text(path):
    """Read a text file, unpacked if its name ends in ``.gz``."""
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}). {WAY_ON.format(path)}") from None


def parse_rows(text, path, first_line):
    """Turn lines into typed rows; the first bad one is named."""
    header, *lines = text.split("\n")
    if header != HEADER:
        raise DataError(
            f"{path}, line {first_line}: not the columns of eih power. {WAY_ON.format(path)}"
        )
    if lines and lines[-1] == "":
        lines.pop()
    cells = [line.split("\t") for line in lines]
    widths = np.array([len(row) for row in cells], dtype=int)
    _refuse(widths != len(COLUMNS), "has not as many cells as the header", path, first_line)
    table = pd.DataFrame(cells, columns=COLUMNS, dtype=str)
    for name in ("n", "replicate"):
        table[name] = pd.to_numeric(table[name], errors="coerce")
        _refuse(
            ~(table[name] >= 1) | (table[name] % 1 != 0), f"{name} is no count", path, first_line
        )
        table[name] = table[name].astype(int)
    failed = table.status.isin(STATUSES[2:])
    for name in _NUMBERS:
        absent = table[name] == "n/a"
        table[name] = pd.to_numeric(table[name].mask(absent), errors="coerce")
        wrong = table[name].isna() != (failed & (name != "true"))
        _refuse(wrong | np.isinf(table[name]), f"{name} is no number", path, first_line)
    _refuse(table.se <= 0, "se is not positive", path, first_line)
    _refuse((table.p < 0) | (table.p > 1), "p is not within 0 and 1", path, first_line)
    _refuse(~table.status.isin(STATUSES), "has no known status", path, first_line)
    _refuse(~table.effect.isin(EFFECTS), "has no known effect", path, first_line)
    return table


def _refuse(wrong, what, path, first_line):
    wrong = np.flatnonzero(wrong)
    if len(wrong):
        line = first_line + 1 + wrong[0]
        raise DataError(f"{path}, line {line}: {what}. {WAY_ON.format(path)}")
