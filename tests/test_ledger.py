"""The ledger: whole, computed, and able to fail."""

from pathlib import Path

import pandas as pd
import pytest

import eih
from eih.paper import analyses, explanations
from eih.paper.claims import CLAIMS
from eih.paper.comparison import LEDGER_COLUMNS, judge, numbers_of
from eih.paper.printed import printed_numbers, reported_results
from eih.paper.verdicts import VERDICTS

HERE_SECTIONS = ["s2", "s2-1", "s2-3", "s2-4", "s2-5", "s2-6"]
SHARED = Path(__file__).parents[2] / "shared" / "reference" / "reported_results.tsv"


@pytest.fixture(scope="module")
def table():
    """Compute the ledger once."""
    return eih.ledger()


def verdict(table, reported_id, quantity):
    """Look up one verdict."""
    return table[(table.id == reported_id) & (table.quantity == quantity)].verdict.item()


def judged(reported_id, quantity, printed):
    """Judge one number as if something else had been printed."""
    numbers = numbers_of()
    one = numbers[(numbers.id == reported_id) & (numbers.quantity == quantity)]
    return judge(one.assign(printed=printed)).verdict.item()


def test_every_printed_number_has_a_row(table):
    """The ledger has a row per printed number, in the printed text, and a known verdict."""
    numbers = printed_numbers()
    assert list(table.columns) == LEDGER_COLUMNS
    assert list(zip(table.id, table.quantity, table.printed, strict=True)) == list(
        numbers.itertuples(index=False, name=None)
    )
    assert set(table.verdict) <= set(VERDICTS)


def test_every_reported_result_has_a_row(table):
    """No reported result drops out."""
    assert set(table.id) == set(reported_results().id)


def test_nothing_reported_is_lost_or_changed():
    """Each number of the reference list of reported results is carried with its digits."""
    if not SHARED.is_file():
        pytest.skip("the reference list is not beside this checkout")
    source = pd.read_csv(SHARED, sep="\t", dtype=str, keep_default_na=False).set_index("id")
    ours = printed_numbers().groupby("id").printed.agg(list)
    assert set(ours.index) == set(source.index)
    columns = [
        "beta",
        "ci_low",
        "ci_high",
        "se",
        "stat",
        "df",
        "p",
        "n",
        "d",
        "r",
        "mean",
        "sd",
        "mean_diff",
        "mni_x",
        "mni_y",
        "mni_z",
    ]
    for reported_id, row in source[columns].iterrows():
        digits = sorted(cell for cell in row if cell)
        assert sorted(set(digits) - set(ours[reported_id])) == [], reported_id
        assert len(ours[reported_id]) >= len(digits), reported_id


@pytest.mark.parametrize("section", HERE_SECTIONS)
def test_no_recomputed_number_differs_unexplained(table, section):
    """In the sections on behaviour every recomputed number is exact, a rounding, or explained."""
    rows = table[table.section == section]
    assert rows[rows.verdict.isin(["differs", "not yet"])].empty
    assert (rows.verdict == "exact").sum() > 0


@pytest.mark.fault("numbers", "another last digit in print", "the number is no longer exact")
@pytest.mark.parametrize(
    ("reported_id", "quantity", "printed"),
    [
        ("r023", "beta", "1.43"),
        ("r023", "t", "51.85"),
        ("r023", "df", "1358.64"),
        ("r048", "ci_high", "0.19"),
        ("r074", "p", "0.45"),
        ("r001", "n", "38"),
        ("a034", "r", "0.34"),
    ],
)
def test_a_changed_digit_turns_the_verdict(reported_id, quantity, printed):
    """Another last digit in print is no longer exact."""
    original = printed_numbers().set_index(["id", "quantity"]).printed[reported_id, quantity]
    assert judged(reported_id, quantity, original) == "exact"
    assert judged(reported_id, quantity, printed) in ("rounding", "differs")


