"""Read a brain image in MNI space, refuse one that cannot be used, and ask its header what it shows."""

import re
import warnings
from pathlib import Path

import numpy as np

from ..tables.schema import DataError

MAX_VOXELS = 60_000_000  # a 0.5 mm whole-head image has 58 million
SMALLEST_FIELD = 100.0  # mm along each axis: a brain is about 140 × 170 × 130
VOXEL_SIZES = (0.3, 10.0)  # mm

_T_IMAGE = re.compile(r"SPM\{(?P<kind>[TFZX])_\[(?P<df>[\d.]+)")
_FILTERED = re.compile(r"SPM\{(?P<kind>[TFZX])\}-filtered: u = (?P<u>[\d.]+), k = (?P<k>\d+)")


def read_image(path, *, covering=()):
    """Read a map or mask and check that it can be used.

    Parameters
    ----------
    path : path
        A NIfTI file.
    covering : iterable of (x, y, z)
        MNI coordinates in mm that must lie inside the image, such as the peaks reported from it.

    Returns
    -------
    nibabel.Nifti1Image
        Three-dimensional, its values in memory as 32-bit floats. Missing values (NaN), which SPM writes
        outside the mask, stay.

    Raises
    ------
    DataError
        Not an image, cut off, without a usable affine, too small to be a brain, or without any value.
    """
    path = Path(path)
    image = _load(path)
    shape = [*image.shape[:3]] + [size for size in image.shape[3:] if size != 1]
    if len(shape) != 3:
        raise DataError(f"{path}: has {len(shape)} dimensions, a map has 3.")
    if np.prod(shape, dtype=float) > MAX_VOXELS:
        raise DataError(
            f"{path}: claims {np.prod(shape, dtype=float):,.0f} voxels, too many for a map."
        )
    affine = _usable_affine(image, path)
    _check_field(shape, affine, path)
    values = _values(image, path).reshape(shape)
    _check_inside(shape, affine, covering, path)
    if not np.isfinite(values).any():
        raise DataError(f"{path}: no voxel has a value, all are missing (NaN).")
    if not (np.isfinite(values) & (values != 0)).any():
        raise DataError(f"{path}: every voxel is zero or missing; there is nothing to show.")
    header = image.header.copy()
    header.set_data_dtype(np.float32)
    return type(image)(values, affine, header)


def _load(path):
    import nibabel

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd headers, which are checked here
            image = nibabel.load(path, mmap=False)
    except FileNotFoundError:
        raise DataError(f"{path}: is not there.") from None
    except Exception as error:  # nibabel raises a dozen kinds for a file that is no image
        raise DataError(f"{path}: is no NIfTI image ({_first_line(error)}).") from None
    if not isinstance(image, nibabel.Nifti1Image):  # Nifti2Image is one too
        raise DataError(f"{path}: is a {type(image).__name__}, a NIfTI image is needed.")
    return image


def _usable_affine(image, path):
    """Return the affine if it maps voxels to millimetres: told by the file, finite, invertible."""
    told = int(image.header["sform_code"]) or int(image.header["qform_code"])
    affine = image.affine
    if not told or affine is None or not np.isfinite(affine).all():
        raise DataError(f"{path}: has no usable affine; where its voxels lie is not known.")
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    if np.linalg.matrix_rank(affine[:3, :3]) < 3 or (sizes < VOXEL_SIZES[0]).any():
        raise DataError(
            f"{path}: has no usable affine; its voxels would measure {_times(sizes)} mm."
        )
    if (sizes > VOXEL_SIZES[1]).any():
        raise DataError(
            f"{path}: has no usable affine; voxels of {_times(sizes)} mm are larger than "
            f"{VOXEL_SIZES[1]:g} mm."
        )
    return affine


def _check_field(shape, affine, path):
    field = np.sqrt((affine[:3, :3] ** 2).sum(axis=0)) * shape
    if (field < SMALLEST_FIELD).any():
        raise DataError(
            f"{path}: covers {_times(field)} mm, too small to be a brain "
            f"(at least {SMALLEST_FIELD:g} mm along each axis)."
        )


def _check_inside(shape, affine, covering, path):
    for place in covering:
        voxel = np.linalg.inv(affine) @ [*place, 1]
        if (voxel[:3] < -0.5).any() or (voxel[:3] > np.array(shape) - 0.5).any():
            raise DataError(
                f"{path}: has no usable affine; the reported peak {tuple(map(int, place))} lies "
                "outside the image."
            )


def _values(image, path):
    try:
        with np.errstate(all="ignore"):
            return np.asanyarray(image.dataobj).astype(np.float32)
    except Exception as error:  # shorter than its header says, or an unknown kind of number
        raise DataError(f"{path}: is cut off or damaged ({_first_line(error)}).") from None


def header_facts(image):
    """Read what SPM has written into the header about the values.

    Parameters
    ----------
    image : nibabel.Nifti1Image

    Returns
    -------
    dict
        ``statistic`` (``"T"``, ``"F"`` …), ``df``, ``threshold`` (the height below which SPM blanked
        voxels) and ``extent`` (its smallest cluster in voxels); None where the header does not say.

    Examples
    --------
    >>> import nibabel, numpy
    >>> image = nibabel.Nifti1Image(numpy.ones((2, 2, 2), "f4"), numpy.eye(4))
    >>> image.header["descrip"] = b"SPM{T_[38.0]} - contrast 1: heat"
    >>> header_facts(image)["df"]
    38.0
    """
    told = bytes(image.header["descrip"].item()).decode("latin-1")
    facts = {"statistic": None, "df": None, "threshold": None, "extent": None}
    if match := _T_IMAGE.search(told):
        facts |= {"statistic": match["kind"], "df": float(match["df"])}
    elif match := _FILTERED.search(told):
        facts |= {
            "statistic": match["kind"],
            "threshold": float(match["u"]),
            "extent": int(match["k"]),
        }
    elif int(image.header["intent_code"]) == 3:  # NIfTI: Student's t, with its df as parameter
        facts |= {"statistic": "T", "df": float(image.header["intent_p1"])}
    return facts


def _times(sizes):
    return " × ".join(f"{size:.3g}" for size in sizes)


def _first_line(error):
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
