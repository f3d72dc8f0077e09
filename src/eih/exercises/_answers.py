"""Read what a student hands in: a number, a text, a row, a table or a fitted model becomes a number."""

import math
import numbers
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pandas as pd

from ..models.fitted import FittedModel

QUANTITIES = {
    "estimate": "the estimate",
    "ci_low": "the lower limit of the interval",
    "ci_high": "the upper limit of the interval",
    "se": "the standard error",
    "df": "the degrees of freedom",
    "t": "the t value",
    "p": "the p value",
}
_ALSO_CALLED = {  # by pingouin and statsmodels
    "estimate": ("coef", "beta"),
    "se": ("std err",),
    "df": ("dof",),
    "t": ("T",),
    "p": ("p_val", "p-val", "p_unc", "p-unc", "pval", "P>|t|"),
}
_PLACEHOLDERS = {"", "...", "…", "?", "none"}


class UnreadableError(Exception):
    """An answer that cannot be what the exercise asks for; the message tells the student why."""


@dataclass(frozen=True)
class Given:
    """A number as handed in: its value, and how many decimals were written."""

    value: float
    decimals: int


def is_placeholder(answer):
    """Tell whether the cell still waits for its answer: None, ..., or an empty text or table."""
    if answer is None or answer is Ellipsis:
        return True
    if isinstance(answer, str):
        return answer.strip().casefold() in _PLACEHOLDERS
    return hasattr(answer, "__len__") and len(answer) == 0


def read_number(answer, row=None):
    """Read a number.

    Parameters
    ----------
    answer : number, str, Series, DataFrame, list of one, or fitted model
        A table or model stands for the number that `row` names in it.
    row : tuple of str, optional
        ``(term, quantity)``. Without it a model or a table of several numbers is not accepted.

    Returns
    -------
    Given

    Raises
    ------
    UnreadableError
        Telling the student what to hand in instead.
    """
    answer = _one_of_table(answer, row)
    if isinstance(answer, bool) or type(answer).__name__ == "bool_":
        raise UnreadableError(
            f"This exercise takes a number; {answer} is the outcome of a comparison."
        )
    if isinstance(answer, str):
        return _from_text(answer)
    if isinstance(answer, Decimal):
        return _given(float(answer), str(answer))
    if not isinstance(answer, numbers.Real):
        raise UnreadableError(f"This exercise takes a number; this is {_kind_of(answer)}.")
    if not math.isfinite(answer):
        raise UnreadableError(
            f"The answer came out as {answer}. A missing rating may have got into it: count them with `.isna().sum()`."
        )
    whole = isinstance(answer, numbers.Integral)
    return _given(float(answer), str(int(answer)) if whole else repr(float(answer)))


def _given(value, written):
    mantissa, _, exponent = written.lower().partition("e")
    decimals = len(mantissa.partition(".")[2].rstrip("0")) - int(exponent or 0)
    return Given(value, max(0, decimals))


def _from_text(text):
    cleaned = text.strip().replace("−", "-").replace("\u00a0", " ").rstrip("% ").strip()
    if re.fullmatch(r"[+-]?\d+,\d+", cleaned):
        cleaned = cleaned.replace(",", ".")
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        raise UnreadableError(
            f"This exercise takes a number; '{text}' cannot be read as one. Write it like 1.25, without a unit."
        ) from None
    return _given(float(value), cleaned)


def _one_of_table(answer, row):
    if hasattr(answer, "item") and getattr(answer, "size", 0) == 1:
        return answer.item() if not isinstance(answer, pd.DataFrame) else answer.iloc[0, 0]
    if isinstance(answer, (list, tuple)) and len(answer) == 1:
        return answer[0]
    if isinstance(answer, FittedModel):
        return _from_rows(answer.table, row, "Your model")
    if isinstance(answer, pd.DataFrame):
        return _from_rows(answer, row, "Your table")
    if isinstance(answer, pd.Series):
        return _from_rows(answer.to_frame().T, row, "Your row")
    return answer


def _from_rows(table, row, whose):
    if row is None:
        raise UnreadableError(
            f"{whose} holds many numbers. Find the one that answers the question, and hand in that one."
        )
    term, quantity = row
    if "term" in table:
        found = table[table.term == term]
        if found.empty:
            shown = ", ".join(f"`{name}`" for name in table.term)
            raise UnreadableError(
                f"{whose} has the row(s) {shown}. The question is about a term that is not among them."
            )
        table = found
    if len(table) != 1:
        raise UnreadableError(
            f"{whose} has {len(table)} rows. Hand in the one that answers the question."
        )
    for name in (quantity, *_ALSO_CALLED.get(quantity, ())):
        if name in table:
            return table[name].iloc[0]
    raise UnreadableError(
        f"{whose} has no column `{quantity}`; it has {', '.join(f'`{name}`' for name in table)}."
    )


def read_names(answer):
    """Read a set of names from a text, a list, a set, an index or a column.

    Raises
    ------
    UnreadableError
        It is none of these.
    """
    if isinstance(answer, str):
        answer = [part for part in re.split(r"[,;\s]+", answer) if part]
    if isinstance(answer, dict):
        answer = list(answer)
    if isinstance(answer, pd.DataFrame) and "participant" in answer:
        answer = answer.participant
    if isinstance(answer, pd.Series) and pd.api.types.is_numeric_dtype(answer):
        answer = answer.index  # counts by name
    try:
        names = {str(name) for name in answer}
    except TypeError:
        raise UnreadableError(
            f"This exercise takes names, such as `['sub-01', 'sub-02']`; this is {_kind_of(answer)}."
        ) from None
    return frozenset(names)


def _kind_of(answer):
    kind = type(answer).__name__
    size = f" of {len(answer)}" if hasattr(answer, "__len__") else ""
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}{size}"
