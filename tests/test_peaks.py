"""What reported peaks say under their models, whether they fit each other, and what a map has there.

Reference values: R 4.2.2, ``pt(T, df, lower.tail = FALSE)``, ``qnorm(p, lower.tail = FALSE)`` and
``uniroot(function(d) pt(T, df, d) - .975, c(-5, 37), tol = 1e-12)$root`` (with .025 for the upper limit).
"""

import re

import matplotlib.pyplot as plt
import nibabel
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import eih
from eih import figures
from eih.brain import map_peaks, map_viewer, maps, peak_consistency, peaks
from eih.pages.brain_results import brain_result
from eih.pages.map_report import Note
from eih.tables.data import data_folder
from eih.tables.schema import DataError

# T, df, p, z, lower and upper noncentrality from R
FROM_R = {
    "r024": (10.35, 38, 6.5049282643e-13, 7.094203511, 7.284499, 13.356163),
    "r025": (7.65, 38, 1.6518173443e-09, 5.915751604, 5.017209, 10.224399),
    "r026": (7.47, 38, 2.8693407484e-09, 5.824200017, 4.863699, 10.018180),
    "r065": (5.17, 38, 3.8987992389e-06, 4.470667120, 2.867871, 7.421249),
    "r068": (5.70, 38, 7.3433753841e-07, 4.815451399, 3.334035, 8.012693),
    "r095": (4.59, 37, 2.4837402429e-05, 4.057151764, 2.345854, 6.785470),
    "r106": (4.78, 36, 1.4685631616e-05, 4.178287194, 2.506951, 7.002186),
}
R_OTHER_DF = (4.78, 35, 1.5563025527e-05, 4.165067463, 2.498780, 7.009256)
GRID = np.array([[3.0, 0, 0, -90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])
SHAPE = (61, 73, 61)


# --- one peak at a time


@pytest.mark.parametrize("peak", FROM_R)
def test_each_peak_against_r(peak):
    """df, uncorrected p and z are those that R gives for the printed T."""
    row = peaks.peak_statistics().set_index("id").loc[peak]
    t, df, p, z, *_ = FROM_R[peak]
    assert (row["T"], row.df) == (t, df)
    assert row.p_uncorrected == pytest.approx(p, rel=1e-9)
    assert row.z == pytest.approx(z, abs=1e-8)


@pytest.mark.parametrize("peak", FROM_R)
def test_intervals_against_r(peak):
    """The limits of the noncentrality are those that R finds by root search."""
    t, df, _, _, *limits = FROM_R[peak]
    assert peaks.noncentrality_interval(t, df) == pytest.approx(limits, abs=5e-6)


def test_the_example_of_mbess():
    """R's MBESS, conf.limits.nct(ncp = 2.83, df = 126), gives 0.8337502 and 4.815359."""
    assert peaks.noncentrality_interval(2.83, 126) == pytest.approx((0.8337502, 4.815359), abs=1e-6)


@settings(deadline=None)
@given(
    st.floats(-12, 12),
    st.integers(3, 200),
    st.sampled_from([0.8, 0.95, 0.99]),
)
def test_limits_put_the_observed_t_in_the_tails(t, df, level):
    """Seen from either limit, the observed t lies where the level says."""
    low, high = peaks.noncentrality_interval(t, df, level)
    tail = (1 - level) / 2
    assert low < high
    assert stats.nct.sf(t, df, low) == pytest.approx(tail, abs=1e-8)
    assert stats.nct.cdf(t, df, high) == pytest.approx(tail, abs=1e-8)


def test_an_interval_near_zero_against_r():
    """Near t = 0, where scipy.special.nctdtrinc goes wrong, the limits are still those of R."""
    r = (-2.547227436, 2.604811430)
    assert peaks.noncentrality_interval(0.03125, 3, 0.99) == pytest.approx(r, abs=1e-8)


def test_effect_sizes_worked_by_hand():
    """d of a mean is T over the root of n, d of two groups uses both sizes, a slope gives partial r."""
    table = peaks.peak_statistics().set_index("id")
    assert table.effect["r065"] == pytest.approx(5.17 / 39**0.5)
    assert table.ci_low["r065"] == pytest.approx(2.867871 / 39**0.5, abs=1e-5)
    assert table.effect["r106"] == pytest.approx(4.78 * (1 / 18 + 1 / 21) ** 0.5)
    assert table.effect["r095"] == pytest.approx((4.59**2 / (4.59**2 + 37)) ** 0.5)
    assert (table.ci_low < table.effect).all()
    assert (table.effect < table.ci_high).all()


def test_d_from_raw_values():
    """For real numbers d is the mean over the standard deviation, whatever T makes of it."""
    values = np.random.default_rng(3).normal(0.4, 2, 39)
    t = stats.ttest_1samp(values, 0).statistic
    d = peaks.effect_size("mean", t, 39, None, None, 38)
    assert d == pytest.approx(values.mean() / values.std(ddof=1))


def test_partial_r_from_raw_values():
    """For one predictor the partial r is the correlation."""
    x, y = np.random.default_rng(4).normal(size=(2, 39))
    r = stats.pearsonr(x, y).statistic
    t = r * np.sqrt(37 / (1 - r**2))
    assert peaks.effect_size("slope", t, 39, None, None, 37) == pytest.approx(r)


def test_the_other_reading_of_df():
    """With a slope for each sex, the two-sample peak has 35 degrees of freedom and a larger p."""
    row = peaks.peak_statistics(df="other").set_index("id").loc["r106"]
    assert row.df == 35
    assert row.p_uncorrected == pytest.approx(R_OTHER_DF[2], rel=1e-9)


def test_every_peak_has_a_model_with_its_reason():
    """A model per reported peak, its degrees of freedom those of its n, and a reason for each."""
    models = peaks.peak_models()
    assert models.id.tolist() == eih.reported_peaks().id.tolist()
    assert set(models.n) == {len(eih.load_participants())}
    spent = {"one-sample": 1, "one-sample with covariate": 2, "two-sample with covariate": 3}
    assert (models.df == models.n - models.design.map(spent)).all()
    assert models.reason.str.len().min() > 50
    groups = models.dropna(subset=["n_first"])
    sexes = eih.load_participants().sex.value_counts()
    assert groups[["n_first", "n_second"]].values.tolist() == [[sexes.male, sexes.female]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("r106\ttwo", "r107\ttwo", "each of .* needs one"),
        ("r106\ttwo", "r095\ttwo", "each of .* needs one"),
        ("id\tdesign", "peak\tdesign", "line 1: the columns are"),
        ("\tslope\t", "\tangle\t", r"tests is \['angle'\]"),
    ],
)
def test_a_damaged_table_of_models_is_refused(tmp_path, monkeypatch, old, new, message):
    """A peak without a model, a second model, another column or an unknown test is named."""
    original = data_folder() / "reported"
    (tmp_path / "reported").mkdir()
    for file in original.glob("*.tsv"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / "reported" / file.name).write_text(
            text.replace(old, new) if file.name == "peak_models.tsv" else text, encoding="utf-8"
        )
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    with pytest.raises(DataError, match=message):
        peaks.peak_models()
    (tmp_path / "reported" / "peak_models.tsv").unlink()
    with pytest.raises(DataError, match="cannot be read"):
        peaks.peak_models()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: peaks.peak_statistics(df="any"), "Invalid df 'any'"),
        (lambda: peaks.noncentrality_interval(np.nan, 38), "Invalid t, df or level"),
        (lambda: peaks.noncentrality_interval(2, 0), "Invalid t, df or level"),
        (lambda: peaks.noncentrality_interval(2, 38, 1), "Invalid t, df or level"),
        (lambda: peaks.effect_size("median", 1, 2, 3, 4, 5), "Invalid tests 'median'"),
        (lambda: peak_consistency.rounding_interval("~0.05"), "no interval of rounding"),
        (lambda: peak_consistency.p_from_others("r001"), "Unknown peak 'r001'"),
    ],
)
def test_a_wrong_call_is_refused(call, message):
    """What cannot be meant is refused with the value and the rule."""
    with pytest.raises(ValueError, match=message):
        call()


