"""Coordinate-based meta-analysis: known answers for maps, percentiles, distances, and chance."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import eih
from eih.brain import convergence, convergence_nulls
from eih.brain.convergence import (
    PeakMap,
    ale_map,
    ale_values,
    mkda_map,
    pain_foci,
    width_of_kernel,
)
from eih.brain.convergence_checks import held_out_foci, map_variants
from eih.brain.convergence_nulls import (
    placement_test,
    random_map,
    random_placements,
    recompute_null,
    stored_null,
)
from eih.brain.convergence_peaks import (
    distance_to_clusters,
    find_clusters,
    locate_peaks,
    percentile_at,
    studies_within,
)
from eih.brain.mni_grid import AXES, brain_grid, points_of

CENTRE = (38.0, 4.0, 2.0)  # in the right insula, on a voxel's middle


def foci_at(points, study=None, sample_size=12):
    """Make foci, each of a study of its own unless said otherwise."""
    points = np.atleast_2d(points)
    names = [f"s{i:02d}" for i in range(len(points))] if study is None else study
    frame = pd.DataFrame(points, columns=AXES, dtype=float)
    return frame.assign(study=names, sample=range(len(points)), sample_size=sample_size)


def planted(n_studies=12, n_stray=6, seed=1):
    """Give each study one focus within 4 mm of CENTRE, and strays anywhere in the brain."""
    random = np.random.default_rng(seed)
    near = np.array(CENTRE) + random.integers(-2, 3, size=(n_studies, 3))
    strays = brain_grid().centres[random.integers(len(brain_grid().centres), size=n_stray)]
    names = [f"s{i:02d}" for i in range(n_studies)]
    return foci_at(np.vstack([near, strays]), study=names + names[:n_stray]).assign(
        sample=lambda foci: foci.study
    )


def drawn_map(blocks):
    """Make a map by hand: p = 0.0001 in blocks of voxels given by first and last middle [mm]."""
    centres = brain_grid().centres
    inside = np.zeros(len(centres), bool)
    for low, high in blocks:
        inside |= ((centres >= low) & (centres <= high)).all(axis=1)
    return PeakMap("hand", 1, 1, inside * 1.0, inside * 4.0, np.where(inside, 1e-4, 0.5))


@pytest.fixture(scope="module")
def foci():
    """Return the shipped foci."""
    return pain_foci()


@pytest.fixture(scope="module")
def pain_map(foci):
    """Return their ALE map."""
    return ale_map(foci)


@pytest.fixture(scope="module")
def clusters(pain_map):
    """Return the clusters that hold against the stored random maps."""
    found = find_clusters(pain_map, stored_null())
    return found[found.p_family < 0.05]


def test_foci_are_those_of_the_shipped_file(foci):
    """Every coordinate and sample size is the one in NiMARE's file, read without NiMARE."""
    from pathlib import Path

    import nimare

    file = Path(nimare.__file__).parent / "resources" / "nidm_pain_studyset.json"
    expected = {
        (study["id"].removesuffix(".nidm"), *point["coordinates"], *size)
        for study in json.loads(file.read_text(encoding="utf-8"))["studies"]
        for analysis in study["analyses"]
        for size in [analysis["metadata"]["sample_sizes"]]
        for point in analysis["points"]
    }
    ours = foci[["study", *AXES, "sample_size"]]
    assert set(ours.itertuples(index=False, name=None)) == expected
    assert len(ours) == len(expected) == 267


def test_neighbouring_studies_of_one_size_are_one_sample(foci):
    """A sample has one sample size and consecutive studies; neighbours differ in size."""
    sizes = foci.groupby("sample").sample_size.unique()
    assert sizes.str.len().eq(1).all()
    assert (np.diff(sizes.str[0]) != 0).all()
    assert (foci.groupby("study")["sample"].first().diff().dropna().isin([0, 1])).all()


def test_nimare_leaves_the_log_of_the_session_alone():
    """Loading the foci adds no handler to the root log and prints nothing to stderr."""
    code = (
        "import logging, eih; eih.pain_foci(); r = logging.getLogger(); print(r.handlers, r.level)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[] 30", "")


