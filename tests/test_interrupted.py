"""A download that is killed (SIGKILL): the next call is right, and trusts nothing half done."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from itertools import count

import numpy as np
import pytest
from tests.serving import SilentServer, serving
from tests.test_maps import SHAPE, image_bytes, zip_bytes

from eih.brain import maps
from eih.tables.data import data_folder
from eih.tables.schema import TABLES, DataError
from eih.unfinished import LEFT, unfinished

PIECE = 4096
# Runs eih once per line of standard input, each time in a fork of its own, which kills itself before the
# nth time that it writes, makes, moves or removes something below a folder; answers with its end.
FORKS = """
import json, os, signal, sys
from eih.brain import images, maps, maps_command
from eih.cli import main
from eih.tables import fetch

def kill_at(folder, step):
    seen = 0

    def hook(event, about):
        nonlocal seen
        changes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir")
        changes |= event == "open" and bool((about[2] or 0) & (os.O_WRONLY | os.O_RDWR))
        if changes and str(about[0]).startswith(folder):
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    sys.addaudithook(hook)

for line in sys.stdin:
    folder, step, arguments = json.loads(line)
    os.environ["EIH_CACHE"] = os.path.join(folder, "cache")
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if step is not None:
            kill_at(folder, step)
        os._exit(main(arguments))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Handler(BaseHTTPRequestHandler):
    """Send the file of the server, or the rest of it, piece by piece; wait where the server says so."""

    def do_GET(self):
        """Go on from where the client has come to, if its part is of this file."""
        body, asked = self.server.body, re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked and self.headers.get("If-Range") == '"one"' else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        for at in range(start, len(body), PIECE):
            if at >= self.server.halt_at:
                self.server.halted.set()
                self.server.goes_on.wait()
            self.wfile.write(body[at : at + PIECE])

    def log_message(self, *args):
        """Say nothing."""


class Server(SilentServer):
    """Serve one file; stand still once `halt_at` bytes are sent, until `goes_on` is set."""

    def __init__(self, body):
        super().__init__(Handler)
        self.url += "/file"
        self.body, self.halt_at = body, len(body) + 1
        self.halted, self.goes_on = threading.Event(), threading.Event()


def map_zip(value):
    """Pack maps with values of some noise above one value, which do not pack smaller."""
    values = value + np.random.default_rng(8).uniform(0, 0.5, SHAPE)
    return zip_bytes(dict.fromkeys([one.file for one in maps.MAPS.values()], image_bytes(values)))


def contents(folder):
    """Return what a folder holds, hidden files included; nothing if it is not there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Maps:
    """`eih maps fetch` of a new version, over maps of an earlier one whose record was removed."""

    arguments = ("maps", "fetch", "--to")

    def __init__(self, place, source_text):
        self.body, self.folder = map_zip(2.0), place / "maps"
        with serving(Server(map_zip(1.0))) as server:
            maps.fetch(server.url, self.folder)
        (self.folder / maps.RECORD).unlink()

    def whole(self):
        """Whether what is there is told as usable; it must then be of one version."""
        try:
            found = maps.check(self.folder)
        except DataError:
            return False
        assert len(set(found.largest // 1)) == 1, "maps of two versions are trusted"
        return True

    def is_right(self):
        """Whether the new version is there, with its record."""
        found = maps.check(self.folder)
        return set(found.largest // 1) == {2} and set(found.checksum) == {"as recorded"}


class Table:
    """`eih data fetch` into a folder that is not there yet."""

    arguments = ("data", "fetch", "--to")

    def __init__(self, place, source_text):
        self.body, self.folder = source_text.encode(), place / "tables"

    def whole(self):
        """Whether tables are there: then they are all there, as they should be."""
        there = self.folder.exists()
        assert not there or self.is_right(), "some tables are there and not all"
        return there

    def is_right(self):
        """Whether the tables are those of the project."""
        return all(
            (self.folder / f"{name}.tsv").read_bytes()
            == (data_folder() / f"{name}.tsv").read_bytes()
            for name in TABLES
        )


@pytest.fixture(params=[Maps, Table], ids=["maps", "data"])
def case(request, tmp_path, source_text, monkeypatch):
    """Return a download that is going to be killed."""
    monkeypatch.setenv("EIH_CACHE", str(tmp_path / "cache"))
    return request.param(tmp_path / "place", source_text)


@pytest.mark.fault(
    "reproducibility",
    "`eih maps fetch` and `eih data fetch` killed (SIGKILL) at moments by chance, on a slow line",
    "what was there stays as it was; the next call brings everything",
)
@pytest.mark.parametrize("moment", range(2))
def test_a_killed_download_changes_nothing(case, moment, tmp_path, root):
    """Killed while bytes come, a call leaves the folder as it was; the same call then ends well."""
    before = contents(case.folder)
    command = [sys.executable, "-m", "eih", *case.arguments, str(case.folder)]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    with serving(Server(case.body)) as server:
        server.halt_at = random.Random(moment).randrange(len(case.body))
        started = subprocess.Popen([*command, "--url", server.url], env=environment)
        assert server.halted.wait(60)
        started.kill()
        assert started.wait() == -signal.SIGKILL
        assert contents(case.folder) == before
        server.goes_on.set()
        subprocess.run([*command, "--url", server.url], env=environment, check=True)
    assert case.is_right()


@pytest.fixture(scope="module")
def forks(root):
    """Start the process that runs eih in forks; return a function that gives the end of one."""
    if not hasattr(os, "fork"):
        pytest.skip("This system cannot fork a process.")
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", FORKS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=root,
    ) as process:

        def end(folder, step, *arguments):
            print(json.dumps([str(folder), step, arguments]), file=process.stdin, flush=True)
            return int(process.stdout.readline())

        yield end
        process.stdin.close()


@pytest.mark.fault(
    "reproducibility",
    "the same calls killed before a single step at which they write, move or remove a file: each step in turn",
    "files of two versions, or some of several, are never taken for a whole; the next call brings everything",
)
@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_step_nothing_half_done_is_trusted(case, stride, tmp_path, forks):
    """What is there is told as unusable or is of one version, and the next call brings the new one."""
    place, kept = tmp_path / "place", tmp_path / "kept"
    place.mkdir(exist_ok=True)
    shutil.copytree(place, kept)
    with serving(Server(case.body)) as server:
        call = (*case.arguments, str(case.folder), "--url", server.url)
        for step in count(0, stride):
            end = forks(place, step, *call)
            if end != -signal.SIGKILL:
                break
            if not (case.whole() and case.is_right()):
                assert forks(place, None, *call) == 0
            assert case.is_right(), f"after a kill at step {step}"
            shutil.rmtree(place)
            shutil.copytree(kept, place)
    assert end == 0
    assert step > 10


def test_what_a_killed_call_left_is_removed_later(tmp_path):
    """A folder that nobody has written to for an hour goes; one that is in use stays."""
    for name, age in (("making-old", LEFT + 60), ("making-new", 0), ("other", LEFT + 60)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("half")
        for path in (tmp_path / name / "file", tmp_path / name):
            os.utime(path, (time.time() - age,) * 2)
    with unfinished("making-", tmp_path) as folder:
        there = {path.name for path in tmp_path.iterdir()}
    assert there == {folder.name, "making-new", "other"}
