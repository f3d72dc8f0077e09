"""A formula and its data, checked together and made ready for a linear model.

One language serves :func:`eih.lmm` and :func:`eih.lm`: names joined by ``+ - : *``, ``0`` for no
intercept, ``C(name)`` for a number taken as a factor, ``I(name**2)`` for a power, and
``(terms|group)`` for a random effect. The same term has the same name in both models:
``(Intercept)``, ``target``, ``drug[naloxone]``, ``target:drug[naloxone]``, main effects before
interactions. A factor is a categorical, text or boolean column; its first category is the
reference.
"""

import difflib
import itertools
import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

_EXAMPLE = "rating ~ target*drug + (1|participant)"
_SYMBOLS = {
    "TILDE": "'~'",
    "PIPE": "'|'",
    "LPAREN": "'('",
    "RPAREN": "')'",
    "POWER": "'**'",
    "NUMBER": "a number",
    "IDENTIFIER": "a name",
    "EOF": "the end",
}
_AS_FACTOR = re.compile(r"\bC\(\s*([A-Za-z_]\w*)\s*\)")


@dataclass(frozen=True)
class Design:
    """A formula with the rows it can use.

    Attributes
    ----------
    formula : str
        The formula as given.
    parsed : mixedlm Formula
        The same, with main effects before interactions.
    frame : pandas.DataFrame
        The model variables of the complete rows; factors hold used levels only.
    levels : dict of str to list
        The used levels of each factor among the predictors, reference first.
    n_dropped : int
        Rows left out because a model variable has no value there.
    """

    formula: str
    parsed: object
    frame: pd.DataFrame
    levels: dict
    n_dropped: int

    @property
    def names(self):
        """The names of the fixed-effect columns."""
        fixed = self.parsed.fixed
        return column_names(fixed.terms, fixed.has_intercept, self.levels)

    @property
    def predictors(self):
        """The variables of the fixed effects, in formula order."""
        parts = (part for term in self.parsed.fixed.terms for part in _parts(term))
        return list(dict.fromkeys(part if isinstance(part, str) else part.name for part in parts))

    def columns(self, frame):
        """Return the fixed-effect columns for some rows, of shape (n_rows, n_terms)."""
        from mixedlm.matrices.design import build_fixed_matrix

        return build_fixed_matrix(self.parsed, frame, category_levels=self.levels)[0]


def build_design(formula, data, *, random):
    """Check a formula against its data.

    Parameters
    ----------
    formula : str
        In the language of this module.
    data : pandas.DataFrame
        One row per observation; rows without a value in a model variable are left out.
    random : bool
        Whether the formula must have a random effect (True) or must not (False).

    Returns
    -------
    Design

    Raises
    ------
    TypeError
        The data are not a DataFrame, or the formula is not text.
    ValueError
        The formula cannot be read, names an unknown column, or asks for effects that the rows
        cannot give.
    """
    check_data(data)
    parsed = _parse(formula)
    check_random(formula, parsed, random=random)
    check_columns(formula, parsed, data)
    frame, n_dropped = _complete_rows(parsed, data)
    frame = _with_factors(parsed, frame)
    check_numbers(parsed, frame)
    check_variation(parsed, frame)
    check_groups(parsed, frame)
    predictors = parsed.fixed_variables | parsed.random_variables
    levels = {name: _levels(frame[name]) for name in frame if name in predictors}
    levels = {name: used for name, used in levels.items() if used}
    check_margins(formula, parsed, levels)
    return Design(formula, parsed, frame, levels, n_dropped)


# Checks, one rule each.


def check_data(data):
    """Raise unless the data are a DataFrame with rows."""
    if not isinstance(data, pd.DataFrame):
        raise TypeError(
            f"Invalid data of type {type(data).__name__}. "
            "A model needs a pandas DataFrame, such as eih.load_trials() gives."
        )
    if data.empty:
        raise ValueError("Empty data: 0 rows. Check the condition that selected them.")


def check_random(formula, parsed, *, random):
    """Raise unless a mixed model has a random effect and an ordinary one has none."""
    if random and not parsed.random:
        raise ValueError(
            f"Invalid formula {formula!r} for eih.lmm: it has no random effect such as "
            "(1|participant). Add one, or use eih.lm."
        )
    if not random and parsed.random:
        raise ValueError(
            f"Invalid formula {formula!r} for eih.lm: it has a random effect (…|…). "
            "Leave it out, or use eih.lmm."
        )