def test_a_section_without_peaks_is_an_empty_table():
    """No peak, no row, the same columns."""
    assert list(peaks.peak_statistics("s2-2").columns) == list(peaks.peak_statistics().columns)
    assert len(peaks.peak_statistics("s2-2")) == 0


# --- peaks together


@settings(deadline=None)
@given(st.integers(50, 5000), st.floats(4.3, 5.5), st.integers(30, 60))
def test_the_number_of_tests_comes_back(m, t, df):
    """A p corrected for m tests, rounded as printed, implies a range that holds m."""
    t = round(t, 2)
    corrected = -np.expm1(m * np.log1p(-stats.t.sf(t, df)))
    low, high = peak_consistency.rounding_interval(f"{corrected:.3f}")
    tests = np.log1p(-np.array([low, high])) / np.log1p(-stats.t.sf(t, df))
    assert tests[0] <= m * (1 + 1e-9)
    assert m <= tests[1] * (1 + 1e-9)


def test_implied_tests_worked_by_hand():
    """T(36) = 4.78 with p = 0.039 implies some 2,700 independent tests, T(37) = 4.59 with 0.05 fewer."""
    table = peak_consistency.implied_tests().set_index("id")
    assert table.tests_low["r106"] < np.log(1 - 0.039) / np.log(1 - 1.4685631616e-05)
    assert np.log(1 - 0.039) / np.log(1 - 1.4685631616e-05) < table.tests_high["r106"]
    assert table.tests_high["r095"] < table.tests_low["r106"]
    assert table.tests_low["r024"] == 0


