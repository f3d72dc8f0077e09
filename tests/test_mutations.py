"""The tests notice a changed line of the code; changes that nothing can notice are listed, each with its reason."""

import ast
import csv
import os

import mutants
import pytest

CHOSEN = mutants.chosen()


@pytest.fixture(scope="module")
def known():
    """Read the list of changes that no test notices."""
    with mutants.SURVIVORS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {(row["file"], row["function"], row["change"]): row["reason"] for row in rows}


@pytest.fixture(scope="module")
def server():
    """Start the process that runs tests on changed code; the unchanged code passes there."""
    if not hasattr(os, "fork"):
        pytest.skip("This system cannot fork a process.")
    with mutants.Server() as running:
        yield running


def test_each_kind_of_change_is_made():
    """Comparisons, signs, numbers, conditions, formulas, lists and lines left out are changed."""
    source = (
        "def f(a, b=2):\n"
        '    """Say 1 < 2."""\n'
        "    if a < b and not g(a):\n"
        "        raise ValueError('1 < 2')\n"
        "    h(a)\n"
        "    return [a, -b], 'y ~ a + b', {'a': 1, 'b': 2}, a if b else 0\n"
    )
    changes = {one.change for one in mutants.mutants_of("f.py", source)}
    assert changes >= {
        "a < b → a <= b",
        "a < b and (not g(a)) → a < b or not g(a)",
        "not g(a) → g(a)",
        "raise ValueError('1 < 2') → pass",
        "h(a) → pass",
        "[a, -b] → [a]",
        "'y ~ a + b' → 'y ~ a'",
        "{'a': 1, 'b': 2} → {'b': 2}",
        "a if b else 0 → 0 if b else a",
        "-b → b",
    }
    assert not any("Say" in change for change in changes)


def test_a_change_changes_that_and_nothing_else():
    """Each changed file can be read, and differs from the file in one place."""
    for one in CHOSEN:
        before, after = ast.unparse(ast.parse(one.text)), one.source()
        ast.parse(after)
        assert after != before, one.key


def test_the_choice_is_the_same_each_time():
    """The changes that are tried are named without doubt, and chosen the same way twice."""
    keys = [one.key for one in CHOSEN]
    assert keys == [one.key for one in mutants.chosen()]
    assert len(set(keys)) == len(keys) >= 80


def test_every_survivor_is_argued_and_is_tried(known):
    """A row of the list is a change that is tried, with a reason of a sentence."""
    assert set(known) <= {one.key for one in CHOSEN}
    assert all(len(reason) > 20 and reason.endswith(".") for reason in known.values())


@pytest.mark.mutations
def test_unchanged_code_passes(server):
    """What the changes are tried with passes without any."""
    tests = dict.fromkeys(" ".join(tests for _, tests in mutants.TRIED.values()).split())
    assert server.passes(" ".join(tests)), server.log()


@pytest.mark.mutations
@pytest.mark.fault(
    "code",
    "some ninety lines changed, one at a time: a comparison, a sign, a number, a condition, a line left out",
    "a test fails; the few changes that nothing can notice are listed in `tests/mutations/survivors.tsv`",
)
@pytest.mark.parametrize("mutant", CHOSEN, ids=[f"{one.file}:{one.change}" for one in CHOSEN])
def test_a_changed_line_is_noticed(server, known, mutant):
    """Some test fails with the change, or the change is listed as one that makes no difference."""
    survives = server.survives(mutant)
    assert survives == (mutant.key in known), (
        "No test notices this change: add one, or list it with the reason."
        if survives
        else "A test notices this change now: take its row out of the list."
    )
