"""Power from the design: against simulation and known limits."""

import numpy as np
import pytest

import eih
from eih.models.expected_power import power_by_sample_size

FORMULA = "difference ~ drug * ftp_per_kg + (1|participant)"
TERM = "drug[naloxone]:ftp_per_kg"


@pytest.fixture(scope="module")
def model():
    """Fit a difference-score model with one random effect."""
    scores = eih.difference_scores(eih.load_trials("heat"), "exercise")
    return eih.lmm(FORMULA, scores, ci=None)


def test_the_expected_se_is_that_of_the_fit(model):
    """For the whole sample the expected standard error is the estimated one."""
    expected = power_by_sample_size(model, TERM, [39]).se.item()
    assert expected == pytest.approx(model.coefficient(TERM).se, rel=1e-6)


def test_df_are_those_of_the_fit(model):
    """For a term within participants the df agree with Satterthwaite's."""
    assert power_by_sample_size(model, TERM, [39]).df.item() == pytest.approx(
        model.coefficient(TERM).df, rel=1e-3
    )


def test_power_grows_with_the_sample(model):
    """More participants never mean less power."""
    power = power_by_sample_size(model, TERM, [20, 39, 78, 156]).power
    assert power.is_monotonic_increasing


def test_power_agrees_with_simulation(model):
    """Refits of simulated data are significant as often as expected."""
    data = model.design.frame.copy()
    columns = model.design.columns(data)
    between, within = model.variances.variance
    people = data.participant.astype("category").cat.codes.to_numpy()
    rng = np.random.default_rng(7)
    effects = model.estimates.copy()
    place = list(model.table.term).index(TERM)
    effects[place] *= 2.5 / abs(model.coefficient(TERM).t)  # an effect of 2.5 standard errors
    hits = 0
    for _ in range(200):
        data["difference"] = (
            columns @ effects
            + rng.normal(0, between**0.5, people.max() + 1)[people]
            + rng.normal(0, within**0.5, len(data))
        )
        hits += eih.lmm(FORMULA, data, ci=None).coefficient(TERM).p < 0.05
    assert hits / 200 == pytest.approx(0.70, abs=0.10)  # power of 2.5 SE at two-sided 5 %


def test_other_random_effects_are_refused():
    """A model with crossed random effects is named as what this cannot do."""
    heat = eih.load_trials("heat").query("session == 1")
    crossed = eih.lmm("rating ~ target + (1|participant) + (1|nth)", heat, ci=None)
    with pytest.raises(ValueError, match=r"random effects \['participant', 'nth'\]"):
        power_by_sample_size(crossed, "target", [39])


def test_too_few_participants_are_refused(model):
    """One person cannot estimate a slope between people."""
    with pytest.raises(ValueError, match="1 participants are too few"):
        power_by_sample_size(model, TERM, [1])
