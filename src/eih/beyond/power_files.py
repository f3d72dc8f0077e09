"""The results of ``eih power``: a row per replicate, the recipe beside it, and what an interruption leaves.

While a run goes on, finished replicates are appended to ``NAME.tsv.part``, whose first line says what
they were made with. At its end they move into ``NAME.tsv``, and the recipe into ``NAME.json``. A later
call finds what is there and computes only what is missing; what was made otherwise is refused, untouched.
"""

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from ..tables.data import data_folder
from ..tables.schema import TABLES, DataError
from .power import COLUMNS, EFFECTS, SCENARIO, STATUSES

KEY = [*SCENARIO, "n", "replicate"]
FORMAT = 1
PACKAGES = ("eih", "mixedlm", "numpy", "scipy", "statsmodels")
#: What the columns of a results file are; noted in each recipe.
COLUMN_NOTES = {
    "effect": "headline effect, see eih.beyond.power.list_effects",
    "model": "paper: same effect for everybody; varying: the effect differs between people",
    "people": "generated from the fitted model, or resampled with their ratings",
    "size": "true effect: a multiple of the estimate (1x) or a number in its unit; 0 is none",
    "n": "people in the simulated study",
    "replicate": "number of the simulated study; with seed, scenario and n it makes the random numbers",
    "true": "true effect, in the unit of the coefficient",
    "estimate": "estimated effect; with se, df and p to five significant digits, n/a where the fit failed",
    "se": "its standard error",
    "df": "degrees of freedom (Satterthwaite; residual without random effects)",
    "p": "two-sided p",
    "status": "ok; singular (a variance of zero); failed: not converged, not fitted",
}
_NUMBERS = ["true", "estimate", "se", "df", "p"]
_HEADER = "\t".join(COLUMNS)


def packages_in_use():
    """Return name → version of the packages that the numbers depend on."""
    return {name: version(name) for name in PACKAGES}


def identity(seed):
    """Return what replicates must share to stand in one file: seed, data, packages, format."""
    data = hashlib.sha256()
    for table in TABLES:
        data.update((data_folder() / f"{table}.tsv").read_bytes())
    return {
        "format": FORMAT,
        "seed": seed,
        "data_sha256": data.hexdigest(),
        "packages": packages_in_use(),
    }


