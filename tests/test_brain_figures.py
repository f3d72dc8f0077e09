"""Figures of the regions of interest and of what the corrected p values imply."""

import matplotlib.pyplot as plt
import nibabel
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from eih import figures
from eih.figures.regions import CUTS, REGION_COLOURS

AFFINE = np.array([[2.0, 0, 0, -80], [0, 2, 0, -110], [0, 0, 2, -70], [0, 0, 0, 1]])
SHAPE = (81, 101, 81)


def block(low, high):
    """Make a mask of the voxels whose middle lies between two corners [mm]."""
    places = np.indices(SHAPE).reshape(3, -1).T @ AFFINE[:3, :3].T + AFFINE[:3, 3]
    inside = ((places >= low) & (places <= high)).all(axis=1).reshape(SHAPE)
    return nibabel.Nifti1Image(inside.astype("u1"), AFFINE)


@pytest.fixture
def template():
    """Make a brain that is a box."""
    return nibabel.Nifti1Image(
        block((-60, -90, -60), (60, 60, 60)).get_fdata().astype("f4"), AFFINE
    )


@pytest.fixture(autouse=True)
def closed():
    """Close what a test has drawn."""
    yield
    plt.close("all")


def drawn(ax, colour):
    """Return where a region of that colour is drawn on a slice: lowest and highest edge in mm."""
    for image in ax.images:
        if np.allclose(image.cmap(0.5)[:3], to_rgb(colour)):
            inside = ~np.ma.getmaskarray(np.ma.masked_invalid(image.get_array()))
            rows, columns = np.nonzero(inside)
            left, right, bottom, top = image.get_extent()
            width, height = (right - left) / inside.shape[1], (top - bottom) / inside.shape[0]
            if not len(rows):
                return None
            return (
                (left + columns.min() * width, bottom + rows.min() * height),
                (left + (columns.max() + 1) * width, bottom + (rows.max() + 1) * height),
            )
    return None


def test_regions_stand_where_they_are(template):
    """A block is drawn on each slice that cuts it, at its place in mm, and not on the others."""
    masks = {"one": block((-10, -40, -20), (10, -20, 0)), "two": block((20, 20, 20), (40, 40, 40))}
    drawing = figures.regions_of_interest(template, masks)
    sagittal, coronal, axial = drawing.axes
    assert drawn(sagittal, REGION_COLOURS[0]) == ((-41, -21), (-19, 1))
    assert drawn(coronal, REGION_COLOURS[0]) == ((-11, -21), (11, 1))
    assert drawn(axial, REGION_COLOURS[0]) == ((-11, -41), (11, -19))
    assert [drawn(ax, REGION_COLOURS[1]) for ax in drawing.axes] == [None] * 3
    assert [text.get_text() for text in drawing.texts][-2:] == ["■ one", "■ two"]


def test_only_peaks_near_a_slice_are_ringed(template):
    """A peak 3 mm beside the midline has a ring on the sagittal slice, one 12 mm off has none."""
    peaks = pd.DataFrame({"mni_x": [3, 12], "mni_y": [40, 50], "mni_z": [20, 30]})
    drawing = figures.regions_of_interest(template, {"one": template}, peaks)
    rings = [[tuple(line.get_xydata()[0]) for line in ax.lines] for ax in drawing.axes]
    assert rings == [[(40, 20)] * 2, [], []]
    assert [text.get_text() for text in drawing.texts][:3] == [
        f"{axis} = {cut} mm" for axis, cut in CUTS
    ]


def test_another_mask_is_outlined_and_named(template):
    """The outline is drawn on the slices that cut it, and the figure says what it is."""
    outline = block((30, -40, -20), (50, -20, 0))
    drawing = figures.regions_of_interest(template, {"one": template}, outline=outline)
    assert [len(ax.collections) for ax in drawing.axes] == [0, 1, 1]
    assert drawing.texts[-1].get_text() == "white line: published mask"


@pytest.fixture
def implied():
    """Make two peaks whose numbers of tests overlap and whose volumes do not."""
    return pd.DataFrame(
        {
            "region": ["here", "there"],
            "T": [5.0, 4.5],
            "p": ["0.01", "0.05"],
            "tests_low": [100.0, 150],
            "tests_high": [200.0, 300],
            "resels_low": [10.0, 30],
            "resels_high": [20.0, 40],
        }
    )


def test_bars_reach_from_low_to_high(implied):
    """Each peak has a bar per measure; where all overlap is shaded, and only there."""
    drawing = figures.implied_intervals({"stated": implied})
    tests, resels = drawing.axes
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in tests.containers[0]]
    assert bars == [(100, 200), (150, 300)]
    assert len(tests.patches) == 3
    assert len(resels.patches) == 2
    assert [text.get_text() for text in tests.get_yticklabels()] == [
        "here, T = 5.00, p = 0.01",
        "there, T = 4.50, p = 0.05",
    ]
    assert drawing.legends == []


def test_a_second_reading_is_hollow(implied):
    """Two readings of the df stand side by side, told apart by a legend."""
    drawing = figures.implied_intervals({"stated": implied, "other": implied})
    solid, hollow = drawing.axes[0].containers
    assert hollow[0].get_facecolor()[:3] == (1, 1, 1)
    assert solid[0].get_facecolor()[:3] != (1, 1, 1)
    assert [text.get_text() for text in drawing.legends[0].texts] == ["stated", "other"]