def check_columns(formula, parsed, data):
    """Raise unless every variable of the formula is a column of the data."""
    unknown = sorted({_source(name) for name in parsed.all_variables} - set(data.columns))
    if unknown:
        raise ValueError(
            f"Unknown {plural(unknown, 'column')} {listed(unknown)} in formula {formula!r}."
            f"{closest(unknown, data.columns)} "
            f"The data have: {', '.join(map(str, data.columns))}."
        )


def check_numbers(parsed, frame):
    """Raise unless the outcome is a number and every number is finite."""
    outcome = frame[parsed.response]
    if not _is_number(outcome):
        raise ValueError(
            f"Invalid outcome '{parsed.response}' of type {outcome.dtype}. "
            "The left side of a formula is a numeric column."
        )
    for name in frame.select_dtypes("number"):
        infinite = int(np.isinf(frame[name].to_numpy(dtype=float)).sum())
        if infinite:
            raise ValueError(
                f"Invalid values in '{name}': {infinite} infinite. "
                "Make them missing (NaN), or leave those rows out."
            )


def check_variation(parsed, frame):
    """Raise unless every predictor takes at least two values."""
    for name in sorted(parsed.fixed_variables | parsed.random_variables):
        if _n_values(frame[name]) < 2:
            kind, noun = ("Factor", "level") if _levels(frame[name]) else ("Variable", "value")
            raise ValueError(
                f"{kind} '{name}' has only the {noun} {shown(frame[name].iloc[0])} "
                f"in these {len(frame)} rows, so it has no effect to estimate. "
                f"Take it out of the formula, or give rows with another {noun}."
            )


def check_groups(parsed, frame):
    """Raise unless every grouping factor has at least two levels."""
    for term in parsed.random:
        factors = list(term.grouping_factors)
        if max(_n_values(frame[name]) for name in factors) < 2:
            only = ":".join(shown(frame[name].iloc[0]) for name in factors)
            raise ValueError(
                f"Grouping factor '{':'.join(factors)}' has only the level {only} "
                f"in these {len(frame)} rows. A random effect needs at least two: "
                "take it out of the formula, or give rows of more groups."
            )


def check_margins(formula, parsed, levels):
    """Raise unless an interaction names each variable once and comes with its lower-order terms.

    R reads ``drug + drug:target`` as one slope per drug; mixedlm gives one column, another model. R
    reads ``target:target`` as ``target``, mixedlm as its square.
    """
    for terms in (parsed.fixed.terms, *(effect.expr for effect in parsed.random)):
        present = {frozenset(_parts(term)) for term in terms}
        for parts in map(_parts, terms):
            if len(set(parts)) < len(parts):
                raise ValueError(
                    f"Invalid formula {formula!r}: {':'.join(map(_label, parts))} repeats a "
                    "variable. Name each once; a square is I(name**2)."
                )
            for factor in (part for part in parts if part in levels):
                rest = [part for part in parts if part != factor]
                if rest and frozenset(rest) not in present:
                    inner, whole = (":".join(map(_label, names)) for names in (rest, parts))
                    raise ValueError(
                        f"Invalid formula {formula!r}: the interaction {whole} needs {inner} as a "
                        f"term of its own. Write {whole.replace(':', '*')}, or add {inner}."
                    )


def check_separable(formula, matrix, names):
    """Raise unless every term can be told apart from the others and rows are left over."""
    n_rows, n_terms = matrix.shape
    if n_terms == 0:
        raise ValueError(
            f"Invalid formula {formula!r}: neither an intercept nor a predictor. Leave out the 0."
        )
    if n_rows <= n_terms:
        raise ValueError(
            f"Too few rows for {formula!r}: {n_rows} complete rows, {n_terms} terms. "
            "Give more rows, or a smaller model."
        )
    scaled = matrix / np.maximum(np.linalg.norm(matrix, axis=0), np.finfo(float).tiny)
    rank = np.linalg.matrix_rank(scaled)
    if rank < n_terms:
        from scipy.linalg import qr

        _, pivots = qr(scaled, mode="r", pivoting=True)
        lost = [names[index] for index in sorted(pivots[rank:])]
        raise ValueError(
            f"Inseparable {plural(lost, 'term')} {listed(lost)} in formula {formula!r}: fixed by "
            f"the other terms in these {n_rows} rows (an empty cell, or a variable that others add "
            "up to). Take out a term, or give rows that tell them apart."
        )


