"""Other versions of Python and of the packages give the same ledger.

The environments are made by the set-up that the README names, or by uv; they need the package index.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest


def ledger(python, source, folder):
    """Return the ledger as another Python computes it from the sources of a project."""
    done = subprocess.run(
        [python, "-m", "eih", "ledger", "--format", "tsv"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(source), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (folder / "ledger.tsv").write_text(done.stdout, encoding="utf-8")
    return pd.read_csv(folder / "ledger.tsv", sep="\t", keep_default_na=False, dtype=str)


def shown(table):
    """Return a ledger as a page shows it: recomputed numbers to six digits."""
    numbers = pd.to_numeric(table.recomputed, errors="coerce")
    rounded = numbers.map("{:.6g}".format).where(numbers.notna(), table.recomputed)
    return table.assign(recomputed=rounded)


def python_of(version):
    """Return a Python of this version on this machine, on the path or of pyenv; None if there is none."""
    places = [shutil.which(f"python{version}")]
    places += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for place in filter(None, places):
        if subprocess.run([place, "-c", ""], capture_output=True).returncode == 0:
            return str(place)
    return None


@pytest.fixture(scope="module")
def ours(root, tmp_path_factory):
    """Return the ledger of this Python."""
    return shown(ledger(sys.executable, root / "src", tmp_path_factory.mktemp("ours")))


@pytest.mark.long
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
@pytest.mark.fault(
    "environment",
    "Python 3.11, 3.12 and 3.13, set up from nothing by the lock with its hashes",
    "the same ledger, to the last shown digit",
)
def test_the_lock_serves_each_python(version, ours, tmp_path, copy_project):
    """A copy of the project is set up as the README says, and computes the same ledger."""
    python = python_of(version)
    if not python:
        pytest.skip(f"There is no Python {version} here.")
    copy = copy_project(tmp_path / "copy")
    done = subprocess.run(
        [python, "bootstrap.py"], cwd=copy, capture_output=True, text=True
    )  # no network: the message says so
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(
        shown(ledger(str(copy / ".venv/bin/python"), copy / "src", tmp_path)), ours
    )


@pytest.mark.long
@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
@pytest.mark.fault(
    "environment",
    "the oldest and the newest versions of the packages that pyproject.toml allows",
    "the same ledger, to the last shown digit",
)
def test_oldest_and_newest_packages_give_the_same_ledger(resolution, ours, root, tmp_path):
    """Each bound in pyproject.toml is one that works."""
    uv = [sys.executable, "-m", "uv"]
    folder = tmp_path / "venv"
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    done = subprocess.run(
        [*uv, "pip", "install", "-q", "--python", str(folder / "bin" / "python")]
        + ["--resolution", resolution, "-r", str(root / "pyproject.toml")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(
        shown(ledger(str(folder / "bin" / "python"), root / "src", tmp_path)), ours
    )
