"""Make .venv ready: the locked packages, and eih itself. Called by every make target.

A second call finds it ready and returns at once. Standard library only, and no syntax newer
than an old Python reads, so that an old Python can say what is wrong.
"""

from __future__ import print_function

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
NEEDED = (3, 11)
# What would send pip or Python to another place than this .venv.
MISLEADING = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")


class Stop(Exception):
    """Something is missing: its message is the one line to print."""


def python_problem(version, path):
    """Say in one line why this Python cannot be used; empty if it can."""
    if tuple(version[:2]) >= NEEDED:
        return ""
    return (
        "Python {0}.{1} or newer is needed, this is {2} ({3}). "
        "Install it or call: make book PYTHON=/path/to/python3.12"
    ).format(NEEDED[0], NEEDED[1], ".".join(str(part) for part in version[:3]), path)


def digest(*paths):
    """Return one checksum over the contents of files."""
    total = hashlib.sha256()
    for path in paths:
        with io.open(path, "rb") as file:
            total.update(hashlib.sha256(file.read()).digest())
    return total.hexdigest()


def wanted_stamp(root, version):
    """Return what .venv must have been made from: a stamp that differs means work to do."""
    return {
        "place": root,
        "python": "{0}.{1}".format(*version[:2]),
        "lock": digest(os.path.join(root, "requirements.txt")),
        "package": digest(os.path.join(root, "pyproject.toml")),
    }


def read_stamp(path):
    """Return the stamp of the last complete set-up, or an empty one."""
    try:
        with io.open(path, encoding="utf-8") as file:
            stamp = json.load(file)
    except (OSError, IOError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def steps_needed(stamp, wanted, too_old=False):
    """Return which of "packages" and "eih" are to be installed, given the last stamp.

    A .venv that is ready is used even when the Python that asks is too old to make one.
    """
    compared = ("place", "lock") if too_old else ("place", "lock", "python")
    if any(stamp.get(key) != wanted[key] for key in compared):
        return ["packages", "eih"]
    return [] if stamp.get("package") == wanted["package"] else ["eih"]


def venv_python(root):
    """Return the path of the Python inside .venv."""
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(root, ".venv", *inside)


def run(command, log, doing):
    """Run a command, its output into the log; stop with its last error in one line."""
    environment = {k: v for k, v in os.environ.items() if k not in MISLEADING}
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    with io.open(log, "ab") as file:
        code = subprocess.call(
            command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    if code == 0:
        return
    with io.open(log, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")] or lines
    offline = any("connection" in line.lower() or "resolv" in line.lower() for line in lines)
    raise Stop(
        "{0} failed: {1}{2} The whole log is in {3}; call again once that is mended.".format(
            doing,
            (errors[-1] if errors else "no message").rstrip(".") + ".",
            " Is there a connection to the package index?" if offline else "",
            os.path.relpath(log, ROOT),
        )
    )


def make_venv(folder):
    """Make a fresh .venv, whatever is there now."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        raise Stop(
            "Python's venv module is not complete ({0}). Install it "
            "(Debian, Ubuntu: apt install python{1}.{2}-venv) or call: "
            "make book PYTHON=/path/to/another/python".format(sys.executable, *sys.version_info[:2])
        )
    try:
        if os.path.isdir(folder) and not os.path.islink(folder):
            shutil.rmtree(folder)
        elif os.path.lexists(folder):
            os.remove(folder)
        venv.EnvBuilder(symlinks=os.name != "nt").create(folder)
    except OSError as error:
        raise Stop(
            "The folder .venv cannot be made anew: {0}. "
            "Allow writing in {1} and close programs that use .venv.".format(error, ROOT)
        )


def set_up(root):
    """Bring .venv to the state that the lock and pyproject.toml describe."""
    stamp_path = os.path.join(root, ".venv", "ready.json")
    python = venv_python(root)
    problem = python_problem(sys.version_info, sys.executable)
    try:
        wanted = wanted_stamp(root, sys.version_info)
    except (OSError, IOError) as error:
        raise Stop("{0}: a file of the project is missing; get the whole tree again.".format(error))
    stamp = read_stamp(stamp_path) if os.path.exists(python) else {}
    steps = steps_needed(stamp, wanted, bool(problem))
    if not steps:
        return
    if problem:
        raise Stop(problem)
    if os.path.exists(stamp_path):
        os.remove(stamp_path)
    log = os.path.join(root, ".venv", "install.log")
    if "packages" in steps:
        make_venv(os.path.join(root, ".venv"))
        print("Making .venv and installing the locked packages (once, some minutes) ...")
        sys.stdout.flush()
        run([python, "-I", "-m", "ensurepip", "--default-pip"], log, "Installing pip")
    pip = [python, "-I", "-m", "pip", "install", "--no-input", "--progress-bar=off"]
    if "packages" in steps:
        lock = ["--require-hashes", "--no-deps", "-r", "requirements.txt"]
        run(pip + lock, log, "Installing the locked packages")
    eih = ["--no-deps", "--no-build-isolation", "--no-index", "-e", "."]
    run(pip + eih, log, "Installing eih")
    with io.open(stamp_path + ".part", "w", encoding="utf-8") as file:
        file.write(json.dumps(wanted, indent=1))
    os.replace(stamp_path + ".part", stamp_path)
    print("Ready.")


def main():
    try:
        set_up(ROOT)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the next call starts the set-up anew.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
