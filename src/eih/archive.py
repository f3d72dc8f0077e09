"""Take named files out of a zip that comes from elsewhere, trusting nothing that it says of itself."""

import re
import shutil
import stat
import zipfile
import zlib
from pathlib import Path

from .tables.schema import DataError

MAX_MEMBERS = 2_000
MAX_SIZE = 256_000_000  # bytes of one member; a 1 mm map in double precision has 58 million
MAX_TOTAL = 1_000_000_000  # bytes of all members together
# Zeros outside a mask shrink a thousandfold, so that the ratio tells a bomb only where much comes out.
MAX_RATIO, RATIO_FROM = 100, 64_000_000
PIECE = 1 << 20  # bytes

_PK = b"PK\x03\x04"
_UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error)


def extract(archive, names, folder, *, optional=()):
    """Copy files out of a zip, found by name wherever they sit in it.

    Parameters
    ----------
    archive : path
        The zip.
    names : iterable of str
        File names, without folders, all of which must be there.
    folder : path
        Where to put them, side by side. It should be empty: what was written before a failure stays.
    optional : iterable of str
        More names, taken where they are there.

    Returns
    -------
    list of Path
        The files, in the order of `names`, then `optional`.

    Raises
    ------
    DataError
        It is no zip (a web page, say) or cut off; a member would leave the folder; it unpacks to more
        than allowed; a name is missing or stands twice; a member is damaged or encrypted.
    """
    archive, folder = Path(archive), Path(folder)
    check_is_zip(archive)
    names, optional = list(names), list(optional)
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            _check_members(members)
            found = _find(members, names, optional)
            return [_copy(opened, member, folder / name) for name, member in found.items()]
    except _UNREADABLE as error:
        raise DataError(f"The zip is damaged ({error}). Download it anew.") from None
    except OSError as error:
        raise DataError(f"{folder}: cannot be written ({error.strerror}).") from None


def check_is_zip(archive):
    """Say what a file is that is no zip.

    Raises
    ------
    DataError
        It is empty, cut off, a web page, or something else.
    """
    if zipfile.is_zipfile(archive):
        return
    with open(archive, "rb") as file:
        start = file.read(512)
    if not start:
        what = "The file that came is empty."
    elif start.startswith(_PK):
        what = (
            "The zip is cut off: its end, with the list of members, is missing. Download it anew."
        )
    elif re.search(rb"<(!doctype\s+html|html|head|body)", start, re.IGNORECASE):
        what = "A web page came instead of a zip. Is the address that of the file itself?"
    elif start.startswith(b"version https://git-lfs"):
        what = "A Git LFS pointer came instead of the zip. Use the address of the file's content."
    else:
        what = f"What came is no zip: it begins with {start[:16]!r}."
    raise DataError(what)


def _check_members(members):
    """Refuse a zip by its table of contents, before anything is unpacked."""
    if len(members) > MAX_MEMBERS:
        raise DataError(
            f"The zip has {len(members):,} members; at most {MAX_MEMBERS:,} are allowed."
        )
    for member in members:
        name = member.orig_filename
        parts = re.split(r"[/\\]", name)
        if ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in name:
            raise DataError(
                f"The zip has a member named {name!r}, which points outside its folder. "
                "Such a file is not to be trusted; nothing was unpacked."
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"The zip has a link, {name!r}. Only plain files are unpacked.")
        if member.flag_bits & 1:
            raise DataError(f"The zip's member {name!r} is encrypted.")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError(f"The zip's member {name!r} is packed in an unusual way.")
        _check_size(member)
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL:
        raise DataError(
            f"The zip unpacks to {total / 1e6:,.0f} MB; at most {MAX_TOTAL / 1e6:,.0f} are allowed."
        )


def _check_size(member):
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > MAX_SIZE:
        raise DataError(
            f"The zip's member {member.orig_filename!r} unpacks to {member.file_size / 1e6:,.0f} MB; "
            f"at most {MAX_SIZE / 1e6:,.0f} are allowed."
        )
    if member.file_size > RATIO_FROM and ratio > MAX_RATIO:
        raise DataError(
            f"The zip's member {member.orig_filename!r} unpacks to {ratio:,.0f} times its size, as a "
            f"zip bomb does; at most {MAX_RATIO} times is allowed for a file this large."
        )


def _find(members, names, optional):
    """Return name → member; a name that stands twice must mean the same content."""
    by_name = {}
    for member in members:
        if not member.is_dir():
            by_name.setdefault(re.split(r"[/\\]", member.filename)[-1], []).append(member)
    missing = [name for name in names if name not in by_name]
    if missing:
        others = ", ".join(sorted(by_name)[:8]) or "nothing"
        raise DataError(f"The zip lacks {', '.join(missing)}. It has {others}.")
    found = {}
    for name in [*names, *(name for name in optional if name in by_name)]:
        if len({(member.CRC, member.file_size) for member in by_name[name]}) > 1:
            places = ", ".join(member.filename for member in by_name[name])
            raise DataError(f"The zip has {name} more than once, with other content: {places}.")
        found[name] = by_name[name][0]
    return found


def _copy(opened, member, path):
    """Unpack one member; its real size counts, whatever the table of contents said."""
    try:
        with opened.open(member) as source, open(path, "wb") as target:
            # Reading ends at the size told; a member that says less than it holds fails its checksum.
            shutil.copyfileobj(source, target, PIECE)
    except _UNREADABLE as error:
        raise DataError(
            f"The zip's member {member.filename!r} is damaged ({error}). Download it anew."
        ) from None
    return path
