"""What ``import eih`` costs, and the floors below which nothing here can go: interpreters, imports, a kernel.

``python benchmarks/floors.py`` prints the lines. Every figure is a whole process: ``import eih`` by the clock,
the floors in processor time, with which the other lines can be compared.
"""

import pandas as pd
from measure import Line, cost_of, no_r, python, run, seconds_of

REPEATS = 5
LIBRARIES = "import pandas, mixedlm.models.lmer, scipy.optimize"
R_LIBRARIES = "suppressMessages({library(lmerTest); library(emmeans)})"
KERNEL = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="python3")
client.execute_interactive("1 + 1", store_history=False)
client.stop_channels(); manager.shutdown_kernel()
"""


def lines(repeats=REPEATS):
    """Return the line of ``import eih``, and those of the floors, which have no limit."""

    def of(*arguments):
        return [cost_of(lambda: python(*arguments))[1] for _ in range(repeats)]

    python("-c", LIBRARIES)  # compiled modules are there, and read once
    clock = [seconds_of(lambda: python("-c", "import eih")) for _ in range(repeats)]
    missing = no_r("lmerTest", "emmeans")
    in_r = ["Rscript", "-e", R_LIBRARIES]
    theirs = [] if missing else [cost_of(lambda: run(in_r))[1] for _ in range(repeats)]
    return [
        Line("import eih, with the start of Python, by the clock", clock, below=0.4),
        Line("floor: an empty Python starts and ends", of("-c", "pass")),
        Line(
            "floor: the libraries of the ledger are loaded (pandas, SciPy, mixedlm)",
            of("-c", LIBRARIES),
            peer="R: lmerTest and emmeans are loaded",
            theirs=theirs,
            more=missing,
        ),
        Line("floor: a notebook kernel starts, adds 1 and 1, ends", of("-c", KERNEL)),
    ]


if __name__ == "__main__":
    print(pd.DataFrame([line.row() for line in lines()]).T.to_string())
