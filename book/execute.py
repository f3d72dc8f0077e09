"""Execute the chapters in parallel, each only if its results can have changed.

While a chapter runs, its kernel notes every file of the project that it opens (book/record). It runs
anew when its code has changed, or one of those files; when a file came or went below src/ or data/, as
it may have been looked for; when the lock, Python or this machinery changed. What came out is kept in
the cache that MyST-NB reads, with the time and memory it took.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.util import source_from_cache
from pathlib import Path

RECORD = Path(__file__).resolve().parent / "record"
WATCHED = ("src", "data")  # a file that comes or goes here counts for every chapter
SHARED = ("requirements.txt", "book/execute.py", "book/record/sitecustomize.py")
NO_INPUT = {"_build", ".venv", ".git", ".ipynb_checkpoints"}
DRAWN = re.compile(r"\bT_[0-9a-f]{5}(?=[_\s\"'])")  # pandas draws a new name for each styled table
REFERENCE = "import time; t = time.perf_counter(); sum(i * i for i in range(8_000_000)); print(time.perf_counter() - t)"


class ChapterError(Exception):
    """A cell failed; the message names the chapter and shows the error."""


@dataclass
class Run:
    """What came out of one execution: notebook, seconds, peak memory [MB], files used."""

    notebook: object
    seconds: float
    peak_mb: float | None
    used: dict


def digest(path):
    """Return the checksum of a file, or "" where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""


def shared_inputs(root):
    """Return a checksum of what every chapter depends on."""
    names = sorted(
        path.relative_to(root).as_posix()
        for top in WATCHED
        for path in (root / top).rglob("*")
        if path.is_file() and not {"__pycache__", *NO_INPUT}.intersection(path.parts)
    )
    parts = [sys.version, os.environ.get("EIH_DATA"), names, [digest(root / one) for one in SHARED]]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def is_current(data, root, shared):
    """Tell whether the results noted in a cache record are those of the present files."""
    used = data.get("used")
    return (
        bool(used)
        and data.get("shared") == shared
        and all(digest(root / name) == known for name, known in used.items())
    )


def opened_files(log, root, started):
    """Return the files of the project in a log of opened files, each with its checksum.

    A file that was written after the start has none: what was read of it cannot be known.
    """
    used = {}
    for line in set(log.read_text(encoding=sys.getfilesystemencoding()).splitlines()):
        path = Path(line)
        if not NO_INPUT.isdisjoint(path.relative_to(root).parts):
            continue
        if path.parent.name == "__pycache__":  # a compiled module: its source counts
            if ".pyc" not in path.name:
                continue
            path = Path(source_from_cache(line.split(".pyc")[0] + ".pyc"))
        place = path.relative_to(root).as_posix()
        used[place] = "changed meanwhile" if _since(path, started) else digest(path)
    return used


def _since(path, started):
    """Tell whether a file was written after a time."""
    try:
        status = path.stat()
    except FileNotFoundError:  # looked for in vain: that counts, as it may come
        return False
    return max(status.st_mtime, status.st_ctime) >= started


def peak_memory(pid):
    """Return the most memory [MB] that a process has held so far; None where Linux does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1000


def steady_names(outputs):
    """Number the styled tables in outputs, so that two builds of one state make the same pages."""
    names = {}
    for output in outputs:
        for kind, content in output.get("data", {}).items():
            if kind.endswith("text/html"):
                output["data"][kind] = DRAWN.sub(
                    lambda found: names.setdefault(found[0], f"T_{len(names):05d}"), content
                )


def run_chapter(path, root, timeout):
    """Execute one notebook in a kernel of its own and return a Run.

    Raises
    ------
    ChapterError
        A cell failed or took longer than `timeout` seconds.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    peaks = [None]

    def note_peak(**_):
        peaks.append(peak_memory(client.km.provisioner.pid))

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "opened"
        log.touch()
        environment = {**os.environ, "EIH_OPENED": str(log), "EIH_ROOT": str(root)}
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(RECORD), os.environ.get("PYTHONPATH")])
        )
        environment.pop("PYTHONPYCACHEPREFIX", None)  # compiled modules beside their sources
        client = NotebookClient(
            notebook,
            timeout=timeout,
            record_timing=False,  # times in the cells would hide the results from MyST-NB
            kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=note_peak,
        )
        started, clock = time.time(), time.perf_counter()
        try:
            client.execute(env=environment, stderr=subprocess.DEVNULL)  # the kernel's own chatter
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise ChapterError(f"{path.name}: {error}") from None
        seconds = time.perf_counter() - clock
        steady_names(output for cell in notebook.cells for output in cell.get("outputs", []))
        return Run(notebook, seconds, peaks[-1], opened_files(log, root, started))


def reference_seconds(jobs):
    """Time a fixed piece of Python, as many at once as chapters will run: the machine's measure."""
    command = [sys.executable, "-c", REFERENCE]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(jobs)]
    return max(float(one.communicate()[0]) for one in running)


def bring_up_to_date(chapters, root, cache, *, jobs, timeout, tell=print):
    """Execute the chapters whose results are missing or may have changed.

    Parameters
    ----------
    chapters : list of Path
        Notebooks.
    root : Path
        Folder of the project.
    cache : jupyter_cache
        Where MyST-NB looks for outputs.
    jobs : int
        How many to run at the same time.
    timeout : float
        Seconds that a cell may take.
    tell : callable
        Gets a line per finished chapter.

    Returns
    -------
    list of str
        What failed, a text each.
    """
    shared = shared_inputs(root)
    last = {record.uri: record.data for record in cache.list_cache_records()}
    waiting = [path for path in reversed(chapters) if not _is_cached(path, root, cache, shared)]
    if not waiting:
        return []
    # The longest first, so that none is left running alone at the end; the last chapters, which simulate,
    # take longest where no time is known.
    waiting.sort(key=lambda path: -last.get(str(path), {}).get("execution_seconds", 1e9))
    reference, failed = reference_seconds(jobs), []
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(run_chapter, path, root, timeout): path for path in waiting}
        try:
            for done in as_completed(running):
                path = running[done]
                try:
                    run = done.result()
                except ChapterError as error:
                    failed.append(str(error))
                    continue
                _keep(path, run, cache, shared, reference)
                tell(f"  {path.stem}: {run.seconds:.0f} s")
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return failed


def _is_cached(path, root, cache, shared):
    import nbformat

    try:
        record = cache.match_cache_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        return False
    if is_current(record.data, root, shared):
        return True
    cache.remove_cache(record.pk)
    return False


def _keep(path, run, cache, shared, reference):
    from jupyter_cache.base import CacheBundleIn

    data = {
        "execution_seconds": run.seconds,
        "reference_seconds": reference,
        "peak_mb": run.peak_mb,
        "shared": shared,
        "used": run.used,
    }
    cache.cache_notebook_bundle(
        CacheBundleIn(run.notebook, str(path), data=data), check_validity=False, overwrite=True
    )
