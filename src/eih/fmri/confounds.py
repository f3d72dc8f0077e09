"""What a first level takes out: 24 motion terms, spikes, heart and breath, noise from white matter and CSF."""

import numpy as np
import pandas as pd
from scipy import signal

from .physiology import physiological_terms
from .timing import frame_times, printed_design

MOTION = ["x", "y", "z", "pitch", "roll", "yaw"]
_HEAD_RADIUS_MM = 50  # turns rotations into millimetres, after Power et al. (2012)


def motion_terms(motion):
    """Expand the six realignment parameters into the 24 terms of the paper.

    Parameters
    ----------
    motion : pandas.DataFrame of shape (t, 6)
        ``x, y, z`` [mm] and ``pitch, roll, yaw`` [radians]; one row per volume.

    Returns
    -------
    pandas.DataFrame of shape (t, 24)
        The parameters, each brought to mean 0 and standard deviation 1; their ``…_derivative`` (change
        since the volume before, 0 at the first); the ``…_squared`` of both. Derivatives are brought to
        that scale before they are squared. A parameter that never changes stays 0.

    Raises
    ------
    ValueError
        A column is missing.

    References
    ----------
    Friston KJ et al. (1996). Movement-related effects in fMRI time-series. Magnetic Resonance in
    Medicine 35, 346-355.

    Examples
    --------
    >>> import eih, pandas as pd
    >>> still = pd.DataFrame(0.0, index=range(3), columns=["x", "y", "z", "pitch", "roll", "yaw"])
    >>> eih.fmri.motion_terms(still.assign(x=[0, 1, 2])).filter(like="x").round(2).values.tolist()
    [[-1.22, 0.0, 1.5, 2.0], [0.0, 1.22, 0.0, 0.5], [1.22, 1.22, 1.5, 0.5]]
    """
    _check_motion(motion)
    own = _standardised(motion[MOTION].to_numpy(float))
    change = np.diff(own, axis=0, prepend=own[:1])
    terms = np.hstack([own, change, own**2, _standardised(change) ** 2])
    names = [*MOTION, *(f"{name}_derivative" for name in MOTION)]
    return pd.DataFrame(terms, columns=[*names, *(f"{name}_squared" for name in names)])


def displacement(motion, measure="axis"):
    """Measure how far the head moved since the volume before.

    Parameters
    ----------
    motion : pandas.DataFrame
        As for :func:`motion_terms`.
    measure : {"axis", "framewise"}
        ``"axis"``: largest shift along one axis, as the authors' script measures it. ``"framewise"``:
        sum of the sizes of all six changes, rotations as arcs of a 50 mm circle (Power et al. 2012).

    Returns
    -------
    pandas.Series of shape (t,)
        In mm, 0 for the first volume.

    Raises
    ------
    ValueError
        A column is missing, or the measure is neither.

    Examples
    --------
    >>> import eih, pandas as pd
    >>> still = pd.DataFrame(0.0, index=range(3), columns=["x", "y", "z", "pitch", "roll", "yaw"])
    >>> moved = still.assign(x=[0, 0.7, 0.7], yaw=[0, 0.01, 0.01])
    >>> eih.fmri.displacement(moved, "framewise").round(2).tolist()
    [0.0, 1.2, 0.0]
    """
    _check_motion(motion)
    if measure not in ("axis", "framewise"):
        raise ValueError(f"Invalid measure '{measure}'. It must be 'axis' or 'framewise'.")
    positions = motion[MOTION].to_numpy(float)
    change = np.abs(np.diff(positions, axis=0, prepend=positions[:1]))
    if measure == "axis":
        return pd.Series(change[:, :3].max(axis=1))
    return pd.Series(change @ np.repeat([1, _HEAD_RADIUS_MM], 3))


def spike_terms(motion, threshold_mm=None, measure="axis"):
    """Give each volume that follows a jerk of the head a column of its own.

    Parameters
    ----------
    motion : pandas.DataFrame
        As for :func:`motion_terms`.
    threshold_mm : float, optional
        Default: the printed one, 0.6 mm between volumes.
    measure : {"axis", "framewise"}
        See :func:`displacement`.

    Returns
    -------
    pandas.DataFrame of shape (t, s)
        ``spike_…`` with the number of the volume (from 0): 1 there, 0 elsewhere. No column if the head
        was still.

    Examples
    --------
    >>> import eih, pandas as pd
    >>> still = pd.DataFrame(0.0, index=range(4), columns=["x", "y", "z", "pitch", "roll", "yaw"])
    >>> eih.fmri.spike_terms(still.assign(z=[0, 0.5, 1.2, 1.2])).columns.tolist()
    ['spike_2']
    """
    limit = printed_design().spike_mm if threshold_mm is None else threshold_mm
    jerks = np.flatnonzero(displacement(motion, measure) > limit)
    columns = {f"spike_{volume}": np.arange(len(motion)) == volume for volume in jerks}
    return pd.DataFrame(columns, index=range(len(motion)), dtype=float)


