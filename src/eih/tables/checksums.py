"""Checksums of the tables in ``data/``: recorded in ``data/SHA256SUMS``, compared at each load.

The record has the form of the program sha256sum, so ``sha256sum -c SHA256SUMS`` checks it without Python. After
a change that is meant, ``python -m eih.tables.checksums`` writes it anew. Stored results are not in it: each
proves itself when it is loaded.
"""

import hashlib
from pathlib import Path

from .schema import DataError

RECORD = "SHA256SUMS"
LISTED = ("*.tsv", "*.json", "reported/*.tsv", "reported/*.json")


def sha256_of_text(path):
    """Return the SHA-256 of a text file, in hexadecimal; Windows line ends count as plain ones."""
    content = Path(path).read_bytes().replace(b"\r\n", b"\n")
    return hashlib.sha256(content).hexdigest()


def read_record(folder):
    """Return name → checksum as recorded in a folder of data.

    Raises
    ------
    DataError
        The record is missing or is not one.
    """
    path = Path(folder) / RECORD
    way_on = f"Restore it with 'git checkout -- data/{RECORD}'."
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {name: checksum for checksum, name in (line.split("  ") for line in lines)}
    except FileNotFoundError:
        raise DataError(f"{path}: the record of checksums is missing. {way_on}") from None
    except (OSError, ValueError):
        raise DataError(f"{path}: cannot be read as a record of checksums. {way_on}") from None


def verify(path, *, required=False):
    """Refuse a file that is not the one recorded in its folder of data, or in the folder above.

    Parameters
    ----------
    path : path
        Such as ``data/trials.tsv`` or ``data/reported/numbers.tsv``.
    required : bool, default False
        Whether a record must be there. Tables in a folder of one's own need none.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    DataError
        The file differs from the recorded one, or is not in the record; with the way to restore it.
    """
    path = Path(path)
    folder = next((one for one in path.parents[:2] if (one / RECORD).is_file()), None)
    if folder is None and not required:
        return path
    folder = folder or path.parent
    name = path.relative_to(folder).as_posix()
    expected = read_record(folder).get(name)
    if expected is None:
        raise DataError(
            f"{folder / RECORD}: has no checksum of {name}. Restore it with 'git checkout -- data/{RECORD}'."
        )
    found = sha256_of_text(path)
    if found != expected:
        raise DataError(
            f"{path}: has changed: its SHA-256 is {found[:12]}…, {RECORD} has {expected[:12]}…. "
            f"{_way_on(name)}"
        )
    return path


def verify_folder(folder):
    """Check every file of a record; return how many there are.

    Raises
    ------
    DataError
        Naming each file that is missing or has changed.
    """
    problems = []
    record = read_record(folder)
    for name in record:
        try:
            verify(Path(folder) / name, required=True)
        except FileNotFoundError:
            problems.append(f"{Path(folder) / name}: is missing. {_way_on(name)}")
        except DataError as error:
            problems.append(str(error))
    if problems:
        raise DataError("\n".join(problems))
    return len(record)


def write_record(folder, names=None):
    """Record the checksums of a folder's tables (or of some of them), and return the path of the record.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "trials.tsv").write_text("rating")
    ...     write_record(folder).read_text().split()[1]
    'trials.tsv'
    """
    folder = Path(folder)
    if names is None:
        found = (path for pattern in LISTED for path in folder.glob(pattern))
        record, names = {}, [path.relative_to(folder).as_posix() for path in found]
    else:
        record = read_record(folder)
    record |= {name: sha256_of_text(folder / name) for name in names}
    text = "".join(f"{record[name]}  {name}\n" for name in sorted(record))
    (folder / RECORD).write_bytes(text.encode("utf-8"))
    return folder / RECORD


def _way_on(name):
    anew = "" if "/" in name else ", or make it anew elsewhere with 'eih data fetch --to DIR'"
    return f"Restore it with 'git checkout -- data/{name}'{anew}."


if __name__ == "__main__":
    from .data import data_folder

    print(write_record(data_folder()))
