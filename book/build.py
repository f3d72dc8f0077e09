"""Build the book: execute what changed, render every page, look at what came out.

Run by the Python of .venv (`make book`). The result is _build/html/index.html; the exit status is
0 only for a complete book without a failed cell, an error output or a Sphinx warning.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from _ext import provenance

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
HTML = BUILD / "html"
CACHE = BUILD / ".jupyter_cache"
STATE = BUILD / "state.json"

# Results depend on these: if they change, every chapter is executed anew.
RESULTS = ("src", "data", "requirements.txt")
# Pages depend on these as well: if they change, every page is rendered anew.
PAGES = ("book", "notebooks", "_config.yml", "_toc.yml", "pyproject.toml")
PAGES += ("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "environment.yml")
IGNORED = {"__pycache__", ".ipynb_checkpoints", "maps"}
BAD_OUTPUT = {"traceback": "an error", "stderr": "a warning or another text on stderr"}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def fingerprint(root, names, *more):
    """Return a checksum over files and folders below root, and over further words.

    The published maps are large: of those, only names and sizes count.
    """
    total = hashlib.sha256(repr(more).encode())
    for name in names:
        top = root / name
        paths = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in paths:
            place = path.relative_to(root)
            if not path.is_file():
                continue
            if not IGNORED.intersection(place.parts):
                content = path.read_bytes()
            elif "maps" in place.parts:
                content = str(path.stat().st_size).encode()
            else:
                continue
            total.update(f"{place.as_posix()}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def page_inputs():
    """Return a checksum over all that pages show beside results: files, revision, repository."""
    return fingerprint(ROOT, PAGES, provenance.marks(ROOT))


def plan(state, results, pages):
    """Return what the last state leaves to do: "all", "render" or "nothing".

    A state says "building" from the first step to the last, so one that still says so was
    interrupted, and nothing that it left behind is trusted.
    """
    if state.get("building", True) or state.get("results") != results:
        return "all"
    return "nothing" if state.get("pages") == pages else "render"


def read_state():
    """Return what the last build noted, or an empty state."""
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(**state):
    """Note how far the build is, in one step."""
    BUILD.mkdir(exist_ok=True)
    part = STATE.with_suffix(".part")
    part.write_text(json.dumps(state), encoding="utf-8")
    os.replace(part, STATE)


def toc_pages(toc):
    """List the documents of a table of contents, in its order."""
    found = [toc[key] for key in ("root", "file") if key in toc]
    for key in ("parts", "chapters", "sections"):
        for entry in toc.get(key, []):
            found += toc_pages(entry)
    return found


def bad_outputs(html):
    """List the kinds of output in a page that no chapter may have."""
    classes = " ".join(re.findall(r'<div class="(output [^"]*)"', html)).split()
    return [words for kind, words in BAD_OUTPUT.items() if kind in classes]


def page_problems(pages, html=HTML):
    """List what is wrong with the built pages, a line each."""
    problems = []
    for page in ["index", *pages]:
        path = html / f"{page}.html"
        if not path.is_file():
            problems.append(f"{page}: the page is in _toc.yml but was not built.")
            continue
        for kind in bad_outputs(path.read_text(encoding="utf-8")):
            problems.append(f"{page}: a cell shows {kind}; mend it in the notebook.")
    return problems


def told(log):
    """Cut a log of Sphinx down to what its reader needs: the warnings and the failed cell."""
    text = ANSI.sub("", log).split("Exception occurred:")[0]
    text = re.sub(
        r"Traceback \(most recent call last\):\n(?:  .*\n)+nbclient\.exceptions\.", "", text
    )
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and "IPKernelApp" not in line)


def run_jupyter_book():
    """Render all pages, executing the notebooks that the cache does not hold; return success."""
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", ".", "--path-output", "."]
    strict = ["--all", "--warningiserror", "--keep-going", "--nitpick", "--quiet"]
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1", "PYTHONUTF8": "1"}
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")  # small models: more threads only wait
    log = BUILD / "build.log"
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            command + strict, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=file
        )
    if done.returncode != 0:
        print(told(log.read_text(encoding="utf-8", errors="replace")), file=sys.stderr)
        print("The book was not built: see above (all of it: _build/build.log).", file=sys.stderr)
    return done.returncode == 0


def show_times():
    """Print how long each chapter took when it was last executed, slowest first."""
    from jupyter_cache import get_cache
    from rich.console import Console
    from rich.table import Table

    times = {}
    for record in get_cache(str(CACHE)).list_cache_records():  # oldest first: the newest stays
        times[Path(record.uri).stem] = record.data.get("execution_seconds", float("nan"))
    table = Table("chapter", "seconds", title="Time to execute")
    table.columns[1].justify = "right"
    for chapter, seconds in sorted(times.items(), key=lambda item: -item[1]):
        table.add_row(chapter, f"{seconds:.1f}")
    Console().print(table)


def main():
    """Bring _build/html up to date."""
    missing = [name for name in ("jupyter_book", "yaml", "eih") if not find_spec(name)]
    if missing:
        sys.exit(f"{sys.executable} lacks {', '.join(missing)}. Use that of .venv, call: make book")
    import yaml

    results = fingerprint(ROOT, RESULTS, sys.version)
    pages = page_inputs()
    todo = plan(read_state(), results, pages)
    toc = toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    if todo == "nothing" and not page_problems(toc):
        print("Nothing changed since the last build: _build/html/index.html is up to date.")
        return 0
    if todo == "all":
        shutil.rmtree(CACHE, ignore_errors=True)
    write_state(building=True)
    shutil.rmtree(HTML, ignore_errors=True)
    print("Executing the chapters ..." if todo == "all" else "Rendering the pages anew ...")
    complete = run_jupyter_book()
    problems = page_problems(toc) if complete else []
    for problem in problems:
        print(problem, file=sys.stderr)
    if fingerprint(ROOT, RESULTS, sys.version) != results:
        sys.exit("The package, the data or the lock changed during the build. Call: make book")
    good = complete and not problems
    write_state(building=False, results=results, pages=pages if good else None)
    with contextlib.suppress(Exception):  # a table of times is no reason to fail
        show_times()
    if good:
        print("The book is in _build/html/index.html")
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next build starts from the beginning.")
