"""Load the three tables, checked on every load; derive difference scores from them."""

import os
from functools import lru_cache
from pathlib import Path

import pandas as pd

from .checksums import verify
from .schema import DRUG_ORDERS, DRUGS, EXERCISES, MODALITIES, SEXES, TABLES, DataError
from .validation import check_joins, check_table, read_text_table, typed

_FACTORS = {
    "sex": SEXES,
    "drug_order": DRUG_ORDERS,
    "drug": DRUGS,
    "exercise": EXERCISES,
    "modality": MODALITIES,
}


def data_folder():
    """Return the folder of the tables, wherever the notebook or test was started.

    The environment variable ``EIH_DATA`` comes first, then ``data/`` of the checkout, then the copy
    that an installed wheel carries.

    Raises
    ------
    DataError
        None of these has the tables.
    """
    here = Path(__file__).resolve().parent.parent
    named = os.environ.get("EIH_DATA")
    if named:
        return Path(named)
    for folder in (here.parents[1] / "data", here / "_data"):
        if (folder / "trials.tsv").is_file():
            return folder
    raise DataError(
        f"{here.parents[1] / 'data'}: no trials.tsv there. Make the tables with "
        "'eih data build --from FILE', or set EIH_DATA to the folder that has them."
    )


def _load(table):
    path = data_folder() / f"{table}.tsv"
    status = path.stat() if path.is_file() else None
    written = status and (status.st_mtime_ns, status.st_size, status.st_ino)
    rows = _read(path, table, written).copy()
    verify(path, required="EIH_DATA" not in os.environ)  # last: a rule tells which cell is wrong
    return rows


@lru_cache(maxsize=8)
def _read(path, table, written):
    """Read and check a table, once for each time that it is written."""
    return check_table(typed(read_text_table(path, table), path, table), path, table)


def _with_factors(frame):
    """Make each factor categorical, its reference level first."""
    factors = {name: levels for name, levels in _FACTORS.items() if name in frame}
    return frame.assign(
        **{name: pd.Categorical(frame[name], categories=levels) for name, levels in factors.items()}
    )


def load_participants():
    """Load the 39 participants.

    Returns
    -------
    pandas.DataFrame of shape (39, 7)
        One row per person: ``participant`` (``sub-01`` …), ``sex`` (male, female), ``age`` [years],
        ``ftp`` [W], ``ftp_per_kg`` [W/kg], ``drug_order`` (saline first, naloxone first),
        ``expectation`` (mean of three items, 1 to 7). Factors are categorical, reference level first.

    Raises
    ------
    DataError
        The file is missing, breaks a rule of the schema, or is not the recorded one.

    Examples
    --------
    >>> import eih
    >>> eih.load_participants().sex.value_counts().to_dict()
    {'female': 21, 'male': 18}
    """
    return _with_factors(_load("participants"))


def load_blocks():
    """Load the 312 blocks: ten minutes of cycling and one MRI run each.

    Returns
    -------
    pandas.DataFrame of shape (312, 7)
        ``participant``, ``session`` (1–2), ``block`` (1–4), ``drug`` (saline, naloxone), ``exercise``
        (low, high), ``rpe`` (Borg scale, as recorded), ``cumulative_watts`` (power readings summed
        since the start of the session). Nothing is missing; a block without power recording shows the
        sum of the block before.

    Raises
    ------
    DataError
        The file is missing, breaks a rule of the schema, or is not the recorded one.

    Examples
    --------
    >>> import eih
    >>> eih.load_blocks().groupby("drug", observed=True).size().to_dict()
    {'saline': 156, 'naloxone': 156}
    """
    return _with_factors(_load("blocks"))


def load_trials(modality=None):
    """Load the painful stimuli, joined to their block and participant.

    Parameters
    ----------
    modality : {"heat", "pressure"}, optional
        Keep the trials of one modality. Default: both.

    Returns
    -------
    pandas.DataFrame of shape (5616, 19), or (2808, 19) for one modality
        ``participant, session, block, trial`` (1–18 in the block), ``modality``, ``target`` (30, 50 or
        70 VAS points), ``stimulus`` [°C or kPa], ``rating`` (VAS, as recorded 1–101; five are missing),
        ``nth`` (1–9: the trial's number within its modality in the block, the paper's second random
        effect), then the block's ``drug, exercise, rpe, cumulative_watts`` and the participant's
        ``sex, age, ftp, ftp_per_kg, drug_order, expectation``.

    Raises
    ------
    DataError
        A file is missing, breaks a rule, is not the recorded one, or the tables do not fit together.
    ValueError
        The modality is not one of the two.

    Notes
    -----
    Missing ratings stay in the table as NaN; models leave them out and say how many.

    Examples
    --------
    >>> import eih
    >>> heat = eih.load_trials(modality="heat")
    >>> len(heat), int(heat.rating.isna().sum())
    (2808, 3)
    """
    if modality is not None and modality not in MODALITIES:
        raise ValueError(
            f"Invalid modality '{modality}'. It must be one of {list(MODALITIES)}, or None for both."
        )
    participants, blocks, trials = _load("participants"), _load("blocks"), _load("trials")
    check_joins(participants, blocks, trials, data_folder())

    within_modality = trials.groupby(["participant", "session", "block", "modality"])
    trials["nth"] = within_modality.trial.rank().astype(int)
    joined = trials.merge(blocks, on=["participant", "session", "block"]).merge(
        participants, on="participant"
    )
    joined = _with_factors(joined)
    if modality is not None:
        joined = joined[joined.modality == modality].reset_index(drop=True)
    return joined


