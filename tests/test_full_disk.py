"""A disk that is full: one line says so, what was there stays, and with space the next call is right.

The disk is a small one in memory, mounted in a namespace of the test's own, and made larger afterwards.
"""

import os
import re
import subprocess
import sys

import pytest
from tests.serving import serving
from tests.test_interrupted import Server, contents, map_zip

from eih.brain import maps
from eih.tables.data import data_folder
from eih.tables.schema import TABLES

# Mounts a small disk, fills a folder with what was there before, calls twice: on the small disk and on a
# larger one. Copies what is then in the folder.
TWICE = """
disk=$1 size=$2 before=$3 folder=$4 out=$5
shift 5
mount -t tmpfs -o size="$size" none "$disk"
if [ -n "$before" ]; then cp -r "$before" "$folder"; fi
"$@" >"$out/told" 2>"$out/complaint" && echo 0 >"$out/status" || echo $? >"$out/status"
if [ -e "$folder" ]; then cp -r "$folder" "$out/full"; fi
mount -o remount,size=64m "$disk"
"$@" >"$out/second" 2>&1 || { cat "$out/second" >&2; exit 1; }
cp -r "$folder" "$out/larger"
"""


@pytest.fixture
def disk(tmp_path):
    """Return where the small disk is mounted."""
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


@pytest.fixture
def twice(disk, tmp_path, namespace, root):
    """Return a function that calls eih on a full disk, then on a larger one.

    It returns the complaint, and what was in the folder after the first call and after the second.
    """
    out = tmp_path / "out"
    out.mkdir()

    def call(size, before, folder, cache, *arguments):
        command = [*namespace(TWICE, network=True), disk, int(size), before, folder, out]
        command += [sys.executable, "-m", "eih", *arguments, "--to", folder]
        environment = {"PYTHONPATH": str(root / "src"), "EIH_CACHE": str(cache)}
        done = subprocess.run(
            list(map(str, command)),
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        complaint = (out / "complaint").read_text(encoding="utf-8")
        assert (out / "status").read_text() == "1\n", complaint
        assert complaint.count("\n") == 1, complaint
        assert "No space left on device" in complaint
        assert "download-" not in complaint  # a folder that is gone by then
        return complaint, out / "full", out / "larger"

    return call


@pytest.fixture(scope="module")
def new():
    """Pack a new version of the maps."""
    return map_zip(2.0)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """Return a folder with an earlier version of the maps, without the record that would refuse a new one."""
    folder = tmp_path_factory.mktemp("earlier")
    with serving(Server(map_zip(1.0))) as server:
        maps.fetch(server.url, folder)
    (folder / maps.RECORD).unlink()
    return folder


@pytest.mark.fault(
    "reproducibility",
    "a disk that is full while maps are downloaded, unpacked or put in place",
    "one line says so and the earlier maps stay whole; with space the next call brings the new ones",
)
@pytest.mark.parametrize("moment", ["download", "unpack", "put in place"])
def test_maps_on_a_full_disk_stay_as_they_were(moment, twice, disk, earlier, new, tmp_path):
    """Whichever disk is full, and whenever: the maps are the earlier ones, then all of the new ones."""
    folder, cache = tmp_path / "maps", disk
    unpacked = sum(len(one) for one in contents(earlier).values())
    size = len(new) / 2 if moment == "download" else len(new) + unpacked / 2
    if moment == "put in place":
        folder, cache, size = disk / "maps", tmp_path / "cache", unpacked * 1.5
    with serving(Server(new)) as server:
        complaint, full, larger = twice(
            size, earlier, folder, cache, "maps", "fetch", "--url", server.url
        )
    assert str(disk) in complaint
    assert contents(full) == contents(earlier)
    found = maps.check(larger)
    assert set(found.largest // 1) == {2}
    assert set(found.checksum) == {"as recorded"}


@pytest.mark.fault(
    "reproducibility",
    "a disk that is full while the authors' table is downloaded or our tables are made from it",
    "one line says so and no table is there; with space the next call makes them all",
)
@pytest.mark.parametrize("moment", ["download", "make"])
def test_tables_on_a_full_disk_are_all_there_or_none(moment, twice, disk, source_text, tmp_path):
    """A folder of tables appears when all of them are written."""
    folder, cache = (tmp_path, disk) if moment == "download" else (disk, tmp_path)
    body = source_text.encode()
    with serving(Server(body)) as server:
        call = ("data", "fetch", "--url", server.url)
        complaint, full, larger = twice(100_000, "", folder / "tables", cache / "cache", *call)
    assert str(disk) in complaint
    assert not full.exists()
    for table in TABLES:
        name = f"{table}.tsv"
        assert (larger / name).read_bytes() == (data_folder() / name).read_bytes()


@pytest.mark.fault(
    "machine", "the output goes to a disk that is full", "one line says so, exit status 1"
)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="This system has no /dev/full.")
def test_an_output_that_cannot_be_written_is_told(root):
    """A ledger that does not fit on the disk is no success."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "eih", "ledger", "--section", "digest", "--format", "tsv"],
            env={**os.environ, "PYTHONPATH": str(root / "src")},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (done.returncode, done.stderr) == (1, "eih: cannot write: No space left on device.\n")


# Sets up the project on a small disk; there is no network, which the set-up does not come to need.
SET_UP = """
disk=$1 python=$2
mount -t tmpfs -o size=6m none "$disk"
cp bootstrap.py pyproject.toml requirements.txt "$disk"
cd "$disk"
"$python" bootstrap.py && exit 9
test ! -e .venv/ready.json
"""


@pytest.mark.fault(
    "reproducibility",
    "a disk that is full while packages are installed",
    "one line says so, and nothing tells that the set-up is complete",
)
def test_a_set_up_on_a_full_disk_is_told(disk, namespace, root):
    """The line has what was done and the system's own word; the stamp of a complete set-up is not there."""
    command = [*namespace(SET_UP), disk, getattr(sys, "_base_executable", sys.executable)]
    done = subprocess.run(list(map(str, command)), cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1
    assert re.match(r"Installing pip failed: .*No space left on device", done.stderr)
