"""The results of ``eih power``: a row per replicate, the recipe beside it, and what an interruption leaves.

While a run goes on, finished replicates are appended to ``NAME.tsv.part``, whose first line says what
they were made with. At its end they move into ``NAME.tsv`` (or, packed, ``NAME.tsv.gz``), and the recipe into ``NAME.json``. A later
call finds what is there and computes only what is missing; what was made otherwise is refused, untouched.
"""

import gzip
import hashlib
import io
import json
import os
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from ..tables.data import data_folder
from ..tables.schema import TABLES, DataError
from .power import COLUMNS, FAILED, SCENARIO
from .power_rows import (
    HEADER,
    WAY_ON,
    parse_rows,
    read_recipe,
    read_replicates,
    read_text,
    sidecar_of,
)

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
        Ends in ``.tsv``, or in ``.tsv.gz`` to be packed; the recipe stands beside it, ending in ``.json``.
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
        if not self.path.name.endswith((".tsv", ".tsv.gz")):
            raise DataError(
                f"Invalid results file '{self.path}'. Its name must end in .tsv or .tsv.gz."
            )
        self.part = self.path.with_name(self.path.name + ".part")
        self.sidecar = sidecar_of(self.path)
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
            "failed": int(rows.status.isin(FAILED).sum()),
            "calls": calls,
            "columns": COLUMN_NOTES,
        }
        _replace(self.path, f"{HEADER}\n{_as_text(rows)}")
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
            first = f"# {json.dumps(self.identity, sort_keys=True)}\n{HEADER}\n"
            _replace(self.part, first)
        whole = self.part.read_bytes().rfind(b"\n") + 1
        opened = self.part.open("r+b")
        opened.truncate(whole)
        opened.seek(whole)
        return opened

    def _read_part(self):
        text = read_text(self.part)
        text = text[: text.rfind("\n") + 1]  # the rest is a line that an interruption cut short
        first, _, table = text.partition("\n")
        try:
            made_with = json.loads(first.removeprefix("# "))
        except ValueError:
            made_with = None
        if not first.startswith("# ") or not isinstance(made_with, dict):
            raise DataError(
                f"{self.part}, line 1: no recipe of eih power there. {WAY_ON.format(self.part)}"
            )
        self._check(self.part, made_with)
        return parse_rows(table, self.part, first_line=2)

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


def _merge(parts, path):
    """Join rows; a replicate that stands twice must be the same twice."""
    rows = pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
    twice = rows[rows.duplicated(KEY)]
    if len(twice):
        one = twice.iloc[0]
        raise DataError(
            f"{path}: replicate {one.replicate} of '{one.effect}' with n = {one.n} stands there twice, "
            f"with different numbers. {WAY_ON.format(path)}"
        )
    return rows


def _as_text(rows):
    return rows.to_csv(
        sep="\t", header=False, index=False, lineterminator="\n", na_rep="n/a", columns=COLUMNS
    )


def _replace(path, text):
    """Write a file in one step, packed if its name ends in ``.gz``."""
    beside = path.with_name(path.name + ".new")
    content = _packed(text) if path.suffix == ".gz" else text.encode()
    with beside.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(beside, path)


def _packed(text):
    """Pack a text so that the same text gives the same bytes: without name and time."""
    content = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=content, mode="wb", mtime=0) as opened:
        opened.write(text.encode())
    return content.getvalue()