def noise_components(series, name, n_components):
    """Summarise the time series of a tissue without grey matter by its leading components.

    Parameters
    ----------
    series : numpy.ndarray of shape (t, v)
        One column per voxel of the tissue.
    name : str
        Of the tissue, such as ``"csf"``.
    n_components : int

    Returns
    -------
    pandas.DataFrame of shape (t, n_components)
        ``csf_1`` …, each with length 1: left singular vectors of the linearly detrended series. The same
        as ``nilearn.signal.high_variance_confounds`` over all voxels (a test says so) in a fraction of
        its time, since there are fewer voxels than volumes.

    Raises
    ------
    ValueError
        There are fewer voxels than components wanted.

    Examples
    --------
    Three voxels that share one course, and little else:

    >>> import eih, numpy as np
    >>> rng = np.random.default_rng(0)
    >>> shared = np.sin(np.arange(60))
    >>> series = np.outer(shared, [1, 2, 3]) + 0.01 * rng.standard_normal((60, 3))
    >>> found = eih.fmri.noise_components(series, "csf", 2)
    >>> found.columns.tolist()
    ['csf_1', 'csf_2']
    >>> bool(abs(np.corrcoef(found.csf_1, shared)[0, 1]) > 0.99)
    True

    References
    ----------
    Behzadi Y et al. (2007). A component based noise correction method (CompCor) for BOLD and perfusion
    based fMRI. NeuroImage 37, 90-101.
    """
    if series.shape[1] < n_components:
        raise ValueError(
            f"{name} has {series.shape[1]} voxels; {n_components} components need at least as many."
        )
    vectors = np.linalg.svd(signal.detrend(series, axis=0), full_matrices=False)[0]
    names = [f"{name}_{k + 1}" for k in range(n_components)]
    return pd.DataFrame(vectors[:, :n_components], columns=names)


def confound_table(recordings, measure="axis"):
    """Make all confounds of a run from what was recorded beside it.

    Parameters
    ----------
    recordings : eih.fmri.surrogate_runs.Recordings
        Motion, traces, and series of white matter and CSF.
    measure : {"axis", "framewise"}
        How spikes are found, see :func:`displacement`.

    Returns
    -------
    pandas.DataFrame of shape (t, 24 + s + 18 + 12)
        Motion terms, ``spike_…``, RETROICOR terms, ``white_matter_1`` …, ``csf_1`` ….

    Examples
    --------
    >>> import eih
    >>> run = ("sub-01", 1, 1)
    >>> recordings = eih.fmri.surrogate_recordings(eih.fmri.events(*run), run)
    >>> table = eih.fmri.confound_table(recordings)
    >>> table.filter(regex="^(?!spike)").shape[1]
    54
    """
    printed = printed_design()
    times = frame_times(len(recordings.motion))
    parts = [
        motion_terms(recordings.motion),
        spike_terms(recordings.motion, measure=measure),
        physiological_terms(recordings.traces, times),
        noise_components(recordings.white_matter, "white_matter", int(printed.white_matter_terms)),
        noise_components(recordings.csf, "csf", int(printed.csf_terms)),
    ]
    values = np.hstack([part.to_numpy() for part in parts])
    return pd.DataFrame(values, columns=[name for part in parts for name in part])


def confound_groups(columns):
    """Sort the names of confounds by where they come from.

    Parameters
    ----------
    columns : iterable of str
        Names of :func:`confound_table`.

    Returns
    -------
    pandas.Series
        Name → ``motion``, ``spikes``, ``heart and breath`` or ``white matter and CSF``.
    """
    starts = {
        "spike_": "spikes",
        ("cardiac", "respiratory", "sum_", "difference_"): "heart and breath",
        ("white_matter", "csf"): "white matter and CSF",
        tuple(MOTION): "motion",
    }
    return pd.Series(
        {
            name: next(group for start, group in starts.items() if name.startswith(start))
            for name in columns
        }
    )


def _standardised(values):
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)


def _check_motion(motion):
    missing = [name for name in MOTION if name not in motion]
    if missing:
        raise ValueError(
            f"Motion has no column(s) {missing}; it has {list(motion.columns)}. Wanted: {MOTION}, "
            "the first three in mm, the others in radians."
        )