def test_is_005_below_005():
    """A printed 0.05 may stand for less or more; 0.039 is below, 0.08 is not."""
    below = peak_consistency.implied_tests().set_index("id").below_05
    assert (below["r095"], below["r106"], below["r068"]) == ("cannot tell", "yes", "no")


@pytest.mark.parametrize(
    ("t", "df", "density"),
    [
        (4.59, 37, 0.00014804702483897877),
        (4.78, 36, 9.889956077838968e-05),
        (4.78, 35, 0.00010473444175461283),
        (5.17, 38, 3.3319809292005735e-05),
    ],
)
def test_the_density_against_nipy(t, df, density):
    """nipy 0.6.1, ``TStat(dfd=df, search=[0, 0, 0, 1])(t)``, which leaves out the (4 ln 2)^1.5 of a resel."""
    resel = (4 * np.log(2)) ** 1.5
    assert peak_consistency.euler_density(t, df) == pytest.approx(density * resel, rel=1e-9)


def test_the_density_tends_to_that_of_a_normal_field():
    """With many degrees of freedom it is Worsley's density for a Gaussian field."""
    t = np.array([2.0, 3.5, 5.0])
    normal = (4 * np.log(2)) ** 1.5 / (2 * np.pi) ** 2 * (t**2 - 1) * np.exp(-(t**2) / 2)
    assert peak_consistency.euler_density(t, 1e7) == pytest.approx(normal, rel=1e-4)


def test_peaks_of_one_volume_agree_or_not():
    """Independent tests do not fit; volumes do in the whole brain, and in the small one by the other df."""
    stated = peak_consistency.peak_agreement().set_index(["correction", "measure"]).agree
    other = peak_consistency.peak_agreement(df="other").set_index(["correction", "measure"]).agree
    assert stated.to_dict() == {
        ("whole brain", "tests"): False,
        ("whole brain", "resels"): True,
        ("small volume", "tests"): False,
        ("small volume", "resels"): False,
    }
    assert other["small volume", "resels"]
    assert not other["small volume", "tests"]


