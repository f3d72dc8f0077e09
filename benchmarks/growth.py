"""How time and memory grow with the number of people: fits, ledger, specification curve, power.

``python benchmarks/growth.py`` prints the lines. The people are those of the study, ten and a hundred times
over under new names, so that every program has something to estimate; what comes out is no result. Each
measurement is a process of its own: ``growth.py TASK TIMES`` prints its seconds (of the processor, imports
and the making of the rows not counted) and the most memory that it held [MB].
"""

import math
import resource
import statistics
import subprocess
import sys
import time
from unittest.mock import patch

import pandas as pd
from measure import Line, python

PEOPLE = 39
TIMES = (1, 10, 100)
LIMIT = 1200  # seconds by the clock that one measurement may take
MINUTES = 8  # a measurement that would take longer, by the growth before it, is not made
FORMULA = "rating ~ target * drug + drug_order + (1|participant) + (1|nth)"
SPECIFICATIONS = 12
SEED = 1


def fit(times):
    """One model of all trials, fit and table."""
    import eih

    rows = many(times)
    return lambda: eih.lmm(FORMULA, rows, ci="wald").table


def limits(times):
    """The profile intervals of that model."""
    import eih

    rows = many(times)
    return lambda: eih.lmm(FORMULA, rows).table


def ledger(times):
    """All analyses of the ledger but one."""
    from eih.paper.analyses import list_analyses, recompute

    # that one asks how many people are enough, and is told of a number below those here
    names = [name for name in list_analyses().name if name != "threeway_power"]
    return lambda: [recompute(name) for name in names]


def specifications(times):
    """A sample of the specification curve."""
    import eih

    rows = many(times)
    sample = eih.specification_grid().sample(SPECIFICATIONS, random_state=SEED)
    return lambda: eih.run_specifications(sample, rows)


def power(times):
    """One simulated study, drawn and fitted."""
    from eih.beyond.power import scenario
    from eih.beyond.power_draws import batch, source

    origin = source(scenario("drug"))
    return lambda: batch(origin, PEOPLE * times, [1], SEED)


TASKS = {one.__name__: one for one in (fit, limits, ledger, specifications, power)}


def many(times):
    """Return the trials of the study's people, each several times under other names."""
    import eih

    return _repeated(eih.load_trials(), times)


def _repeated(table, times):
    copies = [
        table.assign(participant=table.participant + f".{copy}" if copy else table.participant)
        for copy in range(times)
    ]
    return pd.concat(copies, ignore_index=True)


def measure(task, times):
    """Do a task and return its seconds and the most memory that this process has held [MB]."""
    from eih.tables import data

    load = data._load
    with (
        patch.object(
            data, "_load", lambda table: _repeated(load(table), times if task == "ledger" else 1)
        ),
        patch.object(data, "check_joins", lambda *tables: None),
    ):
        fit(1)()  # what is imported is not timed
        step = TASKS[task](times)
        began = time.process_time()
        step()
        seconds = time.process_time() - began
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def lines(repeats=1):
    """Return a line of time and one of memory per task and number of people."""
    found = []
    for task, step in TASKS.items():
        what, curve = step.__doc__.rstrip("."), []
        for times in TIMES:
            people = PEOPLE * times
            if len(curve) > 1 and (ahead := _ahead(curve)) > 60 * MINUTES:
                remark = f"not measured: by the growth before it some {ahead / 60:.0f} minutes"
                found.append(Line(what, [], people=people, more=remark))
                break
            figures = [_in_its_process(task, times) for _ in range(repeats if times < 100 else 1)]
            failed = [one for one in figures if isinstance(one, str)]
            if failed:
                remark = failed[0]
                found.append(Line(what, [], people=people, more=remark))
                break
            seconds, megabytes = map(list, zip(*figures, strict=True))
            curve.append(statistics.median(seconds))
            asked = (task, times) == ("fit", 100)
            limits = [{"below": 60}, {"below": 8000}] if asked else [{}, {}]
            remark = _exponent(curve) if len(curve) > 1 else ""
            found.append(Line(what, seconds, people=people, more=remark, **limits[0]))
            found.append(Line(what, megabytes, "MB", people=people, **limits[1]))
    return found


def _power(curve):
    """Return the exponent of the last step of a curve; each step is ten times as many people."""
    return math.log10(curve[-1] / curve[-2])


def _exponent(curve):
    return f"from the line before to this one time grows with the number of people to the power {_power(curve):.1f}"


def _ahead(curve):
    """Return the seconds that ten times as many people would take, if growth went on."""
    return curve[-1] * 10 ** _power(curve)


def _in_its_process(task, times):
    """Return seconds and megabytes, or a text that says why there are none."""
    try:
        done = python(__file__, task, times, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"not done within {LIMIT} s by the clock"
    except RuntimeError as error:
        if "MemoryError" in str(error):
            return "it needs more memory than there is"
        raise
    return tuple(map(float, done.stdout.split()))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(*measure(sys.argv[1], int(sys.argv[2])))
    else:
        print(pd.DataFrame([line.row() for line in lines()]).T.to_string())
