"""Download the authors' trial table and say whether ours still has the same content.

Nothing in ``data/`` is changed: the download is looked at in a place of its own. With a folder to write to,
our tables are made from it there.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..download import downloaded, shown
from ..unfinished import unfinished
from .data import data_folder
from .schema import KEYS, TABLES, DataError
from .upstream import DERIVED, KEY_COLUMNS, RENAMED, SOURCE, build, read_upstream, tidy_tables
from .validation import read_text_table

URL = f"https://{SOURCE['repository']}/raw/{SOURCE['commit']}/{SOURCE['file']}"
SHOWN = 20  # differences that are spelled out
LIMIT = 20_000_000  # bytes; the table has less than a million
_WEB_PAGE = re.compile(rb"\s*<(!doctype\s+html|html|head|body)", re.IGNORECASE)


@dataclass(frozen=True)
class Fetched:
    """What a download of the authors' table showed.

    Attributes
    ----------
    differences : pandas.DataFrame
        A row per cell that differs: ``table, place`` (participant, session, block, trial), ``column, ours,
        theirs``, as text. A row that only one side has is one line, its column named ``(row)``.
    cells : int
        Number of cells compared.
    sha256 : str
        Checksum of the file that came.
    same_file : bool
        Whether it is, byte for byte, the copy that our tables were made from.
    new_columns : list of str
        Columns of theirs that we do not know.
    """

    differences: pd.DataFrame
    cells: int
    sha256: str
    same_file: bool
    new_columns: list

    @property
    def same(self):
        """Whether every cell is the same."""
        return self.differences.empty

    def __str__(self):
        lines = [
            f"{row.table}.tsv, {row.place}: {row.column} is {row.ours} here, {row.theirs} there"
            for row in self.differences.head(SHOWN).itertuples()
        ]
        if len(self.differences) > SHOWN:
            lines.append(f"… and {len(self.differences) - SHOWN:,} more")
        if self.new_columns:
            lines.append(f"They have columns that we do not know: {', '.join(self.new_columns)}.")
        number = len(self.differences)
        result = "same" if self.same else f"{number:,} difference{'s' if number > 1 else ''}"
        kind = "the very file" if self.same_file else "not byte for byte the file"
        lines.append(
            f"{result}: {self.cells:,} cells compared. SHA-256 {self.sha256[:12]}…: {kind} that our "
            "tables were made from."
        )
        return "\n".join(lines)


def fetch_table(url=None, folder=None, to=None):
    """Download the authors' trial table and compare it with ours, cell by cell.

    Line ends, quotes, the order of rows and columns, and how a number is written (47.30 or 47.3) do not
    matter. Their columns that follow from others are not compared.

    Parameters
    ----------
    url : str, optional
        Where it is. Default: the authors' repository, at the commit that our tables were made from.
    folder : path, optional
        Our tables. Default: the project's data folder. It is only read.
    to : path, optional
        A folder that has no such tables yet: they are made there from the download.

    Returns
    -------
    Fetched

    Raises
    ------
    DataError
        The download failed, is something else (a web page, say), is cut off or lacks a column, or `to` has
        tables already. Nothing is changed then.
    """
    url, folder = url or URL, Path(folder or data_folder())
    ours = {table: read_text_table(folder / f"{table}.tsv", table) for table in TABLES}
    if to is not None:
        _check_free(Path(to))
    with downloaded(url, resume=False, limit=LIMIT) as came:
        try:
            upstream = _read(came.path)
            theirs = tidy_tables(upstream, came.path)
            differences = _differences(ours, theirs)
            _check_whole(differences, ours, theirs)
            if to is not None:
                _build(came.path, Path(to))
        except OSError as error:
            raise DataError(f"{to}: cannot be written ({error.strerror}).") from None
        except DataError as error:
            reason = str(error).removeprefix(f"{came.path}: ").replace(f"{came.path}, ", "")
            raise DataError(
                f"{shown(url)}: {reason} The tables in {folder} stay as they are."
            ) from None
    known = {*KEY_COLUMNS, *RENAMED, *DERIVED}
    return Fetched(
        differences,
        sum(table.size for table in ours.values()),
        came.sha256,
        came.sha256 == SOURCE["sha256_of_our_copy"],
        [name for name in upstream if name not in known],
    )


def _read(path):
    with open(path, "rb") as file:
        if _WEB_PAGE.match(file.read(512)):
            raise DataError(
                "a web page came instead of the table. Is the address that of the file itself?"
            )
    return read_upstream(path)


def _build(source, folder):
    """Make the tables in a folder; where it is new or empty it comes in one step, with all of them."""
    if folder.exists() and any(folder.iterdir()):
        build(source, folder)
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with unfinished(".building-", folder.parent) as beside:
        build(source, beside / "tables")
        if folder.exists():
            folder.rmdir()
        os.replace(beside / "tables", folder)


def _check_free(folder):
    taken = [f"{table}.tsv" for table in TABLES if (folder / f"{table}.tsv").exists()]
    if taken:
        raise DataError(
            f"{folder}: has {', '.join(taken)} already. Nothing is overwritten; name another folder."
        )


def _check_whole(differences, ours, theirs):
    """Refuse a table that is ours as far as it goes: it was cut off between two rows."""
    rows, there = len(ours["trials"]), len(theirs["trials"])
    lost = (differences.column == "(row)") & (differences.theirs == "not there")
    if there < rows and lost.all():
        raise DataError(
            f"the table ends after {there:,} of {rows:,} trials, which are the same as ours. "
            "It was cut off; fetch it again."
        )


def _differences(ours, theirs):
    parts = [_differing_cells(table, ours[table], theirs[table]) for table in TABLES]
    return pd.concat(parts, ignore_index=True)


def _differing_cells(table, ours, theirs):
    """Return the cells of one table that differ, in the form of :class:`Fetched`."""
    key = KEYS[table]
    ours, theirs = (_by_key(rows, key) for rows in (ours, theirs))
    found = [
        (
            _place(row),
            "(row)",
            *("there" if row in side.index else "not there" for side in (ours, theirs)),
        )
        for row in ours.index.symmetric_difference(theirs.index, sort=False)
    ]
    shared = ours.index.intersection(theirs.index, sort=False)
    for column in ours:
        left, right = ours.loc[shared, column], theirs.loc[shared, column]
        other = left[~_same(left, right)].index
        found += [(_place(row), column, left[row], right[row]) for row in other]
    frame = pd.DataFrame(found, columns=["place", "column", "ours", "theirs"], dtype=str)
    frame.insert(0, "table", table)
    return frame


def _by_key(rows, key):
    """Index rows by their key, as plain numbers where it has numbers."""
    plain = rows.assign(**{name: rows[name].str.strip() for name in key})
    return plain.set_index(pd.MultiIndex.from_frame(plain[key])).drop(columns=key)


def _same(left, right):
    """Whether cells are the same text, or the same number."""
    numbers = [pd.to_numeric(side, errors="coerce") for side in (left, right)]
    return (left == right) | (numbers[0] == numbers[1])


def _place(row):
    participant, *numbers = [row] if isinstance(row, str) else row
    names = KEYS["trials"][1:]
    return ", ".join([participant, *(f"{n} {v}" for n, v in zip(names, numbers, strict=False))])
