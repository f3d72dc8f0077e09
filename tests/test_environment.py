"""Build, Binder and conda use one environment: that of the lock."""

import os
import re
import shutil
import subprocess
import tomllib

import environment
import pytest
import yaml
from packaging.specifiers import SpecifierSet


@pytest.fixture(scope="module")
def conda(root):
    """Read environment.yml."""
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


def test_what_is_installed_is_what_is_locked():
    """Every package of this Python has the locked version, and none is beside the lock."""
    locked = environment.pins(environment.LOCK.read_text(encoding="utf-8"))
    assert environment.departures(locked) == [], "Call: make setup, after removing .venv"


def test_conda_and_binder_install_the_whole_lock(root, conda):
    """The one pip entry of environment.yml names the file that the build installs from."""
    entries = conda["dependencies"][-1]["pip"]
    assert entries == [f"-r {environment.LOCK.name}"]
    assert f'"{environment.LOCK.name}"' in (root / "bootstrap.py").read_text(encoding="utf-8")


def test_conda_and_binder_use_a_python_that_the_lock_was_made_for(root, conda):
    """Python of environment.yml, of `make lock` and the oldest that pyproject.toml allows agree."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = conda["dependencies"][0].removeprefix("python=")
    made_for = re.search(r"--python-version (\S+)", (root / "Makefile").read_text())[1]
    assert SpecifierSet(project["requires-python"]).contains(ours)
    assert ours == made_for


def test_postbuild_may_be_run(root):
    """Binder calls postBuild as a program."""
    assert os.access(root / "postBuild", os.X_OK) or os.name == "nt"


def test_a_lock_is_read_for_this_machine():
    """Of entries with a condition, those that hold here count; comments and hashes do not."""
    text = (
        "# comment\n"
        "Some_Name==1.2 \\\n    --hash=sha256:00\n"
        "old==1 ; python_full_version < '3' \\\n    --hash=sha256:00\n"
    )
    assert environment.pins(text) == {"some-name": "1.2"}


@pytest.mark.fault(
    "environment",
    "a package in another version, absent, or beside the lock",
    "each is named",
)
def test_a_package_of_another_version_is_noticed():
    """A wrong version, an absent package and one beside the lock are each named."""
    locked = environment.pins(environment.LOCK.read_text(encoding="utf-8"))
    bent = {**locked, "numpy": "0.1", "no-such-package": "1"}
    del bent["scipy"]
    found = set(environment.departures(bent)) - set(environment.departures(locked))
    assert {line.split(":")[0] for line in found} == {"numpy", "no-such-package", "scipy"}


def test_repo2docker_accepts_the_repository(root, need):
    """Binder's builder reads environment.yml and postBuild, and writes its recipe (nothing is built)."""
    program = shutil.which("jupyter-repo2docker")
    need("repo2docker", program, "Install it: pip install jupyter-repo2docker (beside .venv).")
    done = subprocess.run(
        [program, "--no-build", "--debug", str(root)], capture_output=True, text=True
    )
    recipe = done.stdout + done.stderr
    assert done.returncode == 0, recipe[-2000:]
    assert "environment.yml" in recipe
    assert "RUN ./postBuild" in recipe
    assert "3.11" in recipe