def test_what_a_volume_implies_comes_back():
    """Applied to the peak that it came from, a volume gives the printed p."""
    row = peak_consistency.implied_tests().set_index("id").loc["r106"]
    middle = (row.resels_low + row.resels_high) / 2
    p = -np.expm1(-middle * peak_consistency.euler_density(row["T"], row.df))
    assert f"{p:.3f}" == row.p


@pytest.mark.parametrize("df", ["stated", "other"])
def test_the_borderline_peak_by_the_volume_of_its_neighbour(df):
    """By what the other frontal peak implies, the p printed as 0.05 lies above 0.05."""
    table = peak_consistency.p_from_others("r095", df=df)
    neighbour = table[table.other == "r106"]
    assert (neighbour.p_low > 0.05).all()
    assert set(table.other) == {"r065", "r106"}


# --- a map


def blob_map(*places, height=6.0, width=6.0, missing=True):
    """Make a map with a blob at each place [mm], NaN below 2 as in a thresholded map."""
    voxels = np.indices(SHAPE).reshape(3, -1).T
    mm = voxels @ GRID[:3, :3].T + GRID[:3, 3]
    values = np.zeros(len(mm))
    for number, place in enumerate(places):
        distance = ((mm - np.asarray(place, float)) ** 2).sum(axis=1)
        values = np.maximum(values, (height - number) * np.exp(-distance / (2 * width**2)))
    values = values.reshape(SHAPE)
    values[values < 2] = np.nan if missing else 0
    return nibabel.Nifti1Image(values.astype("f4"), GRID)


def test_a_peak_in_the_map_is_found():
    """A blob at the reported place is a maximum there; one further off is named as the nearest."""
    table = map_peaks.peaks_in_map(blob_map((6, 45, 9), (39, -15, 18)), ["r025", "r095", "r106"])
    assert table.id.tolist() == ["r025", "r095", "r106"]
    assert table.is_maximum.tolist() == [True, True, False]
    assert table.value.tolist() == pytest.approx([5, 6, 0], abs=1e-5)
    nearest = table.iloc[2]
    assert nearest[["nearest_x", "nearest_y", "nearest_z"]].tolist() == [6, 45, 9]
    assert nearest.distance_mm == pytest.approx(np.linalg.norm([6, 19, -7]))


def test_a_voxel_beside_a_peak_is_no_maximum():
    """A neighbour along an edge that is higher takes the title; one along a corner does not."""
    values = np.zeros(SHAPE, "f4")
    values[32, 57, 27] = 4.59
    for neighbour, is_maximum in (((33, 58, 27), False), ((33, 58, 28), True)):
        there = values.copy()
        there[neighbour] = 5
        table = map_peaks.peaks_in_map(nibabel.Nifti1Image(there, GRID), ["r095"])
        assert table.is_maximum.item() is is_maximum
        assert table.same_T.item()


def test_an_empty_map_has_no_nearest_maximum():
    """Where nothing is above zero, there is no maximum to name."""
    empty = nibabel.Nifti1Image(np.full(SHAPE, np.nan, "f4"), GRID)
    table = map_peaks.peaks_in_map(empty)
    assert not table.is_maximum.any()
    assert table.nearest_value.isna().all()


@pytest.mark.parametrize(
    ("chosen", "message"),
    [(["r999"], r"Unknown peak\(s\) \['r999'\]"), (["r106"], "Peak 'r106' .* lies outside")],
)
def test_a_peak_that_cannot_be_looked_up_is_refused(chosen, message):
    """An unknown id and a place outside the image are named."""
    small = nibabel.Nifti1Image(np.ones((40, 40, 40), "f4"), GRID)
    with pytest.raises(ValueError, match=message):
        map_peaks.peaks_in_map(small, chosen)


