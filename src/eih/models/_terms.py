"""The text of a formula read into terms, and the names of the columns they make."""

import itertools
import re
from dataclasses import replace

import pandas as pd

from ._words import plain

EXAMPLE = "rating ~ target*drug + (1|participant)"
SYMBOLS = {
    "TILDE": "'~'",
    "PIPE": "'|'",
    "LPAREN": "'('",
    "RPAREN": "')'",
    "POWER": "'**'",
    "NUMBER": "a number",
    "IDENTIFIER": "a name",
    "EOF": "the end",
}
AS_FACTOR = re.compile(r"\bC\(\s*([A-Za-z_]\w*)\s*\)")


def parse(formula):
    """Read a formula, with main effects before interactions; raise with the place and the way on."""
    from mixedlm import parse_formula

    if not isinstance(formula, str):
        raise TypeError(f"Invalid formula {formula!r}. A formula is text, like {EXAMPLE!r}.")
    try:
        parsed = parse_formula(AS_FACTOR.sub(r"`C(\1)`", formula))
    except (ValueError, TypeError) as error:
        reason = re.sub(
            r"(TokenType\.)?\b([A-Z]+)\b", lambda m: SYMBOLS.get(m[2], m[2]), str(error)
        ).rstrip(".")
        raise ValueError(
            f"Invalid formula {formula!r}: {reason}. Write it like {EXAMPLE!r}, with names, "
            "+ - : *, C(name) and I(name**2); make any other transformation a column first."
        ) from None
    if parsed.response_denominator is not None:
        raise ValueError(
            f"Invalid formula {formula!r}: the outcome is one column. Make a ratio a column first."
        )
    terms = tuple(sorted(parsed.fixed.terms, key=lambda term: len(parts_of(term))))
    return replace(parsed, fixed=replace(parsed.fixed, terms=terms))


def column_names(terms, has_intercept, levels):
    """Name the columns of some terms; without an intercept the first factor keeps its reference.

    Parameters
    ----------
    terms : sequence of mixedlm terms
        Of the fixed part, or of a random effect.
    has_intercept : bool
        Whether an intercept comes first.
    levels : dict of str to list
        The levels of each factor.

    Returns
    -------
    list of str
    """
    names = ["(Intercept)"] if has_intercept else []
    with_reference = not has_intercept
    for parts in map(parts_of, terms):
        choices = []
        for part in parts:
            if part not in levels:
                choices.append([label_of(part)])
                continue
            whole = with_reference and len(parts) == 1
            with_reference = with_reference and not whole
            kept = levels[part] if whole else levels[part][1:]
            choices.append([f"{part}[{plain(level)}]" for level in kept])
        names += map(":".join, itertools.product(*choices))
    return names


def levels_of(column):
    """Levels of a factor; none of a number."""
    is_factor = isinstance(column.dtype, pd.CategoricalDtype)
    return column.cat.categories.tolist() if is_factor else []


def n_values(column):
    """Count the levels of a factor, or the different numbers."""
    return len(levels_of(column)) or column.nunique()


def parts_of(term):
    """Variables of a term: names, or powers of a name."""
    if hasattr(term, "variables"):
        return term.variables
    return (term,) if hasattr(term, "exponent") else (term.name,)


def label_of(part):
    """Write a variable, or a power of one, as in a formula."""
    return part if isinstance(part, str) else f"I({part.name}**{part.exponent})"


def source_of(name):
    """Give the column behind a variable: C(target) is made of target."""
    match = AS_FACTOR.fullmatch(name)
    return match[1] if match else name


def is_number(column):
    """Whether a column holds numbers that are not booleans."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
