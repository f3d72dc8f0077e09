"""Time the build of the book: from nothing, with nothing changed, with one chapter changed.

``python benchmarks/book.py`` prints the lines. The files of the repository are copied to a temporary folder,
where this Python, with all its packages, builds them; so nothing that was built before is there, and nothing
of yours is touched. `make book` does the same after it has looked after the packages.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
from joblib import cpu_count
from measure import ROOT, Line, seconds_of

CHAPTER = "reading_tables"  # is changed
MEGABYTES = 2500


def lines(repeats=1):
    """Return the lines of the book; a build from nothing is measured once."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book"
        _copy(copy)
        told = []
        build = lambda: told.append(_build(copy))  # noqa: E731
        from_nothing = seconds_of(build)
        rendering = _rendering(told[-1])
        memory, busy = _noted(copy, "peak_mb"), _noted(copy, "execution_seconds")
        reference = max(_noted(copy, "reference_seconds").values())
        unchanged = [seconds_of(build) for _ in range(3 * repeats)]
        _change(copy / "notebooks" / f"{CHAPTER}.ipynb")
        changed = seconds_of(build)
        executed = _executed(told[-1])
    largest, megabytes = max(memory.items(), key=lambda one: one[1])
    return [
        Line(
            "book, built from an empty cache",
            [from_nothing],
            below=150,
            why=f"the times of the {len(busy)} kernels add up to {sum(busy.values()):.0f} s, on "
            f"{cpu_count()} processors; then Sphinx renders for {rendering:.0f} s, on one",
            more=f"The fixed computation by which chapters are timed took {reference:.2f} s on this day",
        ),
        Line("book, nothing changed", unchanged, below=8),
        Line(
            "book, one chapter changed",
            [changed],
            more=f"executed: {', '.join(executed)}; the rest is rendering",
        ),
        Line(
            "largest memory of a notebook kernel",
            [megabytes],
            "MB",
            below=MEGABYTES,
            more=f"of the chapter {largest}",
        ),
    ]


def _copy(folder):
    """Copy what is, or would be, in the repository, and downloaded maps."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if (ROOT / "data" / "maps").is_dir():
        shutil.copytree(ROOT / "data" / "maps", folder / "data" / "maps", dirs_exist_ok=True)


def _build(folder):
    """Build the book and return what was told."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [sys.executable, "book/build.py"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"The book was not built: {done.stderr[-1000:] or done.stdout[-1000:]}")
    return done.stdout


def _rendering(told):
    """Return the seconds from the last chapter to the last page."""
    after = [
        float(line.split("after ")[1].split(" s")[0])
        for line in told.splitlines()
        if "after " in line
    ]
    return after[-1] - after[0]


def _executed(told):
    """Return the chapters that a build says it has executed."""
    lines = told.split("all up to date")[0].splitlines()[1:]
    return [line.split(":")[0].strip() for line in lines if line.startswith("  ") and ":" in line]


def _noted(folder, what):
    """Return chapter → what the build has noted of its execution: seconds, or megabytes at most."""
    from jupyter_cache import get_cache

    records = get_cache(str(folder / "_build" / ".jupyter_cache")).list_cache_records()
    return {Path(one.uri).stem: one.data[what] for one in records if one.data.get(what)}


def _change(path):
    """Add a comment to the first code cell of a notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(one for one in notebook["cells"] if one["cell_type"] == "code")
    cell["source"] = [*cell["source"], "\n# changed"]
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    print(pd.DataFrame([line.row() for line in lines()]).T.to_string())