def test_clusters_and_their_maxima():
    """Two blobs far apart are two clusters, two close by are one with two maxima; sizes are in mm³."""
    table = map_peaks.clusters(blob_map((6, 45, 9), (6, 30, 9), (39, -15, 18)), 2.5)
    assert table.cluster.tolist() == ["1", "1a", "2"]
    assert table.value.tolist() == pytest.approx([6, 5, 4], abs=1e-5)
    assert table[["mni_x", "mni_y", "mni_z"]].iloc[2].tolist() == [39, -15, 18]
    assert table.size_mm3.isna().tolist() == [False, True, False]
    above = np.nansum(blob_map((39, -15, 18), height=4).get_fdata() > 2.5)
    assert table.size_mm3.iloc[2] == above * 27


def test_no_cluster_is_an_empty_table():
    """A threshold above everything leaves no row, and no warning."""
    table = map_peaks.clusters(blob_map((6, 45, 9)), 20)
    assert list(table.columns) == map_peaks.CLUSTER_COLUMNS
    assert len(table) == 0


def test_extent_inside_the_small_volume():
    """Voxels above the threshold are counted inside and outside of a mask on another grid."""
    map_ = blob_map((6, 45, 9), (39, -15, 18))
    x, y, z = np.meshgrid(np.arange(91), np.arange(109), np.arange(91), indexing="ij")
    frontal = (2 * y - 126 > 20).astype("f4") * 0.9  # smoothed masks do not reach 1
    mask = nibabel.Nifti1Image(
        frontal,
        np.diag([2.0, 2, 2, 1]) + [[0, 0, 0, -90], [0, 0, 0, -126], [0, 0, 0, -72], [0] * 4],
    )
    table = map_peaks.extent_in_mask(map_, mask, 2.5).set_index("where")
    above = np.nan_to_num(map_.get_fdata()) > 2.5
    assert table.voxels["inside"] == above[:, 49:].sum()
    assert table.voxels.sum() == above.sum()
    assert table.mm3["inside"] == 27 * table.voxels["inside"]
    assert table.loc["inside", ["mni_x", "mni_y", "mni_z"]].tolist() == [6, 45, 9]
    assert table.loc["outside", "largest"] == pytest.approx(5, abs=1e-5)
    assert table.share["inside"] == table.voxels["inside"] / table.of_voxels["inside"]


def test_a_mask_elsewhere_is_refused():
    """A mask that has nothing on the grid of the map is in another space."""
    mask = nibabel.Nifti1Image(np.ones((5, 5, 5), "f4"), np.eye(4) + np.eye(4, k=3) * 900)
    with pytest.raises(ValueError, match="The mask is empty on the grid of the map"):
        map_peaks.extent_in_mask(blob_map((6, 45, 9)), mask, 2.5)


def test_the_height_that_p_0001_needs():
    """R: qt(0.001, 38, lower.tail = FALSE) is 3.31903; the map's own lowest value stands beside it."""
    height, lowest = map_peaks.threshold_of(blob_map((6, 45, 9)), 38)
    assert height == pytest.approx(3.31903, abs=1e-5)
    assert 2 <= lowest < 2.5


def test_maps_and_peaks_are_matched():
    """Each peak that a figure shows belongs to its map; the one of a supplement has none."""
    with_map = [peak for published in maps.MAPS.values() for peak in published.peaks]
    assert sorted(with_map) == sorted(set(FROM_R) - {"r068"})


# --- figures, with a map and without


@pytest.mark.parametrize("image", [None, blob_map((6, 45, 9))], ids=["without a map", "with a map"])
def test_slices_through_reported_peaks(image):
    """A row of three slices per peak, its title the reported values; a colour bar only with a map."""
    two = eih.reported_peaks().query("correction == 'small volume'").iloc[:2]
    drawing = figures.slices_through_peaks(two, image, threshold=2.5)
    titles = [text.get_text() for text in drawing.texts]
    assert titles[0] == "PAG (-2, -24, -8): reported T = 5.17"
    assert len(titles) == 2
    bars = [axes for axes in drawing.axes if axes.get_title() == "T"]
    assert len(bars) == (image is not None)
    if image is not None:
        assert bars[0].get_ylim() == pytest.approx((2.5, 6.0), abs=1e-4)
    plt.close(drawing)


