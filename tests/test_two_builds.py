"""Two builds of one state make the same book, however unlike the circumstances.

The one is killed twice on its way, in a folder whose name is hard, with one processor, 4 GB, LC_ALL=C, no
home and no network. The other is left alone. Together they take a quarter of an hour.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time

import pytest

# Times that a build measures itself: there numbers may differ.
MEASURED = {"book/built.html", "book/speed.html", "notebooks/mixed_models.html", "searchindex.js"}
POOR = {
    "HOME": "/proc/no-home",
    "LC_ALL": "C",
    "TZ": "Asia/Kolkata",
    "PYTHONHASHSEED": "7",
}
DATED = {"SOURCE_DATE_EPOCH": "1764000000"}  # as `make book` takes it from the commit
ONE_CORE_4_GB = 'ulimit -d 4000000; exec taskset -c 0 "$@"'


def environment(folder, **more):
    """Return the variables of a build in a folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(folder / "src"), "EIH_REPOSITORY": "", **DATED, **more}


def build(folder, prefix=(), **more):
    """Start a build; return the process."""
    return subprocess.Popen(
        [*prefix, sys.executable, "book/build.py"],
        cwd=folder,
        env=environment(folder, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finished(process):
    """Wait for a build, which must succeed."""
    told = process.communicate()[0]
    assert process.returncode == 0, told[-3000:]


def pages(folder):
    """Return what was built: content by name, measured times blanked."""
    html = folder / "_build" / "html"
    found = {}
    for path in sorted(html.rglob("*")):
        name = path.relative_to(html).as_posix()
        if path.is_file() and name not in MEASURED:
            found[name] = path.read_bytes()
        elif name in MEASURED and not name.endswith(".js"):
            found[name] = re.sub(rb"\d+(\.\d+)?", b"#", path.read_bytes())
    return found


@pytest.mark.long
@pytest.mark.fault(
    "reproducibility",
    "a build killed (SIGKILL) at two moments by chance, then finished; beside one left alone",
    "byte for byte the same pages, figures and tables, but for the times that the build measures",
)
@pytest.mark.fault(
    "machine",
    "a build with one processor, 4 GB, LC_ALL=C, no home, no network, a folder with ä, & and spaces",
    "the same book",
)
def test_two_builds_make_the_same_book(tmp_path, copy_project, namespace):
    """Killed and finished in poor circumstances, a build makes the pages of an undisturbed one."""
    poor = copy_project(tmp_path / "Schmerz & Übung")
    plain = copy_project(tmp_path / "plain")
    moments = random.Random(2025)
    for _ in range(2):
        started = build(poor, namespace(ONE_CORE_4_GB), **POOR)
        time.sleep(moments.uniform(20, 120))
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        assert not (poor / "_build" / "html" / "index.html").exists()
    finished(build(poor, namespace(ONE_CORE_4_GB), **POOR))
    finished(build(plain))
    one, other = pages(poor), pages(plain)
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name]] == []
