"""Pulse and breathing: surrogate traces, their phases, and the RETROICOR terms made from them.

Two maintained packages come near and do not fit: *phys2denoise* has RETROICOR without the interaction terms
and needs an older NumPy; *neurokit2* finds peaks but has no RETROICOR and needs an older pandas. Peaks come
from SciPy here, and the phases follow the definition of Glover, Li and Ress (2000); the interaction terms are
those of Harvey et al. (2008): cosine and sine of the sum and of the difference of both phases.
"""

import numpy as np
import pandas as pd
from scipy import ndimage, signal

from .timing import printed_design

SAMPLING_HZ = 50  # recorded at 1000 Hz; 50 place a beat to a hundredth of a second
_BREATHS_PER_S = 0.27
_BEATS_PER_S = 1.15
_LEVELS = 100  # steps of the histogram of breathing depth, as in Glover et al.


def surrogate_physiology(duration_s, rng):
    """Simulate a pulse and a breathing trace; nobody's recording.

    Parameters
    ----------
    duration_s : float
        Length [s].
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        Index: time [s], 50 per second. ``pulse`` and ``breathing`` (belt, inhaled is up), in units of
        their own. Heart and breathing rate wander slowly and differ between calls; the heart beats faster
        while inhaling.

    Examples
    --------
    >>> import eih, numpy as np
    >>> eih.fmri.surrogate_physiology(60, np.random.default_rng(0)).shape
    (3000, 2)
    """
    n = round(duration_s * SAMPLING_HZ)
    rate = _BREATHS_PER_S * (1 + 0.1 * rng.standard_normal()) * (1 + 0.15 * _wandering(n, 8, rng))
    breath = 2 * np.pi * np.cumsum(rate) / SAMPLING_HZ + rng.uniform(0, 2 * np.pi)
    depth = 1 + 0.2 * _wandering(n, 10, rng)
    inhaled = depth * (np.sin(breath) + 0.15 * np.sin(2 * breath))
    rate = _BEATS_PER_S * (1 + 0.12 * rng.standard_normal())
    rate = rate * (1 + 0.05 * _wandering(n, 15, rng) + 0.03 * np.sin(breath))
    beat = 2 * np.pi * np.cumsum(rate) / SAMPLING_HZ + rng.uniform(0, 2 * np.pi)
    wave = np.exp(3 * (np.cos(beat) - 1)) + 0.25 * np.exp(6 * (np.cos(beat - 2.2) - 1))
    traces = {"pulse": wave, "breathing": inhaled}
    noisy = {name: trace + 0.02 * rng.standard_normal(n) for name, trace in traces.items()}
    return pd.DataFrame(noisy, index=np.arange(n) / SAMPLING_HZ)


