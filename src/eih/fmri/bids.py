"""Write the reconstructed events as a BIDS data set: events files, participants, and what each column means."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from ..tables.data import load_participants
from .bids_descriptions import MADE_BY, TASK, descriptions
from .timing import RUN, all_events

_EVENT_COLUMNS = [
    *("onset", "duration", "trial_type", "modality", "target", "stimulus", "rating", "trial"),
    *("rating_onset", "drug", "exercise", "timing"),
]


def write_events(folder, participants=None, *, seed=0):
    """Write events files of the MRI runs as a BIDS data set.

    Everything is written into a new folder beside the wanted one, which takes its place only when it is
    complete.

    Parameters
    ----------
    folder : path-like
        The data set's folder. It must not exist, be empty, or hold nothing but what an earlier call
        wrote; in the last case it is replaced.
    participants : list of str, optional
        Default: all 39.
    seed : int, default 0
        Of the jitter, see :func:`eih.fmri.events`.

    Returns
    -------
    pathlib.Path
        The folder. It holds ``dataset_description.json``, ``README``, ``participants.tsv`` and ``.json``,
        ``task-peep_events.json`` and, per run, ``sub-01/ses-01/func/
        sub-01_ses-01_task-peep_run-01_events.tsv``.

    Raises
    ------
    FileExistsError
        The folder holds something else; nothing is changed.
    ValueError
        A participant is unknown.

    Notes
    -----
    The sidecar says of ``onset`` that it is reconstructed, and the column ``timing`` says it in each
    row. There are no images in the data set.

    References
    ----------
    Gorgolewski KJ et al. (2016). The brain imaging data structure. Scientific Data 3, 160044.

    Examples
    --------
    >>> import eih, tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as place:
    ...     written = eih.fmri.write_events(pathlib.Path(place) / "bids", ["sub-01"])
    ...     len(list(written.rglob("*_events.tsv")))
    8
    """
    folder = Path(folder).absolute()
    people = _check_participants(participants)
    _refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        files = {**descriptions(people, seed), **_event_files(people, seed)}
        for name, text in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        beside.chmod(0o755)
        _refuse_foreign(folder)
        _put_in_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def event_file(participant, session, block):
    """Return the name of a run's events file within the data set.

    Parameters
    ----------
    participant : str
    session, block : int

    Returns
    -------
    str

    Examples
    --------
    >>> from eih.fmri.bids import event_file
    >>> event_file("sub-01", 1, 2)
    'sub-01/ses-01/func/sub-01_ses-01_task-peep_run-02_events.tsv'
    """
    place, run = f"{participant}/ses-{session:02d}/func", f"task-{TASK}_run-{block:02d}"
    return f"{place}/{participant}_ses-{session:02d}_{run}_events.tsv"


def _check_participants(wanted):
    people = load_participants()
    strangers = sorted(set(wanted or ()) - set(people.participant))
    if strangers:
        raise ValueError(
            f"Unknown participant(s) {strangers}. There are '{people.participant.min()}' to "
            f"'{people.participant.max()}'."
        )
    return people if wanted is None else people[people.participant.isin(wanted)]


def _refuse_foreign(folder):
    """Raise if the folder holds anything that an earlier call did not write."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir() or folder.is_symlink():
        raise FileExistsError(f"'{folder}' is there and is no folder. Nothing was changed.")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    if not found:
        return
    people = load_participants()
    ours = {
        event_file(person, s, b)
        for person in people.participant
        for s in (1, 2)
        for b in range(1, 5)
    }
    foreign = sorted(found - ours - set(descriptions(people, 0)))
    if foreign or _made_by(folder) != MADE_BY:
        shown = ", ".join((foreign or sorted(found))[:3])
        raise FileExistsError(
            f"'{folder}' holds files that eih did not write ({shown}). Nothing was changed. Choose "
            "another folder, or empty this one."
        )


def _made_by(folder):
    try:
        description = json.loads((folder / "dataset_description.json").read_text(encoding="utf-8"))
        return description["GeneratedBy"][0]["Name"]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _put_in_place(beside, folder):
    """Swap the new folder in; put the old one back if that fails."""
    old = beside.with_name(beside.name + ".old")
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(beside, folder)
    except OSError:
        if old.exists():
            os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _event_files(people, seed):
    """Return name → text of the events files."""
    table = all_events(seed)
    table = table[table.participant.isin(people.participant)]
    return {
        event_file(*run): rows[_EVENT_COLUMNS].to_csv(
            sep="\t", index=False, na_rep="n/a", lineterminator="\n"
        )
        for run, rows in table.groupby(RUN, sort=False, observed=True)
    }
