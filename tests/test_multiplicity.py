"""Corrections for many tests, against hand calculation."""

import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih
from eih.beyond.multiplicity import EXPLORATORY


def test_holm_and_fdr_equal_the_hand_calculation():
    """Holm: 4p1, then 3p2, 2p3, p4, never falling; Benjamini-Hochberg: 4p_k / k, never rising from above."""
    table = eih.corrected(pd.DataFrame({"p": [0.04, 0.005, 0.03, 0.02]}))
    assert_allclose(table.p, [0.005, 0.02, 0.03, 0.04])
    assert_allclose(table.p_holm, [0.02, 0.06, 0.06, 0.06])
    assert_allclose(table.p_fdr, [0.02, 0.04, 0.04, 0.04])
    assert table.left.tolist() == ["both", "FDR", "FDR", "FDR"]


def test_a_lone_test_stays_as_it_is():
    """A family of one needs no correction."""
    table = eih.corrected(pd.DataFrame({"p": [0.2]}))
    assert table[["p_holm", "p_fdr", "left"]].iloc[0].tolist() == [0.2, 0.2, "none"]


@pytest.mark.parametrize("p", [-0.1, 1.2, float("nan")])
def test_what_is_no_p_value_is_refused(p):
    """The message shows the values."""
    with pytest.raises(ValueError, match="Invalid p values"):
        eih.corrected(pd.DataFrame({"p": [0.5, p]}))


def test_each_exploratory_test_has_the_p_value_of_its_reported_result():
    """The p value is that of the paper's analysis which answers that result, term by term."""
    tests = eih.exploratory_tests()
    for row, (_, _, analysis, term, _) in zip(tests.itertuples(), EXPLORATORY, strict=True):
        assert row.p == eih.recompute(analysis).p[term]


def test_no_exploratory_test_counts_twice():
    """Modality and words name each test once."""
    assert not eih.exploratory_tests().duplicated(["modality", "test"]).any()
