"""What the pages' live figures are given to draw is what was measured and computed."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih
from eih.figures import fitness_explorer, specification_explorer, trial_explorer
from eih.figures.interactive import Live


@pytest.fixture(scope="module")
def trials():
    """Return all trials of the study."""
    return eih.load_trials()


@pytest.fixture(scope="module")
def specifications():
    """Return the stored specifications."""
    return eih.load_specifications()


def test_data_cannot_end_their_script():
    """Markup in the data cannot close the element that holds them, and comes back as it was."""
    page = Live("x", {"name": "</script><b>&"}).to_html()
    inside = page.removeprefix('<script type="application/json">').removesuffix("</script>")
    assert "<" not in inside
    assert json.loads(inside) == {"name": "</script><b>&"}


def test_every_rating_is_in_the_explorer(trials):
    """Decoded, the explorer's ratings are those of the table, missing ones included."""
    decoded = [
        np.nan if code == "--" else int(code, 36)
        for person in trial_explorer(trials).data["people"]
        for *_, text in person["blocks"]
        for code in re.findall(r".(..)", text)
    ]
    order = ["participant", "session", "block", "trial"]
    np.testing.assert_array_equal(decoded, trials.sort_values(order).rating)


def test_the_curve_keeps_which_p_are_below_five_percent(specifications):
    """Rounding for the page moves no p value across 0.05."""
    drug = specification_explorer(specifications).data["effects"][0]
    own = specifications[(specifications.effect == "drug") & (specifications.modality == "heat")]
    assert [p < 50 for p in drug["heat"]["p"]] == (own.p < 0.05).tolist()


def test_heat_and_pressure_must_have_the_same_specifications(specifications):
    """Specifications that one modality lacks are refused, with both counts."""
    drug = specifications[specifications.effect == "drug"]
    n = (drug.modality == "heat").sum()
    with pytest.raises(
        ValueError, match=rf"'drug' differ between heat \({n}\) and pressure \({n - 1}\)"
    ):
        specification_explorer(drug.iloc[:-1])


def test_relief_and_its_lines_are_in_the_explorer():
    """People on a straight line of each sex and drug: points, line, band without width, slopes."""
    fitness = [1, 2, 3, 4]
    tilt = {
        ("female", "saline"): 1,
        ("female", "naloxone"): 2,
        ("male", "saline"): 3,
        ("male", "naloxone"): 4,
    }
    scores = pd.DataFrame(
        [(f"{sex}{x}", sex, drug, x, by * x) for (sex, drug), by in tilt.items() for x in fitness],
        columns=["participant", "sex", "drug", "ftp_per_kg", "difference"],
    )
    slopes = pd.DataFrame(
        {"beta": [3.0], "ci_low": [2.5], "ci_high": [3.5]}, index=["male, saline"]
    )
    data = fitness_explorer(scores, slopes).data
    assert {"name": "male2", "sex": "male", "x": 2.0, "saline": 6.0, "naloxone": 8.0} in data[
        "people"
    ]
    assert len(data["people"]) == 8
    for line in data["lines"]:
        by = tilt[line["sex"], line["drug"]]
        for what in ("fit", "low", "high"):
            assert_allclose(line[what], by * np.array(line["x"]), atol=0.03)
    assert data["slopes"] == [
        {"sex": "male", "drug": "saline", "beta": 3.0, "low": 2.5, "high": 3.5}
    ]
    low, high = data["axes"]["y"]
    assert low < 1
    assert high > 16
