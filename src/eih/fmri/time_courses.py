"""Time courses: the response to a condition, volume by volume, without a model of its shape."""

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from .confounds import confound_table
from .design import design_matrix, event_columns
from .first_level import fit_run
from .planted import planted_amplitudes
from .surrogate_runs import surrogate_recordings, surrogate_series
from .timing import RUN, all_events, frame_times, printed_design


def stimulus_response(times):
    """Return the response to one stimulus that is planted in surrogate runs, for a size of 1.

    Parameters
    ----------
    times : array-like of shape (k,)
        Time after the onset of the stimulus [s].

    Returns
    -------
    numpy.ndarray of shape (k,)
        SPM's canonical response to a stimulus of the printed length. A stimulus that lasts longer
        approaches 1 after an overshoot.

    Examples
    --------
    >>> import eih
    >>> eih.fmri.stimulus_response([0, 17, 60]).round(1).tolist()
    [0.0, 1.2, 0.0]
    """
    from nilearn.glm.first_level import compute_regressor

    fine = np.arange(0, 120, 0.1)
    shape, _ = compute_regressor(
        ([0], [printed_design().stimulus_s], [1]), "spm", fine, oversampling=1
    )
    return np.interp(times, fine, shape.ravel())


def surrogate_time_courses(
    participants=None,
    *,
    condition="heat_70",
    n_bins=None,
    n_silent=0,
    seed=0,
    noise=1.0,
    n_jobs=1,
):
    """Simulate the runs and estimate time courses of one condition with finite impulse responses.

    Parameters
    ----------
    participants : list of str, optional
        Default: all 39.
    condition : str, default "heat_70"
    n_bins : int, optional
        Volumes after the onset, each with a column for each condition. Default: the printed 12.
    n_silent : int, default 0
        Regions without response, beside the five of :func:`eih.fmri.surrogate_regions` that have one.
    seed, noise, n_jobs
        See :func:`eih.fmri.surrogate_first_level`.

    Returns
    -------
    pandas.DataFrame
        One row per person, drug, region and bin: ``participant, drug, region, bin`` (0 …), ``time_s``
        (middle of the bin [s] after the onset), ``estimate`` and ``planted`` [% signal change], means of
        the four runs of that drug. Surrogate data.

    Notes
    -----
    As in the authors' script, the finite impulse response has no column for the rating window.

    Examples
    --------
    >>> import eih
    >>> courses = eih.fmri.surrogate_time_courses(["sub-01"])
    >>> courses.groupby(["drug", "region"], observed=True).size().unique().tolist()
    [12]
    """
    n_bins = int(n_bins or printed_design().fir_bins)
    planted = planted_amplitudes(n_silent, seed=seed)
    runs = [
        (key, run)
        for key, run in all_events(seed).groupby(RUN, sort=False, observed=True)
        if participants is None or key[0] in participants
    ]
    done = Parallel(n_jobs=n_jobs)(
        delayed(_one_run)(run, key, planted.loc[key], condition, n_bins, seed, noise)
        for key, run in runs
    )
    keys = ["participant", "drug", "region", "bin", "time_s"]
    return pd.concat(done).groupby(keys, sort=False, observed=True, as_index=False).mean()


def _one_run(run, key, amplitudes, condition, n_bins, seed, noise):
    """Do everything for one run; this is what a worker does."""
    recordings = surrogate_recordings(run, key, seed=seed)
    series = surrogate_series(
        event_columns(run), key, recordings, amplitudes, seed=seed, noise=noise
    )
    design = design_matrix(
        run, response="fir", confounds=confound_table(recordings), fir_bins=n_bins
    )
    bins = {k: design.columns == f"{condition}_delay_{k}" for k in range(n_bins)}
    fitted = fit_run(series, design, contrasts=bins)
    times = frame_times(n_bins)
    planted = np.outer(stimulus_response(times), amplitudes[condition])
    return pd.DataFrame(
        {
            "participant": key[0],
            "drug": run.drug.iloc[0],
            "region": fitted.region,
            "bin": fitted.contrast,
            "time_s": times[fitted.contrast],
            "estimate": fitted.estimate,
            "planted": planted.ravel(),
        }
    )
