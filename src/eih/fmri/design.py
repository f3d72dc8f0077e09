"""Design matrices of one run on nilearn: canonical response or finite impulse response, drifts, confounds."""

import numpy as np
import pandas as pd

from .timing import CONDITIONS, frame_times, printed_design, scans_in

#: Period of the high-pass filter [s]: SPM's own choice, and the number in the authors' first-level script
#: (first_level/FFX_peep.m, commit 43c9b924); the printed parameters have none.
HIGH_PASS_S = 128
_STEPS_PER_SCAN = 16  # SPM's time resolution of a regressor
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
    nilearn makes the columns. Volumes are dated to their middle. With ``"fir"``, column k is 1 in the
    volume whose middle lies k to k + 1 repetition times after the onset.

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
    blocks, n_scans = _blocks(run, rating_window), scans_in(run)
    if response == "canonical":
        return _canonical(blocks, n_scans)
    return _fir(blocks, n_scans, int(fir_bins or printed_design().fir_bins))


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


def _blocks(run, rating_window):
    """Reduce events to what nilearn wants, the rating window as one more condition."""
    stimuli = run[["onset", "duration", "trial_type"]]
    if not rating_window:
        return stimuli
    seconds = printed_design().rating_s
    ratings = {"onset": run.rating_onset, "duration": seconds, "trial_type": "rating"}
    return pd.concat([stimuli, pd.DataFrame(ratings)], ignore_index=True)


def _canonical(blocks, n_scans):
    times = frame_times(n_scans)
    return _convolved(blocks, times, times, hrf_model="spm", oversampling=_STEPS_PER_SCAN)


def _fir(blocks, n_scans, n_bins):
    """Let nilearn count in volumes from the first one on: then a column is 0 or 1 and nothing between."""
    times, volumes = frame_times(n_scans), np.arange(n_scans, dtype=float)
    onset = (blocks.onset - times[0]) / printed_design().t_r_s
    short = blocks.assign(onset=onset, duration=1e-3)  # a column is one volume long
    shape = {"hrf_model": "fir", "fir_delays": list(range(n_bins)), "min_onset": -10}
    return _convolved(short, times, volumes, oversampling=1, **shape).round(6)


def _convolved(blocks, times, grid, **shape):
    """Make the columns condition by condition, with the function that nilearn's own matrix is made of.

    ``make_first_level_design_matrix`` gives the same columns (a test says so), but decomposes each matrix
    on the way, which takes time and, on columns of zeros and ones, fails now and then ("SVD did not
    converge").
    """
    from nilearn.glm.first_level import compute_regressor

    kinds = blocks.trial_type.to_numpy(str)
    onset, duration = blocks.onset.to_numpy(), blocks.duration.to_numpy()
    names, columns = [], []
    for kind in np.unique(kinds):
        own = kinds == kind
        event = (onset[own], duration[own], np.ones(own.sum()))
        made, made_names = compute_regressor(event, frame_times=grid, con_id=str(kind), **shape)
        names += made_names
        columns.append(made)
    return pd.DataFrame(np.column_stack(columns), index=times, columns=names)
