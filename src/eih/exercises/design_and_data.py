"""Exercises of the chapter on the design and the data."""

from functools import cache

from ..paper import subsets
from ..tables.data import difference_scores, load_trials, mean_ratings
from ._kinds import Mistake, Names, Number
from ._tables import Table

CHAPTER = "design_and_data"


@cache
def _trials():
    return load_trials()


def _one_block():
    """Return the trials of one block of each person."""
    return _trials().query("session == 1 and block == 1")


def _at_an_end(modality="pressure", target=70, end=101):
    rows = subsets.heat() if modality == "heat" else subsets.pressure()
    return set(rows[(rows.target == target) & (rows.rating == end)].participant)


def _men_minus_women(rows, column="difference"):
    by_sex = rows.groupby("sex", observed=True)[column].mean()
    return by_sex["male"] - by_sex["female"]


def _relief(rows):
    return difference_scores(rows, "exercise", by=[])


EXERCISES = (
    Number(
        name="lost_block",
        chapter=CHAPTER,
        kind="predict",
        asks="If every participant had lost one block, which share of all ratings would be missing?",
        unit="share of all ratings, 0 to 1",
        decimals=3,
        answer=lambda: len(_one_block()) / len(_trials()),
        mistakes=(
            Mistake(
                "This is the number of ratings. The question asks for their share.",
                lambda: len(_one_block()),
            ),
            Mistake(
                "This is the share of one *session*. How many blocks does a person have over both sessions?",
                lambda: (_trials().session == 1).mean(),
            ),
            Mistake(
                "This counts the blocks of one session only. There are two sessions.",
                lambda: 1 / _trials().block.nunique(),
            ),
            Mistake(
                "This is the share of one modality in that block. A block has heat and pressure.",
                lambda: (_one_block().modality == "heat").sum() / len(_trials()),
            ),
        ),
        reading="The design is balanced, so each block holds the same share of the ratings.",
    ),
    Names(
        name="end_of_scale",
        chapter=CHAPTER,
        kind="change",
        asks="Who used the right end of the scale (101) for pressure at target 70?",
        answer=_at_an_end,
        mistakes=(
            Mistake("These used the right end for heat.", lambda: _at_an_end("heat")),
            Mistake("These used the left end, which is recorded as 1.", lambda: _at_an_end(end=1)),
            Mistake(
                "These used either end of the scale.",
                lambda: _at_an_end() | _at_an_end(end=1),
            ),
        ),
        reading="Keep them: to leave people out for what they answered biases the result.",
        nudge="Three conditions must hold at once: modality, target and rating.",
    ),
    Number(
        name="relief_of_men",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="By how much is the mean relief of men larger than that of women (heat, saline, low − high exercise)?",
        unit="VAS points, men − women",
        decimals=1,
        answer=lambda: _men_minus_women(_relief(subsets.heat_saline())),
        mistakes=(
            Mistake(
                "This is the difference in fitness. It is the first half of the argument; the second half "
                "is about relief.",
                lambda: _men_minus_women(subsets.participants(), "ftp_per_kg"),
            ),
            Mistake(
                "This is the naloxone day, or it includes it. The question is about saline.",
                lambda: _men_minus_women(_relief(subsets.heat().query("drug == 'naloxone'"))),
            ),
            Mistake(
                "These are both drug days together. The question is about saline.",
                lambda: _men_minus_women(_relief(subsets.heat())),
            ),
            Mistake(
                "These are the pressure trials. The question is about heat.",
                lambda: _men_minus_women(_relief(subsets.pressure_saline())),
            ),
            Mistake(
                "This compares ratings, not relief. Relief is the difference between low and high exercise.",
                lambda: _men_minus_women(mean_ratings(subsets.heat_saline(), []), "rating"),
            ),
        ),
        reading="The sample can be asked directly. A chain of two links is no substitute for this difference and its test.",
    ),
    Table(
        name="table_of_means",
        chapter=CHAPTER,
        kind="change",
        asks="What is the mean heat rating of each participant under each drug?",
        keys=("participant", "drug"),
        column="rating",
        answer=lambda: mean_ratings(subsets.heat(), "drug"),
        mistakes=(
            Mistake(
                "Heat and pressure are mixed here. Keep the heat trials.",
                lambda: mean_ratings(_trials(), "drug"),
            ),
            Mistake(
                "These are the pressure trials. The question is about heat.",
                lambda: mean_ratings(subsets.pressure(), "drug"),
            ),
            Mistake(
                "These are medians, or something else than means.",
                lambda: (
                    subsets.heat().groupby(["participant", "drug"], observed=True).rating.median()
                ),
            ),
            Mistake(
                "A missing rating was counted as zero. Leave missing ratings out.",
                lambda: mean_ratings(subsets.heat().fillna({"rating": 0}), "drug"),
            ),
        ),
        reading="One row per person and drug: the shape that a paired test needs.",
    ),
)
