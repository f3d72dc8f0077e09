"""Design matrices of one run, as nilearn makes them: canonical response or finite impulse response, drifts, confounds."""

from functools import lru_cache

import numpy as np
import pandas as pd

from .timing import CONDITIONS, frame_times, printed_design, scans_in

#: Period of the high-pass filter [s]: SPM's own choice, and the number in the authors' first-level script
#: (first_level/FFX_peep.m, commit 43c9b924); the printed parameters have none.
HIGH_PASS_S = 128
_STEPS_PER_SCAN = 16  # SPM's time resolution of a regressor
_EARLIEST_S = -24  # nilearn's fine grid begins so long before the first volume
_INTENSITY = [-1, 0, 1]  # 70 > 50 > 30, in the order of the targets
CONTRASTS = {
    **{name: [float(name == other) for other in CONDITIONS] for name in CONDITIONS},
    "heat_intensity": [*_INTENSITY, 0, 0, 0],
    "pressure_intensity": [0, 0, 0, *_INTENSITY],
    "heat": [1 / 3] * 3 + [0] * 3,
    "pressure": [0] * 3 + [1 / 3] * 3,
    "heat_minus_pressure": [1 / 3] * 3 + [-1 / 3] * 3,
}


def design_matrix(
    run,
    *,
    response="canonical",
    rating_window=None,
    confounds=None,
    high_pass_s=HIGH_PASS_S,
    fir_bins=None,
):
    """Make the design matrix of one run.

    Parameters
    ----------
    run : pandas.DataFrame
        Events from :func:`eih.fmri.events`.
    response : {"canonical", "fir"}
        ``"canonical"``: SPM's haemodynamic response to the whole stimulus. ``"fir"``: one column for
        each of the printed 12 volumes after the onset, whatever the response looks like.
    rating_window : bool, optional
        A column for the rating window, too. Default: yes for the canonical response, no for the finite
        impulse response, as in the authors' scripts (the paper prints six conditions).
    confounds : pandas.DataFrame, optional
        Further columns, one row per volume.
    high_pass_s : float or None, default 128
        Period [s]: slower changes are taken out by cosines. None: no filter.
    fir_bins : int, optional
        Number of volumes that a finite impulse response spans. Default: the printed 12.

    Returns
    -------
    pandas.DataFrame of shape (t, c)
        Index: time of the volume [s]. The conditions (``heat_30`` …; with ``"fir"`` ``heat_30_delay_0``
        …), ``rating``, the confounds, ``drift_…`` and ``constant``. A stimulus that lasted for ever would
        bring its canonical column to 1, so that its coefficient is the size of a sustained response.

    Raises
    ------
    ValueError
        Another response, or confounds with another number of rows than the run has volumes.

    Notes
    -----
    The columns are those of nilearn's ``make_first_level_design_matrix``. Volumes are dated to their
    middle. With ``"fir"``, column k is 1 in the volume whose middle lies k to k + 1 repetition times
    after the onset.

    Examples
    --------
    >>> import eih
    >>> run = eih.fmri.events("sub-01", 1, 1)
    >>> eih.fmri.design_matrix(run, high_pass_s=None).columns.tolist()[:7]
    ['heat_30', 'heat_50', 'heat_70', 'pressure_30', 'pressure_50', 'pressure_70', 'rating']
    >>> eih.fmri.design_matrix(run, response="fir").filter(like="delay").shape[1]
    72
    """
    if response not in ("canonical", "fir"):
        raise ValueError(f"Invalid response '{response}'. It must be 'canonical' or 'fir'.")
    n_scans = scans_in(run)
    if confounds is not None and len(confounds) != n_scans:
        raise ValueError(
            f"The confounds have {len(confounds)} rows, the run has {n_scans} volumes (see eih.fmri.scans_in)."
        )
    rating_window = response == "canonical" if rating_window is None else rating_window
    columns = event_columns(run, response, rating_window, fir_bins)
    parts = [columns, confounds, drifts(n_scans, high_pass_s)]
    parts = [part for part in parts if part is not None]
    values = np.hstack([part.to_numpy(float) for part in parts])
    return pd.DataFrame(values, columns.index, [name for part in parts for name in part])


def event_columns(run, response="canonical", rating_window=True, fir_bins=None):
    """Make the columns of the events alone, see :func:`design_matrix`.

    Parameters
    ----------
    run : pandas.DataFrame
        Events from :func:`eih.fmri.events`.
    response : {"canonical", "fir"}
    rating_window : bool, default True
    fir_bins : int, optional
        Default: the printed 12.

    Returns
    -------
    pandas.DataFrame
        Index: time of the volume [s].
    """
    if response == "canonical":
        return _canonical(run, scans_in(run), rating_window)
    n_bins = int(fir_bins or printed_design().fir_bins)
    return _fir(run, scans_in(run), n_bins, rating_window)


