"""Exercises of the ledger: read verdicts, test printed numbers against each other, see what such a test misses."""

from functools import cache

from ..paper.comparison import ledger, scoreboard
from ..paper.printed import printed_numbers
from ..paper.verdicts import DIFFERS, EXACT, EXPLAINED, ROUNDING
from ._kinds import Choice, Mistake, Number

CHAPTER = "ledger"
ITEM = "r042"
# What a slip does to an estimate, its standard error and their ratio t.
SLIPS = {
    "the sign of t is lost": lambda estimate, se, t: (estimate, se, abs(t)),
    "the standard error is that of another row": lambda estimate, se, t: (estimate, 2 * se, t),
    "all three are those of another row": lambda estimate, se, t: (3 * estimate, 2 * se, 1.5 * t),
    "the estimate alone is in another unit": lambda estimate, se, t: (10 * estimate, se, t),
}


@cache
def _counts():
    return scoreboard(ledger()).set_index("verdict").numbers


def _share(counted, of=(EXACT, ROUNDING, EXPLAINED, DIFFERS)):
    return float(_counts()[list(counted)].sum() / _counts()[list(of)].sum())


def _printed(quantity):
    numbers = printed_numbers()
    row = numbers[(numbers.id == ITEM) & (numbers.quantity == quantity)]
    return float(row.printed.item())


def _unseen_slip():
    estimate, se = -2.0, 0.5
    (unseen,) = (
        words
        for words, slip in SLIPS.items()
        for one, its_se, t in [slip(estimate, se, estimate / se)]
        if abs(one / its_se - t) < 1e-9
    )
    return unseen


EXERCISES = (
    Number(
        name="nearly_exact",
        chapter=CHAPTER,
        kind="change",
        asks="Let a number that is off by one unit in its last printed place count as exact too: which share of the recomputed numbers is that?",
        unit="share, 0 to 1",
        decimals=3,
        answer=lambda: _share([EXACT, ROUNDING]),
        mistakes=(
            Mistake("This is the share of exact ones alone.", lambda: _share([EXACT])),
            Mistake(
                "This counts the explained ones as well. They are off by more.",
                lambda: _share([EXACT, ROUNDING, EXPLAINED]),
            ),
            Mistake(
                "This is a share of all rows. Many of them cannot be recomputed: leave them out below the line too.",
                lambda: _share([EXACT, ROUNDING], _counts().index),
            ),
            Mistake(
                "This is how many there are. The question asks for their share.",
                lambda: int(_counts()[[EXACT, ROUNDING]].sum()),
            ),
        ),
        reading="A share depends on what it is a share of: the verdicts *not public* and *cited* are no failures.",
    ),
    Number(
        name="asked_for_se",
        chapter=CHAPTER,
        kind="change",
        asks=f"Which standard error do the printed mean and t of the expectation item {ITEM} ask for?",
        unit="scale points",
        decimals=2,
        answer=lambda: _printed("mean") / _printed("t"),
        mistakes=(
            Mistake("This is the standard error that is printed.", lambda: _printed("se")),
            Mistake(
                "This is the mean divided by the printed standard error: the t that this one would give.",
                lambda: _printed("mean") / _printed("se"),
            ),
            Mistake(
                "This is t divided by the mean. A t is the mean over its standard error: solve for that.",
                lambda: _printed("t") / _printed("mean"),
            ),
            Mistake(
                "This is a product of the two. A t is the mean over its standard error: solve for that.",
                lambda: _printed("t") * _printed("mean"),
            ),
        ),
        reading="Nearly twice the printed one, for this item as for the two others: three of a kind are hardly a slip of the pen.",
    ),
    Choice(
        name="unseen_slip",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="Which slip would the check of estimate, standard error and t not notice?",
        options=dict.fromkeys(
            SLIPS, "Take −2, 0.5 and −4, make this slip, and divide the first by the second."
        ),
        answer=_unseen_slip,
        reading="Numbers can be wrong together. Only a recomputation from the data notices that.",
    ),
)
