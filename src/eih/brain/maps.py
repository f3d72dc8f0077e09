"""The published group maps: fetch them, check them, load them.

They are not part of this repository: ``eih maps fetch`` downloads them from the authors' repository into
``data/maps/``. Chapters show them where they are there, and the reported peaks where not.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..archive import check_is_zip, extract
from ..download import downloaded, shown
from ..paper.printed import reported_peaks
from ..tables.data import data_folder
from ..tables.schema import DataError
from ..unfinished import unfinished
from .images import header_facts, read_image

COMMIT = "aa3e235468ae8ffa5146b711e08f764520989816"
URL = f"https://github.com/jannenold/peep_analyses_mri_behavioural/raw/{COMMIT}/datasets_elife.zip"
RECORD = "fetched.json"


@dataclass(frozen=True)
class PublishedFile:
    """One file of ``datasets_elife.zip``: its name there, what it shows, which reported peaks are in it."""

    file: str
    shows: str
    figure: str = ""
    peaks: tuple = ()


#: The images of ``datasets_elife.zip`` by short name, with the file names as published (one is misspelt).
MAPS = {
    "figure_2": PublishedFile(
        "elife_figure_2_con_img_unocrrected.nii",
        "heat 70 > 50 > 30 under saline",
        "2",
        ("r024", "r025", "r026"),
    ),
    "figure_5": PublishedFile(
        "elife_figure_5_con_img_uncorrected.nii",
        "interaction of stimulus intensity and drug, heat",
        "5",
        ("r065",),
    ),
    "figure_7": PublishedFile(
        "elife_figure_7_con_img_uncorrected.nii",
        "high > low exercise under saline, heat, with FTP/kg as covariate",
        "7",
        ("r095",),
    ),
    "figure_8": PublishedFile(
        "elife_figure_8_con_img_uncorrected.nii",
        "males against females, interaction of exercise and drug, heat, with FTP/kg as covariate",
        "8",
        ("r106",),
    ),
    "mask": PublishedFile("elife_s_svc_mask.nii", "the volume of the small-volume correction"),
}
#: The behavioural table of the same zip: taken along where it is there, neither needed nor read here.
TABLE = "elife_behavioural_complete_data_clean.txt"


def maps_folder():
    """Return the folder of the published maps, ``data/maps/``, whether it exists or not."""
    return data_folder() / "maps"


def fetch(url=None, folder=None, progress=None):
    """Download the published maps, check them, and put them in place.

    Nothing in the folder changes until everything has arrived, is the file it should be, and every image
    can be used. The checksum of the first download is written down beside the maps (``fetched.json``);
    from then on only that very file is accepted.

    Parameters
    ----------
    url : str, optional
        Where ``datasets_elife.zip`` is. Default: the authors' repository, at the commit of the article.
    folder : path, optional
        Default: ``data/maps/``.
    progress : callable, optional
        Called with the bytes that have come and the bytes expected (None where unknown).

    Returns
    -------
    pandas.DataFrame
        As from :func:`check`.

    Raises
    ------
    DataError
        The download failed, the zip or an image in it is not usable, or it is another file than the
        first time. What was in the folder before is still there.
    """
    url, folder = url or URL, Path(folder or maps_folder())
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: is a file; a folder for the maps is needed.")
    try:
        return _fetch(url, folder, progress, resume=True)
    except _Damaged:  # of two transfers whose parts may not fit: once more from the start
        return _fetch(url, folder, progress, resume=False)


class _Damaged(DataError):
    """The file came in two parts and is not usable."""


def _fetch(url, folder, progress, resume):
    recorded = _read_record(folder)
    kept = f" The maps in {folder} stay as they were." if here(folder) else ""
    with downloaded(url, resume=resume, progress=progress) as came:
        unpacked = came.path.with_name("unpacked")
        try:
            check_is_zip(came.path)  # a web page is not called another version of the file
            if recorded and came.sha256 != recorded["sha256"]:
                raise DataError(
                    f"the file has changed: its SHA-256 is {came.sha256[:12]}…, "
                    f"{folder / RECORD} has {recorded['sha256'][:12]}…. If the new one is right, "
                    f"remove {RECORD} and fetch again."
                )
            # unpacked and looked at beside the download; the folder sees only what is good
            unpacked.mkdir()
            names = [published.file for published in MAPS.values()]
            files = extract(came.path, names, unpacked, optional=[TABLE])
            check(unpacked, against_record=False)
            _write_record(unpacked / RECORD, url, came, files)
        except DataError as error:
            reason = str(error).replace(f"{unpacked}{os.sep}", "")
            reason = reason.replace(str(unpacked), str(unpacked.parent.parent))
            kind = _Damaged if came.resumed else DataError
            raise kind(f"{shown(url)}: {reason}{kept}") from None
        except OSError as error:
            place = unpacked.parent.parent
            raise DataError(f"{place}: cannot be written ({error.strerror}).{kept}") from None
        # The record first: if we are killed between two files, the others do not fit it, which is noticed.
        _put_in_place([unpacked / RECORD, *files], folder)
    return check(folder)


def _put_in_place(files, folder):
    """Replace files in a folder; if one cannot be, all are again as they were."""
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with unfinished(".fetching-", folder) as beside:
            _swap(files, folder, beside)
    except OSError as error:
        for place in made:
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()
        raise DataError(f"{folder}: the maps cannot be written there ({error.strerror}).") from None


def _swap(files, folder, beside):
    """Copy beside first, so that each file then changes in one step; undo the steps if one fails."""
    new, earlier = beside / "new", beside / "earlier"
    new.mkdir()
    earlier.mkdir()
    names = [file.name for file in files]
    for file in files:
        shutil.copyfile(file, new / file.name)
        if (folder / file.name).exists():
            shutil.copyfile(folder / file.name, earlier / file.name)
    try:
        for name in names:
            os.replace(new / name, folder / name)
    except OSError:
        for name in names:
            if (earlier / name).exists():
                os.replace(earlier / name, folder / name)
            elif not (new / name).exists():
                (folder / name).unlink(missing_ok=True)
        raise


def here(folder=None):
    """Tell whether all published maps are in a folder (default ``data/maps/``), without reading them.

    Examples
    --------
    >>> here("no/such/folder")
    False
    """
    folder = Path(folder or maps_folder())
    return all((folder / published.file).is_file() for published in MAPS.values())


def check(folder=None, *, against_record=True):
    """Check every map of a folder: usable as an image, and unchanged since it was fetched.

    Maps that were put there by hand are fine; they have no checksum to keep to.

    Parameters
    ----------
    folder : path, optional
        Default: ``data/maps/``.
    against_record : bool, default True
        Compare with the checksums recorded beside the maps, where there are any.

    Returns
    -------
    pandas.DataFrame
        A row per image: ``name, file, shape, voxel_mm, voxels`` (with a value other than zero),
        ``smallest, largest`` (of these values), ``statistic, df, threshold`` (as the header says them, or
        missing) and ``checksum`` (``as recorded``, ``none recorded``).

    Raises
    ------
    DataError
        Naming every file that is missing, changed or not usable, and why.
    """
    folder = Path(folder or maps_folder())
    if not any((folder / published.file).exists() for published in MAPS.values()):
        raise DataError(f"{folder}: no maps there. {_way_to_get_them()}")
    record = _read_record(folder) if against_record else None
    peaks, rows, complaints = _peak_places(), [], []
    for name, published in MAPS.items():
        try:
            image, checksum = _checked(folder / published.file, record, peaks)
            about = {"name": name, "file": published.file}
            rows.append(about | _facts(image) | {"checksum": checksum})
        except DataError as error:
            complaints.append(str(error))
    if complaints:
        raise DataError("; ".join(complaint.rstrip(".") for complaint in complaints) + ".")
    return pd.DataFrame(rows)


def load(name, folder=None):
    """Load a published map.

    Parameters
    ----------
    name : str
        ``"figure_2"``, ``"figure_5"``, ``"figure_7"``, ``"figure_8"`` or ``"mask"``; also the file name.
    folder : path, optional
        Default: ``data/maps/``.

    Returns
    -------
    nibabel.Nifti1Image
        In MNI space; voxels outside the mask are missing (NaN) or zero, as the authors left them.

    Raises
    ------
    DataError
        The map is not there, has changed since it was fetched, or is not usable.
    ValueError
        There is no map of that name.
    """
    by_file = {published.file: short for short, published in MAPS.items()}
    published = MAPS.get(by_file.get(name, name))
    if published is None:
        raise ValueError(f"Unknown map '{name}'. The maps are {list(MAPS)}.")
    folder = Path(folder or maps_folder())
    if not (folder / published.file).is_file():
        raise DataError(f"{folder / published.file}: is not there. {_way_to_get_them()}")
    return _checked(folder / published.file, _read_record(folder), _peak_places())[0]


def _peak_places():
    """Return where the paper reports peaks [mm]: places that every map must cover."""
    return reported_peaks()[["mni_x", "mni_y", "mni_z"]].to_numpy()


def _checked(path, record, covering):
    expected = (record or {}).get("files", {}).get(path.name)
    if expected and path.is_file() and _sha256(path) != expected:
        raise DataError(
            f"{path}: has changed since it was fetched. Bring it back with 'eih maps fetch'."
        )
    return read_image(path, covering=covering), "as recorded" if expected else "none recorded"


def _facts(image):
    values = image.get_fdata(dtype=np.float32, caching="unchanged")
    values = values[np.isfinite(values) & (values != 0)]
    sizes = np.sqrt((image.affine[:3, :3] ** 2).sum(axis=0))
    told = header_facts(image)
    return {
        "shape": " × ".join(map(str, image.shape)),
        "voxel_mm": " × ".join(f"{size:.3g}" for size in sizes),
        "voxels": int(values.size),
        "smallest": float(values.min()),
        "largest": float(values.max()),
        **{name: told[name] for name in ("statistic", "df", "threshold")},
    }


def _write_record(path, url, came, files):
    """Write down where the maps came from, and their checksums."""
    record = {
        "url": shown(url),
        "sha256": came.sha256,
        "bytes": came.size,
        "files": {file.name: _sha256(file) for file in files},
    }
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _read_record(folder):
    """Return what was written down at the first download, or None."""
    path = Path(folder) / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        files = record["files"]
        if not all(isinstance(text, str) for text in (record["sha256"], *files, *files.values())):
            raise TypeError
        return record
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise DataError(
            f"{path}: cannot be read as a record of checksums. Remove it, then call 'eih maps fetch'."
        ) from None


def _way_to_get_them():
    return "Call 'eih maps fetch', or unpack datasets_elife.zip of the authors' repository there yourself."


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