def test_axial_slices_of_a_map():
    """Slices are cut every so many millimetres, and an empty map is drawn too."""
    for image in (blob_map((6, 45, 9)), blob_map()):
        drawing = figures.axial_slices(image, threshold=2.5, step=32)
        labels = {text.get_text() for axes in drawing.axes for text in [*axes.texts, axes.title]}
        assert {"z=-48", "z=-16", "z=16", "z=48"} <= labels
        plt.close(drawing)


def test_the_viewer_waits_for_the_reader():
    """The page holds the viewer as text behind a button, and asks for nothing from elsewhere."""
    viewer = map_viewer.view_map(blob_map((6, 45, 9)), 2.5, 'Simulated <map> "A"')
    page = viewer._repr_html_()
    assert "<button" in page
    assert "<iframe" not in page
    assert "Simulated &lt;map&gt; &quot;A&quot;" in page
    assert not re.search(r"(src|href)=[\"']?https?:", viewer.document)
    assert len(page) < 1_000_000
    assert repr(viewer) == 'Interactive viewer: Simulated <map> "A"'


def test_the_viewer_opens(browser):
    """Pressing the button starts the viewer, without an error and without the network."""
    viewer = map_viewer.view_map(blob_map((6, 45, 9)), 2.5, "Simulated map")
    page = browser.new_page()
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(viewer._repr_html_())
    page.click("text=Open the interactive viewer: Simulated map")
    page.frame_locator("iframe").locator("canvas").first.wait_for()
    assert page.get_attribute("iframe", "title") == "Simulated map"
    assert errors == []
    assert [url for url in asked if url.startswith("http")] == []
    page.close()


# --- what a chapter shows, in both states


