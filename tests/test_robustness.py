"""Stored specifications: they are those of the grid, they can be fitted again, shares are right."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih
from eih.beyond import robustness
from eih.tables.schema import DataError

# A different processor or optimiser build stops elsewhere on a flat top; in standard errors.
CLOSE = 0.02


def results(estimates, p, **columns):
    """Make a small table of results."""
    table = pd.DataFrame({"estimate": estimates, "p": p, "se": 1.0})
    defaults = {"effect": "drug", "modality": "heat", "is_paper": False, "converged": True}
    return table.assign(**{**defaults, **columns})


def test_the_stored_results_are_those_of_the_grid():
    """Row by row the file has the specifications that the code lists, the paper's marked."""
    stored, grid = eih.load_specifications(), eih.specification_grid()
    assert stored[list(grid)].equals(grid)


def test_a_random_sample_fitted_again_gives_the_stored_numbers():
    """Deviances agree, estimates and standard errors to a fiftieth of a standard error, p to a thousandth."""
    again = eih.recheck_specifications(n=30, seed=7, tolerance=CLOSE)
    assert len(again) >= 30
    assert again.worse.dropna().abs().max() < 1e-3
    assert_allclose(again.fresh_estimate, again.estimate, rtol=1e-2, atol=1e-2)
    assert_allclose(again.fresh_p, again.p, atol=1e-3)


def test_recheck_sees_a_stored_number_that_is_wrong():
    """An estimate moved by a standard error shows as a gap of one, and is refused."""
    stored = eih.load_specifications("fitness", "heat")
    own = stored[stored.is_paper]
    wrong = own.assign(estimate=own.estimate + own.se)
    again = eih.recheck_specifications(n=1, results=wrong, tolerance=2)
    assert_allclose(again.gap, 1, atol=1e-3)
    with pytest.raises(DataError, match=r"1 of 1 stored results differ .* fitness, heat"):
        eih.recheck_specifications(n=1, results=wrong)


@pytest.mark.parametrize("shift", [0.01, -0.01])
def test_recheck_sees_a_fit_that_is_not_the_optimum(shift):
    """A deviance that differs is refused, whoever has the larger one, with all other numbers in place."""
    stored = eih.load_specifications("sex_by_fitness_by_drug", "heat")
    own = stored[stored.is_paper]
    with pytest.raises(DataError, match=r"1 of 1 stored results differ .* 0\.001 in the deviance"):
        eih.recheck_specifications(n=1, results=own.assign(criterion=own.criterion + shift))


def test_no_stored_fit_is_worse_than_one_nested_in_it():
    """More random effects never raise the deviance: every stored fit reached its optimum."""
    stored = eih.load_specifications()
    order = {"intercepts": 0, "slopes": 1, "maximal": 2}
    shared = [name for name in stored.columns[:11] if name not in ("random", "coding")]
    mixed = stored[stored.criterion.notna()].assign(size=lambda rows: rows.random.map(order))
    mixed = mixed.drop_duplicates([*shared, "random"]).sort_values("size")
    steps = mixed.groupby(shared).criterion.diff().dropna()
    assert len(steps) > 3000
    assert steps.max() < 1e-3


def test_recheck_sees_a_wrong_p_where_there_is_no_standard_error():
    """A rank test is compared by its p."""
    stored = eih.load_specifications("fitness", "heat")
    ranks = stored[stored.method == "ranks"].head(1)
    assert eih.recheck_specifications(n=1, results=ranks).gap.iloc[0] < 1e-4
    with pytest.raises(DataError, match="1 of 1 stored results differ"):
        eih.recheck_specifications(n=1, results=ranks.assign(p=ranks.p + 0.1))


def test_recheck_refuses_a_stored_success_that_fails():
    """A number where a fresh fit has none is refused."""
    stored = eih.load_specifications("fitness", "heat").head(1)
    with pytest.raises(DataError, match="stored results differ"):
        eih.recheck_specifications(n=1, results=stored.assign(se=float("nan"), p=float("nan")))


def test_failed_specifications_have_no_numbers_and_a_reason():
    """A stored failure says what went wrong, a stored success says nothing."""
    stored = eih.load_specifications()
    assert stored.estimate.notna().equals(stored.converged)
    assert (stored.failure != "").equals(~stored.converged)


def test_shares_count_sign_significance_and_failures():
    """Of four fitted ones three share the paper's sign; two of these are significant, one against it."""
    table = results([2, 3, 1, -4, np.nan], [0.01, 0.04, 0.5, 0.001, np.nan])
    table["is_paper"] = [True, False, False, False, False]
    table["converged"] = [True, True, True, True, False]
    shares = eih.specification_shares(table).iloc[0]
    assert (shares.n, shares.failed) == (5, 1)
    assert (shares.same_sign, shares.significant, shares.opposite) == (0.75, 0.5, 0.25)
    assert (shares.lowest, shares["median"], shares.highest) == (-4, 1.5, 3)


def test_shares_follow_the_papers_sign_also_where_the_paper_is_in_another_part():
    """Split by a column, every part is compared with the one row of the paper."""
    table = results(
        [-2, 3, 4], [0.01, 0.01, 0.5], part=["a", "b", "b"], is_paper=[True, False, False]
    )
    assert eih.specification_shares(table, by="part").same_sign.tolist() == [1, 0]


def test_a_file_of_another_grid_is_refused(tmp_path, monkeypatch):
    """Results that lack a specification name the recipe."""
    stored = robustness.results_path().read_text(encoding="utf-8")
    (tmp_path / "results").mkdir()
    path = tmp_path / "results" / "specifications.tsv"
    path.write_text("".join(stored.splitlines(keepends=True)[:-1]), encoding="utf-8")
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    with pytest.raises(
        DataError, match=r"10795 rows, which are not .* python -m eih.beyond.robustness"
    ):
        eih.load_specifications()


def test_a_missing_file_names_the_recipe(tmp_path, monkeypatch):
    """Without the file the message says how to make it."""
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"specifications\.tsv: cannot be read .* --jobs 2"):
        eih.load_specifications()


def test_an_unknown_effect_is_refused():
    """The message lists the effects."""
    with pytest.raises(
        ValueError, match="Unknown effect 'luck'. There are: drug, drug_by_intensity"
    ):
        eih.load_specifications("luck")


def test_the_recipe_writes_what_the_loader_reads(tmp_path, monkeypatch, capsys):
    """On a grid of one specification the file comes back with the fitted number."""
    grid = eih.specification_grid()
    one = grid[grid.is_paper & (grid.effect == "fitness")].head(1).reset_index(drop=True)
    monkeypatch.setattr(robustness, "specification_grid", lambda: one)
    monkeypatch.setattr(robustness, "results_path", lambda: tmp_path / "results" / "one.tsv")
    robustness.main([])
    assert "1 specifications, 0 failed" in capsys.readouterr().out
    assert_allclose(eih.load_specifications().estimate, 6.45024)
    recipe = json.loads((tmp_path / "results" / "one.json").read_text(encoding="utf-8"))
    assert recipe["call"] == "python -m eih.beyond.robustness --jobs 2"


def test_the_stored_recipe_is_that_of_the_code():
    """The file beside the results says how they are made, apart from the versions of that day."""
    path = robustness.results_path().with_suffix(".json")
    stored, now = json.loads(path.read_text(encoding="utf-8")), robustness.recipe()
    assert stored.keys() == now.keys()
    assert stored | {"versions": {}} == now | {"versions": {}}
