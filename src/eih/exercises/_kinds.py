"""The kinds of exercise, and how each compares an answer with the right one and with typical mistakes.

The right answer and the result of every mistake are functions: they are computed from the data when an
answer is checked, and stand nowhere as a value.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from ._answers import QUANTITIES, UnreadableError, is_placeholder, read_names, read_number
from ._feedback import NOT_YET, RIGHT, WAITING, Feedback

CLOSE = 0.03  # of the right value
EXACT = 1e-9


@dataclass(frozen=True, eq=False)
class Mistake:
    """A typical mistake: what it gives, computed, and what to tell whoever made it.

    Attributes
    ----------
    hint : str
        Points to the mistake, not to the answer.
    value : callable
        Returns what comes out.
    """

    hint: str
    value: Callable


@dataclass(frozen=True, eq=False)
class Row:
    """One number of a fitted model; its neighbours in the table are typical mistakes.

    Attributes
    ----------
    fit : callable
        Returns the fitted model.
    term, quantity : str
        Row and column of its table.
    handed_in : bool
        Whether the fitted model itself is accepted as an answer. False where finding the row is the
        exercise.
    """

    fit: Callable
    term: str
    quantity: str = "estimate"
    handed_in: bool = True

    def __call__(self):
        return float(self.fit().coefficient(self.term)[self.quantity])

    def neighbours(self):
        """Return the other numbers of the row, and the same quantity of the other rows."""
        table = self.fit().table.set_index("term")
        asked = QUANTITIES[self.quantity]
        for name, words in QUANTITIES.items():
            if name != self.quantity and not math.isnan(table.at[self.term, name]):
                hint = f"This is {words} of the right row. The question asks for {asked}."
                yield Mistake(hint, _constant(table.at[self.term, name]))
        for term in table.index.drop(self.term):
            hint = f"This is {asked} of another row, `{term}`. What does each row of the table compare?"
            yield Mistake(hint, _constant(table.at[term, self.quantity]))


def _constant(value):
    return lambda: float(value)


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise:
    """What all exercises have.

    Attributes
    ----------
    name, chapter : str
        The name that :func:`eih.exercises.check` takes; the notebook it belongs to.
    kind : {"predict", "change", "find the flaw", "read"}
        What the student does.
    asks : str
        The question in one sentence.
    answer : callable
        Returns the right answer, computed from the data.
    mistakes : tuple of Mistake
        What typically goes wrong.
    reading : str
        What a right answer means.
    nudge : str
        Said of a wrong answer that matches no mistake.
    """

    name: str
    chapter: str
    kind: str
    asks: str
    answer: Callable
    mistakes: tuple = ()
    reading: str = ""
    nudge: str = "Read the question once more, then look at the rows and the columns that you used."

    @property
    def form(self):
        """What the answer looks like, in words."""
        raise NotImplementedError

    def check(self, answer):
        """Compare an answer; return a Feedback."""
        if is_placeholder(answer):
            return Feedback(WAITING, f"{self.asks} Hand in {self.form}.")
        try:
            return self._judge(answer)
        except UnreadableError as error:
            return Feedback(NOT_YET, str(error))

    def _judge(self, answer):
        raise NotImplementedError

    def _right(self):
        return Feedback(RIGHT, self.reading)


@dataclass(frozen=True, eq=False, kw_only=True)
class Number(Exercise):
    """An exercise whose answer is a number.

    Attributes
    ----------
    unit : str
        In words, for the question.
    decimals : int
        As many must be right.
    tolerance : float
        How far an answer may lie from the right one; by default half a unit of the last decimal.
    """

    unit: str = ""
    decimals: int = 2
    tolerance: float | None = None

    @property
    def form(self):
        """What the answer looks like, in words."""
        unit = f" [{self.unit}]" if self.unit else ""
        return self._digits + unit + (", or the fitted model" if self._row else "")

    @property
    def _digits(self):
        words = {0: "a whole number", 1: "a number with one decimal"}
        return words.get(self.decimals, f"a number with {self.decimals} decimals")

    @property
    def _row(self):
        if isinstance(self.answer, Row) and self.answer.handed_in:
            return self.answer.term, self.answer.quantity
        return None

    def _margin(self):
        return 0.5 * 10**-self.decimals if self.tolerance is None else self.tolerance

    def _same(self, value, other, factor=1):
        return abs(value - other) <= self._margin() * factor * (1 + 1e-9) + 1e-12

    def typical_mistakes(self):
        """List (hint, value) of the mistakes that can be told from the right answer and each other."""
        return _typical(self)

    def _judge(self, answer):
        given = read_number(answer, self._row)
        right = _value(self.answer)
        if self._same(given.value, right):
            return self._right()
        return Feedback(NOT_YET, self._hint(given, right))

    def _hint(self, given, right):
        value = given.value
        known = [(abs(value - other), hint) for hint, other in self.typical_mistakes()]
        exact = [hint for gap, hint in known if gap < EXACT]
        if exact:
            return exact[0]
        if (
            value
            and given.decimals < self.decimals
            and self._same(value, right, 10 ** (self.decimals - given.decimals))
        ):
            return f"Right as far as it goes: give {self._digits}."
        known = [(gap, hint) for gap, hint in known if self._same(value, value + gap)]
        if known:
            return min(known, key=lambda pair: pair[0])[1]
        if self._same(value, -right):
            return "The size is right, the sign is not. What is subtracted from what?"
        for factor in (10, 100, 1000):
            if self._same(value, right * factor, factor) or self._same(
                value * factor, right, factor
            ):
                return (
                    f"The digits are right, but the answer is off by a factor of {factor}: a matter of units"
                    f"{' (asked is: ' + self.unit + ')' if self.unit else ''}."
                )
        if abs(value - right) <= CLOSE * abs(right):
            return (
                "Close, but not the number asked for. A step rounded too early, a row too many or too few, "
                "or another option of the fit can do this."
            )
        if right and not 0.1 < abs(value / right) < 10:
            return f"Another order of magnitude. {self.nudge}"
        return self.nudge


@cache
def _value(function):
    return float(function())


@cache
def _typical(exercise):
    neighbours = exercise.answer.neighbours() if isinstance(exercise.answer, Row) else ()
    right, kept = _value(exercise.answer), []
    for mistake in (*exercise.mistakes, *neighbours):
        value = float(mistake.value())
        known = [right, *(other for _, other in kept)]
        if math.isfinite(value) and not any(exercise._same(value, other) for other in known):
            kept.append((mistake.hint, value))
    return kept


@dataclass(frozen=True, eq=False, kw_only=True)
class Choice(Exercise):
    """An exercise whose answer is one of several texts.

    Attributes
    ----------
    options : dict of str to str
        Each possible answer with the hint for whoever chooses it wrongly.
    """

    options: dict = field(default_factory=dict)

    @property
    def form(self):
        """What the answer looks like, in words."""
        return "one of " + ", ".join(f"`'{option}'`" for option in self.options)

    def typical_mistakes(self):
        """List (hint, value) of the wrong options."""
        return [(hint, option) for option, hint in self.options.items() if option != self.answer()]

    def _judge(self, answer):
        if not isinstance(answer, (str, int, float)) or isinstance(answer, bool):
            raise UnreadableError(f"Hand in {self.form}, as a text.")
        written = " ".join(str(answer).casefold().split())
        matching = [option for option in self.options if option.casefold() == written]
        if not matching:
            raise UnreadableError(f"'{answer}' is none of the options. Hand in {self.form}.")
        if matching[0] == self.answer():
            return self._right()
        return Feedback(NOT_YET, self.options[matching[0]])


@dataclass(frozen=True, eq=False, kw_only=True)
class Names(Exercise):
    """An exercise whose answer is a set of names, such as participants."""

    @property
    def form(self):
        """What the answer looks like, in words."""
        return "a list of names, such as `['sub-01', 'sub-02']`"

    def typical_mistakes(self):
        """List (hint, value) of the mistakes that can be told from the right answer and each other."""
        kept, known = [], {frozenset(self.answer())}
        for mistake in self.mistakes:
            value = frozenset(mistake.value())
            if value and value not in known:
                kept.append((mistake.hint, value))
                known.add(value)
        return kept

    def _judge(self, answer):
        given, right = read_names(answer), frozenset(self.answer())
        if given == right:
            return self._right()
        for hint, value in self.typical_mistakes():
            if given == value:
                return Feedback(NOT_YET, hint)
        extra, absent = len(given - right), len(right - given)
        counts = [f"{extra} name{' does' if extra == 1 else 's do'} not belong"] if extra else []
        counts += [f"{absent} {'is' if absent == 1 else 'are'} missing"] if absent else []
        return Feedback(NOT_YET, f"{', '.join(counts)}. {self.nudge}")