def find_beats(trace):
    """Find the moments of the heart beats in a pulse trace.

    Parameters
    ----------
    trace : pandas.Series
        Index: time [s], evenly spaced.

    Returns
    -------
    numpy.ndarray
        Times [s] of the peaks, at least 0.4 s apart (150 beats per minute).

    Examples
    --------
    A pulse of one beat per second:

    >>> import eih, numpy as np, pandas as pd
    >>> times = np.arange(0.5, 5, 0.02)
    >>> eih.fmri.find_beats(pd.Series(np.cos(2 * np.pi * times), times)).round(2).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    step = trace.index[1] - trace.index[0]
    smooth = ndimage.gaussian_filter1d(trace.to_numpy(), 0.05 / step)
    prominence = 0.4 * (np.percentile(smooth, 98) - np.percentile(smooth, 2))
    peaks, _ = signal.find_peaks(smooth, distance=max(1, 0.4 / step), prominence=prominence)
    return trace.index.to_numpy()[peaks]


def cardiac_phase(beats, times):
    """Turn heart beats into a phase: 0 at a beat, growing evenly to 2π at the next.

    Parameters
    ----------
    beats : array-like of shape (b,)
        Times of the beats [s], at least two.
    times : array-like of shape (t,)
        When the phase is wanted [s].

    Returns
    -------
    numpy.ndarray of shape (t,)
        In radians, from 0 to below 2π. Before the first and after the last beat the nearest interval
        is continued.

    Raises
    ------
    ValueError
        There are fewer than two beats.

    Examples
    --------
    >>> import eih
    >>> (eih.fmri.cardiac_phase([0, 1, 3], [0.5, 1, 2.5]) / 3.141592653589793).round(2).tolist()
    [1.0, 0.0, 1.5]
    """
    beats, times = np.asarray(beats, float), np.asarray(times, float)
    if len(beats) < 2:
        raise ValueError(f"A phase needs two heart beats or more; {len(beats)} were found.")
    before = np.clip(np.searchsorted(beats, times, side="right") - 1, 0, len(beats) - 2)
    share = (times - beats[before]) / (beats[before + 1] - beats[before])
    return 2 * np.pi * (share % 1)


def respiratory_phase(breathing, times):
    """Turn a breathing trace into a phase that knows the depth of each breath.

    The size of the phase is π times the share of the recording spent at or below the present depth; its
    sign is that of the movement: plus while inhaling, minus while exhaling.

    Parameters
    ----------
    breathing : pandas.Series
        Index: time [s], evenly spaced; inhaled is up.
    times : array-like of shape (t,)
        When the phase is wanted [s]; the nearest sample counts.

    Returns
    -------
    numpy.ndarray of shape (t,)
        In radians, -π to π.

    Raises
    ------
    ValueError
        The belt did not move: all values are the same.

    Examples
    --------
    Breaths of four seconds: half in and fully in while inhaling, then half out:

    >>> import eih, numpy as np, pandas as pd
    >>> times = np.arange(0, 20, 0.02)
    >>> breathing = pd.Series(-np.cos(2 * np.pi * times / 4), times)
    >>> (eih.fmri.respiratory_phase(breathing, [1, 1.9, 3]) / np.pi).round(1).tolist()
    [0.5, 1.0, -0.5]

    References
    ----------
    Glover GH, Li TQ, Ress D (2000). Image-based method for retrospective correction of physiological
    motion effects in fMRI: RETROICOR. Magnetic Resonance in Medicine 44, 162-167.
    """
    index, values = breathing.index.to_numpy(), breathing.to_numpy()
    if np.ptp(values) == 0:
        raise ValueError(
            f"The breathing trace is flat: all {len(values)} values are {values[0]}. Was the belt connected?"
        )
    step = index[1] - index[0]
    smooth = ndimage.gaussian_filter1d(values, 0.25 / step)
    counts, edges = np.histogram(values, bins=_LEVELS)
    share = np.cumsum(counts) / len(values)
    near = np.clip(np.rint((np.asarray(times) - index[0]) / step).astype(int), 0, len(values) - 1)
    level = np.clip(np.searchsorted(edges, values[near], side="right") - 1, 0, _LEVELS - 1)
    direction = np.where(np.gradient(smooth)[near] >= 0, 1, -1)
    return np.pi * share[level] * direction


def retroicor(cardiac, respiratory):
    """Expand the two phases into the RETROICOR terms of the paper.

    Parameters
    ----------
    cardiac, respiratory : array-like of shape (t,)
        Phases at the volumes [radians].

    Returns
    -------
    pandas.DataFrame of shape (t, 18)
        ``cardiac_cos_1, cardiac_sin_1`` … (printed: 3 harmonics), ``respiratory_cos_1`` … (4), then
        ``sum_cos_1, sum_sin_1, difference_cos_1, difference_sin_1``. The order of the interaction is
        what the printed total leaves for it: 1.

    Notes
    -----
    One phase per volume, at its middle, as in the authors' script; the original method takes one per
    slice.

    References
    ----------
    Harvey AK et al. (2008). Brainstem functional magnetic resonance imaging: disentangling signal from
    physiological noise. Journal of Magnetic Resonance Imaging 28, 1337-1344.

    Examples
    --------
    >>> import eih
    >>> terms = eih.fmri.retroicor([0.0, 1.0], [0.0, 0.5])
    >>> terms.shape, round(float(terms.sum_cos_1[1]), 3)
    ((2, 18), 0.071)
    """
    printed = printed_design()
    heart, breath = int(printed.cardiac_order), int(printed.respiratory_order)
    both = (int(printed.retroicor_terms) - 2 * heart - 2 * breath) // 4
    cardiac, respiratory = np.asarray(cardiac, float), np.asarray(respiratory, float)
    phases = {
        "cardiac": (cardiac, heart),
        "respiratory": (respiratory, breath),
        "sum": (cardiac + respiratory, both),
        "difference": (cardiac - respiratory, both),
    }
    terms = {
        f"{name}_{wave.__name__}_{harmonic}": wave(harmonic * phase)
        for name, (phase, order) in phases.items()
        for harmonic in range(1, order + 1)
        for wave in (np.cos, np.sin)
    }
    return pd.DataFrame(np.column_stack(list(terms.values())), columns=list(terms))


def physiological_terms(traces, times):
    """Go from recorded traces to the RETROICOR terms of a run.

    Parameters
    ----------
    traces : pandas.DataFrame
        ``pulse`` and ``breathing``; index: time [s].
    times : array-like of shape (t,)
        Times of the volumes [s], from :func:`eih.fmri.frame_times`.

    Returns
    -------
    pandas.DataFrame of shape (t, 18)
        See :func:`retroicor`.

    Examples
    --------
    >>> import eih, numpy as np
    >>> traces = eih.fmri.surrogate_physiology(60, np.random.default_rng(0))
    >>> eih.fmri.physiological_terms(traces, eih.fmri.frame_times(30)).shape
    (30, 18)
    """
    heart = cardiac_phase(find_beats(traces.pulse), times)
    return retroicor(heart, respiratory_phase(traces.breathing, times))


def _wandering(n, seconds, rng):
    """Return a smooth random course with standard deviation 1 that changes over some seconds."""
    knots = max(8, int(n / SAMPLING_HZ / seconds) + 4)
    course = np.interp(np.linspace(0, knots - 1, n), np.arange(knots), rng.standard_normal(knots))
    return (course - course.mean()) / course.std()
