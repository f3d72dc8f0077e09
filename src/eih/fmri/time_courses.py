"""Time courses: the response to a condition, volume by volume, without a model of its shape."""

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from ..tables.schema import DRUGS
from .design import design_matrix
from .first_level import fit_contrasts
from .timing import frame_times, printed_design


def stimulus_response(times):
    """Return the response to one stimulus that is planted in surrogate runs, for a size of 1.

    Parameters
    ----------
    times : array-like of shape (k,)
        Time after the onset of the stimulus [s].

    Returns
    -------
    numpy.ndarray of shape (k,)
        SPM's canonical response to a stimulus of the printed length. It overshoots 1, the level that a
        lasting stimulus would settle at.

    Examples
    --------
    >>> import eih
    >>> eih.fmri.stimulus_response([0, 17, 60]).round(1).tolist()
    [0.0, 1.1, 0.0]
    """
    from nilearn.glm.first_level import compute_regressor

    fine = np.arange(0, 120, 0.1)
    shape, _ = compute_regressor(
        ([0], [printed_design().stimulus_s], [1]), "spm", fine, oversampling=1
    )
    return np.interp(times, fine, shape.ravel())


def fit_time_courses(surrogate_runs, condition="heat_70", *, n_bins=None, n_jobs=1):
    """Estimate time courses of one condition with finite impulse responses.

    Parameters
    ----------
    surrogate_runs : list of eih.fmri.surrogate_runs.SurrogateRun
        From :func:`eih.fmri.simulate_runs`.
    condition : str, default "heat_70"
    n_bins : int, optional
        Volumes after the onset, each with a column for each condition. Default: the printed 12.
    n_jobs : int, default 1
        Number of joblib workers.

    Returns
    -------
    pandas.DataFrame
        One row per person, drug, region and bin: ``participant, drug, region, bin`` (0 …), ``time_s``
        (middle of the bin [s] after the onset), ``estimate`` and ``planted`` [% signal change], means of
        the runs of that drug.

    Notes
    -----
    As in the authors' script, the finite impulse response has no column for the rating window.

    Examples
    --------
    >>> import eih
    >>> courses = eih.fmri.fit_time_courses(eih.fmri.simulate_runs(["sub-01"], n_silent=0))
    >>> courses.groupby(["drug", "region"], observed=True).size().unique().tolist()
    [12]
    """
    n_bins = int(n_bins or printed_design().fir_bins)
    done = Parallel(n_jobs=n_jobs)(
        delayed(_one_run)(run, condition, n_bins) for run in surrogate_runs
    )
    times = frame_times(n_bins)
    shape = stimulus_response(times)[:, None]
    labels = pd.DataFrame(
        [(run.key[0], run.drug) for run in surrogate_runs],
        columns=["participant", "drug"],
    )
    bins = pd.DataFrame({"bin": range(n_bins), "time_s": times})
    rows = bins.merge(pd.DataFrame({"region": list(surrogate_runs[0].series)}), how="cross")
    planted = [shape * run.planted[condition].to_numpy() for run in surrogate_runs]
    courses = labels.merge(rows, how="cross").assign(
        estimate=np.concatenate([course.ravel() for course in done]),
        planted=np.concatenate([course.ravel() for course in planted]),
    )
    courses["drug"] = pd.Categorical(courses.drug, DRUGS)
    keys = ["participant", "drug", "region", "bin", "time_s"]
    return courses.groupby(keys, sort=False, observed=True, as_index=False).mean()


def _one_run(surrogate, condition, n_bins):
    """Fit one run, return estimates of shape (bins, regions); this is what a worker does."""
    design = design_matrix(
        surrogate.events, response="fir", confounds=surrogate.confounds, fir_bins=n_bins
    )
    names = [f"{condition}_delay_{k}" for k in range(n_bins)]
    weights = np.array([design.columns == name for name in names], dtype=float)
    return fit_contrasts(surrogate.series, design, weights)[0]