def check_option(name, value, options):
    """Raise unless the value of an argument is one of its options."""
    if not isinstance(value, str | None) or value not in options:
        raise ValueError(
            f"Invalid {name} {value!r}. Choose one of {', '.join(map(repr, options))}."
        )


# Words for messages.


def shown(value):
    """Show a level: text in quotes, numbers bare."""
    return f"'{value}'" if isinstance(value, str) else plain(value)


def plain(value):
    """Show a level in a label: 30.0 as 30."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return f"{value:.15g}" if number else str(value)


def listed(names):
    """Put names in quotes, with commas."""
    return ", ".join(f"'{name}'" for name in names)


def plural(items, noun):
    """Give the noun, with an s for several items."""
    return noun if len(items) == 1 else f"{noun}s"


def closest(unknown, known):
    """Ask ' Did you mean …?' for names that resemble a known one, else say nothing."""
    known = [str(name) for name in known]
    near = [match for name in unknown for match in difflib.get_close_matches(str(name), known, n=1)]
    return f" Did you mean {listed(near)}?" if near else ""


# From text and columns to terms.


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
    for parts in map(_parts, terms):
        choices = []
        for part in parts:
            if part not in levels:
                choices.append([_label(part)])
                continue
            whole = with_reference and len(parts) == 1
            with_reference = with_reference and not whole
            kept = levels[part] if whole else levels[part][1:]
            choices.append([f"{part}[{plain(level)}]" for level in kept])
        names += map(":".join, itertools.product(*choices))
    return names


def _parse(formula):
    from mixedlm import parse_formula

    if not isinstance(formula, str):
        raise TypeError(f"Invalid formula {formula!r}. A formula is text, like {_EXAMPLE!r}.")
    try:
        parsed = parse_formula(_AS_FACTOR.sub(r"`C(\1)`", formula))
    except (ValueError, TypeError) as error:
        reason = re.sub(
            r"(TokenType\.)?\b([A-Z]+)\b", lambda m: _SYMBOLS.get(m[2], m[2]), str(error)
        ).rstrip(".")
        raise ValueError(
            f"Invalid formula {formula!r}: {reason}. Write it like {_EXAMPLE!r}, with names, "
            "+ - : *, C(name) and I(name**2); make any other transformation a column first."
        ) from None
    if parsed.response_denominator is not None:
        raise ValueError(
            f"Invalid formula {formula!r}: the outcome is one column. Make a ratio a column first."
        )
    terms = tuple(sorted(parsed.fixed.terms, key=lambda term: len(_parts(term))))
    return replace(parsed, fixed=replace(parsed.fixed, terms=terms))


def _complete_rows(parsed, data):
    frame = pd.DataFrame({name: data[_source(name)] for name in sorted(parsed.all_variables)})
    complete = frame[frame.notna().all(axis=1)]
    if complete.empty:
        counts = frame.isna().sum()
        missing = ", ".join(f"{name} in {count}" for name, count in counts.items() if count)
        raise ValueError(
            f"Empty data: none of the {len(frame)} rows has a value in every model variable "
            f"(missing: {missing}). Take out a variable, or give other rows."
        )
    return complete, len(frame) - len(complete)


def _with_factors(parsed, frame):
    """Make factors categorical without unused levels, numbers floats; leave numeric groups."""
    columns = {}
    for name, column in frame.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.cat.remove_unused_categories()
        elif name.startswith("C(") or not _is_number(column):
            column = column.astype("category")
        elif name not in parsed.grouping_factors:
            column = column.astype(float)
        columns[name] = column
    return pd.DataFrame(columns)


def _levels(column):
    """Levels of a factor; none of a number."""
    is_factor = isinstance(column.dtype, pd.CategoricalDtype)
    return column.cat.categories.tolist() if is_factor else []


def _n_values(column):
    return len(_levels(column)) or column.nunique()


def _parts(term):
    """Variables of a term: names, or powers of a name."""
    if hasattr(term, "variables"):
        return term.variables
    return (term,) if hasattr(term, "exponent") else (term.name,)


def _label(part):
    return part if isinstance(part, str) else f"I({part.name}**{part.exponent})"


def _source(name):
    """Give the column behind a variable: C(target) is made of target."""
    match = _AS_FACTOR.fullmatch(name)
    return match[1] if match else name


def _is_number(column):
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