def drifts(n_scans, high_pass_s=HIGH_PASS_S):
    """Make the slow cosines of the high-pass filter, and the constant.

    Parameters
    ----------
    n_scans : int
    high_pass_s : float or None, default 128
        Period of the filter [s]; None: the constant only.

    Returns
    -------
    pandas.DataFrame
        ``drift_1`` …, ``constant``.

    Examples
    --------
    >>> import eih
    >>> eih.fmri.drifts(315).shape
    (315, 9)
    """
    from nilearn.glm.first_level import make_first_level_design_matrix

    model = {"drift_model": None} if high_pass_s is None else {"high_pass": 1 / high_pass_s}
    return make_first_level_design_matrix(frame_times(n_scans), **model)


def contrast_vector(name, design):
    """Write a contrast of the conditions as weights of the columns of a design matrix.

    Parameters
    ----------
    name : str
        A condition (``"heat_70"``), ``"heat"`` and ``"pressure"`` (mean of the three),
        ``"heat_intensity"`` and ``"pressure_intensity"`` (70 > 50 > 30), or ``"heat_minus_pressure"``.
    design : pandas.DataFrame
        From :func:`design_matrix` with the canonical response.

    Returns
    -------
    numpy.ndarray of shape (c,)

    Raises
    ------
    ValueError
        The contrast is unknown, or the design has not all conditions.

    Examples
    --------
    >>> import eih
    >>> design = eih.fmri.design_matrix(eih.fmri.events("sub-01", 1, 1))
    >>> eih.fmri.contrast_vector("heat_intensity", design)[:6].tolist()
    [-1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    """
    if name not in CONTRASTS:
        raise ValueError(f"Unknown contrast '{name}'. There are {list(CONTRASTS)}.")
    missing = [condition for condition in CONDITIONS if condition not in design]
    if missing:
        raise ValueError(f"The design has no column {missing}; contrasts need all six conditions.")
    vector = np.zeros(design.shape[1])
    vector[design.columns.get_indexer(CONDITIONS)] = CONTRASTS[name]
    return vector


def _events(run, rating_window):
    """List kind, onset and duration of all that has a column, the rating window as one more condition."""
    kinds, onset, duration = run.trial_type.to_numpy(str), run.onset, run.duration
    if rating_window:
        kinds = np.append(kinds, np.full(len(run), "rating"))
        onset = np.append(onset, run.rating_onset)
        duration = np.append(duration, np.full(len(run), printed_design().rating_s))
    return kinds, np.asarray(onset, float), np.asarray(duration, float)


def _canonical(run, n_scans, rating_window):
    """Add up the responses to all events of a kind: the step at the onset minus the step at the end.

    These are nilearn's columns (a test says so), its fine grid of time included; steps take a tenth of
    the time of its convolutions.
    """
    kinds, onset, duration = _events(run, rating_window)
    times, (fine, step) = frame_times(n_scans), _step_response(n_scans)
    now = np.interp(times, fine, np.arange(len(fine)))[:, None] + 1
    begin, end = np.searchsorted(fine, onset), np.searchsorted(fine, onset + duration)
    grid = np.arange(len(step))
    responses = np.interp(now - begin, grid, step) - np.interp(now - end, grid, step)
    names = np.unique(kinds)
    return pd.DataFrame(responses @ (kinds[:, None] == names), times, names)


@lru_cache(maxsize=8)
def _step_response(n_scans):
    """Return nilearn's fine grid of time for a run, and the response to what begins and never ends."""
    from nilearn.glm.first_level import spm_hrf

    times, t_r = frame_times(n_scans), printed_design().t_r_s
    first, last = times[0] + _EARLIEST_S, times[-1] * n_scans / (n_scans - 1)
    n_fine = int(np.rint((last - first) / t_r * _STEPS_PER_SCAN)) + 1
    step = np.cumsum(spm_hrf(t_r, _STEPS_PER_SCAN))
    return np.linspace(first, last, n_fine), np.append(0, step)


def _fir(run, n_scans, n_bins, rating_window):
    """Mark the volumes that follow each onset: the first one, the second one, and so on."""
    kinds, onset, _ = _events(run, rating_window)
    times = frame_times(n_scans)
    late = np.floor(((times[:, None] - onset) / printed_design().t_r_s).round(9))
    marks = late[:, :, None] == np.arange(n_bins)
    names = np.unique(kinds)
    columns = np.hstack([marks[:, kinds == name].sum(axis=1) for name in names])
    labels = [f"{name}_delay_{k}" for name in names for k in range(n_bins)]
    return pd.DataFrame(columns.astype(float), times, labels)
