"""The table of evidence: its rules on made-up tables, and the real tables through the whole of it."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import eih
from eih.beyond import follow_up
from eih.beyond.evidence import (
    CLAIMS,
    CRITERIA,
    RULES,
    evidence,
    readings,
    rising_people,
    wide_table,
)
from eih.beyond.follow_up import follow_up_test, growth_of_relief
from eih.beyond.power_rows import read_replicates
from eih.beyond.power_tables import power_table

EFFECTS = [claim for claim in CLAIMS.values() if claim.specification]


def made_up(p=0.01, sign=1.0, verdict="exact", power=0.9, percentile=90.0):
    """Make tables in which every claim fares alike."""
    printed = [pair for claim in CLAIMS.values() for pair in claim.printed]
    ledger = pd.DataFrame(printed, columns=["effect", "analysis"])
    ledger["verdict"] = np.where(ledger.analysis == "", "not public", verdict)
    cells = [
        (claim.specification, modality) for claim in EFFECTS for modality in ("heat", "pressure")
    ]
    grid = pd.DataFrame(np.repeat(cells, 20, axis=0), columns=["effect", "modality"])
    first = grid.groupby(["effect", "modality"]).cumcount() == 0
    grid = grid.assign(is_paper=first, estimate=sign, p=p, converged=True, may_vary=True)
    grid.loc[first, "estimate"] = 1.0
    studies = pd.DataFrame(
        [claim.power for claim in EFFECTS], columns=["effect", "model", "size"]
    ).assign(people="generated", n=39, power=power)
    ids = [one for claim in CLAIMS.values() for one in claim.peaks]
    peaks = pd.DataFrame({"id": ids, "percentile": percentile})
    rising = {"heat": 1.0, "pressure": 1.0}
    return [ledger, grid, studies, rising, peaks, 75.0]


def level(table, claim, criterion):
    """Look one answer up."""
    return table.set_index(["claim", "criterion"]).level[claim, criterion]


def test_every_claim_is_asked_every_question():
    """A row per pair, in order, with a level and a rule for each question."""
    table = evidence(*made_up())
    assert table.claim.drop_duplicates().tolist() == list(CLAIMS)
    assert table.criterion.tolist() == list(CRITERIA) * len(CLAIMS)
    assert set(RULES) == set(CRITERIA)


@pytest.mark.parametrize(
    ("verdicts", "answer"),
    [
        (["exact", "rounding"], "yes"),
        (["exact", "explained"], "partly"),
        (["explained", "differs"], "no"),
        (["not public", "exact"], "yes"),
        (["not public"], "–"),
    ],
)
def test_reproduced_goes_by_the_verdicts(verdicts, answer):
    """One unexplained number makes a no; what is not public does not count."""
    tables = made_up()
    other = tables[0][tables[0].analysis != "heat_fitness_saline"]
    own = pd.DataFrame({"effect": "FTP (W/kg) on LI-HI difference", "verdict": verdicts})
    tables[0] = pd.concat([other, own.assign(analysis="heat_fitness_saline")])
    assert level(evidence(*tables), "fitness", "reproduced") == answer


@pytest.mark.parametrize(
    ("significant", "effect", "null"),
    [
        (20, "yes", "no"),
        (16, "yes", "no"),
        (10, "partly", "no"),
        (4, "no", "partly"),
        (1, "no", "yes"),
    ],
)
def test_robust_counts_significant_specifications(significant, effect, null):
    """Of 20: from 16 an effect is robust, from 10 partly; a null with one at most, with four partly."""
    tables = made_up()
    place = tables[1].groupby(["effect", "modality"]).cumcount()
    tables[1]["p"] = np.where(place < significant, 0.01, 0.5)
    table = evidence(*tables)
    assert {level(table, "drug", name) for name in ("robust", "convergent")} == {effect}
    assert level(table, "exercise", "robust") == null


def test_an_effect_whose_sign_changes_is_not_robust():
    """If all but the paper's own specification have the other sign, significance does not help."""
    table = evidence(*made_up(sign=-1.0))
    assert level(table, "drug", "robust") == "no"
    assert level(table, "exercise", "robust") == "no"  # significant either way is against a null


def test_specifications_that_take_everyone_for_alike_do_not_count():
    """Only those that let people differ decide."""
    tables = made_up()
    alike = tables[1].assign(may_vary=False, p=0.9)
    tables[1] = pd.concat([tables[1], alike], ignore_index=True)
    assert level(evidence(*tables), "drug", "robust") == "yes"


@pytest.mark.parametrize(("power", "answer"), [(0.8, "yes"), (0.5, "partly"), (0.49, "no")])
def test_powered_goes_by_the_simulated_studies(power, answer):
    """80 % is enough, half is partly."""
    table = evidence(*made_up(power=power))
    assert {level(table, claim.name, "powered") for claim in EFFECTS} == {answer}


def test_peaks_are_compared_with_those_of_pain_studies():
    """All, some or none at the percentile that pain studies usually reach."""
    tables = made_up()
    tables[4].loc[tables[4].id == "r065", "percentile"] = 10.0
    tables[4].loc[tables[4].id.isin(["r095", "r106"]), "percentile"] = 10.0
    table = evidence(*tables)
    answers = [
        level(table, name, "convergent") for name in ("brain_heat", "brain_drug", "brain_fitness")
    ]
    assert answers == ["yes", "partly", "no"]


