"""Time one model of all heat trials, fit and table: eih beside lme4 with lmerTest, and beside statsmodels.

``python benchmarks/one_model.py`` prints the lines. Libraries are loaded, and one fit made, before the clock
starts. statsmodels knows crossed random effects only as variance components of one group that holds all rows;
it gets its own process. All times are of the processor, in one thread.
"""

import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from measure import Line, alternate, no_r, python, r_versions, run

FORMULA = "rating ~ target * drug + drug_order + (1|participant) + (1|nth)"
FIXED = "rating ~ target * drug + drug_order"
CROSSED = {"participant": "0 + C(participant)", "nth": "0 + C(nth)"}
PACKAGES = ("lme4", "lmerTest")
FITS = 5  # of each program in a repetition
REPEATS = 5


def lines(repeats=REPEATS):
    """Return the lines of one model."""
    from eih.threads import one_thread

    rows = trials()
    missing = no_r(*PACKAGES)
    with tempfile.TemporaryDirectory() as folder, one_thread():
        path = Path(folder) / "trials.tsv"
        rows.to_csv(path, sep="\t", index=False)
        theirs = None if missing else lambda: _in_r(path)
        _ours(rows)  # what is imported is not timed
        ours, r_seconds = alternate(lambda: _ours(rows), theirs, repeats)
    what = f"one model of {len(rows):,} trials, fit and table"
    peer = "" if missing else f"R: {r_versions(*PACKAGES)}"
    slow, remark = _in_statsmodels(repeats)
    return [
        Line(what, ours, "s", peer, r_seconds, at_least=5, more=missing),
        Line(
            what, ours, "s", f"statsmodels {version('statsmodels')}", slow, at_least=20, more=remark
        ),
    ]


def trials():
    """Return the rows and columns of the model."""
    import eih

    columns = ["rating", "target", "drug", "drug_order", "participant", "nth"]
    return eih.load_trials("heat")[columns].dropna()


def _ours(rows):
    import eih

    began = time.process_time()
    for _ in range(FITS):
        _ = eih.lmm(FORMULA, rows, ci="wald").table
    return (time.process_time() - began) / FITS


def _in_r(path):
    call = ["Rscript", Path(__file__).with_suffix(".R"), path, FORMULA, FITS]
    return float(run(list(map(str, call))).stdout)


def _in_statsmodels(repeats):
    """Return the seconds that statsmodels takes each time, and how well its slope agrees."""
    import eih

    found = [list(map(float, line.split())) for line in _told(repeats)]
    ours = eih.lmm(FORMULA, trials(), ci=None).coefficient("target")
    gap = abs(found[0][1] - ours.estimate) / ours.se
    return [seconds for seconds, _ in found], f"the slopes of the target differ by {gap:.1g} SE"


def _told(repeats):
    return python(__file__, "statsmodels", repeats).stdout.splitlines()


def statsmodels():
    """Fit the model by statsmodels and return seconds and the slope of the target."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    rows = trials()
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MixedLM.from_formula(FIXED, rows, groups=[1] * len(rows), vc_formula=CROSSED)
        fit = model.fit()
        fit.summary()
    return time.process_time() - began, fit.params["target"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["statsmodels"]:
        statsmodels()  # what is imported is not timed
        for _ in range(int(sys.argv[2])):
            print(*statsmodels())
    else:
        print(pd.DataFrame([line.row() for line in lines()]).T.to_string())
