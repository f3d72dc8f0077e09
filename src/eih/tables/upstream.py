"""Parse the authors' trial table and write our three tables from it."""

import csv
import io
import json
import os
from pathlib import Path

import pandas as pd

from ..unfinished import unfinished
from .checksums import RECORD, write_record
from .schema import KEYS, TABLES, DataError
from .validation import check_joins, check_table, read_text_table, typed

SOURCE = {
    "file": "peep_complete_data_clean.txt",
    "repository": "github.com/jannenold/peep_analyses_mri_behavioural",
    "commit": "92ee62bbff7bd7a1d5768a32fc173b8f19e7afc2",
    "sha256_of_our_copy": "4761a65dbc2fd35c013ba30f3cac86060d9f655768a74f873f7f6e855f5e9656",
}

# their column -> (our table, our column, their code -> our level)
RENAMED = {
    "gender": ("participants", "sex", {"0": "male", "1": "female"}),
    "age": ("participants", "age", None),
    "ftp": ("participants", "ftp", None),
    "pwc": ("participants", "ftp_per_kg", None),
    "treatment_order": ("participants", "drug_order", {"0": "saline first", "1": "naloxone first"}),
    "expectation_exercise_rating": ("participants", "expectation", None),
    "pharm_cond": ("blocks", "drug", {"0": "saline", "1": "naloxone"}),
    "exercise_intensity": ("blocks", "exercise", {"0": "low", "1": "high"}),
    "exercise_rating": ("blocks", "rpe", None),
    "cum_watt": ("blocks", "cumulative_watts", None),
    "modality": ("trials", "modality", {"1": "pressure", "2": "heat"}),
    "VAS": ("trials", "target", None),
    "pain_intensity": ("trials", "stimulus", None),
    "pain_rating": ("trials", "rating", {"NA": "n/a"}),
}
KEY_COLUMNS = {
    "subject": "participant",
    "session": "session",
    "exercise_block": "block",
    "nr_pain_rating": "trial",
}
#: Columns of theirs that follow from others (or repeat them) and are left out.
DERIVED = ["sum_watt", "expectation_exercise", "ftp_c", "pwc_c", "sporty", "extreme_cases_sporty"]


