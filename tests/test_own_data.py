"""Tables of one's own: the template, what a student's slip is told, and the models on other people."""

import shutil
import warnings

import pandas as pd
import pytest

import eih
from eih.cli import main
from eih.tables.data import data_folder
from eih.tables.own_rules import OWN_TABLES
from eih.tables.schema import TABLES, DataError
from eih.tables.surrogate import Planted


@pytest.fixture(scope="module")
def made():
    """Make the surrogate study once."""
    return eih.surrogate_study(n=8, blocks=2, seed=3)


@pytest.fixture
def folder(tmp_path, made):
    """Write the surrogate study to a folder."""
    eih.write_tables(made, tmp_path)
    return tmp_path


def edit(folder, table, line, column, value):
    """Put a value into one cell (line counted as an editor does)."""
    path = folder / f"{table}.tsv"
    lines = path.read_text().split("\n")
    cells = lines[line - 1].split("\t")
    cells[lines[0].split("\t").index(column)] = value
    lines[line - 1] = "\t".join(cells)
    path.write_text("\n".join(lines))


def rewrite(folder, table, change):
    """Change the whole text of a table; the change may return bytes."""
    path = folder / f"{table}.tsv"
    new = change(path.read_text())
    path.write_bytes(new if isinstance(new, bytes) else new.encode("utf-8"))


def message(folder):
    """Return the error of a load, in one text."""
    with pytest.raises(DataError) as caught:
        eih.load_own_trials(folder)
    return str(caught.value)


def test_a_load_has_the_form_of_the_study(folder):
    """Columns and factors are those of eih.load_trials, whatever the number of people."""
    own, study = eih.load_own_trials(folder), eih.load_trials()
    assert sorted(own.columns) == sorted(study.columns)
    for name in ("drug", "exercise", "sex", "drug_order", "modality"):
        assert list(own[name].cat.categories) == list(study[name].cat.categories)
    assert own.participant.nunique() == 8
    assert set(own.nth) == set(range(1, 7))


def test_the_study_itself_passes():
    """The tables of the paper break no rule for tables of one's own, and load alike."""
    assert eih.check_own(data_folder())
    keys = ["participant", "session", "block", "trial"]
    own = eih.load_own_trials(data_folder(), modality="heat").sort_values(keys, ignore_index=True)
    study = eih.load_trials(modality="heat").sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(own[study.columns], study, check_dtype=False)


@pytest.mark.fault(
    "data",
    "a wrong cell in a table of one's own",
    "it is told with place, rule and way on",
)
@pytest.mark.parametrize(
    ("table", "line", "column", "value", "rule", "way_on"),
    [
        ("trials", 5, "stimulus", "47,3", "has a decimal comma: must be a number", "Write 47.3."),
        ("trials", 9, "rating", "110", "must be a number from 0 to 101", "Correct a slip, or write n/a."),
        ("trials", 9, "rating", "", "is no value: must be a number", "Write n/a."),
        ("trials", 9, "rating", "55 mm", "is no number", "Write digits only, without a unit."),
        ("trials", 9, "target", "n/a", "must be one of 30, 50, 70", "may not have missing values"),
        ("trials", 9, "trial", "1.5", "must be a whole number", "Correct the value."),
        ("trials", 4, "modality", "Heat", "must be one of heat, pressure", "Did you mean 'heat'?"),
        ("blocks", 7, "drug", "naloxon", "must be one of saline, naloxone", "Did you mean 'naloxone'?"),
        ("blocks", 7, "drug", "placebo", "must be one of saline, naloxone", "Use one of these."),
        ("blocks", 3, "rpe", "3", "must be a number from 6 to 20.5", "Correct a slip, or write n/a."),
        ("participants", 3, "participant", "7", "must be a label like sub-01", "'sub-7'"),
        ("participants", 3, "sex", "f", "must be one of male, female", "Use one of these."),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_place_rule_and_way_on(
    folder, table, line, column, value, rule, way_on
):
    """One message names file, line, column, value, rule and the way on."""
    edit(folder, table, line, column, value)
    text = message(folder)
    assert text.startswith(f"{folder / table}.tsv, line {line}, column {column}: '{value}' ")
    assert rule in text
    assert way_on in text
    assert "\n" not in text


def test_the_same_slip_in_every_line_is_one_problem(folder):
    """A table saved with decimal commas gives one message, which counts the lines."""
    rewrite(folder, "trials", lambda text: text.replace(".", ","))
    text = message(folder)
    assert "line 2, column stimulus" in text
    assert "more line(s) like it" in text
    assert text.count("decimal comma") == 1


def test_several_problems_are_told_together(folder):
    """Problems of different tables stand in one message, a line each; the rest is counted."""
    for line in (3, 4, 5):
        edit(folder, "blocks", line, "participant", f"{line}?")
    edit(folder, "trials", 2, "rating", "200")
    edit(folder, "trials", 3, "stimulus", "x")
    edit(folder, "trials", 4, "target", "40")
    edit(folder, "participants", 2, "age", "7")
    text = message(folder)
    assert text.count("\n") == 4
    assert text.endswith("… and 1 more.")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: text.replace("rating", "ratings", 1), r"line 1: no column 'rating'.*Rename 'ratings' to 'rating'"),
        (lambda text: "\n".join(line.rpartition("\t")[0] for line in text.split("\n")), r"line 1: no column 'rating'.*Add 'rating'"),
        (lambda text: text.replace("stimulus", "rating", 1), r"line 1: column rating is there twice"),
        (lambda text: text.replace("\t", ";"), r"line 1: the columns are separated by semicolons \(';'\); the rule is tabs\. Save"),
        (lambda text: text.replace("\t", ","), r"line 1: the columns are separated by commas"),
        (lambda text: text.encode("utf-16"), r"line 1: this is UTF-16 text \(Excel's 'Unicode Text'\)"),
        (lambda text: b"PK\x03\x04" + text.encode(), r"a workbook \(.xlsx\), not a text\. Save"),
        (lambda text: text.replace("heat", "h\xe4t", 1).encode("latin-1"), r"line \d+: the byte 0xe4 is not UTF-8"),
        (lambda text: text.replace("\theat", "\theat\t", 1), r"line \d+: 9 cells where the first line has 8"),
        (lambda text: text.split("\n")[0], r"line 2: there is no row below"),
        (lambda text: "", r"the file is empty"),
    ],
    ids=["renamed", "missing", "twice", "semicolons", "commas", "utf-16", "workbook", "latin-1", "ragged", "no row", "empty"],
)  # fmt: skip
def test_a_file_of_another_kind_is_recognised(folder, change, expected):
    """A file that a spreadsheet saved in another way says which way, and how to save it."""
    rewrite(folder, "trials", change)
    with pytest.raises(DataError, match=r"trials\.tsv.*" + expected):
        eih.load_own_trials(folder)


