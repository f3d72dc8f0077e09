"""Surrogate runs: time series of regions that nobody measured, with known responses in realistic noise.

The order of the stimuli and the ratings are real. A response follows the rating: its size in a region is a
gain times the mean rating of that condition in that run. Everything else is drawn at random.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import signal

from .confounds import confound_table
from .design import event_columns
from .physiology import surrogate_physiology
from .planted import planted_amplitudes
from .timing import RUN, all_events, frame_times, generator, printed_design, scans_in

_RECORDING, _NOISE = 1, 2  # streams of random numbers
_TISSUE_VOXELS = 40


@dataclass(frozen=True)
class Recordings:
    """What is recorded beside a run; made by :func:`surrogate_recordings`.

    Attributes
    ----------
    motion : pandas.DataFrame of shape (t, 6)
        Realignment parameters, see :func:`eih.fmri.motion_terms`.
    traces : pandas.DataFrame
        ``pulse`` and ``breathing``, 50 per second.
    white_matter, csf : numpy.ndarray of shape (t, 40)
        Series of voxels without grey matter.
    scanner_noise : numpy.ndarray of shape (t, 3)
        What all tissues share; not known to a real analyst.
    """

    motion: pd.DataFrame
    traces: pd.DataFrame
    white_matter: np.ndarray
    csf: np.ndarray
    scanner_noise: np.ndarray


@dataclass(frozen=True)
class SurrogateRun:
    """One run as an analyst gets it, and what is planted in it; made by :func:`simulate_runs`.

    Attributes
    ----------
    key : tuple
        participant, session, block.
    events : pandas.DataFrame
        As from :func:`eih.fmri.all_events`.
    confounds : pandas.DataFrame
        See :func:`eih.fmri.confound_table`.
    series : pandas.DataFrame of shape (t, k)
        Signal change of k regions [%].
    planted : pandas.DataFrame of shape (k, 7)
        Size of the responses [% signal change]; the truth.
    """

    key: tuple
    events: pd.DataFrame
    confounds: pd.DataFrame
    series: pd.DataFrame
    planted: pd.DataFrame

    @property
    def drug(self):
        """The infusion of that session: ``saline`` or ``naloxone``."""
        return self.events.drug.iloc[0]


def simulate_runs(participants=None, *, n_silent=60, seed=0, noise=1.0, n_jobs=1):
    """Simulate the runs of some or all participants.

    Parameters
    ----------
    participants : list of str, optional
        Default: all 39.
    n_silent : int, default 60
        Regions without response, beside the five of :func:`eih.fmri.surrogate_regions` that have one.
    seed : int, default 0
        Each run draws random numbers of its own from it, whatever the others do.
    noise : float, default 1.0
        See :func:`surrogate_series`.
    n_jobs : int, default 1
        Number of joblib workers; any joblib backend serves.

    Returns
    -------
    list of SurrogateRun
        Eight per participant; about 0.3 MB each.

    Raises
    ------
    ValueError
        A participant is unknown.

    Examples
    --------
    >>> import eih
    >>> surrogate_runs = eih.fmri.simulate_runs(["sub-01"], n_silent=1)
    >>> len(surrogate_runs), list(surrogate_runs[0].series)[:4]
    (8, ['antIns', 'dpIns', 'MCC', 'PAG'])
    """
    table = all_events(seed)
    strangers = sorted(set(participants or ()) - set(table.participant))
    if strangers:
        raise ValueError(
            f"Unknown participant(s) {strangers}; there are '{table.participant.min()}' to "
            f"'{table.participant.max()}'."
        )
    if participants is not None:
        table = table[table.participant.isin(participants)]
    planted = planted_amplitudes(n_silent, seed=seed)
    return Parallel(n_jobs=n_jobs)(
        delayed(_simulate)(key, run.reset_index(drop=True), planted.loc[key], seed, noise)
        for key, run in table.groupby(RUN, sort=False)
    )


def surrogate_recordings(run, key, *, seed=0, startle_mm=0.05):
    """Simulate head motion, pulse, breathing and tissue noise of a run.

    Parameters
    ----------
    run : pandas.DataFrame
        Events from :func:`eih.fmri.events`.
    key : tuple
        participant, session, block: sets the random numbers together with the seed.
    seed : int, default 0
    startle_mm : float, default 0.05
        How far the head moves, on average, in the first seconds of each stimulus.

    Returns
    -------
    Recordings

    Examples
    --------
    >>> import eih
    >>> key = ("sub-01", 1, 1)
    >>> recordings = eih.fmri.surrogate_recordings(eih.fmri.events(*key), key)
    >>> recordings.motion.columns.tolist()
    ['x', 'y', 'z', 'pitch', 'roll', 'yaw']
    """
    rng, n_scans = generator(seed, key, _RECORDING), scans_in(run)
    times = frame_times(n_scans)
    traces = surrogate_physiology(n_scans * printed_design().t_r_s + 1, rng)
    shared = _autoregressive((n_scans, 3), 0.8, rng)
    tissue = [
        shared @ rng.standard_normal((3, _TISSUE_VOXELS))
        + rng.standard_normal((n_scans, _TISSUE_VOXELS))
        for _ in range(2)
    ]
    motion = _motion(run, times, traces.breathing, startle_mm, rng)
    return Recordings(motion, traces, *tissue, shared)


def surrogate_series(design, key, recordings, amplitudes, *, seed=0, noise=1.0, rho=(0.2, 0.5)):
    """Simulate the time series of some regions in one run.

    Parameters
    ----------
    design : pandas.DataFrame of shape (t, c)
        Has a column for each planted response, as from :func:`eih.fmri.design_matrix`.
    key : tuple
        participant, session, block.
    recordings : Recordings
        Their motion, heart beat, breathing and scanner noise enter the series.
    amplitudes : pandas.DataFrame of shape (k, 6 or 7)
        One row per region, one column per condition (and ``rating``): size of a sustained response
        [% signal change].
    seed : int, default 0
    noise : float, default 1.0
        Scale of all that is not response: 1 gives white noise of 1 % before autocorrelation; 0 leaves
        the planted responses alone.
    rho : tuple of float, default (0.2, 0.5)
        Range of the autocorrelation of neighbouring volumes (lag 1); regions lie evenly in it.

    Returns
    -------
    pandas.DataFrame of shape (t, k)
        Signal change [%]; columns are the rows of ``amplitudes``.

    Examples
    --------
    >>> import eih
    >>> key = ("sub-01", 1, 1)
    >>> run = eih.fmri.events(*key)
    >>> recordings = eih.fmri.surrogate_recordings(run, key)
    >>> planted = eih.fmri.planted_amplitudes(n_silent=2).loc[key]
    >>> eih.fmri.surrogate_series(eih.fmri.design_matrix(run), key, recordings, planted).columns[0]
    'antIns'
    """
    rng, times = generator(seed, key, _NOISE), design.index.to_numpy()
    n_scans, n_regions = len(times), len(amplitudes)
    response = design[amplitudes.columns].to_numpy() @ amplitudes.to_numpy(float).T
    series = response + noise * (
        _autoregressive((n_scans, n_regions), np.linspace(*rho, n_regions), rng)
        + _drift(n_scans, n_regions, rng)
        + _from_body(recordings, times, n_regions, rng)
    )
    return pd.DataFrame(series, index=times, columns=amplitudes.index)


def surrogate_noise(n_scans, n_regions, rho, *, seed=0):
    """Draw first-order autoregressive noise and nothing else.

    Parameters
    ----------
    n_scans, n_regions : int
    rho : float
        Correlation of neighbouring volumes.
    seed : int, default 0

    Returns
    -------
    pandas.DataFrame of shape (n_scans, n_regions)
        Standard deviation 1.

    Examples
    --------
    >>> import eih
    >>> noise = eih.fmri.surrogate_noise(1000, 2, 0.5)[0]
    >>> noise.autocorr().round(1).item()
    0.5
    """
    drawn = _autoregressive((n_scans, n_regions), rho, np.random.default_rng(seed))
    return pd.DataFrame(drawn * np.sqrt(1 - rho**2))


def _simulate(key, run, planted, seed, noise):
    """Simulate one run; this is what a worker does."""
    recordings = surrogate_recordings(run, key, seed=seed)
    columns = event_columns(run)
    series = surrogate_series(columns, key, recordings, planted, seed=seed, noise=noise)
    return SurrogateRun(key, run, confound_table(recordings), series, planted)


def _autoregressive(shape, rho, rng):
    """Draw AR(1) noise with innovations of standard deviation 1, started in its steady state."""
    rho = np.broadcast_to(rho, shape[1:])
    drawn = rng.standard_normal(shape)
    drawn[0] /= np.sqrt(1 - rho**2)
    if np.ptp(rho) == 0:
        return signal.lfilter([1], [1, -rho[0]], drawn, axis=0)
    for now in range(1, shape[0]):
        drawn[now] += rho * drawn[now - 1]
    return drawn


def _drift(n_scans, n_regions, rng):
    """Draw slow drifts: four cosines with periods from twice the run to half of it."""
    phase = np.pi * (np.arange(n_scans) + 0.5) / n_scans
    cosines = np.cos(np.outer(phase, np.arange(1, 5)))
    return cosines @ (rng.standard_normal((4, n_regions)) / np.arange(1, 5)[:, None])


def _from_body(recordings, times, n_regions, rng):
    """Mix motion, heart beat, breathing and scanner noise into each region."""
    heart = np.interp(times, recordings.traces.index, recordings.traces.pulse)
    breath = np.interp(times, recordings.traces.index, recordings.traces.breathing)
    moved = recordings.motion.to_numpy() / [0.5, 0.5, 0.5, 0.01, 0.01, 0.01]
    jerks = np.abs(np.diff(recordings.motion.z, prepend=recordings.motion.z.iloc[0])) / 0.5
    sources = np.column_stack([heart, breath, moved, jerks, 0.3 * recordings.scanner_noise])
    return (sources - sources.mean(0)) @ rng.normal(0, 0.4, (sources.shape[1], n_regions))


def _motion(run, times, breathing, startle_mm, rng):
    """Draw a slow walk, a nod with each breath, a small start at each stimulus, and rare jerks."""
    n = len(times)
    walk = np.cumsum(rng.standard_normal((n, 6)), axis=0) * [0.015, 0.015, 0.02, 3e-4, 3e-4, 3e-4]
    nod = np.interp(times, breathing.index, breathing)
    since = times[:, None] - run.onset.to_numpy()[None, :]
    startle = np.where((since >= 0) & (since < 4), rng.gamma(2, startle_mm / 2, len(run)), 0).sum(1)
    jerks = np.cumsum((rng.random(n) < 0.01) * rng.normal(0, 0.4, n))
    walk += np.outer(jerks, [0.3, 0.5, 1, 0.008, 0.003, 0.003])
    walk[:, 2] += 0.02 * nod + startle
    walk[:, 3] += 4e-4 * nod + 0.004 * startle
    return pd.DataFrame(walk - walk[0], columns=["x", "y", "z", "pitch", "roll", "yaw"])
