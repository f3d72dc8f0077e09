"""What the benchmarks share: lines of the table, timing of processes and steps, ours and a peer's in turn."""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALL_R = "apt install r-base-core r-cran-lme4 r-cran-lmertest r-cran-emmeans"


@dataclass
class Line:
    """A line of the table: ours, a peer's, and what must be reached.

    Attributes
    ----------
    what : str
        What was done.
    ours : list of float
        A figure per repetition.
    unit : str
    peer : str
        Name and version of the peer, or "".
    theirs : list of float
        Its figures.
    at_least : float or None
        How many times as much as ours the peer's must be.
    below : float or None
        What ours must stay under.
    above : float or None
        What ours must exceed.
    people : int or None
        Size of the study, where it is varied: lines that are otherwise called alike make a curve.
    more : str
        A remark, such as how well the results agree, or why there is no peer.
    why : str
        Why it is not met, with the measured floor: makes a "no" an "explained".
    """

    what: str
    ours: list
    unit: str = "s"
    peer: str = ""
    theirs: list = field(default_factory=list)
    at_least: float | None = None
    below: float | None = None
    above: float | None = None
    people: int | None = None
    more: str = ""
    why: str = ""

    def row(self):
        """Return the line as a dict: medians with lowest and highest, their ratio, whether it is met."""
        ours, theirs = (_spread(figures) for figures in (self.ours, self.theirs))
        ratio = theirs[0] / ours[0] if ours[0] and theirs[0] is not None else None
        wanted = [
            f"{words} {limit:g}{unit}".strip()
            for words, limit, unit in (
                ("ratio ≥", self.at_least, ""),
                ("<", self.below, f" {self.unit}"),
                ("≥", self.above, f" {self.unit}"),
            )
            if limit is not None
        ]
        return {
            "what": self.what,
            "people": self.people,
            "unit": self.unit,
            **dict(zip(("ours", "ours_low", "ours_high"), ours, strict=True)),
            "peer": self.peer,
            **dict(zip(("theirs", "theirs_low", "theirs_high"), theirs, strict=True)),
            "ratio": ratio,
            "required": " and ".join(wanted),
            "met": self._met(ours[0], ratio),
            "remark": ". ".join(filter(None, [self.why, self.more])),
        }

    def _met(self, ours, ratio):
        """Say whether every requirement is met; "not measured" where one cannot be told."""
        checks = [
            (self.at_least, ratio, lambda value, limit: value >= limit),
            (self.below, ours, lambda value, limit: value < limit),
            (self.above, ours, lambda value, limit: value >= limit),
        ]
        asked = [check for check in checks if check[0] is not None]
        if not asked:
            return ""
        if any(value is not None and not holds(value, limit) for limit, value, holds in asked):
            return "explained" if self.why else "no"
        return "yes" if all(value is not None for _, value, _ in asked) else "not measured"


def _spread(figures):
    if not figures:
        return None, None, None
    return statistics.median(figures), min(figures), max(figures)


def alternate(ours, theirs, repeats):
    """Call ours and a peer's in turn and return the figures that both return, a list each."""
    figures = [(ours(), theirs() if theirs else None) for _ in range(repeats)]
    return [one for one, _ in figures], [other for _, other in figures if other is not None]


def seconds_of(step):
    """Time a step by the clock."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def cost_of(step):
    """Time a step that runs a process: seconds by the clock, and seconds of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = seconds_of(step)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(command, timeout=None, **more):
    """Run a process of one thread to its end.

    Returns
    -------
    subprocess.CompletedProcess

    Raises
    ------
    RuntimeError
        It failed; the message has its last words.
    """
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=timeout, **more
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command[:3]))} … failed: {done.stderr[-500:]}")
    return done


def python(*arguments, **more):
    """Run this Python in a process of its own, see :func:`run`."""
    return run([sys.executable, *map(str, arguments)], **more)


def no_r(*packages):
    """Return why R cannot be compared with, or "" if it has all the packages."""
    if not shutil.which("Rscript"):
        return f"R is not installed here (Debian, Ubuntu: {INSTALL_R})"
    asked = ", ".join(f'requireNamespace("{name}", quietly = TRUE)' for name in packages)
    found = run(["Rscript", "-e", f"cat(all({asked}))"]).stdout
    return "" if found == "TRUE" else f"R lacks one of {', '.join(packages)} ({INSTALL_R})"


def r_versions(*packages):
    """Return the names of R packages with their versions."""
    shown = ", ".join(
        f'"{name}", format(packageVersion("{name}")), "{mark}"'
        for name, mark in zip(packages, [*[","] * (len(packages) - 1), ""], strict=True)
    )
    return " ".join(run(["Rscript", "-e", f"cat({shown})"]).stdout.replace(" ,", ",").split())