@pytest.mark.fault(
    "numbers",
    "another digit in a number that has an explanation",
    "the explanation no longer holds: it differs",
)
@pytest.mark.parametrize(
    ("reported_id", "quantity", "printed"),
    [
        ("r094", "df", "37"),
        ("r084", "t", "-34.182"),
        ("r101", "se", "5.52"),
        ("r101", "ci_low", "-23.79"),
        ("r053", "ci_high", "18.13"),
        ("a037", "ci_high", "11.75"),
    ],
)
def test_an_explanation_does_not_cover_another_digit(table, reported_id, quantity, printed):
    """An explained number with another digit in print is unexplained."""
    assert verdict(table, reported_id, quantity) == "explained"
    assert judged(reported_id, quantity, printed) == "differs"


def test_every_explanation_is_needed(table):
    """Each explanation belongs to a number that is neither exact nor unexplained."""
    for one in explanations.EXPLANATIONS:
        for reported_id in one.ids.split():
            for quantity in one.quantities:
                assert verdict(table, reported_id, quantity) == "explained"


def test_each_explanation_names_its_values(table):
    """The reason of an explained number shows the arithmetic, not a bare word."""
    explained = table[table.verdict == "explained"]
    assert explained.reason.str.contains(r"\d").all()


@pytest.mark.fault(
    "numbers",
    "the fitness of people in another order",
    "at least five numbers of the fitness effect differ",
)
def test_a_changed_rating_scale_turns_verdicts(monkeypatch):
    """Data with one recoded factor no longer give the printed numbers."""
    from eih.paper._analysis import Analysis

    one = analyses.analysis("heat_fitness_saline")
    swapped = one.data().assign(ftp_per_kg=lambda rows: rows.ftp_per_kg[::-1].to_numpy())
    changed = Analysis(
        one.name, one.section, one.chapter, one.question, lambda: swapped, one.formula
    )
    monkeypatch.setattr(analyses, "_values", lambda name: changed.values())
    rows = judge(numbers_of("s2-5").query("id == 'r094'"))
    assert (rows.verdict == "differs").sum() >= 5


def test_claims_are_judged_by_a_test(table):
    """Each claim that the data can judge names its test and its p value."""
    claims = table[(table.quantity == "claim") & table.verdict.isin(["exact", "explained"])]
    assert set(claims.id) == set(CLAIMS)
    assert claims.reason.str.contains("p = ").all()
    assert claims.recomputed.between(0, 1).all()


@pytest.mark.fault("numbers", "a claim that its test contradicts", "it differs")
def test_a_claim_can_fail(monkeypatch):
    """A claim that its test contradicts differs."""
    from dataclasses import replace

    from eih.paper.claims import higher

    monkeypatch.setitem(CLAIMS, "r002", replace(CLAIMS["r002"], rule=higher))
    assert judged("r002", "claim", "more pain") == "differs"


def test_what_is_not_public_says_what_it_needs(table):
    """Each result that needs data that are not public names them."""
    rows = table[table.verdict == "not public"]
    assert rows.reason.str.startswith("Needs ").all()
    assert rows.recomputed.isna().all()


def test_the_scoreboard_counts_everything(table):
    """The counts add up to the rows of the ledger and to the reported results."""
    counts = eih.scoreboard(table)
    assert counts.numbers.sum() == len(table)
    assert counts.results.sum() == table.id.nunique()
    by_section = eih.scoreboard(table, by="section")
    assert by_section[list(VERDICTS)].to_numpy().sum() == len(table)


def test_a_scoreboard_by_section_keeps_their_order(table):
    """Sections stand as in the ledger, each with a count for every verdict, zeros included."""
    rows = table[table.section.isin(["s2-5", "s2-1", "abstract"])].iloc[::-1]
    counts = eih.scoreboard(rows, by="section")
    assert counts.section.tolist() == list(rows.section.unique())
    assert list(counts.columns) == ["section", *VERDICTS]
    assert counts.loc[counts.section == "s2-1", "not yet"].item() == 0
    exact = ((rows.section == "s2-1") & (rows.verdict == "exact")).sum()
    assert counts.loc[counts.section == "s2-1", "exact"].item() == exact


@pytest.mark.fault(
    "numbers", "a printed count that is one person off", "it differs; a count knows no rounding"
)
@pytest.mark.parametrize(("reported_id", "quantity"), [("r001", "n"), ("r001", "n_female")])
def test_a_count_one_off_differs(table, reported_id, quantity):
    """39 people are not 38, although that is one unit in the last place."""
    printed = int(printed_numbers().set_index(["id", "quantity"]).printed[reported_id, quantity])
    assert verdict(table, reported_id, quantity) == "exact"
    assert judged(reported_id, quantity, str(printed - 1)) == "differs"