def test_figures_keep_their_look():
    """Loading the foci changes no setting of matplotlib: figures drawn afterwards are as fine as before."""
    code = (
        "import matplotlib, eih; eih.set_style(); before = matplotlib.rcParams.copy(); eih.pain_foci(); "
        "print([n for n in before if not n.startswith('backend') and before[n] != matplotlib.rcParams[n]])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_focus_alone_falls_to_half_at_half_its_width():
    """With a width of 12 mm the value 6 mm away is half of that at the focus."""
    peak_map = ale_map(foci_at([CENTRE]), fwhm=12)
    top, half = peak_map.at(np.array([CENTRE, (38.0, 10.0, 2.0)]))
    assert half / top == pytest.approx(0.5, rel=1e-5)


def test_nimare_gives_the_width_asked_for_on_this_grid_only():
    """On 2 mm it is 12 mm, on 4 mm it is 12 mm divided by the root of two."""
    assert width_of_kernel(2, 12) == pytest.approx(12)
    assert width_of_kernel(4, 12) == pytest.approx(12 / np.sqrt(2))


def test_two_studies_unite_their_chances():
    """Where both have a focus, the map holds 1 - (1 - m) ** 2; a second focus of one adds nothing."""
    alone = ale_values(foci_at([CENTRE])).max()
    both = ale_values(foci_at([CENTRE, CENTRE])).max()
    twice = ale_values(foci_at([CENTRE, CENTRE], study=["a", "a"])).max()
    assert both == pytest.approx(1 - (1 - alone) ** 2, rel=1e-5)
    assert twice == pytest.approx(alone, rel=1e-6)


def test_a_planted_cluster_is_found_at_its_centre():
    """Where all studies have a focus, the map is highest within 4 mm and makes the largest cluster."""
    peak_map = ale_map(planted())
    top = brain_grid().centres[peak_map.value.argmax()]
    first = find_clusters(peak_map, stored_null()).iloc[0]
    assert np.linalg.norm(top - CENTRE) <= 4
    assert np.linalg.norm(first[AXES].astype(float) - np.array(CENTRE)) <= 4
    assert first.p_family < 0.05


def test_values_without_a_null_are_those_of_nimare(foci, pain_map):
    """Our union of the modelled studies equals the statistic of NiMARE's estimator."""
    np.testing.assert_allclose(ale_values(foci), pain_map.value, atol=1e-7)


def test_mkda_counts_the_studies_in_reach(foci):
    """At the middle of voxels, NiMARE's count is the count from the coordinates."""
    at = pd.DataFrame([CENTRE, (6, 10, 40), (6, 46, 10)], columns=AXES)
    counted = mkda_map(foci, radius=10).at(points_of(at))
    assert counted.tolist() == studies_within(at, foci, 10).tolist()
    assert counted[0] > counted[1] > counted[2] == 0


def test_studies_are_counted_once():
    """Two foci of one study within reach count one; a focus beyond it counts none."""
    one = foci_at([(0, 0, 0), (0, 0, 3), (0, 0, 11)], study=["a", "a", "b"])
    here = pd.DataFrame([(0, 0, 0)], columns=AXES)
    assert studies_within(here, one, 10).tolist() == [1]
    assert studies_within(here, one, 11).tolist() == [2]


@pytest.mark.parametrize(
    ("values", "at", "expected"),
    [
        pytest.param(range(100), [50], [50.5], id="one of a hundred: 50 below, half of itself"),
        pytest.param([0, 0, 0, 1], [0, 1], [37.5, 87.5], id="ties count half"),
        pytest.param([3, 1, 2], [0, 9], [0, 100], id="below and above all"),
        pytest.param([3, 1, 2], [2.5], [200 / 3], id="between"),
    ],
)
def test_percentiles_known_by_hand(values, at, expected):
    """Percentage below, plus half of what is equal."""
    assert percentile_at(values, at).tolist() == pytest.approx(expected)


def test_percentile_agrees_with_scipy(pain_map):
    """On the real map, with its many ties at zero, scipy's mean rank is the same."""
    from scipy.stats import percentileofscore

    at = pain_map.value[::40_000]
    expected = percentileofscore(pain_map.value, at, kind="mean")
    np.testing.assert_allclose(percentile_at(pain_map.value, at), expected)


def test_nothing_to_compare_with_is_refused():
    """A percentile needs values."""
    with pytest.raises(ValueError, match="no value to compare with"):
        percentile_at([], [1])


@pytest.mark.parametrize(
    ("point", "distance"),
    [
        pytest.param((20, 10, 20), 0, id="in the middle"),
        pytest.param((21, 10, 20), 0, id="on the edge"),
        pytest.param((31, 10, 20), 10, id="along one axis"),
        pytest.param((24, 14, 20), np.hypot(3, 3), id="diagonal"),
        pytest.param((20, 10, 14), 5, id="below"),
    ],
)
def test_distance_from_one_voxel(point, distance):
    """It is measured to the edge of the voxel at (20, 10, 20), 2 mm wide."""
    hand = drawn_map([((20, 10, 20), (20, 10, 20))])
    measured, nearest = distance_to_clusters(np.array([point], float), hand, find_clusters(hand))
    assert measured == pytest.approx(distance)
    assert nearest.tolist() == [1]


def test_clusters_are_listed_by_size():
    """Two blocks of 8 and 27 voxels: the larger is number 1, and each point knows its nearest."""
    hand = drawn_map([((-20, 0, 20), (-18, 2, 22)), ((20, 0, 20), (24, 4, 24))])
    found = find_clusters(hand)
    assert found.voxels.tolist() == [27, 8]
    _, nearest = distance_to_clusters(np.array([(-30.0, 0, 20), (30.0, 0, 20)]), hand, found)
    assert nearest.tolist() == [2, 1]


def test_clusters_are_judged_by_the_largest_of_random_maps():
    """A cluster of 27 against largest ones of 5, 27 and 40: (1 + 2) / (1 + 3)."""
    hand = drawn_map([((20, 0, 20), (24, 4, 24))])
    null = pd.DataFrame({"largest_cluster": [5, 27, 40]})
    assert find_clusters(hand, null).p_family.tolist() == [0.75]


def test_values_are_linear_between_voxels():
    """Halfway between a voxel of 1 and one of 0 the map is 0.5."""
    hand = drawn_map([((20, 10, 20), (20, 10, 20))])
    assert hand.at(np.array([(20.0, 10, 20), (21, 10, 20), (22, 10, 20)])).tolist() == [1, 0.5, 0]


def test_z_and_p_are_those_of_the_voxel(pain_map):
    """At the middle of a voxel, look-up by value gives its own z and p."""
    some = np.flatnonzero(pain_map.z > 1)[::200]
    values = pain_map.at(brain_grid().centres[some])
    np.testing.assert_allclose(pain_map.look_up(values, "z"), pain_map.z[some], rtol=1e-3)
    np.testing.assert_allclose(pain_map.look_up(values, "p"), pain_map.p[some], rtol=1e-2)


def test_expected_and_unexpected_places(pain_map, clusters):
    """The MCC peak touches a cluster, the insula peaks do not, the mFC peaks are far from all."""
    located = locate_peaks(eih.reported_peaks(), pain_map, clusters).set_index("id")
    assert located.distance["r026"] == 0
    assert (located.distance[["r024", "r025", "r068"]] > 0).all()
    assert (located.distance[["r024", "r025", "r068"]] < 12).all()
    assert (located.distance[["r095", "r106"]] > 25).all()


def test_peaks_outside_the_brain_are_refused(pain_map, clusters):
    """The message names them."""
    peaks = pd.DataFrame({"id": ["r1", "r2"], "region": "x"}).assign(
        mni_x=0, mni_y=0, mni_z=[0, 300]
    )
    with pytest.raises(ValueError, match=r"outside the brain: \['r2'\]"):
        locate_peaks(peaks, pain_map, clusters)


def test_no_cluster_is_no_distance(pain_map, clusters):
    """An empty table of clusters is refused."""
    with pytest.raises(ValueError, match="no cluster to measure"):
        locate_peaks(eih.reported_peaks(), pain_map, clusters.head(0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda f: f.drop(columns="mni_y"), "no column .'mni_y'.", id="no coordinate"),
        pytest.param(
            lambda f: f.drop(columns="study"), "need the columns .'study'.", id="no study"
        ),
        pytest.param(lambda f: f.assign(mni_x=np.nan), "a number in every", id="not a number"),
        pytest.param(lambda f: f.assign(sample_size=[5, 6]), "two sample sizes", id="two sizes"),
    ],
)
def test_unusable_foci_are_refused(change, message):
    """Each message says what is wrong."""
    two = foci_at([CENTRE, CENTRE], study=["a", "a"])
    with pytest.raises(ValueError, match=message):
        ale_map(change(two))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda f: ale_map(f, fwhm=0), "width must be above 0", id="width"),
        pytest.param(lambda f: mkda_map(f, radius=-1), "radius must be above 0", id="radius"),
    ],
)
def test_sizes_must_be_above_zero(call, message):
    """A kernel without extent is refused."""
    with pytest.raises(ValueError, match=message):
        call(foci_at([CENTRE]))


