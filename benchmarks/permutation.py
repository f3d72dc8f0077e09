"""Time the permutation test of a group map: nilearn's own against ours, same images, same number.

``python benchmarks/permutation.py`` prints the table; ``rows()`` returns it. One process, one thread.
"""

import time

import numpy as np
import pandas as pd
from measure import Line

FLIPS = 1000
SEED = 1


def rows(flips=FLIPS):
    """Return one dict per test and program: ``task, program, seconds, version, threshold``.

    The images are surrogate: 39 people, 29,398 voxels of 4 mm. ``threshold`` is the corrected 5 % height,
    by which the two programs can be seen to agree (their random numbers differ).
    """
    from importlib.metadata import version

    from eih.fmri import group_design, group_grid, smooth_noise

    noise = smooth_noise(np.random.default_rng(SEED), 39)
    found = []
    for task, model in (("sign flips of a mean", "drug"), ("shuffles with covariate", "sex")):
        design, contrast = group_design(model)
        for program, by in (("nilearn", "nilearn"), ("eih", "blocks")):
            start = time.perf_counter()
            maxima = _maxima(by, noise, design, contrast, flips)
            seconds = time.perf_counter() - start
            found.append(
                {
                    "task": f"{flips:,} {task}, {len(group_grid().centres):,} voxels",
                    "program": program,
                    "seconds": seconds,
                    "version": version(program),
                    "threshold": float(np.quantile(maxima, 0.95)),
                }
            )
    return found


def lines(repeats=3):
    """Return a line per test: ours beside nilearn's own."""
    found = pd.DataFrame([row for _ in range(repeats) for row in rows()])
    result = []
    for task, case in found.groupby("task", sort=False):
        ours, theirs = (case[case.program == name] for name in ("eih", "nilearn"))
        heights = f"corrected heights: T = {ours.threshold.iloc[0]:.2f} and {theirs.threshold.iloc[0]:.2f}"
        peer = f"nilearn {theirs.version.iloc[0]}"
        times = list(ours.seconds), "s", peer, list(theirs.seconds)
        result.append(Line(task, *times, below=20, more=heights))
    return result


def _maxima(by, noise, design, contrast, flips):
    from eih.fmri import permutation_maxima

    everywhere = {"brain": np.ones(noise.shape[1], bool)}
    rng = np.random.default_rng(SEED)
    return permutation_maxima(rng, noise, design, contrast, everywhere, flips, by=by).brain


if __name__ == "__main__":
    for row in rows():
        print(
            "{task:58} {program:8} {version:8} {seconds:7.2f} s   T = {threshold:.2f}".format(**row)
        )
