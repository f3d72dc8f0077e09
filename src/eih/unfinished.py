"""A folder of its own for what is not finished, so that no one takes it for the thing itself."""

import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

LEFT = 3600  # seconds without a change, after which such a folder was left by a call that is dead


@contextmanager
def unfinished(prefix, parent=None):
    """Make a folder that is removed at the end of the ``with`` block.

    A call that is killed (SIGKILL, no power) leaves its folder behind; the next call removes those that
    nobody has written to for an hour.

    Parameters
    ----------
    prefix : str
        How its name begins.
    parent : path, optional
        Where to make it. Default: the system's place for such folders, which the system tidies itself.

    Yields
    ------
    Path

    Examples
    --------
    >>> with unfinished("baking-") as folder:
    ...     (folder / "cake").touch()
    >>> folder.exists()
    False
    """
    if parent is not None:
        for folder in Path(parent).glob(f"{prefix}*"):
            if folder.is_dir() and time.time() - _last_change(folder) > LEFT:
                shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as folder:
        yield Path(folder)


def _last_change(folder):
    """Return when something in a folder was last written; another call may be removing it just now."""
    try:
        return max(path.stat().st_mtime for path in [folder, *folder.rglob("*")])
    except OSError:
        return time.time()