def test_one_peak_at_random_places_is_uniform(pain_map):
    """Its percentiles, ties apart, are spread evenly from 0 to 100."""
    from scipy.stats import kstest

    draws = random_placements(eih.reported_peaks().head(1), pain_map, n=3000)
    tied = percentile_at(pain_map.value, [0.0])[0]
    above = draws[draws > 2 * tied]
    assert draws.mean() == pytest.approx(50, abs=2)
    assert kstest((above - 2 * tied) / (100 - 2 * tied), "uniform").pvalue > 0.01


def test_placements_are_the_same_at_every_call(pain_map):
    """The seed decides them; another seed gives others."""
    peaks = eih.reported_peaks().head(3)
    first, again = (random_placements(peaks, pain_map, n=50) for _ in range(2))
    other = random_placements(peaks, pain_map, n=50, seed=1)
    assert (first == again).all()
    assert not (first == other).any()


def test_a_set_where_the_map_is_highest_beats_random_places():
    """Peaks on the three highest voxels have the smallest p there is; on empty voxels a large one."""
    peak_map = ale_map(planted())
    best = np.argsort(peak_map.value)[-3:]
    high = pd.DataFrame(brain_grid().centres[best], columns=AXES)
    tests = placement_test(high, peak_map, n=200)
    assert tests.within.tolist() == ["brain", "grey"]
    assert (tests.p == 1 / 201).all()
    low = pd.DataFrame(brain_grid().centres[np.argsort(peak_map.value)[:3]], columns=AXES)
    assert (placement_test(low, peak_map, n=200).p > 0.5).all()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        pytest.param({"n": 0}, "n of 1 or more", id="none"),
        pytest.param({"within": "skull"}, "within 'brain' or 'grey'", id="where"),
    ],
)
def test_placements_that_make_no_sense_are_refused(pain_map, wanted, message):
    """Too few, or in an unknown place."""
    with pytest.raises(ValueError, match=message):
        random_placements(eih.reported_peaks(), pain_map, **wanted)


