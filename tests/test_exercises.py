"""The exercises: every solution is accepted, every typical mistake is met with its own hint."""

import ast
import inspect
import json
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eih
from eih.exercises._catalogue import NAMES, catalogue
from eih.exercises._kinds import Choice, Exercise, Mistake, Names, Number, Row
from eih.exercises._tables import Table

ROOT = Path(__file__).resolve().parent.parent
ALL = catalogue()
NUMBERS = [name for name, exercise in ALL.items() if isinstance(exercise, Number)]


def cells(chapter, prefix):
    """Return name of exercise → source of its cells of one kind, in a chapter."""
    notebook = json.loads((ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    found = {}
    for cell in notebook["cells"]:
        if cell["id"].startswith(f"{prefix}-") and cell["cell_type"] == "code":
            found[cell["id"].removeprefix(f"{prefix}-")] = cell
    return found


def value_of(source):
    """Run a cell by itself, as a student would after the import; return its last expression."""
    names = {"eih": eih}
    *body, last = ast.parse(source).body
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def slope(known=1.5):
    """Return an exercise about a known number."""
    mistakes = (
        Mistake("These are other rows.", lambda: 2.25),
        Mistake("These are the same rows.", lambda: known),
    )
    return Number(
        name="slope", chapter="x", kind="change", asks="How steep?", unit="points", decimals=2,
        answer=lambda: known, mistakes=mistakes, nudge="Look at the rows.",
    )  # fmt: skip


CHAPTERS = sorted({exercise.chapter for exercise in ALL.values()})


def test_the_names_are_those_of_the_modules():
    """The list of names, which spares an import, is complete, in order and without repetition."""
    assert [name for names in NAMES.values() for name in names] == list(ALL)
    assert {exercise.name: exercise.chapter for exercise in ALL.values()} == {
        name: chapter for chapter, names in NAMES.items() for name in names
    }
    assert sum(map(len, NAMES.values())) == len(ALL)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_stands_in_its_chapter(chapter):
    """Each exercise has one cell to try and one folded solution, in the order of the list."""
    expected = eih.exercises.list_exercises(chapter).name.tolist()
    tries, solutions = cells(chapter, "try"), cells(chapter, "solution")
    assert sorted(tries) == sorted(solutions) == sorted(expected)
    assert list(tries) == list(solutions)
    for name in expected:
        assert f'check("{name}", answer)' in "".join(tries[name]["source"])
        assert f'check("{name}", ' in "".join(solutions[name]["source"])
        assert solutions[name]["metadata"]["tags"] == ["hide-cell"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_three_to_five_exercises_and_its_goals(chapter):
    """A chapter opens with learning goals, and asks to predict or change, and to find a flaw."""
    listed = eih.exercises.list_exercises(chapter)
    assert 3 <= len(listed) <= 5
    assert {"find the flaw", "read"} & set(listed.kind)
    assert {"predict", "change"} & set(listed.kind)
    notebook = json.loads((ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    opening = "".join(notebook["cells"][0]["source"])
    assert "**Learning goals.**" in opening or "After this chapter you can" in opening


@pytest.mark.parametrize("name", ALL)
def test_the_solution_is_accepted(name):
    """The solution cell of the chapter, run by itself, passes the check."""
    solution = cells(ALL[name].chapter, "solution")[name]
    feedback = value_of("".join(solution["source"]))
    assert feedback, feedback


@pytest.mark.parametrize("name", ALL)
def test_an_untouched_cell_shows_the_question(name):
    """The cell to try, as it is in the chapter, says that there is no answer yet."""
    cell = cells(ALL[name].chapter, "try")[name]
    feedback = value_of("".join(cell["source"]))
    assert not feedback
    assert feedback.status == "No answer yet"
    assert ALL[name].asks in feedback.message


@pytest.mark.parametrize("name", ALL)
def test_every_typical_mistake_gets_its_own_hint(name):
    """What a mistake gives is refused, with the hint for that mistake."""
    known = ALL[name].typical_mistakes()
    assert known
    for hint, value in known:
        feedback = eih.exercises.check(name, value)
        assert not feedback
        assert feedback.message == hint


@pytest.mark.parametrize("name", ALL)
def test_every_mistake_can_be_told_from_the_answer(name):
    """No mistake that was thought of gives the right answer, or that of an earlier mistake."""
    told = {hint for hint, _ in ALL[name].typical_mistakes()}
    assert [mistake.hint for mistake in ALL[name].mistakes if mistake.hint not in told] == []


@pytest.mark.parametrize("name", NUMBERS)
def test_nothing_gives_a_number_away(name):
    """Neither a hint nor the question shows the right number, and the code does not hold it."""
    exercise = ALL[name]
    right = f"{float(exercise.answer()):.{exercise.decimals}f}"
    shown = [exercise.asks, exercise.form, exercise.nudge, exercise.reading]
    shown += [hint for hint, _ in exercise.typical_mistakes()]
    if exercise.decimals:
        assert [text for text in shown if right in text] == []
        assert right not in inspect.getsource(sys.modules[f"eih.exercises.{exercise.chapter}"])
    else:
        assert [text for text in shown if right in text.replace(".", " ").split()] == []


def test_hints_of_a_chapter_do_not_give_a_choice_away():
    """Every option has a hint, the right one too, so that the code does not show which it is."""
    for exercise in ALL.values():
        if isinstance(exercise, Choice):
            assert all(exercise.options.values())
            assert exercise.answer() in exercise.options


@pytest.mark.parametrize(
    "answer",
    [
        1.5, "1.5", "1.50", "1,50", " 1.5 ", np.float64(1.5), np.array([1.5]), Decimal("1.5"), [1.5],
        pd.Series([1.5]), 1.504,
    ],
    ids=str,
)  # fmt: skip
def test_a_number_may_be_written_in_many_ways(answer):
    """A right number is accepted as number, text, array, one-element list or series."""
    assert slope().check(answer)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (2.25, "These are other rows"),
        (2.251, "These are other rows"),
        (-1.5, "the sign is not"),
        (150, "factor of 100"),
        (0.15, "factor of 10"),
        (1.54, "Close"),
        (80, "Another order of magnitude. Look at the rows"),
        (3.1, "Look at the rows"),
        (True, "outcome of a comparison"),
        ("one and a half", "cannot be read as one"),
        (float("nan"), "missing rating"),
        ([1, 2, 3], "a list of 3"),
        ({"a": 1, "b": 2}, "a dict of 2"),
        (pd.DataFrame({"estimate": [1, 2]}), "Your table holds many numbers"),
    ],
    ids=str,
)
def test_a_wrong_number_is_told_what_is_wrong(answer, hint):
    """Sign, unit, size, kind: each has its own words."""
    feedback = slope().check(answer)
    assert not feedback
    assert hint in feedback.message


def test_too_few_decimals_are_no_mistake():
    """An answer that is right as far as it goes is asked for more digits."""
    assert "Right as far as it goes" in slope(1.4243).check(1.4).message
    assert slope(1.4243).check(1.4).message.endswith("give a number with 2 decimals.")


@pytest.mark.parametrize("answer", [None, ..., "", "...", [], pd.DataFrame()], ids=repr)
def test_a_placeholder_is_no_answer(answer):
    """Nothing, dots and empty things wait for an answer."""
    assert slope().check(answer).status == "No answer yet"


@pytest.fixture(scope="module")
def line():
    """Fit a line to points with slope 2 and intercept 1, and some scatter."""
    rng = np.random.default_rng(1)
    x = np.arange(20.0)
    frame = pd.DataFrame({"x": x, "z": rng.normal(size=20), "y": 1 + 2 * x + rng.normal(size=20)})
    return eih.lm("y ~ x + z", frame)


@pytest.fixture
def of_row(line):
    """Return an exercise about the row x of that model."""
    return Number(
        name="x", chapter="x", kind="change", asks="?", decimals=3, answer=Row(lambda: line, "x")
    )


def test_a_fitted_model_is_an_answer(of_row, line):
    """The model, its table, the row and the number are all accepted."""
    row = line.coefficient("x")
    for answer in (line, line.table, row, row.estimate, line.table[line.table.term == "x"]):
        assert of_row.check(answer)


def test_another_column_and_another_row_are_recognised(of_row, line):
    """A neighbour in the table is named by what it is."""
    row = line.coefficient("x")
    assert "standard error of the right row" in of_row.check(row.se).message
    assert "upper limit" in of_row.check(row.ci_high).message
    assert "another row, `z`" in of_row.check(line.coefficient("z").estimate).message
    assert "another row, `z`" not in of_row.check(line.coefficient("z").p).message


def test_a_model_without_the_row_says_which_rows_it_has(of_row):
    """A model with other terms is refused with the names of its rows."""
    frame = pd.DataFrame({"u": np.arange(9.0), "y": [1, 3, 2, 5, 4, 6, 8, 7, 9]})
    assert "`(Intercept)`, `u`" in of_row.check(eih.lm("y ~ u", frame)).message


def test_a_table_without_the_number_says_what_it_has(of_row, line):
    """A row alone is enough, several rows without names are not, and a column that is not there is named."""
    own = line.table[line.table.term == "x"]
    assert of_row.check(own[["estimate"]])
    assert "has 3 rows" in of_row.check(line.table[["estimate", "se"]]).message
    assert (
        "has no column `estimate`; it has `term`, `p`" in of_row.check(own[["term", "p"]]).message
    )


def test_where_finding_the_row_is_the_exercise_the_model_is_no_answer():
    """The model as a whole is not accepted where the row must be found."""
    fit = ALL["sexes_differ"].answer.fit()
    assert "Find the one that answers" in eih.exercises.check("sexes_differ", fit).message


def test_names_may_come_in_any_form_and_order():
    """A set of names is accepted as list, set, text, column or index."""
    exercise = Names(name="n", chapter="x", kind="change", asks="?", answer=lambda: {"a", "b"})
    column = pd.DataFrame({"participant": ["a", "b"]})
    counts = pd.Series([3, 4], index=["b", "a"])
    for answer in (
        ["b", "a"],
        {"a", "b"},
        {"a": 3, "b": 4},
        "a, b",
        column,
        column.participant,
        counts,
    ):
        assert exercise.check(answer)
    assert "1 name does not belong" in exercise.check(["a", "b", "c"]).message
    assert "1 is missing" in exercise.check(["a"]).message
    assert "takes names" in exercise.check(3).message


def test_a_choice_is_one_of_the_options():
    """Case and blanks do not matter; another text is shown the options."""
    exercise = Choice(
        name="c", chapter="x", kind="predict", asks="?", options={"up": "u", "down": "d"},
        answer=lambda: "up",
    )  # fmt: skip
    assert exercise.check(" UP ")
    assert exercise.check("down").message == "d"
    assert "none of the options" in exercise.check("sideways").message
    assert "one of `'up'`, `'down'`" in exercise.check(["up"]).message


def test_a_table_is_compared_by_rows_columns_and_values():
    """Order and index do not matter; what differs is named."""
    right = pd.DataFrame({"participant": ["a", "b"], "difference": [1.0, 2.0]})
    exercise = Table(name="t", chapter="x", kind="change", asks="?", answer=lambda: right)
    assert exercise.check(right.iloc[::-1])
    assert exercise.check(right.set_index("participant").difference)
    assert "no column `difference`" in exercise.check(right[["participant"]]).message
    assert "has 3 rows" in exercise.check(pd.concat([right, right.iloc[:1]])).message
    assert "other combinations" in exercise.check(right.replace("b", "c")).message
    assert "differs in 1 of 2" in exercise.check(right.replace(2.0, 3.0)).message
    assert "Hand in a table" in exercise.check(3).message
    by_name = Table(
        name="t", chapter="x", kind="change", asks="?", keys=("participant",), answer=lambda: right
    )
    assert by_name.check(right.set_index("participant"))


def test_one_row_of_many_is_a_choice_of_the_student():
    """Any one row is right; several are asked to be narrowed down."""
    rows = eih.load_specifications(effect="drug", modality="heat")
    assert eih.exercises.check("one_specification", rows.iloc[[5]])
    assert eih.exercises.check("one_specification", rows.iloc[5])
    assert "still open" in eih.exercises.check("one_specification", rows.iloc[:3]).message
    assert "Hand in a table" in eih.exercises.check("one_specification", 5).message
    without = rows.drop(columns="estimate").iloc[[5]]
    assert "no column" in eih.exercises.check("one_specification", without[["modality"]]).message
    other = rows.iloc[[5]].assign(effect="another effect")
    assert not eih.exercises.check("one_specification", other)


def test_an_unknown_exercise_names_the_closest():
    """A slip in the name is met with the name that was meant."""
    with pytest.raises(
        ValueError, match=r"Unknown exercise 'drug_slop'\. Did you mean 'drug_slope'"
    ):
        eih.exercises.check("drug_slop", 1)


def test_an_unknown_chapter_names_the_closest():
    """The list of exercises knows its chapters."""
    with pytest.raises(ValueError, match=r"No exercises in 'heatpain'\. Did you mean 'heat_pain'"):
        eih.exercises.list_exercises("heatpain")


def test_feedback_is_one_line_in_text_and_html():
    """The word carries the verdict, the colour only adds to it; what a student wrote is escaped."""
    feedback = slope().check("<b>1</b>")
    assert repr(feedback).startswith("Not yet. ")
    assert "\n" not in repr(feedback)
    assert "<b>" not in feedback._repr_html_()
    assert "<strong>Not yet.</strong>" in feedback._repr_html_()
    assert repr(slope().check(1.5)) == "Right."


def test_every_exercise_names_its_form():
    """The base class leaves the form and the judgement to its kinds."""
    bare = Exercise(name="b", chapter="x", kind="change", asks="?", answer=lambda: 1)
    with pytest.raises(NotImplementedError):
        bare.check(None)