def test_some_rows_are_judged_as_in_the_whole(table):
    """Judging numbers on their own, in another order, gives the same verdict for each."""
    some = numbers_of().iloc[[300, 20, 100]]
    alone = judge(some).set_index(["id", "quantity"]).verdict
    whole = table.set_index(["id", "quantity"]).verdict
    assert alone.tolist() == whole.reindex(alone.index).tolist()
    assert list(alone.index) == list(zip(some.id, some.quantity, strict=True))


def test_one_unexplained_number_marks_its_result(table):
    """A result counts by the least favourable of its numbers."""
    changed = table.assign(verdict=table.verdict.where(table.index != 10, "differs"))
    before, after = (eih.scoreboard(one).set_index("verdict").results for one in (table, changed))
    assert after["differs"] == before["differs"] + 1


def test_nothing_that_can_be_computed_is_left_out(table):
    """No printed number that the public data allow is without a recomputed one."""
    assert table[table.verdict == "not yet"].id.tolist() == []


@pytest.mark.fault(
    "code", "an analysis that no longer names the results that it answers", "its numbers are missed"
)
@pytest.mark.parametrize("name", ["pressure_mean_rating", "heat_fitness_saline"])
def test_an_analysis_without_answers_is_missed(monkeypatch, name):
    """Numbers whose analysis is gone are said to be not recomputed."""
    from dataclasses import replace

    one = analyses.analysis(name)
    monkeypatch.setitem(analyses._BY_NAME, name, replace(one, answers={}))
    lost = " ".join(one.answers.values()).split()
    numbers = numbers_of()
    rows = judge(numbers[numbers.id.isin(lost) & (numbers.quantity != "claim")])
    assert set(rows.verdict) == {"not yet"}


def test_a_section_narrows_the_ledger(table):
    """The ledger of one section is that part of the whole."""
    part = eih.ledger(section="s2-3")
    whole = table[table.section == "s2-3"].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, whole)


def test_an_unknown_section_is_named():
    """A section that does not exist is answered by those that do."""
    with pytest.raises(ValueError, match=r"Unknown section 's9'.*s2-3"):
        eih.ledger(section="s9")


def test_an_unknown_analysis_is_named():
    """An analysis that does not exist is answered by those that do."""
    with pytest.raises(ValueError, match=r"Unknown analysis 'nothing'.*heat_intensity_saline"):
        eih.recompute("nothing")


def test_every_section_that_is_recomputed_has_a_chapter(root):
    """A result leads to the chapter of its analysis, or of its section; each of these is there."""
    listed = eih.list_analyses()
    of_section = {analyses.chapter_of("", section) for section in listed.section}
    of_analysis = {analyses.chapter_of(name, "") for name in listed.name}
    assert "" not in of_section
    for chapter in of_section | of_analysis:
        assert (root / "notebooks" / f"{chapter}.ipynb").is_file(), chapter
    assert analyses.chapter_of("", "abstract") == ""


def test_every_answer_belongs_to_a_reported_result():
    """Analyses answer ids that exist, each only once."""
    ids = " ".join(eih.list_analyses().reported).split()
    assert set(ids) <= set(reported_results().id)
    assert len(ids) == len(set(ids))


def test_public_names_stay_functions():
    """Importing every module leaves each public name what it is, not a module of that name."""
    import subprocess
    import sys

    code = (
        "import importlib, pkgutil, types, eih\n"
        "for m in pkgutil.walk_packages(eih.__path__, 'eih.'):\n"
        "    if m.name != 'eih.__main__': importlib.import_module(m.name)\n"
        "bad = [n for n in eih.__all__ if isinstance(getattr(eih, n), types.ModuleType)]\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_public_name_lists_the_others():
    """A name that the package does not have is answered by those that it has."""
    with pytest.raises(AttributeError, match=r"has no attribute 'lmer'.*'lmm'"):
        eih.lmer  # noqa: B018