def test_a_duplicate_trial_names_both_lines(folder):
    """A trial that stands twice names its key and its first line."""
    rewrite(
        folder,
        "trials",
        lambda text: text.replace(text.split("\n")[7], "\n".join([text.split("\n")[7]] * 2)),
    )
    text = message(folder)
    assert (
        "line 9, column(s) participant, session, block, trial: participant sub-s01, session 1"
        in text
    )
    assert "stands already in line 8; each trial has one row. Delete one of the two" in text


def test_a_missing_file_says_how_to_make_one(folder):
    """A table that is not there names the command that makes an empty one."""
    (folder / "blocks.tsv").unlink()
    with pytest.raises(DataError, match=r"blocks\.tsv: there is no such file.*eih data template"):
        eih.load_own_trials(folder)


@pytest.mark.parametrize(
    ("table", "line", "column", "value", "expected"),
    [
        ("trials", 9, "block", "9", "block 9 has no row in blocks.tsv. Add that row there"),
        ("blocks", 2, "participant", "sub-99", "participant sub-99 has no row in participants.tsv"),
        ("blocks", 2, "drug", "naloxone", "whose drug_order is 'saline first'. Correct one"),
    ],
)
def test_tables_that_do_not_fit_together_are_told(folder, table, line, column, value, expected):
    """What only the tables together can show is named too."""
    edit(folder, table, line, column, value)
    text = message(folder)
    assert f"{table}.tsv, line {line}, column" in text
    assert expected in text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: "\ufeff" + text, "byte-order mark"),
        (lambda text: "".join(line + ("\tnote\n" if i == 0 else "\tx\n") for i, line in enumerate(text.splitlines())), "note are not used"),
    ],
    ids=["byte-order mark", "extra column"],
)  # fmt: skip
def test_what_can_be_mended_is_a_warning(folder, change, expected):
    """Excel's mark and columns of one's own are ignored, and said so."""
    rewrite(folder, "trials", change)
    with pytest.warns(UserWarning, match=expected):
        assert len(eih.load_own_trials(folder)) == 8 * 2 * 2 * 12
    checked = eih.check_own(folder)
    assert checked
    assert expected in str(checked)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\t\t\t\n\n",
        lambda text: text.replace("heat", '"heat"'),
        lambda text: "\n".join("\t".join(reversed(line.split("\t"))) for line in text.split("\n")),
    ],
    ids=["windows", "old mac", "no last line end", "empty lines", "quotes", "other order"],
)
def test_harmless_differences_are_no_matter(folder, change):
    """Line ends, quotes, empty lines and the order of columns do not change what is loaded."""
    before = eih.load_own_trials(folder)
    rewrite(folder, "trials", change)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        after = eih.load_own_trials(folder)
    pd.testing.assert_frame_equal(after, before)


def test_people_who_lack_a_condition_are_named(folder):
    """Incomplete people may stay; the check says who they are."""
    rewrite(
        folder,
        "trials",
        lambda text: "\n".join(
            line for line in text.split("\n") if not line.startswith("sub-s02\t2")
        ),
    )
    checked = eih.check_own(folder)
    assert checked
    assert "Without a rating for drug" in str(checked)
    assert "sub-s02" in str(checked)