def test_a_set_that_fits_nowhere_is_refused(pain_map):
    """Two peaks half a metre apart are not searched for ever."""
    wide = pd.DataFrame([(0, 0, 0), (500, 0, 0)], columns=AXES)
    with pytest.raises(ValueError, match="too wide"):
        random_placements(wide, pain_map, n=1)


def test_held_out_foci_are_judged_by_the_others():
    """A study that agrees with the others lies high in their map, a stranger does not."""
    agreeing = foci_at([CENTRE] * 11)
    stranger = foci_at([(-40.0, -70.0, 30.0)], study=["z"]).assign(sample=99)
    held = held_out_foci(pd.concat([agreeing, stranger], ignore_index=True), stored_null())
    by_study = held.set_index("study")
    assert (by_study.drop(index="z").percentile > 99.9).all()
    assert (by_study.drop(index="z").distance == 0).all()
    assert by_study.percentile["z"] < 50
    assert by_study.distance["z"] > 30


def test_every_variant_places_every_peak(foci, pain_map, clusters):
    """The first variant is the map of the chapter; each sample is left out once."""
    peaks = eih.reported_peaks()
    variants = map_variants(peaks, foci)
    assert all(set(own) == set(peaks.id) for _, own in variants.groupby("variant").id)
    assert not variants.duplicated(["variant", "id"]).any()
    assert variants.variant.str.contains("without").sum() == foci["sample"].nunique() * len(peaks)
    ours = locate_peaks(peaks, pain_map, clusters).percentile
    np.testing.assert_allclose(variants.percentile.head(len(peaks)), ours, atol=1e-3)


def test_stored_random_maps_come_out_again(foci):
    """A sample of them, made now, gives the stored value and cluster."""
    again = recompute_null(foci, stored_null(), n=6)
    assert again.same.all()
    assert again.iteration.tolist() == sorted(again.iteration)
    assert len(again) == 6