@pytest.mark.parametrize(
    ("levels", "reading"),
    [
        (["yes", "yes", "yes", "yes"], "stands"),
        (["partly", "yes", "partly", "–"], "stands"),
        (["yes", "yes", "yes", "no"], "fragile"),
        (["yes", "partly", "yes", "yes"], "fragile"),
        (["–", "–", "–", "yes"], "open"),
    ],
)
def test_the_reading_follows_from_the_answers(levels, reading):
    """It stands if it is robust and nothing speaks against it; it is open if it cannot be asked."""
    table = pd.DataFrame({"claim": "drug", "criterion": CRITERIA, "level": levels})
    assert readings(table)["drug"] == reading


@pytest.mark.parametrize(
    ("place", "empty", "message"),
    [
        (0, lambda table: table.head(0), "No printed number of the claim 'stimuli' in the ledger"),
        (2, lambda table: table.head(0), "0 rows on the power of 'exercise'"),
        (
            4,
            lambda table: table.head(1),
            "The peaks of the claim 'brain_heat' are .* not all are there",
        ),
    ],
)
def test_a_table_without_a_claim_is_refused(place, empty, message):
    """No claim is passed over in silence."""
    tables = made_up()
    tables[place] = empty(tables[place])
    with pytest.raises(ValueError, match=message):
        evidence(*tables)


def test_the_claims_are_those_of_the_stored_results():
    """Real ledger, specifications and studies answer each question; peaks are those that are reported."""
    printed = eih.reported_results()
    tables = made_up()
    tables[1], tables[2] = eih.load_specifications(), power_table(read_replicates())
    table = evidence(*tables)
    assert table.level.isin(["yes", "partly", "no", "–"]).all()
    effects = {effect for claim in CLAIMS.values() for effect, _ in claim.printed}
    assert effects <= set(printed.effect)
    analyses = {name for claim in CLAIMS.values() for _, name in claim.printed} - {""}
    assert analyses <= set(eih.list_analyses().name)
    assert set(tables[4].id) <= set(eih.reported_peaks().id)


def test_the_wide_table_has_a_row_per_claim_in_words():
    """Level and detail stand in one cell, the reading is the last column."""
    wide = wide_table(evidence(*made_up()))
    assert wide.index.tolist() == [claim.words for claim in CLAIMS.values()]
    assert wide.columns.tolist() == [*CRITERIA, "reading"]
    assert wide.powered["Naloxone raises heat pain"] == "yes: 90\u00a0%"
    assert wide.robust["Insula and midcingulate cortex follow the heat"] == "needs images"


def test_rising_people_are_counted():
    """Two of three people rate the highest target above the lowest."""
    trials = pd.DataFrame({"participant": list("aabbcc"), "target": [30, 70] * 3})
    assert_allclose(rising_people(trials.assign(rating=[1, 2, 3, 4, 6, 5])), 2 / 3)


def test_growth_is_relief_at_the_highest_minus_at_the_lowest_target():
    """By hand for one woman: means of her saline ratings."""
    row = growth_of_relief().iloc[0]
    own = eih.load_trials("heat").query("drug == 'saline' and participant == @row.participant")
    means = own.groupby(["target", "exercise"], observed=True).rating.mean().unstack()
    relief = means.low - means.high
    assert row.growth == pytest.approx(relief[70] - relief[30])
    assert row.relief_50 == pytest.approx(relief[50])


def test_only_women_under_saline_are_asked():
    """21 women, each once, with their fitness."""
    people = eih.load_participants().set_index("participant")
    women = growth_of_relief("pressure").set_index("participant")
    assert (people.sex[women.index] == "female").all()
    assert len(women) == (people.sex == "female").sum() == 21
    assert_allclose(women.ftp_per_kg, people.ftp_per_kg[women.index])


def test_the_slope_is_that_of_a_partial_regression():
    """Residuals of growth and fitness on drug order give the slope, with n − 3 degrees of freedom."""
    women = growth_of_relief()
    order = np.column_stack([np.ones(21), women.drug_order == "naloxone first"])

    def rest(values):
        return values - order @ np.linalg.lstsq(order, values, rcond=None)[0]

    line = stats.linregress(rest(women.ftp_per_kg.to_numpy()), rest(women.growth.to_numpy()))
    found = follow_up_test()
    assert found.estimate == pytest.approx(line.slope)
    assert (found.n, found.df) == (21, 18)
    half = stats.t.isf(0.025, 18) * found.se
    assert_allclose([found.ci_low, found.ci_high], [line.slope - half, line.slope + half])


def test_a_planted_growth_is_found(monkeypatch):
    """With relief at 70 that rises by 20 points per W/kg the slope rises by as much."""
    before = follow_up_test().estimate
    trials = eih.load_trials("heat")
    strong = (trials.target == 70) & (trials.exercise == "high")
    planted = trials.assign(rating=trials.rating - 20 * trials.ftp_per_kg * strong)
    monkeypatch.setattr(follow_up, "load_trials", lambda modality: planted)
    assert follow_up_test().estimate == pytest.approx(before + 20)


def test_the_detectable_slope_has_a_power_of_80_percent():
    """A true slope of that size, in its standard errors, exceeds the critical t in four of five studies."""
    found = follow_up_test()
    power = stats.nct.sf(stats.t.isf(0.025, 18), 18, found.detectable / found.se)
    assert power == pytest.approx(0.8, abs=0.015)