@pytest.fixture
def no_maps(tmp_path, monkeypatch):
    """Look for maps in a folder that has none; return it."""
    monkeypatch.setattr(maps, "maps_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def with_maps(no_maps):
    """Put maps made here into that folder: Figure 2 with its peaks, Figure 7 off by some way."""
    places = eih.reported_peaks().set_index("id")[["mni_x", "mni_y", "mni_z"]]
    peaks_of_2 = peaks.peaks_with_models("s2-1")
    values = np.full(SHAPE, np.nan, "f4")
    for row in peaks_of_2.itertuples():
        voxel = np.rint(np.linalg.inv(GRID) @ [row.mni_x, row.mni_y, row.mni_z, 1])[:3].astype(int)
        values[tuple(slice(at - 1, at + 2) for at in voxel)] = 3.4
        values[tuple(voxel)] = row.T
    images = {
        "figure_2": nibabel.Nifti1Image(values, GRID),
        "figure_5": nibabel.Nifti1Image(
            np.pad(np.full((9, 9, 9), 0.3, "f4"), ((26, 26), (32, 32), (26, 26))), GRID
        ),
        "figure_7": blob_map(places.loc["r095"] + [0, 0, 12]),
        "figure_8": blob_map(places.loc["r106"]),
        "mask": blob_map(places.loc["r095"], height=2.9, width=20),
    }
    for name, published in maps.MAPS.items():
        images[name].to_filename(no_maps / published.file)
    return no_maps


@pytest.mark.parametrize("name", ["figure_2", "figure_5", "figure_7", "figure_8"])
def test_without_maps_the_reported_peaks_are_shown(no_maps, name):
    """Titles, caption and note say that these are reported peaks, and how to get the map."""
    result = brain_result(name)
    assert result.shows in ("reported peaks", "reported peak")
    assert result.peaks.id.tolist() == list(maps.MAPS[name].peaks)
    assert result.caption.endswith("reported, not recomputed.")
    assert "eih maps fetch" in result.note
    assert "reported T = " in result.alt
    for what in (result.clusters(), result.extent(), result.viewer()):
        assert isinstance(what, Note)
        assert "eih maps fetch" in what._repr_html_()


def test_with_maps_the_map_is_shown(with_maps):
    """The map of Figure 2 has its three peaks: caption, description and tables say so."""
    result = brain_result("figure_2")
    assert result.shows == "published map"
    assert result.unit == "T"
    assert result.threshold == pytest.approx(stats.t.isf(0.001, 38))
    assert "Of the 3 reported peaks, 3 lie on a local maximum" in result.caption
    assert result.caption.endswith("3 have the printed T there.")
    assert "reported T = 10.35, 10.35 in the map" in result.alt
    assert result.clusters().value.tolist() == pytest.approx([10.35, 7.65, 7.47], abs=1e-5)
    assert repr(result.viewer()).startswith("Interactive viewer: published map, heat 70 > 50 > 30")
    assert "not recomputed" in result.note
    assert repr(result) == "heat 70 > 50 > 30 under saline: published map"


def test_a_map_is_told_in_tables_and_slices(with_maps):
    """Its report has the three peaks, the clusters and the small volume; the slices name the highest value."""
    result = brain_result("figure_2")
    report = result.in_the_map()
    assert "nearest local maximum" in repr(report)
    shown = report._repr_html_()
    assert shown.count("<table") == 3
    assert "7.65" in shown
    assert "Open the interactive viewer" in shown
    slices = result.slices("fig-2a", "Figure 2A")
    assert "10.35 at (" in slices.alt
    assert "published map" in slices._repr_html_()


def test_a_peak_without_a_map_says_that_there_is_none(no_maps):
    """A contrast of which no map was published has its one peak, as reported, and does not promise a download."""
    result = brain_result("r068")
    assert result.peaks.id.tolist() == ["r068"]
    assert "have published no map" in result.note
    assert "eih maps fetch" not in result.note


def test_the_regions_are_told_in_text_and_html():
    """Each region has its size and where it comes from."""
    shown = eih.show_regions()
    for region, size in zip(shown.table.region, shown.table.volume_mm3, strict=True):
        assert region in repr(shown)
        assert f"{size:,.0f} mm³" in shown._repr_html_()


def test_a_peak_that_is_not_in_the_map_is_said_to_be_elsewhere(with_maps):
    """Where the map has its maximum elsewhere, the caption does not hide it."""
    result = brain_result("figure_7")
    assert "The reported peak does not lie on a local maximum of the map" in result.caption
    assert result.peaks.distance_mm.item() == pytest.approx(12, abs=2)
    assert result.extent()["where"].tolist() == ["inside", "outside"]


def test_a_map_of_something_other_than_t_is_not_called_t(with_maps):
    """If no value fits a printed T, the unit says so and everything the authors left is shown."""
    result = brain_result("figure_5")
    assert result.unit == "value in the map"
    assert result.threshold == pytest.approx(0.3)
    assert result.clusters().size_mm3.notna().sum() == 1
    assert "published map (value in the map) above 0.30" in result.caption


@pytest.mark.parametrize("state", ["no_maps", "with_maps"])
def test_a_chapter_draws_either(state, request):
    """The same call makes a finished figure with and without the map."""
    request.getfixturevalue(state)
    result = brain_result("figure_8")
    shown = eih.figure(
        result.draw(),
        label="fig-8c",
        title=f"Figure 8C, {result.shows}.",
        caption=result.caption,
        alt=result.alt,
        data=result.peaks,
    )
    assert result.shows in shown._repr_html_()


@pytest.mark.parametrize("name", ["mask", "figure_3"])
def test_an_unknown_brain_result_is_refused(name):
    """The mask is no result, and there is no map of Figure 3."""
    with pytest.raises(ValueError, match=f"Unknown brain result '{name}'.*figure_2"):
        brain_result(name)


def test_tables_keep_their_columns():
    """Pages and exercises rely on these names."""
    assert list(peaks.peak_statistics().columns) == peaks.STATISTICS
    assert isinstance(peak_consistency.implied_tests(), pd.DataFrame)
