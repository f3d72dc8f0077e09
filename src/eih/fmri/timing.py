"""When each stimulus of a run began: the real order of the trials, laid out in the printed timing.

The public table has the order, kind and strength of the stimuli of every run, but no onsets. These are
*reconstructed*: stimulus, rating window and jittered interval follow each other as printed, and the jitter
is drawn at random from a seed. What is not printed is assumed: intervals are uniform, the rating window
opens when the stimulus ends, and the first stimulus comes one interval after the first volume that is kept.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from ..paper.printed import design_constants
from ..tables.data import data_folder, load_trials
from ..tables.schema import MODALITIES, TARGETS

RUN = ["participant", "session", "block"]
CONDITIONS = [f"{modality}_{target}" for modality in MODALITIES for target in TARGETS]
#: Name here → where the paper prints it, and under which name in ``eih.design_constants()``.
_PRINTED = {
    "stimulus_s": ("Methods s4-11-1", "stimulus duration"),
    "plateau_s": ("Methods s4-11-1", "plateau"),
    "rating_s": ("Methods s4-11-1", "rating window"),
    "interval_s": ("Methods s4-11-1", "ITI"),
    "jitter_s": ("Methods s4-11-1", "ITI jitter"),
    "cycling_min": ("Methods s4-8", "cycling duration"),
    "t_r_s": ("Methods s4-12", "TR"),
    "dummies": ("Methods s4-12", "discarded volumes per run"),
    "runs": ("Methods s4-15", "blocks per subject"),
    "motion_terms": ("Methods s4-15", "motion parameters total"),
    "spike_mm": ("Methods s4-15", "spike threshold"),
    "cardiac_order": ("Methods s4-15", "cardiac harmonics"),
    "respiratory_order": ("Methods s4-15", "respiratory harmonics"),
    "retroicor_terms": ("Methods s4-15", "RETROICOR regressors"),
    "white_matter_terms": ("Methods s4-14-1", "white matter components"),
    "csf_terms": ("Methods s4-14-1", "CSF components"),
    "fir_bins": ("Methods s4-15", "FIR bins"),
    "fir_span_s": ("Methods s4-15", "FIR span"),
}


def printed_design():
    """Read the printed parameters of the MRI runs and of the first level as numbers.

    Returns
    -------
    pandas.Series
        Name → value; names end in their unit where they have one: ``stimulus_s, plateau_s, rating_s,
        interval_s, jitter_s`` [s], ``cycling_min`` [min], ``t_r_s`` (repetition time [s]), ``dummies``,
        ``runs`` per participant, ``motion_terms, spike_mm`` [mm], ``cardiac_order,
        respiratory_order, retroicor_terms, white_matter_terms, csf_terms, fir_bins, fir_span_s`` [s].

    Examples
    --------
    >>> import eih
    >>> eih.fmri.printed_design()[["stimulus_s", "t_r_s"]].to_dict()
    {'stimulus_s': 17.0, 't_r_s': 1.8}
    """
    return _printed_once().copy()


@lru_cache(maxsize=1)
def _printed_once():
    values = design_constants().set_index(["locus", "name"]).value
    return pd.Series({name: float(values[place]) for name, place in _PRINTED.items()})


def all_events(seed=0):
    """Reconstruct the events of all runs of all participants.

    Parameters
    ----------
    seed : int, default 0
        Of the jitter; each run draws its own from it.

    Returns
    -------
    pandas.DataFrame of shape (5616, 15)
        ``participant, session, block, drug, exercise`` (the run), then ``onset`` [s after the start of
        the first volume kept], ``duration`` [s], ``trial_type`` (``heat_30`` … ``pressure_70``),
        ``modality, target, stimulus`` [°C or kPa], ``rating`` (five are missing), ``trial`` (1–18),
        ``rating_onset`` [s] and ``timing`` (always ``reconstructed``).

    Examples
    --------
    >>> import eih
    >>> eih.fmri.all_events().groupby(["participant", "session", "block"]).ngroups
    312
    """
    return _all_events_once(seed, str(data_folder())).copy()


@lru_cache(maxsize=2)
def _all_events_once(seed, _folder):
    trials = load_trials().sort_values([*RUN, "trial"], ignore_index=True)
    printed = printed_design()
    sizes = trials.groupby(RUN, sort=False).size()
    onsets = np.concatenate([_onsets(run, n, printed, seed) for run, n in sizes.items()])
    trial_type = trials.modality.astype(str) + "_" + trials.target.astype(str)
    timed = trials[[*RUN, "drug", "exercise"]].assign(
        onset=onsets.round(3), duration=printed.stimulus_s, trial_type=trial_type
    )
    measured = trials[["modality", "target", "stimulus", "rating", "trial"]]
    rating_onset = (timed.onset + printed.stimulus_s).round(3)
    return timed.join(measured).assign(rating_onset=rating_onset, timing="reconstructed")


def events(participant, session, block, *, seed=0):
    """Reconstruct the events of one run: real stimuli in their real order, printed timing.

    Parameters
    ----------
    participant : str
        Such as ``"sub-01"``.
    session : {1, 2}
    block : {1, 2, 3, 4}
        The run of that session; it follows ten minutes of cycling.
    seed : int, default 0
        Of the jitter of the intervals.

    Returns
    -------
    pandas.DataFrame of shape (18, 10)
        The columns of :func:`all_events` from ``onset`` on, one row per stimulus, in order.

    Raises
    ------
    ValueError
        There is no such run.

    Notes
    -----
    The printed timing is read from ``eih.design_constants()``; nothing of it is typed in. What is assumed
    stands at the top of this module.

    References
    ----------
    Nold et al. (2025), Methods, experimental procedure (s4-11-1) and MRI acquisition (s4-12).

    Examples
    --------
    >>> import eih
    >>> run = eih.fmri.events("sub-01", 1, 1)
    >>> run[["duration", "trial_type", "rating"]].head(2).values.tolist()
    [[17.0, 'heat_70', 58.0], [17.0, 'pressure_70', 75.0]]
    """
    table = all_events(seed)
    own = (table.participant == participant) & (table.session == session) & (table.block == block)
    if not own.any():
        people = table.participant
        raise ValueError(
            f"There is no run ({participant!r}, session {session!r}, block {block!r}). Participants are "
            f"'{people.min()}' to '{people.max()}' ({people.nunique()} of them), sessions 1 and 2, blocks 1 to 4."
        )
    return table[own].drop(columns=[*RUN, "drug", "exercise"]).reset_index(drop=True)


def scans_in(run):
    """Count the volumes of a run: it ends one mean interval after the last rating window.

    Parameters
    ----------
    run : pandas.DataFrame
        Events of one run, from :func:`events`.

    Returns
    -------
    int

    Examples
    --------
    >>> import eih
    >>> eih.fmri.scans_in(eih.fmri.events("sub-01", 1, 1)) > 300
    True
    """
    printed = printed_design()
    end = run.rating_onset.max() + printed.rating_s + printed.interval_s
    return int(np.ceil(end / printed.t_r_s))


def frame_times(n_scans):
    """Return the middle of each volume [s], the moment to which slice timing correction moves a volume.

    Parameters
    ----------
    n_scans : int

    Returns
    -------
    numpy.ndarray of shape (n_scans,)

    Examples
    --------
    >>> import eih
    >>> eih.fmri.frame_times(3).round(1).tolist()
    [0.9, 2.7, 4.5]
    """
    return printed_design().t_r_s * (np.arange(n_scans) + 0.5)


def generator(seed, run, stream=0):
    """Return a random generator of its own for each run and purpose.

    Parameters
    ----------
    seed : int
    run : tuple
        participant, session, block.
    stream : int, default 0
        Number of the purpose.

    Returns
    -------
    numpy.random.Generator
    """
    participant, session, block = run
    number = int(str(participant).rpartition("-")[2])
    return np.random.default_rng([seed, stream, number, int(session), int(block)])


def _onsets(run, n_trials, printed, seed):
    """Lay the trials of one run out in time."""
    jitter = generator(seed, run).uniform(-printed.jitter_s, printed.jitter_s, n_trials)
    before = printed.interval_s + jitter
    busy = printed.stimulus_s + printed.rating_s
    return np.cumsum(before) + busy * np.arange(n_trials)
