"""Tables of your own with the columns of the study: an empty template, a check, a load."""

import html
import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .data import _with_factors
from .own_checks import joined_problems, raise_all, read_own, typed_own
from .own_rules import OWN_TABLES, own_columns
from .schema import DRUGS, EXERCISES, KEYS, MODALITIES, TABLES, DataError

_HOW_TO = """Your own data: how to fill these tables in

1. Open participants.tsv, blocks.tsv and trials.tsv in a spreadsheet. The first line names the columns: leave it.
2. One row per person, per block, per painful stimulus. Write n/a where a value is missing.
3. Save as text, tab separated, UTF-8, with a decimal point.
4. Check: eih data check --own FOLDER
5. In Python: trials = eih.load_own_trials("FOLDER"), then every model and figure of the book.

Columns:

"""


def write_template(folder):
    """Write empty tables for a study of your own, with an explanation of every column.

    Parameters
    ----------
    folder : str or Path
        Where to; made if it is not there.

    Returns
    -------
    list of Path
        ``participants.tsv``, ``blocks.tsv``, ``trials.tsv`` (a line with the names of the columns), a
        JSON sidecar for each, and ``README.txt``.

    Raises
    ------
    DataError
        One of them is there already: nothing is overwritten.

    Examples
    --------
    >>> import eih, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in eih.write_template(folder)][:3]
    ['participants.tsv', 'blocks.tsv', 'trials.tsv']
    """
    folder = Path(folder)
    contents = {f"{table}.tsv": "\t".join(columns) + "\n" for table, columns in OWN_TABLES.items()}
    for table, columns in OWN_TABLES.items():
        sidecar = {name: column.sidecar() for name, column in columns.items()}
        contents[f"{table}.json"] = json.dumps(sidecar, indent=2, ensure_ascii=False) + "\n"
    lines = [
        f"{row.table}.tsv, {row.column}: {row.must_be}. {row.description}"
        for row in own_columns().itertuples()
    ]
    contents["README.txt"] = _HOW_TO + "\n".join(lines) + "\n"
    there = [name for name in contents if (folder / name).exists()]
    if there:
        raise DataError(
            f"{folder / there[0]}: is there already, and is not overwritten. Give another folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    return [folder / name for name in contents]


def own_tables(folder):
    """Read and check the three tables of a folder.

    Parameters
    ----------
    folder : str or Path
        With ``participants.tsv``, ``blocks.tsv`` and ``trials.tsv``.

    Returns
    -------
    (dict of str to pandas.DataFrame, list of str)
        The typed tables, and what was ignored in reading them.

    Raises
    ------
    DataError
        Naming file, line, column, value, rule and the way on.
    """
    folder = Path(folder)
    texts = {table: read_own(folder / f"{table}.tsv", table) for table in TABLES}
    notes = [note for _, own in texts.values() for note in own]
    tables, problems = {}, []
    for table, (text, _) in texts.items():
        tables[table], wrong = typed_own(text, folder / f"{table}.tsv", table)
        problems += wrong
    raise_all(problems or joined_problems(tables, folder))
    whole = {
        name
        for columns in OWN_TABLES.values()
        for name, c in columns.items()
        if c.kind == "integer"
    }
    tables = {
        table: frame.reset_index(drop=True).astype(
            {name: int for name in frame if name in whole and frame[name].notna().all()}
        )
        for table, frame in tables.items()
    }
    return tables, notes


def load_own_trials(folder, modality=None):
    """Load trials of your own, in the form that the models and figures of the book take.

    Parameters
    ----------
    folder : str or Path
        With ``participants.tsv``, ``blocks.tsv`` and ``trials.tsv``; see :func:`write_template`.
    modality : {"heat", "pressure"}, optional
        Keep the trials of one modality. Default: all there are.

    Returns
    -------
    pandas.DataFrame
        A row per painful stimulus with the 19 columns of :func:`eih.load_trials`.

    Raises
    ------
    DataError
        A file is missing or breaks a rule; the message names file, line, column, value, rule and the way on.
    ValueError
        The modality is not one of the two.

    Warns
    -----
    UserWarning
        Something was ignored: Excel's byte-order mark, or a column that is not used.

    See Also
    --------
    eih.own_columns : The rules.
    eih.check_own : The same check without an exception.

    Notes
    -----
    The numbers of people, blocks and trials are free. Missing ratings stay in the table as NaN.
    """
    if modality is not None and modality not in MODALITIES:
        raise ValueError(
            f"Invalid modality '{modality}'. It must be one of {list(MODALITIES)}, or None for both."
        )
    tables, notes = own_tables(folder)
    for note in notes:
        warnings.warn(note, UserWarning, stacklevel=2)
    joined = join_own(tables)
    if modality is not None:
        joined = joined[joined.modality == modality].reset_index(drop=True)
    return joined


def join_own(tables):
    """Join three tables to one row per trial, in the form of :func:`eih.load_trials`."""
    trials = tables["trials"].assign(rating=tables["trials"].rating.astype(float))
    within_modality = trials.groupby([*KEYS["blocks"], "modality"])
    trials["nth"] = within_modality.trial.rank(method="first").astype(int)
    joined = trials.merge(tables["blocks"], on=KEYS["blocks"])
    return _with_factors(joined.merge(tables["participants"], on="participant"))


@dataclass(frozen=True, repr=False)
class OwnCheck:
    """What a check of own tables found; true where no rule is broken."""

    text: str
    fine: bool

    def __bool__(self):
        return self.fine

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        colour = "var(--eih-good, #1b7a4b)" if self.fine else "var(--eih-why, #b36b00)"
        lines = "".join(f"<div>{html.escape(line)}</div>" for line in self.text.split("\n"))
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 0.35em 0.8em; margin: 0.3em 0;">'
            f"{lines}</div>"
        )


