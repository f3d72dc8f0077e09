"""Corrections, found peaks, leave-one-out and the figures of group inference."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import eih
from eih import figures, fmri
from eih.fmri.group_models import MODELS

GRID = fmri.group_grid()
PEOPLE = eih.load_participants()
VOLUMES = fmri.search_volumes()


@pytest.fixture(scope="module")
def analysed():
    """Return surrogate images of the slope model, their fit and its corrections."""
    rng = np.random.default_rng(5)
    surrogate = fmri.surrogate_contrasts(rng, "fitness")
    design, contrast = fmri.group_design("fitness")
    maxima = fmri.permutation_maxima(rng, surrogate.values, design, contrast, VOLUMES, 99)
    fit = fmri.fit_group(surrogate.values, design, contrast)
    return surrogate, fit, fmri.prepare_corrections(fit, VOLUMES, maxima)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_every_name_of_the_package_can_be_had():
    """Each public name of eih.fmri is found, and an unknown one is refused with the list."""
    assert all(hasattr(fmri, name) for name in fmri.__all__)
    with pytest.raises(AttributeError, match="It offers: "):
        fmri.no_such_name  # noqa: B018


@pytest.mark.parametrize("volume", VOLUMES)
def test_p_at_the_threshold_is_five_per_cent(analysed, volume):
    """Bonferroni and random field: the T of the threshold table has p = 0.05."""
    _, _, prepared = analysed
    at = prepared.thresholds().query("volume == @volume").set_index("method")["T"]
    for method in ("random field", "Bonferroni", "SPM"):
        assert float(prepared.p(at[method], volume, method)) == pytest.approx(0.05, rel=1e-6)


def test_spm_takes_the_smaller_p(analysed):
    """The fourth method is never above the second and third."""
    _, _, prepared = analysed
    t = np.linspace(2, 8, 30)
    p = {method: prepared.p(t, "small volume", method) for method in prepared.methods}
    assert_allclose(p["SPM"], np.minimum(p["random field"], p["Bonferroni"]))


def test_a_smaller_volume_needs_less(analysed):
    """Each method asks for less in the small volume than in the whole brain."""
    at = analysed[2].thresholds().pivot(index="method", columns="volume", values="T")
    assert (at["small volume"] < at["whole brain"]).all()


def test_without_maxima_there_is_no_permutation(analysed):
    """The method is then neither listed nor answered."""
    prepared = fmri.prepare_corrections(analysed[1], VOLUMES)
    assert "permutation" not in set(prepared.thresholds().method)
    with pytest.raises(ValueError, match="Unknown method 'permutation'"):
        prepared.p(5.0, "whole brain", "permutation")
    with pytest.raises(ValueError, match="Unknown volume 'half'"):
        prepared.p(5.0, "half", "SPM")


def test_the_found_peak_is_the_highest_nearby(analysed):
    """It is at least as high as the planted voxel, within 12 mm, and inside its volume."""
    surrogate, fit, prepared = analysed
    found = fmri.found_peaks(surrogate, fit, prepared)
    assert found.volume.tolist() == ["whole brain", "small volume"]
    assert (found.T_found >= found.T_planted).all()
    assert (found.distance_mm <= 12).all()
    inside = VOLUMES["small volume"]
    away = np.linalg.norm(GRID.centres - GRID.centres[surrogate.planted.voxel[0]], axis=1)
    assert found.T_found[1] == fit.t[inside & (away <= 12)].max()


def test_a_study_has_every_peak_once_per_volume():
    """Seven peaks in the whole brain, three of them in the small volume as well."""
    study = fmri.surrogate_study(np.random.default_rng(1), permutations=19)
    assert study.volume.value_counts().to_dict() == {"whole brain": 7, "small volume": 3}
    assert set(study.model) == set(MODELS)


def test_leaving_one_out_is_fitting_the_rest():
    """Without sub-07 the slope is that of ordinary regression on the other 38."""
    values = PEOPLE.age.to_numpy(float)
    left = fmri.peak_without_each(values, "fitness", PEOPLE).set_index("left_out")
    rest = eih.lm("age ~ ftp_per_kg", PEOPLE[PEOPLE.participant != "sub-07"]).coefficient(
        "ftp_per_kg"
    )
    row = left.loc["sub-07"]
    assert_allclose([row.effect, row["T"], row.df], [rest.estimate, rest.t, rest.df], rtol=1e-8)
    assert row.p == pytest.approx(stats.t.sf(rest.t, 36))
    assert left["T"].is_monotonic_increasing


def test_clusters_are_counted_by_faces():
    """Two voxels that share a face are one cluster, two that share a corner are two."""
    t = np.zeros(GRID.inside.shape)
    t[25, 30, 25] = t[26, 30, 25] = t[24, 29, 24] = 9.0
    shown = fmri.uncorrected_map(t[GRID.inside], 38)
    assert shown == {"voxels": 3, "clusters": 2, "largest": 2}


def test_one_number_per_person_is_needed():
    """Leaving out people of another table is refused."""
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        fmri.peak_without_each(np.ones(3), "drug", PEOPLE)


def test_brain_figures_say_surrogate(analysed):
    """The word stands on the figure itself, not only in its caption."""
    image = fmri.map_image(analysed[1].t)
    for drawing in (
        figures.surrogate_slices([image], ["T"], cuts=[0, 20]),
        figures.surrogate_glass_brain(image, 3.3),
    ):
        assert "SURROGATE IMAGES" in [text.get_text() for text in drawing.texts]


def test_a_volume_is_outlined_on_request():
    """With a search volume the glass brain has lines that it does not have without."""
    values = np.zeros(len(GRID.centres))
    values[fmri.voxel_of((-2, -26, -8))] = 5
    image = fmri.map_image(values)

    def n_drawn(volume):
        drawing = figures.surrogate_glass_brain(image, 3, volume=volume)
        return sum(len(axes.collections) for axes in drawing.axes)

    assert n_drawn(image) > n_drawn(None)


def test_slices_show_the_layer_at_that_height():
    """A single bright voxel appears in the slice at its height and in no other."""
    values = np.full(len(GRID.centres), 0.1)
    voxel = fmri.voxel_of((-2, -26, -8))
    values[voxel] = 5
    drawing = figures.surrogate_slices([fmri.map_image(values)], ["T"], cuts=[-8, 40])
    highest = [axes.images[0].get_array().max() for axes in drawing.axes[:2]]
    assert_allclose(highest, [5, 0.1], rtol=1e-6)


def test_thresholds_stand_where_the_table_says(analysed):
    """Each method but SPM's has a line at its T."""
    prepared = analysed[2]
    rows = prepared.thresholds().query("volume == 'small volume'")
    ax = figures.maxima_and_thresholds(prepared.maxima["small volume"], rows)
    drawn = sorted(line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2)
    assert_allclose(drawn, sorted(rows[rows.method != "SPM"]["T"]))