def mean_ratings(trials, by):
    """Average ratings within participants.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials as from :func:`load_trials`.
    by : str or list of str
        Columns that define a cell beside the participant, such as ``["drug", "target"]``.

    Returns
    -------
    pandas.DataFrame
        One row per participant and cell: ``participant``, the ``by`` columns, ``rating`` (mean of the
        ratings that are there), then the participant's own columns (``sex``, ``ftp_per_kg`` …).

    Examples
    --------
    >>> import eih
    >>> heat = eih.load_trials(modality="heat")
    >>> eih.mean_ratings(heat, "drug").shape
    (78, 9)
    """
    by = [by] if isinstance(by, str) else list(by)
    _check_columns(trials, ["participant", "rating", *by])
    cells = trials.groupby(["participant", *by], observed=True, as_index=False).rating.mean()
    own = [name for name in TABLES["participants"] if name in trials and name not in by]
    return cells.merge(trials[own].drop_duplicates("participant"), on="participant")


def difference_scores(trials, between, by=None):
    """Subtract mean ratings of one condition from the other, within participants.

    Positive scores mean: more pain after low than after high exercise (exercise relieved pain), or more
    pain under naloxone than under saline (the opioid system relieved pain).

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials as from :func:`load_trials`.
    between : {"exercise", "drug"}
        ``"exercise"``: low − high. ``"drug"``: naloxone − saline.
    by : str or list of str, optional
        Columns that define a cell beside the participant. Default: ``["drug", "target"]`` between
        exercise intensities, ``["target"]`` between drugs. An empty list pools over everything.

    Returns
    -------
    pandas.DataFrame
        One row per participant and cell: ``participant``, the ``by`` columns, ``difference`` [VAS
        points], then the participant's own columns. A cell in which one condition has no rating at all
        is missing (NaN).

    Raises
    ------
    ValueError
        ``between`` is neither, or the trials lack a column or one of the two conditions.

    References
    ----------
    Nold et al. (2025), Methods, behavioural statistical analyses.

    Examples
    --------
    >>> import eih
    >>> heat = eih.load_trials(modality="heat")
    >>> eih.difference_scores(heat, "drug").shape
    (117, 9)
    """
    default = {
        "exercise": ("low", "high", ["drug", "target"]),
        "drug": ("naloxone", "saline", ["target"]),
    }
    if between not in default:
        raise ValueError(f"Invalid between '{between}'. It must be 'exercise' or 'drug'.")
    first, second, cells = default[between]
    by = cells if by is None else [by] if isinstance(by, str) else list(by)
    means = mean_ratings(trials, [*by, between])
    absent = {first, second} - set(means[between])
    if absent:
        raise ValueError(
            f"No trial with {between} '{absent.pop()}' among the {len(trials)} trials given. "
            f"A difference needs both '{first}' and '{second}'."
        )
    own = [name for name in means if name not in (between, "rating")]
    wide = means.pivot(index=own, columns=between, values="rating").reset_index()
    wide.columns.name = None
    wide["difference"] = wide[first] - wide[second]
    order = ["participant", *by, "difference"]
    return wide[order + [name for name in own if name not in order]]


def relevel(frame, **reference):
    """Choose another reference level for one or more factors.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table with categorical columns.
    **reference : str
        Factor = new reference level, such as ``sex="female"``.

    Returns
    -------
    pandas.DataFrame
        A copy in which each named factor has that level first; the data are the same.

    Raises
    ------
    ValueError
        The column is not a factor, or has no such level.

    Examples
    --------
    >>> import eih
    >>> people = eih.relevel(eih.load_participants(), sex="female")
    >>> list(people.sex.cat.categories)
    ['female', 'male']
    """
    _check_columns(frame, list(reference))
    changed = {}
    for name, level in reference.items():
        if not isinstance(frame[name].dtype, pd.CategoricalDtype):
            raise ValueError(f"Column '{name}' is not a factor (its type is {frame[name].dtype}).")
        levels = list(frame[name].cat.categories)
        if level not in levels:
            raise ValueError(f"Invalid reference '{level}' for '{name}'. Its levels are {levels}.")
        changed[name] = frame[name].cat.reorder_categories(
            [level, *(other for other in levels if other != level)]
        )
    return frame.assign(**changed)


def _check_columns(frame, names):
    missing = [name for name in names if name not in frame]
    if missing:
        raise ValueError(f"Unknown column(s) {missing}. The table has {list(frame.columns)}.")
