"""The tables: what a load promises, and what a damaged file says."""

import shutil

import pandas as pd
import pytest

import eih
from eih.tables.data import data_folder
from eih.tables.schema import KEYS, N_ROWS, TABLES, DataError
from eih.tables.upstream import check_folder
from eih.tables.validation import check_joins


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Copy the tables to a folder of their own and load from there."""
    for table in TABLES:
        shutil.copy(data_folder() / f"{table}.tsv", tmp_path)
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    return tmp_path


def edit(folder, table, row, column, value):
    """Put a value into one cell of a table's file (row counted from the first data line)."""
    path = folder / f"{table}.tsv"
    cells = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    cells.loc[row, column] = value
    cells.to_csv(path, sep="\t", index=False, lineterminator="\n")


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_whole(table):
    """Each table has its rows, its columns in order, and a unique key."""
    frame = check_folder(data_folder())[table]
    assert len(frame) == N_ROWS[table]
    assert list(frame.columns) == list(TABLES[table])
    assert not frame.duplicated(KEYS[table]).any()


def test_everyone_has_144_trials():
    """Each person has eight blocks of eighteen trials."""
    assert set(eih.load_trials().groupby("participant").size()) == {144}


def test_nth_counts_within_modality():
    """In each block, nth runs from 1 to 9 in each modality, in the order of the trials."""
    trials = eih.load_trials()
    one = trials[(trials.participant == "sub-17") & (trials.session == 2) & (trials.block == 3)]
    for _, rows in one.groupby("modality", observed=True):
        assert rows.sort_values("trial").nth.tolist() == list(range(1, 10))


def test_drug_follows_from_session_and_order():
    """Whoever has naloxone first has naloxone in session 1 and saline in session 2."""
    trials = eih.load_trials()
    expected = (trials.session == 1) == (trials.drug_order == "naloxone first")
    assert ((trials.drug == "naloxone") == expected).all()


@pytest.mark.parametrize(
    ("factor", "reference"),
    [("drug", "saline"), ("exercise", "low"), ("sex", "male"), ("drug_order", "saline first")],
)
def test_reference_levels(factor, reference):
    """The first level of each factor is the reference that the models use."""
    assert eih.load_trials()[factor].cat.categories[0] == reference


def test_loads_from_any_working_folder(tmp_path, monkeypatch):
    """Data are found through the package, whatever the current folder."""
    monkeypatch.chdir(tmp_path)
    assert len(eih.load_participants()) == 39


def test_unknown_modality():
    """A modality that does not exist is named with the two that do."""
    with pytest.raises(ValueError, match=r"Invalid modality 'cold'.*'heat', 'pressure'"):
        eih.load_trials("cold")


@pytest.mark.fault(
    "data",
    "a wrong cell in a table",
    "loading stops and names file, line, value and rule",
)
@pytest.mark.parametrize(
    ("table", "row", "column", "value", "message"),
    [
        (
            "trials",
            3,
            "rating",
            "250",
            r"trials\.tsv, line 5: rating is 250, but must lie in 1 to 101",
        ),
        (
            "trials",
            3,
            "rating",
            "abc",
            r"trials\.tsv, line 5: rating is 'abc', which is not a number",
        ),
        ("trials", 3, "rating", "50.5", r"line 5: rating is 50\.5, but must be a whole number"),
        ("trials", 0, "target", "40", r"line 2: target is 40, but must be one of \[30, 50, 70\]"),
        ("trials", 0, "modality", "cold", r"line 2: modality is 'cold', but must be one of"),
        ("trials", 0, "participant", "sub-05", r"trials\.tsv: sub-05 is not in participants\.tsv"),
        (
            "blocks",
            0,
            "drug",
            "saline",
            r"sub-01, session 1, block 1 has drug saline, but drug_order is",
        ),
        (
            "participants",
            1,
            "participant",
            "2",
            r"line 3: participant is '2', but must look like sub-01",
        ),
        (
            "participants",
            1,
            "age",
            "n/a",
            r"participants\.tsv, line 3: age is n/a, but must not be missing",
        ),
    ],
)
def test_a_wrong_cell_is_named(folder, table, row, column, value, message):
    """One wrong cell gives one error with file, line, value and rule."""
    edit(folder, table, row, column, value)
    with pytest.raises(DataError, match=message):
        eih.load_trials()


@pytest.mark.fault(
    "data",
    "a valid but wrong target intensity",
    "loading stops: the design is not balanced",
)
def test_a_swapped_target_breaks_the_balance(folder):
    """A valid but wrong target shows as a cell with too many trials."""
    edit(folder, "trials", 0, "target", "30")
    with pytest.raises(
        DataError, match=r"sub-01, session 1, block 1 has 4 heat trials of target 30, not 3"
    ):
        eih.load_trials()


@pytest.mark.fault("data", "a trial that stands twice", "loading stops and names line and trial")
def test_a_duplicated_trial_is_named(folder):
    """A trial that stands twice is named by its key."""
    path = folder / "trials.tsv"
    lines = path.read_text().splitlines(keepends=True)
    lines[11] = lines[10]
    path.write_text("".join(lines))
    with pytest.raises(
        DataError,
        match=r"line 12: participant sub-01, session 1, block 1, trial 10 is there already",
    ):
        eih.load_trials()