class ResultsFile:
    """Replicates in a tab separated file that survives interruptions.

    Parameters
    ----------
    path : Path
        Ends in ``.tsv``; the recipe stands beside it with the ending ``.json``.
    seed : int
        Seed of the run.

    Raises
    ------
    DataError
        A file that is there is damaged, or was made with another seed, other data or other packages.
        Nothing is changed then.
    """

    def __init__(self, path, seed):
        self.path = Path(path)
        if self.path.suffix != ".tsv":
            raise DataError(f"Invalid results file '{self.path}'. Its name must end in .tsv.")
        self.part = self.path.with_name(self.path.name + ".part")
        self.sidecar = self.path.with_suffix(".json")
        self.identity = identity(seed)
        self.recipe = {}
        self._open = None
        found = [pd.DataFrame(columns=COLUMNS)]
        if self.path.exists():
            self.recipe = read_recipe(self.path)
            self._check(self.path, self.recipe)
            found.append(read_replicates(self.path))
        if self.part.exists():
            found.append(self._read_part())
        self._found = _merge([rows for rows in found if len(rows)] or found[:1], self.path)
        self._new = []

    @property
    def rows(self):
        """The finished replicates, of this and of earlier calls."""
        if not self._new:
            return self._found
        new = pd.DataFrame(self._new, columns=COLUMNS)
        return _merge([self._found, new], self.path) if len(self._found) else new

    def append(self, replicates):
        """Keep some replicates: they are on the disk when this returns."""
        if self._open is None:
            self._open = self._open_part()
        self._open.write(_as_text(pd.DataFrame(replicates, columns=COLUMNS)).encode())
        self._open.flush()
        self._new += replicates

    def finish(self, call):
        """Move everything into place and write the recipe.

        Parameters
        ----------
        call : str
            The command line, noted in the recipe if it brought anything new.
        """
        self.close()
        rows = self.rows.sort_values(KEY, ignore_index=True)
        calls = self.recipe.get("calls", [])
        if len(rows) > self.recipe.get("replicates", 0) and call not in calls:
            calls = [*calls, call]
        recipe = {
            "made_by": "eih power",
            **self.identity,
            "replicates": len(rows),
            "failed": int(rows.status.isin(STATUSES[2:]).sum()),
            "calls": calls,
            "columns": COLUMN_NOTES,
        }
        _replace(self.path, f"{_HEADER}\n{_as_text(rows)}")
        _replace(self.sidecar, json.dumps(recipe, indent=1) + "\n")
        self.part.unlink(missing_ok=True)
        self.recipe, self._found, self._new = recipe, rows, []

    def close(self):
        """Close the part file; what it holds stays there."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _open_part(self):
        """Open the part file at its end, cutting off a line that was never finished."""
        if not self.part.exists():
            first = f"# {json.dumps(self.identity, sort_keys=True)}\n{_HEADER}\n"
            _replace(self.part, first)
        whole = self.part.read_bytes().rfind(b"\n") + 1
        opened = self.part.open("r+b")
        opened.truncate(whole)
        opened.seek(whole)
        return opened

    def _read_part(self):
        text = _read(self.part)
        text = text[: text.rfind("\n") + 1]  # the rest is a line that an interruption cut short
        first, _, table = text.partition("\n")
        try:
            made_with = json.loads(first.removeprefix("# "))
        except ValueError:
            made_with = None
        if not first.startswith("# ") or not isinstance(made_with, dict):
            raise DataError(
                f"{self.part}, line 1: no recipe of eih power there. {_WAY_ON.format(self.part)}"
            )
        self._check(self.part, made_with)
        return _parse(table, self.part, first_line=2)

    def _check(self, path, made_with):
        """Refuse a file that was made otherwise."""
        for name, here in self.identity.items():
            there = made_with.get(name)
            if name == "packages" and isinstance(there, dict):
                differing = [one for one in here if here[one] != there.get(one)]
                name = ", ".join(differing)
                here = ", ".join(here[one] for one in differing)
                there = ", ".join(str(there.get(one)) for one in differing)
            if there != here:
                raise DataError(
                    f"{path}: made with {name} {there}, this call has {here}. Its replicates are kept; "
                    "give another file with --to, or make the call that it was made with."
                )


_WAY_ON = "Mend it, or move it away and call again; nothing in it was changed."


def stored_file():
    """Return the path of the replicates that the book rests on."""
    return data_folder() / "results" / "power.tsv"


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
    sidecar = path.with_suffix(".json")
    try:
        recipe = json.loads(_read(sidecar))
    except ValueError as error:
        if not sidecar.exists():
            raise DataError(
                f"{path}: no results of eih power, for there is no {sidecar.name} beside it. "
                "Give another file."
            ) from None
        raise DataError(f"{sidecar}: cannot be read ({error}). {_WAY_ON.format(sidecar)}") from None
    if not isinstance(recipe, dict) or recipe.get("made_by") != "eih power":
        raise DataError(f"{sidecar}: no recipe of eih power. {_WAY_ON.format(sidecar)}")
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
    return _parse(_read(path), path, first_line=1)


def _read(path):
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}). {_WAY_ON.format(path)}") from None


def _parse(text, path, first_line):
    """Turn lines into typed rows; the first bad one is named."""
    header, *lines = text.split("\n")
    if header != _HEADER:
        raise DataError(
            f"{path}, line {first_line}: not the columns of eih power. {_WAY_ON.format(path)}"
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
        raise DataError(f"{path}, line {line}: {what}. {_WAY_ON.format(path)}")


def _merge(parts, path):
    """Join rows; a replicate that stands twice must be the same twice."""
    rows = pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
    twice = rows[rows.duplicated(KEY)]
    if len(twice):
        one = twice.iloc[0]
        raise DataError(
            f"{path}: replicate {one.replicate} of '{one.effect}' with n = {one.n} stands there twice, "
            f"with different numbers. {_WAY_ON.format(path)}"
        )
    return rows


def _as_text(rows):
    return rows.to_csv(
        sep="\t", header=False, index=False, lineterminator="\n", na_rep="n/a", columns=COLUMNS
    )


def _replace(path, text):
    """Write a file in one step."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as opened:
        opened.write(text.encode())
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(beside, path)
