"""Exercises whose answer is a table: its rows, its columns and its values are compared in this order."""

from dataclasses import dataclass

import pandas as pd

from ._answers import UnreadableError
from ._feedback import NOT_YET, Feedback
from ._kinds import Exercise


@dataclass(frozen=True, eq=False, kw_only=True)
class Table(Exercise):
    """An exercise whose answer is a table with key columns and one column of values.

    Attributes
    ----------
    keys : tuple of str
        Columns that name a row; they may also be the index.
    column : str
        The values.
    tolerance : float
        How far a value may be off.
    """

    keys: tuple = ("participant",)
    column: str = "difference"
    tolerance: float = 0.005

    @property
    def form(self):
        """What the answer looks like, in words."""
        keys = ", ".join(f"`{key}`" for key in self.keys)
        return f"a table (DataFrame) with the columns {keys} and `{self.column}`, in any order"

    def typical_mistakes(self):
        """List (hint, table) of the mistakes that can be told from the right answer and each other."""
        kept, known = [], [self._tidy(self.answer())]
        for mistake in self.mistakes:
            value = mistake.value()
            tidy = self._tidy(value)
            if not any(self._same(tidy, other) for other in known):
                kept.append((mistake.hint, value))
                known.append(tidy)
        return kept

    def _tidy(self, answer):
        if isinstance(answer, pd.Series):
            answer = answer.rename(answer.name or self.column).reset_index()
        if not isinstance(answer, pd.DataFrame):
            raise UnreadableError(f"Hand in {self.form}.")
        if not set(self.keys) <= set(answer.columns):
            answer = answer.reset_index()
        absent = [name for name in (*self.keys, self.column) if name not in answer]
        if absent:
            raise UnreadableError(
                f"Your table has no column {', '.join(f'`{name}`' for name in absent)}. Hand in {self.form}."
            )
        plain = {key: answer[key].astype(str) for key in self.keys}
        rows = pd.DataFrame({**plain, self.column: answer[self.column].astype(float)})
        return rows.sort_values(list(self.keys), kind="stable").reset_index(drop=True)

    def _same(self, one, other):
        keys = list(self.keys)
        if len(one) != len(other) or not one[keys].equals(other[keys]):
            return False
        gap = (one[self.column] - other[self.column]).abs()
        return bool((gap.fillna(0) <= self.tolerance).all()) and gap.isna().equals(
            other[self.column].isna()
        )

    def _judge(self, answer):
        given, right = self._tidy(answer), self._tidy(self.answer())
        if self._same(given, right):
            return self._right()
        for hint, value in self.typical_mistakes():
            if self._same(given, self._tidy(value)):
                return Feedback(NOT_YET, hint)
        if len(given) != len(right):
            return Feedback(
                NOT_YET,
                f"Your table has {len(given)} rows. One row for each combination of "
                f"{', '.join(f'`{key}`' for key in self.keys)} makes {len(right)}.",
            )
        keys = list(self.keys)
        if not given[keys].equals(right[keys]):
            return Feedback(
                NOT_YET, "The number of rows is right, but they stand for other combinations."
            )
        gap = (given[self.column] - right[self.column]).abs()
        off = int((~(gap <= self.tolerance) & right[self.column].notna()).sum())
        return Feedback(
            NOT_YET,
            f"The rows are right; `{self.column}` differs in {off} of {len(right)}. {self.nudge}",
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class OneRow(Exercise):
    """An exercise whose answer is one row of a large table, chosen by the student.

    ``answer`` returns the rows among which any single one is right; each mistake returns rows too.

    Attributes
    ----------
    subject : str
        What a row is, in words.
    keys : tuple of str
        Columns that tell which rows are right.
    """

    subject: str = "row"
    keys: tuple = ()

    @property
    def form(self):
        """What the answer looks like, in words."""
        return f"a table (DataFrame) with one {self.subject}"

    def typical_mistakes(self):
        """List (hint, rows) of the mistakes."""
        return [(mistake.hint, mistake.value()) for mistake in self.mistakes]

    def _judge(self, answer):
        if isinstance(answer, pd.Series):
            answer = answer.to_frame().T
        if not isinstance(answer, pd.DataFrame):
            raise UnreadableError(f"Hand in {self.form}.")
        absent = [f"`{name}`" for name in self.keys if name not in answer]
        if absent:
            raise UnreadableError(
                f"Your table has no column {', '.join(absent)}. Hand in {self.form}."
            )
        if self._among(answer, self.answer()):
            if len(answer) == 1:
                return self._right()
            return Feedback(
                NOT_YET, f"{len(answer)} rows are left. Decide the choices that are still open."
            )
        for hint, rows in self.typical_mistakes():
            if self._among(answer, rows):
                return Feedback(NOT_YET, hint)
        return Feedback(NOT_YET, self.nudge)

    def _among(self, answer, rows):
        given, known = (
            set(frame[list(self.keys)].itertuples(index=False, name=None))
            for frame in (answer, rows)
        )
        return given <= known