def test_planted_and_found_are_drawn(analysed):
    """Diamond, open and filled circle stand at the three values of the row."""
    found = fmri.found_peaks(*analysed)
    ax = figures.planted_and_found(found.iloc[:1])
    drawn = {float(line.get_xdata()[0]) for line in ax.lines if len(line.get_xdata()) == 1}
    assert {4.59, found.T_planted[0], found.T_found[0]} <= drawn


def test_error_rates_are_drawn_in_per_cent():
    """A rate of 0.04 stands at 4."""
    row = {"model": "drug", "method": "permutation", "rate": 0.04, "ci_low": 0.02, "ci_high": 0.07}
    ax = figures.error_rates(pd.DataFrame([row]))
    assert 4 in [line.get_xdata()[0] for line in ax.lines]


def test_power_is_drawn_in_per_cent():
    """A dot of each volume stands at its rate."""
    dots = pd.DataFrame(
        {"volume": ["whole brain", "small volume"], "noncentrality": 5.0, "rate": [0.2, 0.7]}
    ).assign(ci_low=0.1, ci_high=0.8)
    curves = pd.DataFrame(
        {"volume": ["whole brain"] * 2, "noncentrality": [0.0, 9.0], "power": [0.0, 1.0]}
    )
    ax = figures.power_by_noncentrality(dots, curves)
    heights = [float(line.get_ydata()[0]) for line in ax.lines if line.get_marker() in "so"]
    assert sorted(heights) == [20, 70]


def test_every_person_left_out_has_a_dot():
    """In the order of the table, named."""
    left = pd.DataFrame({"left_out": ["sub-03", "sub-01"], "T": [3.0, 5.0]})
    ax = figures.peak_without_people(left, 4.5, 4.0)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["03", "01"]
    assert_allclose(ax.lines[0].get_ydata(), [3, 5])


def test_designs_are_drawn_side_by_side():
    """A panel per design with its columns named."""
    drawing = figures.design_matrices(
        {name: fmri.group_design(name)[0] for name in ("drug", "sex")}
    )
    assert [len(axes.get_xticks()) for axes in drawing.axes] == [1, 3]


def test_studies_without_a_significant_peak_have_no_red_dots():
    """Grey dots for all studies, red ones for those with p of at most 0.05."""
    studies = pd.DataFrame(
        {
            "peak": "r065",
            "t": [4.0, 5.0, 6.0],
            "t_found": [4.5, 5.5, 6.5],
            "p_permutation": [0.2, 0.05, 0.01],
        }
    )
    names = pd.DataFrame({"peak": ["r065"], "name": ["PAG"], "noncentrality": [5.17]})
    ax = figures.spread_of_found(studies, names)
    assert [len(line.get_xdata()) for line in ax.lines if line.get_marker() == "."] == [3, 2]
