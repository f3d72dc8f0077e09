"""Two builds of one state make the same book, however unlike the circumstances.

The one is killed twice on its way, in a folder whose name is hard, with one processor, 4 GB, LC_ALL=C, no
home and no network. The other is left alone. Together they take a quarter of an hour.
"""

import os
import random
import re
import signal
import time

import pytest
from tests.building import built, finish_build, start_build

# Times that a build measures itself: there numbers may differ.
MEASURED = {"book/built.html", "book/speed.html", "notebooks/mixed_models.html", "searchindex.js"}
POOR = {
    "HOME": "/proc/no-home",
    "LC_ALL": "C",
    "TZ": "Asia/Kolkata",
    "PYTHONHASHSEED": "7",
}
ONE_CORE_4_GB = 'ulimit -d 4000000; exec taskset -c 0 "$@"'


def pages(folder):
    """Return what was built, measured times blanked."""
    found = {}
    for name, content in built(folder).items():
        if name not in MEASURED:
            found[name] = content
        elif not name.endswith(".js"):
            found[name] = re.sub(rb"\d+(\.\d+)?", b"#", content)
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
        started = start_build(poor, *namespace(ONE_CORE_4_GB), **POOR)
        time.sleep(moments.uniform(20, 120))
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        assert not (poor / "_build" / "html" / "index.html").exists()
    finish_build(start_build(poor, *namespace(ONE_CORE_4_GB), **POOR))
    finish_build(start_build(plain))
    one, other = pages(poor), pages(plain)
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name]] == []