def test_a_check_shows_itself_as_text_and_html(folder):
    """The folder may be called by another name; markup in a cell is escaped."""
    edit(folder, "blocks", 3, "drug", "<i>")
    checked = eih.check_own(folder, name="my_study")
    assert str(checked).startswith("my_study/blocks.tsv, line 3, column drug: '<i>'")
    assert "&lt;i&gt;" in checked._repr_html_()


def test_an_unknown_modality_is_named(folder):
    """The modality is one of two."""
    with pytest.raises(ValueError, match="Invalid modality 'cold'"):
        eih.load_own_trials(folder, modality="cold")


def test_the_template_lists_every_column_and_overwrites_nothing(tmp_path):
    """Header, sidecar and README cover the schema; a second call is refused."""
    eih.write_template(tmp_path / "new")
    readme = (tmp_path / "new" / "README.txt").read_text()
    for table, columns in OWN_TABLES.items():
        header = (tmp_path / "new" / f"{table}.tsv").read_text()
        assert header == "\t".join(columns) + "\n"
        assert all(f"{table}.tsv, {name}: " in readme for name in columns)
        assert list(columns) == list(TABLES[table])
    with pytest.raises(DataError, match=r"participants\.tsv: is there already.*another folder"):
        eih.write_template(tmp_path / "new")


def test_a_filled_template_loads(tmp_path, made):
    """Rows put below the header of the template are a table."""
    eih.write_template(tmp_path)
    for table, rows in made.items():
        with (tmp_path / f"{table}.tsv").open("a", encoding="utf-8") as file:
            file.write(rows.to_csv(sep="\t", index=False, header=False, na_rep="n/a"))
    assert eih.check_own(tmp_path)


def test_the_commands_say_what_they_found(tmp_path, folder, capsys):
    """eih data template and eih data check --own print, and end with 0 or 1."""
    assert main(["data", "template", "--to", str(tmp_path / "t")]) == 0
    assert main(["data", "check", "--own", str(tmp_path / "t")]) == 1
    assert main(["data", "check", "--own", str(folder)]) == 0
    assert main(["data", "check", "--own"]) == 1
    shown = capsys.readouterr()
    assert "no rule is broken. 8 participants" in shown.out
    assert "there is no row below the names of the columns yet" in shown.err
    assert "Which folder?" in shown.err


def test_the_strict_load_leads_to_the_free_one(folder, monkeypatch):
    """Pointing EIH_DATA to a study of another size says which function loads it."""
    rewrite(folder, "participants", lambda text: text.replace("sub-s", "sub-"))
    monkeypatch.setenv("EIH_DATA", str(folder))
    with pytest.raises(DataError, match=r"8 rows where the study has 39.*eih\.load_own_trials"):
        eih.load_participants()


def test_the_strict_load_names_a_byte_order_mark(tmp_path, monkeypatch):
    """A table of the study that Excel has saved says so."""
    for table in TABLES:
        shutil.copy(data_folder() / f"{table}.tsv", tmp_path)
    rewrite(tmp_path, "participants", lambda text: "\ufeff" + text)
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"participants\.tsv, line 1: .*byte-order mark"):
        eih.load_participants()


def test_the_models_find_what_was_planted(tmp_path):
    """Of a large surrogate study, drug, slope and fitness effects come out within three SEs."""
    planted = Planted(people=5, noise=5, drug_varies=1, slope=0.8)
    eih.write_tables(eih.surrogate_study(n=60, planted=planted, seed=11), tmp_path)
    heat = eih.load_own_trials(tmp_path, modality="heat")
    formula = "rating ~ drug + target + C(session) + (drug|participant) + (1|nth)"
    fit = eih.lmm(formula, heat, ci="wald")
    line = eih.lm("difference ~ ftp_per_kg", eih.difference_scores(heat, "exercise", by=[]))
    for row, true in (
        (fit.coefficient("drug[naloxone]"), planted.drug),
        (fit.coefficient("target"), planted.slope),
        (fit.coefficient("C(session)[2]"), planted.session),
        (line.coefficient("ftp_per_kg"), planted.fitness),
    ):
        assert abs(row.estimate - true) < 3 * row.se
        assert abs(row.estimate) > 4 * row.se


def test_pressure_has_no_planted_drug_effect(tmp_path):
    """The drug acts on heat only."""
    eih.write_tables(eih.surrogate_study(n=60, seed=12), tmp_path)
    pressure = eih.load_own_trials(tmp_path, modality="pressure")
    scores = eih.difference_scores(pressure, "drug", by=[]).difference
    assert abs(scores.mean()) < 3 * scores.sem() + 0.5


def test_a_surrogate_study_is_the_same_for_the_same_seed():
    """The seed decides everything; another seed gives another study."""
    first, again, other = (eih.surrogate_study(n=4, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first["trials"], again["trials"])
    assert not first["trials"].equals(other["trials"])


@pytest.mark.parametrize("wrong", [{"n": 3}, {"blocks": 1}, {"repeats": 0}], ids=str)
def test_a_surrogate_study_needs_a_least_size(wrong):
    """Too few people, blocks or trials are refused."""
    with pytest.raises(ValueError, match="at least 4 people"):
        eih.surrogate_study(**wrong)
