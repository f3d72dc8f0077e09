"""The regions of interest and the small volume, on fine and coarse grids."""

import nibabel
import numpy as np
import pytest
from nilearn.datasets import load_mni152_template

import eih
from eih.brain import maps, regions
from eih.tables.data import data_folder
from eih.tables.schema import DataError

NAMES = ["RVM", "PAG", "frontal midline"]
MNI_4MM = np.array([[4.0, 0, 0, -80], [0, 4, 0, -116], [0, 0, 4, -76], [0, 0, 0, 1]])
SHAPE_4MM = (41, 49, 41)


def grid_of(size, shift):
    """Make a grid of cubic voxels over the MNI box, moved by a part of a voxel."""
    affine = np.diag([size, size, size, 1.0])
    affine[:3, 3] = np.array([-90, -126, -76]) + np.array(shift)
    return tuple(np.array([182, 218, 182]) // int(size) + 2), affine


GRIDS = [grid_of(1, (0, 0, 0)), grid_of(2, (0, 0, 0)), grid_of(3, (0, 1, 2))]
GRIDS += [grid_of(4, shift) for shift in ((0, 0, 0), (1, 2, 3), (2, 2, 2), (2, 0, 0), (3, 1, 1))]
GRIDS += [grid_of(8, (4, 4, 4))]


@pytest.mark.parametrize("grid", GRIDS)
def test_every_small_volume_peak_lies_inside(grid):
    """The voxel of each peak that was corrected in the small volume belongs to it, on any grid."""
    inside = regions.small_volume(grid).get_fdata() > 0
    peaks = eih.reported_peaks().query("correction == 'small volume'")
    for place in peaks[["mni_x", "mni_y", "mni_z"]].to_numpy():
        voxel = np.rint(np.linalg.inv(grid[1]) @ [*place, 1])[:3].astype(int)
        assert inside[tuple(voxel)], place


@pytest.mark.parametrize("grid", GRIDS)
def test_no_region_is_empty(grid):
    """A ball of 3 mm keeps at least one voxel where voxels are larger than it."""
    masks = regions.region_masks(grid)
    assert list(masks) == NAMES
    assert all(mask.get_fdata().any() for mask in masks.values())


def test_the_small_volume_is_all_regions_together():
    """Nothing more, nothing less, and no voxel counted twice."""
    template = load_mni152_template(resolution=2)
    masks = [mask.get_fdata() for mask in regions.region_masks(template).values()]
    assert np.array_equal(sum(masks), regions.small_volume(template).get_fdata())


def test_volumes_on_a_fine_grid():
    """Counted in voxels of 1 mm, a mask has the volume that the table says."""
    said = regions.regions().set_index("region").volume_mm3
    for name, mask in regions.region_masks(GRIDS[0]).items():
        assert mask.get_fdata().sum() == pytest.approx(said[name], rel=0.1), name
    assert said["RVM"] == pytest.approx(4 / 3 * np.pi * 27)


def test_the_ball_reaches_three_millimetres():
    """On 1 mm voxels the RVM is the 123 whole-millimetre points within 3 mm of (0, -32, -44)."""
    mask = regions.region_masks(GRIDS[0])["RVM"]
    points = np.argwhere(mask.get_fdata()) + GRIDS[0][1][:3, 3]
    assert len(points) == 123
    assert points.mean(axis=0).tolist() == [0, -32, -44]
    assert np.linalg.norm(points - [0, -32, -44], axis=1).max() == 3


def test_the_frontal_box_stays_in_the_brain():
    """The box has no voxel outside the brain and is the same on both sides."""
    template = load_mni152_template(resolution=2)
    mask = regions.region_masks(template)["frontal midline"]
    points = np.argwhere(mask.get_fdata()) @ mask.affine[:3, :3].T + mask.affine[:3, 3]
    assert regions.in_brain(points).all()
    assert points[:, 0].min() == -points[:, 0].max()


def test_the_table_of_regions():
    """Each region says its shape, middle, size and where these come from."""
    table = regions.regions()
    assert table.region.tolist() == NAMES
    assert table.loc[0, ["mni_x", "mni_y", "mni_z"]].tolist() == [0, -32, -44]
    assert table.radius_mm.isna().tolist() == [False, False, True]
    assert (table.source.str.len() > 40).all()
    assert table.approximated.str.contains("ball|tube|box").all()


def test_an_image_and_its_grid_give_the_same():
    """A grid may be given as an image, also one of four dimensions, or as shape and affine."""
    image = nibabel.Nifti1Image(np.zeros((*SHAPE_4MM, 2), "f4"), MNI_4MM)
    from_image = regions.small_volume(image)
    from_pair = regions.small_volume((SHAPE_4MM, MNI_4MM))
    assert np.array_equal(from_image.get_fdata(), from_pair.get_fdata())
    assert from_image.shape == SHAPE_4MM


def test_a_grid_elsewhere_is_refused():
    """A grid that does not reach the brain stem is named, with the region."""
    with pytest.raises(ValueError, match=r"'RVM' .* outside the grid of shape \(10, 10, 10\)"):
        regions.small_volume(((10, 10, 10), np.eye(4)))


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Point the data folder to a copy that has a published mask: all voxels left of the midline."""
    (tmp_path / "reported").symlink_to(data_folder() / "reported")
    (tmp_path / "maps").mkdir()
    values = np.ones(SHAPE_4MM, "f4")
    values[21:] = np.nan
    nibabel.save(nibabel.Nifti1Image(values, MNI_4MM), tmp_path / "maps" / maps.MAPS["mask"].file)
    monkeypatch.setenv("EIH_DATA", str(tmp_path))


def test_the_published_mask_takes_its_place(published):
    """Asked for, the authors' mask comes on the grid given, here at twice its resolution."""
    grid = ((82, 98, 82), MNI_4MM @ np.diag([0.5, 0.5, 0.5, 1]))
    mask = regions.small_volume(grid, published=True)
    assert mask.shape == grid[0]
    assert mask.get_fdata()[:41].all()
    assert not mask.get_fdata()[43:].any()


def test_without_a_published_mask_the_way_to_it_is_named(tmp_path, monkeypatch):
    """The approximation is never passed off as the published mask."""
    (tmp_path / "reported").symlink_to(data_folder() / "reported")
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    with pytest.raises(DataError, match="is not there. Call 'eih maps fetch'"):
        regions.small_volume((SHAPE_4MM, MNI_4MM), published=True)