def check_own(folder, name=None):
    """Check tables of your own and say what was found, without an exception.

    Parameters
    ----------
    folder : str or Path
        With the three tables.
    name : str, optional
        How the folder is called in the text. Default: its path.

    Returns
    -------
    OwnCheck
        Shows what is wrong and how to go on; or what is there, and who lacks a condition. True where no
        rule is broken.
    """
    try:
        tables, notes = own_tables(folder)
    except DataError as error:
        return OwnCheck(_renamed(str(error), folder, name), False)
    trials = join_own(tables)
    counts = (
        f"{trials.participant.nunique()} participants, {len(trials)} trials "
        f"({', '.join(f'{n} {name}' for name, n in trials.modality.value_counts(sort=False).items())}), "
        f"{int(trials.rating.isna().sum())} ratings missing"
    )
    lines = [f"{folder}: no rule is broken. {counts}.", *notes, *_incomplete(trials)]
    return OwnCheck(_renamed("\n".join(lines), folder, name), True)


def _renamed(text, folder, name):
    return text if name is None else text.replace(str(Path(folder)), name)


def _incomplete(trials):
    """Say who lacks a condition, which differences within people need."""
    lines = []
    for name, levels in (("drug", DRUGS), ("exercise", EXERCISES)):
        for level in levels:
            have = set(trials.participant[(trials[name] == level) & trials.rating.notna()])
            lacking = sorted(set(trials.participant) - have)
            if lacking:
                lines.append(
                    f"Without a rating for {name} {level}: {', '.join(lacking)}. Differences within people leave them out."
                )
    return lines


def write_tables(tables, folder):
    """Write three tables as ``.tsv`` files.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        ``participants``, ``blocks``, ``trials``; missing values become ``n/a``.
    folder : str or Path
        Where to; made if it is not there.

    Returns
    -------
    list of Path
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, frame in tables.items():
        paths.append(folder / f"{name}.tsv")
        text = pd.DataFrame(frame).to_csv(sep="\t", index=False, na_rep="n/a", lineterminator="\n")
        paths[-1].write_bytes(text.encode("utf-8"))
    return paths
