"""Exercises of the chapter on the reviewers' questions."""

from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from ..models.mixed_models import lmm
from ..paper import subsets
from ..tables.schema import EXERCISES as INTENSITIES
from ._kinds import Mistake, Names, Number, Row

CHAPTER = "reviewers"
KINDS_OF_BLOCK = ("rest", *INTENSITIES)
AT_ONE_TARGET = "rating ~ drug * sex + drug_order + (drug|participant)"
BOTH = "drug[naloxone]:sex[female]"


@cache
def _first_step(modality="heat", day="saline"):
    """Return the mean change of ratings from block 1 to block 2, by the exercise of block 2."""
    rows = subsets.heat() if modality == "heat" else subsets.pressure()
    rows = subsets.before_and_after_of(rows[rows.drug == day]).query("block == 2")
    keys = ["participant", "exercise", "time"]
    both = rows.groupby(keys, observed=True).rating.mean().unstack("time")
    return (both.after - both.before).groupby("exercise", observed=True).mean()


def _gap(**which):
    step = _first_step(**which)
    return step["high"] - step["low"]


@cache
def _without_pairs():
    """Return slope and p of fitness without each pair of people."""
    scores = subsets.heat_exercise_difference_saline()
    order = (scores.drug_order == "naloxone first").astype(float)
    design = np.column_stack([np.ones(len(scores)), scores.ftp_per_kg, order])
    outcome, rows = scores.difference.to_numpy(), []
    for pair in combinations(range(len(scores)), 2):
        x, y = np.delete(design, pair, axis=0), np.delete(outcome, pair)
        inverse = np.linalg.inv(x.T @ x)
        beta = inverse @ x.T @ y
        df = len(y) - x.shape[1]
        se = np.sqrt(np.sum((y - x @ beta) ** 2) / df * inverse[1, 1])
        names = frozenset(scores.participant.iloc[list(pair)])
        rows.append((names, beta[1], 2 * stats.t.sf(abs(beta[1] / se), df)))
    return pd.DataFrame(rows, columns=["pair", "slope", "p"])


def _pair(column, smallest):
    table = _without_pairs()
    place = table[column].idxmin() if smallest else table[column].idxmax()
    return table.pair[place]


def _ends(n_lowest, n_highest):
    ranked = subsets.heat_exercise_difference_saline().sort_values("ftp_per_kg").participant
    return {*ranked.iloc[:n_lowest], *(ranked.iloc[-n_highest:] if n_highest else ())}


@cache
def _at(target, formula=AT_ONE_TARGET):
    rows = subsets.heat()
    return lmm(formula, rows[rows.target == target], ci="wald")


def _p_of(sex):
    rows = subsets.heat()
    rows = rows[(rows.target == 30) & (rows.sex == sex)]
    model = lmm("rating ~ drug + drug_order + (drug|participant)", rows, ci="wald")
    return model.coefficient("drug[naloxone]").p


EXERCISES = (
    Number(
        name="first_step",
        chapter=CHAPTER,
        kind="change",
        asks="By how much more do heat ratings (saline) rise from block 1 to block 2 if block 2 is high than if it is low?",
        unit="VAS points, high − low",
        decimals=1,
        answer=_gap,
        mistakes=(
            Mistake(
                "This is the change of those with a high second block. Subtract the others.",
                lambda: _first_step()["high"],
            ),
            Mistake(
                "This is the change of those with a low second block. Asked is how much more the others rise.",
                lambda: _first_step()["low"],
            ),
            Mistake("This is the naloxone day.", lambda: _gap(day="naloxone")),
            Mistake("These are the pressure trials.", lambda: _gap(modality="pressure")),
        ),
        reading="A comparison between people, in groups of unequal size, and one of four that could be made.",
    ),
    Names(
        name="weakest_pair",
        chapter=CHAPTER,
        kind="predict",
        asks="Which two people must be left out to make the p of the fitness line as large as possible?",
        answer=lambda: _pair("p", smallest=False),
        mistakes=(
            Mistake(
                "Without these two the *slope* is smallest. Its standard error counts too.",
                lambda: _pair("slope", smallest=True),
            ),
            Mistake(
                "These are the two least fit. Far points matter, but so does how they lie to the line.",
                lambda: _ends(2, 0),
            ),
            Mistake(
                "These are the least fit and the fittest, whom the authors left out.",
                lambda: _ends(1, 1),
            ),
            Mistake(
                "These are the two fittest.",
                lambda: _ends(0, 2),
            ),
            Mistake(
                "Without these two p is *smallest*.",
                lambda: _pair("p", smallest=True),
            ),
        ),
        reading="A search for the worst pair always finds one. It tells how fragile p is, not who is wrong.",
    ),
    Number(
        name="weak_pain",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="Which p answers whether the drug effect at target 30 differs between the sexes (own effects allowed)?",
        unit="p",
        decimals=2,
        answer=Row(lambda: _at(30), BOTH, "p", handed_in=False),
        mistakes=(
            Mistake(
                "This is the p of the women alone. It says nothing about a difference.",
                lambda: _p_of("female"),
            ),
            Mistake(
                "This is the p of the men alone. It says nothing about a difference.",
                lambda: _p_of("male"),
            ),
            Mistake(
                "Here everyone of a sex has the same drug effect. Let people differ: `(drug|participant)`.",
                lambda: _at(30, AT_ONE_TARGET.replace("(drug|", "(1|")).coefficient(BOTH).p,
            ),
            Mistake("This is target 50.", lambda: _at(50).coefficient(BOTH).p),
            Mistake("This is target 70.", lambda: _at(70).coefficient(BOTH).p),
        ),
        reading="And a large p is no evidence for *nothing* in women: look at the interval.",
        nudge="Keep the trials of target 30 and fit one model with drug, sex and their interaction.",
    ),
    Number(
        name="rest_blocks",
        chapter=CHAPTER,
        kind="change",
        asks="With rest, low and high blocks: how many blocks does the shortest day need in which each kind follows "
        "each kind (itself included) exactly once?",
        unit="blocks",
        decimals=0,
        answer=lambda: len(KINDS_OF_BLOCK) ** 2 + 1,
        mistakes=(
            Mistake(
                "This is the number of steps from one block to the next. A row of blocks has one block more than steps.",
                lambda: len(KINDS_OF_BLOCK) ** 2,
            ),
            Mistake(
                "No kind follows itself in this count. Then the block before is confounded with a change of kind.",
                lambda: len(KINDS_OF_BLOCK) * (len(KINDS_OF_BLOCK) - 1) + 1,
            ),
            Mistake(
                "This is the number of steps without repeats. Count those from a kind to itself, and the first block.",
                lambda: len(KINDS_OF_BLOCK) * (len(KINDS_OF_BLOCK) - 1),
            ),
            Mistake(
                "This has each kind once. Which steps from block to block does that leave out?",
                lambda: len(KINDS_OF_BLOCK),
            ),
            Mistake(
                "These are the blocks for two kinds. With rest there are three.",
                lambda: len(INTENSITIES) ** 2 + 1,
            ),
        ),
        reading="More than twice as long a day as this one: the missing rest condition has a price.",
        nudge="Write the kinds down in a row and tick off each step from one block to the next.",
    ),
)
