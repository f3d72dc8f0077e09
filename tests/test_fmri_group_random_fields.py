"""Random field theory: SPM's numbers, the Gaussian limit, lattices by hand, and simulated fields."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import ndimage

from eih.brain.peak_consistency import euler_density
from eih.fmri.grids import group_grid, smooth_noise
from eih.fmri.random_fields import (
    ec_densities,
    expected_clusters,
    random_field_p,
    random_field_threshold,
    resel_counts,
    smoothness,
)

# SPM12, one subject, 84 degrees of freedom, threshold of p < 0.05 FWE: the values that SPM exported in
# the first example of the NIDM-Results standard (incf-nidash/nidm-specs).
SPM_RESELS = [7, 42.96312274763, 269.40914815306, 467.07642343881]
SPM_T, SPM_P, SPM_EXPECTED = 4.85241745689539, 2.7772578456986e-06, 0.0512932943875478


def test_the_threshold_is_that_of_spm():
    """SPM's resels give SPM's height, uncorrected p and expected number of clusters."""
    assert random_field_threshold(84, SPM_RESELS) == pytest.approx(SPM_T, rel=1e-6)
    assert ec_densities(SPM_T, 84)[0] == pytest.approx(SPM_P, rel=1e-4)
    assert expected_clusters(SPM_T, 84, SPM_RESELS) == pytest.approx(SPM_EXPECTED, rel=1e-5)


def test_the_third_density_is_the_one_used_for_reported_peaks():
    """Two formulas in this package, written apart, agree."""
    t = np.array([2.0, 4.59, 7.0])
    assert_allclose(ec_densities(t, 37)[3], euler_density(t, 37))


def test_many_degrees_of_freedom_give_the_gaussian_densities():
    """For large df the densities are those of a Gaussian field (Hermite polynomials)."""
    z, resel = 3.8, 4 * np.log(2)
    gaussian = [
        resel**0.5 / (2 * np.pi) * np.exp(-(z**2) / 2),
        resel / (2 * np.pi) ** 1.5 * z * np.exp(-(z**2) / 2),
        resel**1.5 / (2 * np.pi) ** 2 * (z**2 - 1) * np.exp(-(z**2) / 2),
    ]
    assert_allclose(ec_densities(z, 1e7)[1:], gaussian, rtol=1e-4)


def test_a_hundred_resels_in_a_plane():
    """In a plane of 100 resels Z = 3.8 is the 5 % height, an example known from Worsley et al. (1992)."""
    assert 100 * ec_densities(3.8, 1e7)[2] == pytest.approx(0.05, abs=0.005)


def test_resels_of_a_box():
    """A box of a × b × c steps has the products of its edges, and one piece."""
    box = np.zeros((9, 9, 9), bool)
    box[1:5, 2:8, 3:6] = True  # 3 × 5 × 2 steps of 2, 3 and 4 mm
    a, b, c = np.array([3 * 2, 5 * 3, 2 * 4]) / 6
    expected = [1, a + b + c, a * b + a * c + b * c, a * b * c]
    assert_allclose(resel_counts(box, (2, 3, 4), (6, 6, 6)), expected)


@pytest.mark.parametrize(("shape", "pieces"), [("two boxes", 2), ("ring", 0), ("hollow", 2)])
def test_the_zeroth_resel_is_the_euler_characteristic(shape, pieces):
    """Pieces minus handles plus hollows."""
    volume = np.zeros((9, 9, 9), bool)
    if shape == "two boxes":
        volume[1:3, 1:3, 1:3] = volume[5:8, 5:8, 5:8] = True
    else:
        volume[2:7, 2:7, 2:7] = True
        volume[4, 4, 2 : 7 if shape == "ring" else 5] = False
        if shape == "hollow":
            volume[4, 4, 2:4] = True
    assert resel_counts(volume, (1, 1, 1), (5, 5, 5))[0] == pieces


def test_simulated_t_fields_have_the_expected_euler_characteristic():
    """In 60 smooth T fields (20 df, FWHM of 6 voxels) the mean count above two heights is as expected."""
    rng = np.random.default_rng(6)
    box, fwhm, pad, df = (20, 20, 20), 6.0, 8, 20
    counted = {2.0: [], 3.0: []}
    for _ in range(60):
        noise = rng.standard_normal((df + 1, *(n + 2 * pad for n in box)), dtype=np.float32)
        smooth = ndimage.gaussian_filter(noise, (0, *[fwhm / 2.3548] * 3))
        fields = smooth[:, pad:-pad, pad:-pad, pad:-pad]
        t = fields.mean(axis=0) / (fields.std(axis=0, ddof=1) / (df + 1) ** 0.5)
        for height, counts in counted.items():
            above = t > height
            counts.append(resel_counts(above, (1, 1, 1), [fwhm] * 3)[0] if above.any() else 0)
    resels = resel_counts(np.ones(box, bool), (1, 1, 1), [fwhm] * 3)
    for height, counts in counted.items():
        error = np.std(counts) / len(counts) ** 0.5
        assert np.mean(counts) == pytest.approx(
            expected_clusters(height, df, resels), abs=4 * error + 0.05 * np.mean(counts)
        )


def test_the_smoothness_is_recovered_along_each_axis():
    """Noise drawn with a known FWHM is measured to have it, up to a per cent or two."""
    noise = smooth_noise(np.random.default_rng(1), 30, fwhm=9.0)
    estimated = smoothness(noise - noise.mean(axis=0), group_grid().inside, (4, 4, 4))
    assert_allclose(estimated, 9.0, rtol=0.03)


def test_independent_voxels_have_no_smoothness():
    """White noise is far less smooth than a voxel."""
    noise = smooth_noise(np.random.default_rng(1), 30, fwhm=0)
    assert (smoothness(noise, group_grid().inside, (4, 4, 4)) < 2.5).all()


def test_p_falls_with_height_and_never_exceeds_one():
    """From T = 0 to 12, p stays in 0 to 1 and falls; below 1 it is 1."""
    p = random_field_p(np.linspace(0, 12, 100), 38, [1, 90, 1700, 7700])
    assert (p <= 1).all()
    assert (np.diff(p[np.linspace(0, 12, 100) > 4]) < 0).all()
    assert p[0] == 1


@pytest.mark.parametrize(
    "volume", [np.zeros((3, 3, 3), bool), np.ones((3, 3), bool)], ids=["empty", "flat"]
)
def test_a_volume_without_voxels_is_refused(volume):
    """The message tells its shape."""
    with pytest.raises(ValueError, match=r"The volume has the shape \(3, 3"):
        resel_counts(volume, (1, 1, 1), (5, 5, 5))
