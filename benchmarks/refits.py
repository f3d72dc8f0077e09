"""How many simulated studies are fitted per minute, on one core: eih beside R's lme4 on the same studies.

``python benchmarks/refits.py`` prints a table; ``rows()`` returns it. R (with lmerTest) is left out where it is
not installed. *simr*, the usual R package for power by simulation, is not in Debian: ``refits.R`` does what its
inner loop does, ``lmer`` and Satterthwaite's test of a coefficient for each study.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from measure import Line

#: what is fitted, on which rows, refits per minute and core that the book promises
CASES = [
    ("exercise", "paper", "trials of one day", 500),
    ("drug", "paper", "trials", 500),
    ("exercise", "varying", "trials of one day", 500),
    ("drug", "varying", "trials", 500),
    ("three-way", "paper", "differences", 3000),
    ("three-way", "varying", "differences", 3000),
    ("fitness", "paper", "one score per person", 3000),
]
PEOPLE, SEED = 39, 1


def rows(refits=40, r_refits=10):
    """Time the refits.

    Parameters
    ----------
    refits, r_refits : int
        Studies per case that are fitted by eih and, the first of them, by R.

    Returns
    -------
    list of dict
        ``effect, model, rows, program`` (eih, or lme4 with lmerTest), ``refits, seconds`` (of processor
        time, so that a busy machine does not matter), ``per_minute`` (on one core), ``promised`` (refits
        per minute) and ``gap``: the largest difference between the p of lme4 and ours.
    """
    from eih.beyond.power import scenario
    from eih.beyond.power_draws import replicate, source
    from eih.threads import one_thread

    table = []
    with one_thread():
        for effect, model, kind, promised in CASES:
            origin = source(scenario(effect, model=model))
            replicate(origin, PEOPLE, 10_000, SEED)  # what is imported and cached is not timed
            began = time.process_time()
            found = [replicate(origin, PEOPLE, number, SEED) for number in range(1, refits + 1)]
            seconds = time.process_time() - began
            case = {"effect": effect, "model": model, "rows": kind, "promised": promised}
            table.append({**case, "program": "eih", "refits": refits, "seconds": seconds})
            if shutil.which("Rscript"):
                ours = np.array([one["p"] for one in found[:r_refits]])
                theirs, r_seconds = _in_r(origin, r_refits)
                gap = np.nanmax(np.abs(theirs - ours))
                program = "R: lme4, lmerTest" if "|" in origin.scenario.formula else "R: lm"
                timed = {"refits": r_refits, "seconds": r_seconds, "gap": gap}
                table.append({**case, "program": program, **timed})
    done = pd.DataFrame(table)
    per_minute = 60 * done.refits / done.seconds
    order = [
        "effect",
        "model",
        "rows",
        "program",
        "refits",
        "seconds",
        "per_minute",
        "promised",
        "gap",
    ]
    return done.assign(per_minute=per_minute)[order].to_dict("records")


def lines(repeats=3):
    """Return a line per case: seconds of processor time of one refit, beside R's."""
    found = pd.DataFrame([row for _ in range(repeats) for row in rows(refits=20)])
    found["each"] = found.seconds / found.refits
    result = []
    for (effect, model), case in found.groupby(["effect", "model"], sort=False):
        ours, theirs = case[case.program == "eih"], case[case.program != "eih"]
        result.append(
            Line(
                f"a refit for power: {effect}, {model} model, {ours['rows'].iloc[0]}",
                list(ours.each),
                peer=theirs.program.iloc[0] if len(theirs) else "",
                theirs=list(theirs.each),
                below=60 / ours.promised.iloc[0],
                more="" if len(theirs) else "R with lmerTest is not installed here",
            )
        )
    return result


def _in_r(origin, n):
    """Let R fit the first n studies; return its p values and seconds."""
    from eih.beyond.power import EFFECTS
    from eih.beyond.power_draws import draw

    what = origin.scenario
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, n + 1):
            sequence = np.random.SeedSequence(SEED, spawn_key=(what.key, PEOPLE, number))
            study = draw(origin, PEOPLE, np.random.default_rng(sequence))
            study.to_csv(Path(folder) / f"{number}.tsv", sep="\t", index=False)
        script = Path(__file__).with_suffix(".R")
        term = EFFECTS[what.effect].term.replace("[", "").replace("]", "")
        call = ["Rscript", str(script), folder, what.formula, term, str(n)]
        found = subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()
    return np.array(found[1:], dtype=float), float(found[0])


if __name__ == "__main__":
    pd.set_option("display.width", 160)
    print(pd.DataFrame(rows()).to_string(index=False, float_format="{:.3g}".format))
