"""The lock and what is installed: one environment for the build, Binder and conda, or not."""

import re
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).resolve().parents[2] / "requirements.txt"
# What a venv brings by itself, and the package that is installed from this folder.
BESIDE = {"eih", "pip", "setuptools", "wheel"}


def pins(text):
    """Return the versions that a lock asks for on this machine: name → version."""
    found = {}
    for line in text.splitlines():
        if not re.match(r"[A-Za-z0-9]", line):
            continue
        pin = Requirement(line.split(" \\")[0])
        if pin.marker is None or pin.marker.evaluate():
            found[canonicalize_name(pin.name)] = str(pin.specifier).removeprefix("==")
    return found


def departures(locked):
    """List what is installed in another version than locked, is absent, or is not in the lock."""
    found = []
    for name, wanted in locked.items():
        try:
            have = version(name)
        except PackageNotFoundError:
            have = "absent"
        if have != wanted:
            found.append(f"{name}: {have}, locked {wanted}")
    installed = {canonicalize_name(one.metadata["Name"]) for one in distributions()}
    return found + [f"{name}: not in the lock" for name in sorted(installed - set(locked) - BESIDE)]
