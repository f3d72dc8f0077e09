"""Time the surrogate first level of all 39 × 8 runs.

    python benchmarks/first_level.py

Prints seconds and peak memory for one worker and for two, and what nilearn's own AR(1) takes for the same
runs. All are of this machine at this moment.
"""

import resource
import sys
from functools import partial
from importlib.metadata import version
from time import perf_counter

import pandas as pd
from measure import Line

import eih

_N_SILENT = 60
_FITS = {
    "first level, independent volumes": eih.fmri.fit_runs,
    "first level, AR(1)": partial(eih.fmri.fit_runs, noise_models=("ar1",)),
    "time courses, 12 volumes": eih.fmri.fit_time_courses,
}


def rows(jobs=(1, 2)):
    """Time each step.

    Parameters
    ----------
    jobs : tuple of int, default (1, 2)
        Numbers of joblib workers.

    Returns
    -------
    list of dict
        ``what, jobs, seconds`` (including the start of the workers), ``peak_mb`` (highest memory so far of
        this process, or of a worker if that is more).
    """
    eih.fmri.fit_runs(eih.fmri.simulate_runs(["sub-01"], n_silent=1))  # imports are not timed
    simulate = partial(eih.fmri.simulate_runs, n_silent=_N_SILENT)
    found = []
    for n_jobs in jobs:
        runs = _timed(found, "simulate 39 x 8 runs, 65 regions", n_jobs, simulate)
        for what, fit in _FITS.items():
            _timed(found, what, n_jobs, partial(fit, runs))
    _timed(found, "first level, AR(1), by nilearn", 1, partial(_nilearn, runs))
    return found


def _nilearn(runs, n_jobs):
    """Fit the same model to the same runs with nilearn's run_glm."""
    from nilearn.glm.first_level import run_glm

    for run in runs:
        design = eih.fmri.design_matrix(run.events, confounds=run.confounds)
        run_glm(run.series.to_numpy(), design.to_numpy(), "ar1", bins=25, n_jobs=n_jobs)


def lines(repeats=1):
    """Return a line per step, with one worker, beside nilearn where it does the same; two are a remark."""
    found = pd.DataFrame(rows())
    result = []
    for what, steps in found.groupby("what", sort=False):
        if what.endswith("by nilearn"):
            continue
        one, two = (steps[steps.jobs == jobs].iloc[0] for jobs in (1, 2))
        remark = f"two workers: {two.seconds:g} s; memory so far up to {two.peak_mb} MB"
        theirs = found[found.what == f"{what}, by nilearn"].seconds
        peer = f"nilearn {version('nilearn')}" if len(theirs) else ""
        times = [one.seconds], "s", peer, list(theirs)
        result.append(Line(what, *times, below=30, more=remark))
    return result


def _timed(found, what, n_jobs, step):
    """Do a step, note its time and the memory so far, and return its result."""
    start = perf_counter()
    result = step(n_jobs=n_jobs)
    seconds = round(perf_counter() - start, 1)
    found.append({"what": what, "jobs": n_jobs, "seconds": seconds, "peak_mb": _peak_mb()})
    return result


def _peak_mb():
    """Return the highest memory use of this process or its largest worker [MB]."""
    unit = 1 if sys.platform == "darwin" else 1024
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(max(resource.getrusage(whose).ru_maxrss for whose in who) * unit / 1e6)


if __name__ == "__main__":
    print(pd.DataFrame(rows()).to_string(index=False))
