"""Measure which lines of the package the tests run, and keep that with a reason for each line that none runs.

Called by ``make coverage``; takes as long as the tests of the package, and a half more. Two tables come of it:

- `modules.tsv`: lines of each module, and how many of them some test runs, child processes included;
- `uncovered.tsv`: the lines that none runs, those that follow each other in one row, each with a reason.
  A reason is written by hand and kept while the line stays as it is; a row without one is a failure.
"""

import ast
import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "eih"
MODULES = Path(__file__).with_name("modules.tsv")
UNCOVERED = Path(__file__).with_name("uncovered.tsv")
WORK = ROOT / "_build" / "coverage"
LEAST = 95  # per cent of all lines
TESTS = "not (pages or notebooks or jupyterlab or long or mutations)"


def read(path):
    """Return the rows of a table, a dictionary each."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def write(path, rows, columns):
    """Write rows as a table."""
    lines = ["\t".join(columns), *("\t".join(str(row[name]) for name in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def functions(source):
    r"""Map each line of a source text to the function it stands in, or to nothing.

    >>> functions("x = 1\nclass A:\n    def f(self):\n        return 1")[4]
    'A.f'
    """
    found = {}

    def visit(node, name):
        for child in ast.iter_child_nodes(node):
            inside = name
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inside = f"{name}.{child.name}".lstrip(".")
                for line in range(child.lineno, child.end_lineno + 1):
                    found[line] = inside
            visit(child, inside)

    visit(ast.parse(source), "")
    return found


def gaps(source, run, missing):
    r"""Return the lines that nothing runs, those that follow each other together.

    >>> gaps("def f(x):\n    if x:\n        y = 1\n        return y\n    return 2", [1, 2, 5], [3, 4])
    [{'function': 'f', 'lines': 2, 'code': 'y = 1'}]
    """
    where, text = functions(source), source.splitlines()
    found, last = [], None
    for line in sorted([*run, *missing]):
        if line not in missing:
            last = None
            continue
        name = where.get(line, "")
        if last is not None and last["function"] == name:
            last["lines"] += 1
        else:
            last = {"function": name, "lines": 1, "code": text[line - 1].strip().replace("\t", " ")}
            found.append(last)
    return found


def tables(report, known=()):
    """Return both tables from a report of coverage.py (JSON); reasons come from the rows known."""
    reasons = {(row["file"], row["function"], row["code"]): row["reason"] for row in known}
    modules, uncovered = [], []
    for path, file in sorted(report["files"].items()):
        name = Path(path).relative_to("src/eih").as_posix()
        run, missing = file["executed_lines"], file["missing_lines"]
        modules.append({"file": name, "lines": len(run) + len(missing), "run": len(run)})
        source = (ROOT / path).read_text(encoding="utf-8")
        for gap in gaps(source, run, missing):
            reason = reasons.get((name, gap["function"], gap["code"]), "")
            uncovered.append({"file": name, **gap, "reason": reason})
    return modules, uncovered


def share(modules):
    """Return the lines that are run, in per cent of all.

    >>> share([{"lines": "30", "run": "30"}, {"lines": "10", "run": "8"}])
    95.0
    """
    lines, run = (sum(int(row[name]) for row in modules) for name in ("lines", "run"))
    return 100 * run / lines


def measure():
    """Run the tests of the package under coverage.py; return its report, or None where a test fails."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}

    def call(*arguments):
        command = [sys.executable, "-m", "coverage", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment).returncode

    failed = call("run", "-m", "pytest", "-q", "-m", TESTS)
    call("combine", "--quiet")
    call("json", "--quiet", "-o", str(WORK / "report.json"))
    return None if failed else json.loads((WORK / "report.json").read_text(encoding="utf-8"))


def main():
    """Measure, keep both tables, print what is not run; return 1 where that is too much or unargued."""
    report = measure()
    if report is None:
        print(
            "A test failed, so nothing is kept. Mend it, then call: make coverage", file=sys.stderr
        )
        return 1
    modules, uncovered = tables(report, read(UNCOVERED) if UNCOVERED.is_file() else ())
    write(MODULES, modules, ["file", "lines", "run"])
    write(UNCOVERED, uncovered, ["file", "function", "lines", "code", "reason"])
    for row in uncovered:
        print(f"{row['file']}, {row['function'] or 'module'}, {row['lines']} lines: {row['code']}")
        print(f"    {row['reason'] or 'NO REASON'}")
    unargued = [row for row in uncovered if not row["reason"]]
    print(
        f"{share(modules):.1f} % of the lines of src/eih are run by the tests (at least {LEAST} %)."
    )
    if unargued:
        print(
            f"{len(unargued)} rows of tests/coverage/uncovered.tsv have no reason: test them or argue them."
        )
    return int(share(modules) < LEAST or bool(unargued))


if __name__ == "__main__":
    sys.exit(main())
