"""The set-up says what is wrong in one line, and does only what is needed."""

import ast
import sys

import bootstrap
import pytest

WANTED = {"place": "here", "python": "3.11", "lock": "a", "package": "b"}


@pytest.mark.fault("machine", "a Python that is too old", "one line says what to do")
def test_an_old_python_is_told_what_to_do():
    """The line names the version needed, the version found, its path and the way on."""
    line = bootstrap.python_problem((3, 8, 1, "final", 0), "some/python3")
    assert line == (
        "Python 3.11 or newer is needed, this is 3.8.1 (some/python3). "
        "Install it or call: make book PYTHON=/path/to/python3.12"
    )


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (4, 0, 0)])
def test_a_new_enough_python_is_no_problem(version):
    """Python 3.11 and everything after it can be used."""
    assert bootstrap.python_problem(version, "python") == ""


def test_an_old_python_can_read_the_file(root):
    """The file has no syntax newer than Python 3.6."""
    ast.parse((root / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("changed", "steps"),
    [
        ({}, []),
        ({"package": "other"}, ["eih"]),
        ({"lock": "other"}, ["packages", "eih"]),
        ({"place": "moved"}, ["packages", "eih"]),
        ({"python": "3.12"}, ["packages", "eih"]),
    ],
    ids=["ready", "package", "lock", "moved", "python"],
)
def test_only_what_changed_is_installed(changed, steps):
    """A stamp that fits means no work, and one that differs means just the work it calls for."""
    assert bootstrap.steps_needed({**WANTED, **changed}, WANTED) == steps


@pytest.mark.fault("reproducibility", "a set-up that was interrupted", "the next one starts anew")
def test_an_interrupted_set_up_is_started_anew():
    """Without a stamp everything is installed, for the stamp is written last."""
    assert bootstrap.steps_needed({}, WANTED) == ["packages", "eih"]


def test_an_old_python_may_use_a_venv_that_is_ready():
    """A .venv made by a newer Python serves a call by an older one."""
    assert bootstrap.steps_needed(WANTED, {**WANTED, "python": "3.8"}, too_old=True) == []


@pytest.mark.fault(
    "reproducibility",
    "a damaged note of what is installed",
    "everything is installed anew",
)
@pytest.mark.parametrize("content", ["", "{", "[1]", "null"])
def test_a_broken_stamp_is_no_stamp(tmp_path, content):
    """A stamp that cannot be read counts as none."""
    path = tmp_path / "ready.json"
    path.write_text(content)
    assert bootstrap.read_stamp(path) == {}


def test_the_stamp_follows_the_files(tmp_path):
    """Changing the lock or pyproject.toml changes its own part of the stamp and no other."""
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text("before")
    before = bootstrap.wanted_stamp(str(tmp_path), (3, 11, 7))
    (tmp_path / "requirements.txt").write_text("after")
    after = bootstrap.wanted_stamp(str(tmp_path), (3, 11, 9))
    assert {key for key in before if before[key] != after[key]} == {"lock"}


def test_a_failed_command_ends_in_its_last_error(tmp_path):
    """The line has what was done, the command's own error and the place of the log."""
    log = tmp_path / "install.log"
    script = "print('ERROR: first'); print('ERROR: no disk'); exit(1)"
    with pytest.raises(bootstrap.Stop, match=r"^Installing failed: ERROR: no disk\..*install\.log"):
        bootstrap.run([sys.executable, "-c", script], str(log), "Installing")