@pytest.mark.fault("data", "a stray tab in a line", "loading stops and names the line")
def test_a_stray_tab_is_found(folder):
    """A line with a cell too many is named with both counts."""
    path = folder / "trials.tsv"
    lines = path.read_text().splitlines(keepends=True)
    lines[4] = lines[4].replace("\t", "\t\t", 1)
    path.write_text("".join(lines))
    with pytest.raises(DataError, match=r"line 5: 9 cells where the header has 8.*a stray tab"):
        eih.load_trials()


def test_a_person_without_blocks_is_named():
    """Someone whose blocks and trials are both absent is missed all the same."""
    tables = check_folder(data_folder())
    tables |= {name: tables[name].query("participant != 'sub-07'") for name in ("blocks", "trials")}
    with pytest.raises(DataError, match=r"blocks\.tsv: sub-07 of participants\.tsv has no row"):
        check_joins(tables["participants"], tables["blocks"], tables["trials"], "x")


@pytest.mark.fault(
    "data",
    "a row that is lost",
    "loading stops and says how many rows there should be",
)
def test_a_lost_row_is_counted(folder):
    """A table with a row less says how many rows the study has."""
    path = folder / "trials.tsv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(DataError, match=r"trials\.tsv, 5615 rows where the study has 5616"):
        eih.load_trials()


@pytest.mark.fault("data", "a table that is cut off", "loading stops and says so")
def test_a_truncated_file_is_recognised(folder):
    """A file cut in the middle of a line says so."""
    path = folder / "trials.tsv"
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(DataError, match=r"trials\.tsv, line \d+: .*looks truncated"):
        eih.load_trials()


def test_a_missing_column_is_named(folder):
    """A table without a column names it."""
    path = folder / "trials.tsv"
    pd.read_csv(path, sep="\t", dtype=str).drop(columns="target").to_csv(
        path, sep="\t", index=False
    )
    with pytest.raises(DataError, match=r"trials\.tsv, line 1: .*missing: target"):
        eih.load_trials()


@pytest.mark.fault("data", "a table in another encoding", "loading stops and names the byte")
def test_a_wrong_encoding_is_named(folder):
    """A file that is not UTF-8 names the line and the byte."""
    path = folder / "participants.tsv"
    path.write_bytes(path.read_bytes().replace(b"male", "m\xe4le".encode("latin-1"), 1))
    with pytest.raises(DataError, match=r"participants\.tsv, line 2: byte 0xe4 is not UTF-8 text"):
        eih.load_participants()


def test_a_missing_file_says_how_to_make_it(folder):
    """A table that is not there names the command that makes it."""
    (folder / "blocks.tsv").unlink()
    with pytest.raises(DataError, match=r"blocks\.tsv: there is no such file.*eih data build"):
        eih.load_blocks()


def test_many_problems_are_summed_up(folder):
    """Of many problems, some are spelled out and the rest counted."""
    path = folder / "trials.tsv"
    path.write_text(path.read_text().replace("\theat\t", "\tcold\t"))
    with pytest.raises(DataError, match=r"… and 2803 more"):
        eih.load_trials()


def test_difference_scores_of_known_ratings():
    """Ratings that are 10 lower after high exercise give differences of exactly 10."""
    trials = eih.load_trials("heat")
    trials["rating"] = trials.exercise.map({"low": 60.0, "high": 50.0}).astype(float)
    scores = eih.difference_scores(trials, "exercise")
    assert (scores.difference == 10).all()
    assert len(scores) == 39 * 2 * 3


def test_drug_difference_is_naloxone_minus_saline():
    """Ratings that are 5 higher under naloxone give differences of +5."""
    trials = eih.load_trials("heat")
    trials["rating"] = trials.drug.map({"naloxone": 45.0, "saline": 40.0}).astype(float)
    assert (eih.difference_scores(trials, "drug").difference == 5).all()


def test_differences_need_both_conditions():
    """One drug alone has no drug difference."""
    saline = eih.load_trials("heat").query("drug == 'saline'")
    with pytest.raises(
        ValueError, match=r"No trial with drug 'naloxone' among the 1404 trials given"
    ):
        eih.difference_scores(saline, "drug")


def test_differences_between_what():
    """Only exercise and drug can be subtracted."""
    with pytest.raises(ValueError, match=r"Invalid between 'sex'"):
        eih.difference_scores(eih.load_trials("heat"), "sex")


def test_relevel_keeps_the_data():
    """Another reference level changes the order of the levels, not the values."""
    people = eih.load_participants()
    changed = eih.relevel(people, sex="female")
    assert list(changed.sex.cat.categories) == ["female", "male"]
    assert (changed.sex.astype(str) == people.sex.astype(str)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sex": "woman"}, r"Invalid reference 'woman' for 'sex'.*\['male', 'female'\]"),
        ({"age": 20}, r"Column 'age' is not a factor"),
        ({"gender": "female"}, r"Unknown column\(s\) \['gender'\]"),
    ],
)
def test_relevel_says_what_is_wrong(change, message):
    """A level, a column or a type that does not fit is named."""
    with pytest.raises(ValueError, match=message):
        eih.relevel(eih.load_participants(), **change)


def test_the_dictionary_covers_every_column():
    """Each column of each table is described."""
    described = set(eih.data_dictionary()[["table", "column"]].itertuples(index=False, name=None))
    assert described == {(table, column) for table in TABLES for column in TABLES[table]}