def read_upstream(path):
    """Read the authors' table as text: tab separated, quoted, any line ends.

    Returns
    -------
    pandas.DataFrame
        Every cell a string, their column names.

    Raises
    ------
    DataError
        The file is missing, is not text, is not that table, or is cut off.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}). Give the path of the authors' table "
            f"{SOURCE['file']}, from {SOURCE['repository']}."
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path}, line {line}: byte 0x{raw[error.start]:02x} is not UTF-8 text. "
            "The authors' table is plain ASCII; this looks like another file or another encoding."
        ) from None
    if raw and not raw.endswith((b"\n", b"\r")):
        line = raw.count(b"\n") + 1
        raise DataError(f"{path}, line {line}: the last line does not end. The file is truncated.")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    if not rows:
        raise DataError(f"{path}: the file is empty. It should be {SOURCE['file']}.")
    header, *rows = rows
    expected = [*KEY_COLUMNS, *RENAMED]
    missing = [name for name in expected if name not in header]
    if missing:
        raise DataError(
            f"{path}, line 1: missing column(s) {', '.join(missing)}. The authors' table has "
            f"{', '.join([*expected, *DERIVED])}; this file has {', '.join(header)[:300]}."
        )
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise DataError(
                f"{path}, line {number}: {len(row)} cells where the header has {len(header)}."
            )
    return pd.DataFrame(rows, columns=header, dtype=str)


def tidy_tables(upstream, path="the authors' table"):
    """Split the authors' table into our three, with our names and levels; cells stay text.

    Parameters
    ----------
    upstream : pandas.DataFrame
        As from :func:`read_upstream`.
    path : str or Path
        Named in errors.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``participants``, ``blocks``, ``trials``, sorted by their keys.

    Raises
    ------
    DataError
        A code is unknown, or a participant's or block's value changes from row to row.
    """
    ours = pd.DataFrame(
        {
            "participant": "sub-" + upstream.subject.str.zfill(2),
            **{new: upstream[old] for old, new in KEY_COLUMNS.items() if old != "subject"},
        }
    )
    for old, (_, new, codes) in RENAMED.items():
        ours[new] = _recode(upstream[old], codes, path)

    tables = {}
    for table, columns in TABLES.items():
        rows = ours[list(columns)]
        if table != "trials":
            rows = rows.drop_duplicates()
            _check_constant(rows, ours, table, path)
        tables[table] = _sorted_by_key(rows, table)
    return tables


def _recode(cells, codes, path):
    if codes is None:
        return cells
    if "NA" in codes:
        return cells.replace(codes)
    unknown = cells[~cells.isin(list(codes))]
    if len(unknown):
        raise DataError(
            f"{path}, line {unknown.index[0] + 2}: {cells.name} is '{unknown.iloc[0]}'. "
            f"The known codes are {codes}."
        )
    return cells.map(codes)


def _check_constant(rows, ours, table, path):
    """Refuse a participant (or block) whose own values change between its trials."""
    repeated = rows[rows.duplicated(KEYS[table])]
    if len(repeated):
        key = ", ".join(f"{name} {repeated.iloc[0][name]}" for name in KEYS[table])
        raise DataError(
            f"{path}, line {repeated.index[0] + 2}: {key} has other values here than in the rows before. "
            f"What describes a {table[:-1]} must be the same in all its rows."
        )


def _sorted_by_key(rows, table):
    numeric = {name: rows[name] for name in KEYS[table]}
    for name in numeric:
        if name != "participant":
            numeric[name] = pd.to_numeric(rows[name], errors="coerce")
    order = pd.DataFrame(numeric).sort_values(KEYS[table], kind="stable").index
    return rows.loc[order].reset_index(drop=True)


def build(source, folder):
    """Write ``participants.tsv``, ``blocks.tsv`` and ``trials.tsv`` with their sidecars.

    The tables are checked as a load would check them before anything is replaced; then each file is
    moved in place whole, and recorded where the folder has a record of checksums. Building twice gives
    the same bytes.

    Parameters
    ----------
    source : str or Path
        The authors' table.
    folder : str or Path
        Where to write; made if it is not there.

    Returns
    -------
    list of Path
        The six files.

    Raises
    ------
    DataError
        The source cannot be parsed or breaks a rule; nothing is written then.
    """
    source, folder = Path(source), Path(folder)
    tables = tidy_tables(read_upstream(source), source)
    contents = {}
    for table, rows in tables.items():
        contents[f"{table}.tsv"] = rows.to_csv(sep="\t", index=False, lineterminator="\n")
        sidecar = {name: column.sidecar() for name, column in TABLES[table].items()}
        contents[f"{table}.json"] = json.dumps(sidecar, indent=2, ensure_ascii=False) + "\n"

    folder.mkdir(parents=True, exist_ok=True)
    with unfinished(".building-", folder) as beside:
        for name, text in contents.items():
            (beside / name).write_bytes(text.encode("utf-8"))
        try:
            check_folder(beside)
        except DataError as error:
            raise DataError(f"{source}: {str(error).replace(f'{beside}{os.sep}', '')}") from None
        for name in contents:
            os.replace(beside / name, folder / name)
        if (folder / RECORD).is_file():
            write_record(folder, contents)
    return [folder / name for name in contents]


def check_folder(folder):
    """Check the three tables of a folder on their own and together.

    Returns
    -------
    dict of str to pandas.DataFrame
        The typed tables.

    Raises
    ------
    DataError
        Naming file, line, value and rule.
    """
    folder = Path(folder)
    tables = {}
    for table in TABLES:
        path = folder / f"{table}.tsv"
        tables[table] = check_table(typed(read_text_table(path, table), path, table), path, table)
    check_joins(tables["participants"], tables["blocks"], tables["trials"], folder)
    return tables