def test_a_changed_store_is_noticed(foci):
    """A stored cluster of another size is not 'same'."""
    null = stored_null()
    null["largest_cluster"] += 1
    assert not recompute_null(foci, null, n=2).same.any()


def test_random_maps_belong_to_the_real_threshold(pain_map):
    """The value from which a voxel joins a cluster is the smallest with p < 0.001."""
    forming = pain_map.value[pain_map.p < convergence.P_FORMING].min()
    assert stored_null().attrs["forming"] == pytest.approx(forming, rel=1e-6)


def test_random_maps_agree_with_those_of_nimare(foci):
    """Largest values and clusters of NiMARE's own permutations have the same distribution."""
    from nimare.correct import FWECorrector
    from nimare.meta.cbma import ALE
    from scipy.stats import ks_2samp

    fitted = ALE(random_state=1).fit(convergence._as_studyset(foci))
    theirs = FWECorrector(method="montecarlo", n_iters=80, n_cores=1).transform(fitted)
    theirs = theirs.estimator.null_distributions_
    ours = stored_null()
    for column, name in [
        ("largest_value", "values_level-voxel_corr-fwe_method-montecarlo"),
        ("largest_cluster", "values_desc-size_level-cluster_corr-fwe_method-montecarlo"),
    ]:
        assert ks_2samp(ours[column], theirs[name]).pvalue > 0.01


def test_random_maps_differ_by_iteration_and_seed(foci):
    """Each iteration and each seed has its own foci."""
    forming = stored_null().attrs["forming"]
    values = {
        random_map(foci, i, forming, seed)["largest_value"] for i in (0, 1) for seed in (1, 2)
    }
    assert len(values) == 4


@pytest.mark.parametrize(
    ("file", "change"),
    [
        pytest.param(
            "convergence_null.tsv", lambda text: text.replace("largest", "big"), id="column"
        ),
        pytest.param("convergence_null.tsv", lambda text: text[: len(text) // 2], id="cut off"),
        pytest.param("convergence_null.json", lambda text: text[:40], id="recipe cut off"),
        pytest.param("convergence_null.json", lambda text: "{}", id="recipe empty"),
        pytest.param("convergence_null.tsv", None, id="missing"),
    ],
)
def test_a_damaged_store_says_how_to_make_it(file, change, tmp_path, monkeypatch, root):
    """The message names the file and the call."""
    results = tmp_path / "results"
    results.mkdir()
    for path in (root / "data" / "results").glob("convergence_null.*"):
        text = path.read_text(encoding="utf-8")
        if path.name != file:
            (results / path.name).write_text(text, encoding="utf-8")
        elif change is not None:
            (results / path.name).write_text(change(text), encoding="utf-8")
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    with pytest.raises(
        eih.DataError, match=r"convergence_null.*python -m eih.brain.convergence_nulls"
    ):
        stored_null()


def test_store_writes_what_is_loaded(foci, tmp_path, monkeypatch):
    """A short store, made anew, is loaded again and proves itself."""
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    convergence_nulls.store_null(n=3, seed=7)
    null = stored_null()
    assert len(null) == 3
    assert null.attrs["seed"] == 7
    assert recompute_null(foci, null, n=3).same.all()


def test_figures_show_every_peak(foci, pain_map, clusters):
    """Each peak is drawn: in every view, on its slice, in its row."""
    import matplotlib.pyplot as plt

    from eih import figures

    located = locate_peaks(eih.reported_peaks().assign(question="a"), pain_map, clusters)
    glass = figures.peaks_over_map(pain_map, clusters, located)
    numbers = [text.get_text() for panel in glass.axes for text in panel.texts]
    assert all(numbers.count(str(n)) == 3 for n in range(1, len(located) + 1))
    slices = figures.slices_at_peaks(pain_map, clusters, located)
    assert sum(bool(panel.get_title(loc="center")) for panel in slices.axes) == len(located)
    held = pd.DataFrame({"percentile": [10.0, 50.0, 90.0]})
    variants = located[["id", "percentile"]].assign(variant="one")
    axes = figures.percentiles_of_peaks(located, variants, held, plt.figure().gca())
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows[0].startswith("1  right antIns (36, 6, 14)")
    assert rows[-1] == "3 held-out foci"
    axes = figures.placements_and_observed([20.0, 40.0], 87.0, plt.figure().gca(), "a set")
    assert axes.lines[0].get_xdata()[0] == 87
    plt.close("all")
