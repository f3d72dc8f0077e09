"""Build the book: execute what changed, render every page, look at what came out.

Run by the Python of .venv (`make book`). The result is _build/html/index.html; the exit status is
0 only for a complete book without a failed cell, an error output or a Sphinx warning.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import execute
import yaml
from _ext import provenance

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
HTML = BUILD / "html"
CACHE = BUILD / ".jupyter_cache"
STATE = BUILD / "state.json"

# The book is made from these: while none changes, there is nothing to do.
SOURCES = ("src", "data", "requirements.txt", "book", "notebooks", "benchmarks")
SOURCES += ("_config.yml", "_toc.yml", "pyproject.toml", "tests")
SOURCES += ("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "environment.yml")
IGNORED = {"__pycache__", ".ipynb_checkpoints"}
BAD_OUTPUT = {"traceback": "an error", "stderr": "a warning or another text on stderr"}
ANSI = re.compile(r"\x1b\[[0-9;]*m")
FULL = "The disk is full: no space is left for _build or for temporary files. Free some, then call: make book"


def fingerprint(root, names=SOURCES, more=""):
    """Return a checksum over files and folders below root, over the version of Python and more."""
    total = hashlib.sha256(f"{sys.version}\0{more}".encode())
    for name in names:
        top = root / name
        paths = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in paths:
            place = path.relative_to(root)
            if path.is_file() and not IGNORED.intersection(place.parts):
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                total.update(f"{place.as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def inputs():
    """Return a checksum over all that the book shows: files, revision, repository."""
    return fingerprint(ROOT, more=provenance.marks(ROOT))


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
    """Cut a log of Sphinx down to what its reader needs: the warnings."""
    lines = [line.rstrip() for line in ANSI.sub("", log).splitlines()]
    return "\n".join(line for line in lines if line and "IPKernelApp" not in line)


def is_disk_full(text):
    """Tell whether an error, as text, says that the disk is full: in Python's words or SQLite's."""
    return f"[Errno {errno.ENOSPC}]" in text or "database or disk is full" in text


def execute_chapters(toc):
    """Execute the chapters that need it; return what failed, a text each."""
    from joblib import cpu_count  # what this process may use, not what the machine has
    from jupyter_cache import get_cache

    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    pages = [ROOT / f"{page}.ipynb" for page in toc]
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this Python, not of another
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small models: more threads only wait
    os.environ.setdefault("MPLCONFIGDIR", str(BUILD / ".matplotlib"))  # home may not be writable
    return execute.bring_up_to_date(
        [page for page in pages if page.is_file()],
        ROOT,
        get_cache(str(CACHE)),
        jobs=cpu_count(),
        timeout=config["execute"]["timeout"],
    )


def render():
    """Render all pages from the notebooks in the cache; return what went wrong, a text each."""
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", ".", "--path-output", "."]
    strict = ["--all", "--warningiserror", "--keep-going", "--nitpick", "--quiet"]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    commit_time = provenance.git("log", "-1", "--format=%ct")
    if commit_time:  # the dates on the pages
        environment.setdefault("SOURCE_DATE_EPOCH", commit_time)
    done = subprocess.run(
        command + strict,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    log = done.stderr.decode("utf-8", errors="replace")
    with contextlib.suppress(OSError):  # a full disk: what is printed below must do
        (BUILD / "build.log").write_text(log, encoding="utf-8")
    if done.returncode == 0:
        return []
    if is_disk_full(log):
        return [FULL]
    print(told(log), file=sys.stderr)
    return ["The book was not built: see above (all of it: _build/build.log)."]


def show_times():
    """Print what each chapter took when it was last executed, slowest first."""
    from jupyter_cache import get_cache
    from rich.console import Console
    from rich.table import Table

    taken = {}
    for record in get_cache(str(CACHE)).list_cache_records():  # oldest first: the newest stays
        taken[Path(record.uri).stem] = record.data
    table = Table("chapter", "seconds", "peak MB", title="To execute each chapter")
    for column in table.columns[1:]:
        column.justify = "right"
    for chapter, data in sorted(taken.items(), key=lambda item: -item[1]["execution_seconds"]):
        peak = data.get("peak_mb")
        table.add_row(chapter, f"{data['execution_seconds']:.1f}", f"{peak:.0f}" if peak else "")
    Console().print(table)


def main():
    """Bring _build/html up to date."""
    package = find_spec("eih")
    if not package or not Path(package.origin).is_relative_to(ROOT / "src"):
        sys.exit(f"{sys.executable} lacks eih of this folder. Use that of .venv, call: make book")
    toc = toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    sources, state = inputs(), read_state()
    if state.get("complete") == sources and not page_problems(toc):
        print("Nothing changed since the last build: _build/html/index.html is up to date.")
        return 0
    if state.get("executing", True):  # interrupted, or the first: nothing left behind is trusted
        shutil.rmtree(CACHE, ignore_errors=True)
    write_state(executing=True)
    print("Executing the chapters that need it ...")
    started = time.monotonic()
    failed = execute_chapters(toc)
    write_state(executing=False)
    if failed:
        sys.exit("\n\n".join([*failed, "The book was not built: see the chapters above."]))
    print(f"  all up to date after {time.monotonic() - started:.0f} s. Rendering the pages ...")
    shutil.rmtree(HTML, ignore_errors=True)
    problems = render() or page_problems(toc)
    print(f"  done after {time.monotonic() - started:.0f} s.")
    for problem in problems:
        print(problem, file=sys.stderr)
    if inputs() != sources:
        sys.exit("A source changed during the build. Call: make book")
    with contextlib.suppress(Exception):  # a table of times is no reason to fail
        show_times()
    if problems:
        return 1
    write_state(executing=False, complete=sources)
    print("The book is in _build/html/index.html")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted. Call again: make book")
    except Exception as error:
        if is_disk_full(str(error)):
            sys.exit(FULL)
        raise
