"""Measure everything in one run, ours and the peers' in turn; print the table and keep it.

``python benchmarks/side_by_side.py`` (or ``make bench``) measures all; with names, such as ``ledger floors``,
only these, and the other lines stay as they were. The table is ``results.tsv`` beside this file, the machine
``machine.json``; the book shows both.
"""

import argparse
import json
import os
import platform
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from measure import INSTALL_R, no_r, r_versions

HERE = Path(__file__).resolve().parent
RESULTS, MACHINE = HERE / "results.tsv", HERE / "machine.json"
BENCHMARKS = (
    "ledger",
    "one_model",
    "floors",
    "book",
    "loading",
    "growth",
    "refits",
    "permutation",
    "first_level",
)
PACKAGES = ("numpy", "scipy", "pandas", "mixedlm", "statsmodels")
R_PACKAGES = ("lme4", "lmerTest", "emmeans")


def main(arguments=None):
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--repeats", type=int, help="default: each benchmark's own number")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    if no_r(*R_PACKAGES):
        print(f"{no_r(*R_PACKAGES)}. Lines of R stay empty.")
    names = options.names or BENCHMARKS
    for name in names:
        print(f"measuring: {name} ...", flush=True)
        more = {} if options.repeats is None else {"repeats": options.repeats}
        keep(name, [line.row() for line in import_module(name).lines(**more)])
    MACHINE.write_text(json.dumps(machine(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    show()


def keep(name, rows):
    """Put the rows of a benchmark into the stored table, in the order of BENCHMARKS."""
    new = pd.DataFrame(rows)
    new.insert(0, "benchmark", name)
    parts = {name: new}
    if RESULTS.is_file():
        old = pd.read_csv(RESULTS, sep="\t")
        parts = dict(list(old.groupby("benchmark"))) | parts
    table = pd.concat([parts[one] for one in BENCHMARKS if one in parts])
    table["people"] = table.people.astype("Int64")
    table.to_csv(RESULTS, sep="\t", index=False, float_format="%.4g", lineterminator="\n")


def machine():
    """Say what measured: nothing that names the machine or its owner."""
    facts = {
        "cores": os.cpu_count(),
        "load average at the end": round(os.getloadavg()[0], 1),  # above one: others were at work
        "system": f"{platform.system()}, {platform.machine()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }
    if not no_r(*R_PACKAGES):
        from measure import run

        facts["R"] = run(["Rscript", "-e", "cat(format(getRversion()))"]).stdout
        facts["R packages"] = r_versions(*R_PACKAGES)
    return facts


def show():
    """Print the stored table."""
    from rich.console import Console
    from rich.table import Table

    table = pd.read_csv(RESULTS, sep="\t", keep_default_na=False)
    shown = Table(
        "what", "ours", "peer", "peer's", "ratio", "required", "met", "remark", show_lines=True
    )
    for row in table.to_dict("records"):
        shown.add_row(
            row["what"] + (f", {int(row['people']):,} people" if row["people"] else ""),
            _figure(row, "ours"),
            row["peer"],
            _figure(row, "theirs"),
            f"{float(row['ratio']):.1f}" if row["ratio"] else "",
            row["required"],
            row["met"],
            row["remark"],
        )
    Console(width=170).print(shown)
    print("Medians with the lowest and highest. R, if it is not there:", INSTALL_R)


def _figure(row, whose):
    if row[whose] == "":
        return ""
    middle, low, high = (float(row[f"{whose}{end}"]) for end in ("", "_low", "_high"))
    spread = f" ({low:.3g}–{high:.3g})" if low < high else ""
    return f"{middle:.3g}{spread} {row['unit']}".strip()


if __name__ == "__main__":
    main()
