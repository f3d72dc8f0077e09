"""Other versions of Python and of the packages give the same ledger, and pass the tests of the package.

The environments are made by the set-up that the README names, or by uv; they need the package index. The
tests of the package take some ten minutes in each.
"""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from eih.paper import comparison

# The book, its chapters and what is tried for hours are those of this Python.
PACKAGE = "not (pages or notebooks or jupyterlab or long or mutations)"
NOT_THE_LOCK = "tests/test_environment.py::test_what_is_installed_is_what_is_locked"


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
    """Return a ledger with its recomputed numbers as the page shows them."""
    numbers = pd.to_numeric(table.recomputed, errors="coerce")
    texts = [
        comparison.shown(number, printed)
        for number, printed in zip(numbers, table.printed, strict=True)
    ]
    return table.assign(recomputed=texts)


def run_tests(python, root, *options):
    """Run the tests of the package with another Python, which must pass them."""
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", PACKAGE, *options],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]


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


@pytest.fixture(scope="module")
def set_up(tmp_path_factory, copy_project):
    """Return a function: a copy of the project, set up as the README says by a version of Python."""

    @functools.cache
    def make(version):
        python = python_of(version)
        if not python:
            pytest.skip(f"There is no Python {version} here.")
        copy = copy_project(tmp_path_factory.mktemp("project") / "copy")
        done = subprocess.run([python, "bootstrap.py"], cwd=copy, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr  # no network: the message says so
        return copy, str(copy / ".venv" / "bin" / "python")

    return make


@pytest.fixture(scope="module")
def resolved(tmp_path_factory, root):
    """Return a function: a Python with the oldest or the newest packages that pyproject.toml allows."""
    uv = [sys.executable, "-m", "uv"]

    @functools.cache
    def make(resolution):
        folder = tmp_path_factory.mktemp(resolution) / "venv"
        subprocess.run([*uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
        python = str(folder / "bin" / "python")
        install = [*uv, "pip", "install", "-q", "--python", python]
        packages = ["--all-extras", "--resolution", resolution, "-r", str(root / "pyproject.toml")]
        ours = ["--no-deps", "--no-build-isolation", "-e", str(root)]
        for arguments in (packages, ours):
            done = subprocess.run(
                [*install, *arguments], cwd=folder, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
        return python

    return make


@pytest.mark.long
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
@pytest.mark.fault(
    "environment",
    "Python 3.11, 3.12 and 3.13, set up from nothing by the lock with its hashes",
    "the same ledger, to the last shown digit",
)
def test_the_lock_serves_each_python(version, ours, set_up, tmp_path):
    """A copy of the project is set up as the README says, and computes the same ledger."""
    copy, python = set_up(version)
    pd.testing.assert_frame_equal(shown(ledger(python, copy / "src", tmp_path)), ours)


@pytest.mark.long
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
@pytest.mark.fault(
    "environment",
    "the same, to run the tests of the package",
    "all pass",
)
def test_each_python_passes_the_tests(version, set_up, root):
    """What is tested with this Python holds with the others."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        pytest.skip("This very Python runs the tests.")
    run_tests(set_up(version)[1], root)


@pytest.mark.long
@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
@pytest.mark.fault(
    "environment",
    "the oldest and the newest versions of the packages that pyproject.toml allows",
    "the same ledger, to the last shown digit",
)
def test_oldest_and_newest_packages_give_the_same_ledger(
    resolution, ours, resolved, root, tmp_path
):
    """Each bound in pyproject.toml is one that works."""
    pd.testing.assert_frame_equal(shown(ledger(resolved(resolution), root / "src", tmp_path)), ours)


@pytest.mark.long
@pytest.mark.fault(
    "environment",
    "the newest versions of the packages, to run the tests of the package",
    "all pass but the one that asks for the lock",
)
def test_the_newest_packages_pass_the_tests(resolved, root):
    """What the lock is to become at its next renewal works already."""
    run_tests(resolved("highest"), root, "--deselect", NOT_THE_LOCK)
