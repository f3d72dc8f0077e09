"""Builds of a copy of the book, each a process of its own that a test may kill."""

import os
import subprocess
import sys

DATED = {"SOURCE_DATE_EPOCH": "1764000000"}  # as `make book` takes it from the commit


def start_build(folder, *before, **more):
    """Start the build of a copy, by the Python of the tests; ``before`` goes before the command."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.Popen(
        [*map(str, before), sys.executable, "book/build.py"],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(folder / "src"), "EIH_REPOSITORY": "", **DATED, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish_build(process):
    """Wait for a build, which must succeed."""
    told = process.communicate()[0]
    assert process.returncode == 0, told[-3000:]


def built(folder):
    """Return what was built in a copy: content by name."""
    html = folder / "_build" / "html"
    return {
        path.relative_to(html).as_posix(): path.read_bytes()
        for path in sorted(html.rglob("*"))
        if path.is_file()
    }
