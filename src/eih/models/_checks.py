"""What a formula and its data must fulfil before a model is fitted: one rule each, one message each."""

import numpy as np
import pandas as pd

from ._terms import is_number, label_of, levels_of, n_values, parts_of, source_of
from ._words import closest, listed, plural, shown


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
    unknown = sorted({source_of(name) for name in parsed.all_variables} - set(data.columns))
    if unknown:
        raise ValueError(
            f"Unknown {plural(unknown, 'column')} {listed(unknown)} in formula {formula!r}."
            f"{closest(unknown, data.columns)} "
            f"The data have: {', '.join(map(str, data.columns))}."
        )


def check_numbers(parsed, frame):
    """Raise unless the outcome is a number and every number is finite."""
    outcome = frame[parsed.response]
    if not is_number(outcome):
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
        if n_values(frame[name]) < 2:
            kind, noun = ("Factor", "level") if levels_of(frame[name]) else ("Variable", "value")
            raise ValueError(
                f"{kind} '{name}' has only the {noun} {shown(frame[name].iloc[0])} "
                f"in these {len(frame)} rows, so it has no effect to estimate. "
                f"Take it out of the formula, or give rows with another {noun}."
            )


def check_groups(parsed, frame):
    """Raise unless every grouping factor has at least two levels."""
    for term in parsed.random:
        factors = list(term.grouping_factors)
        if max(n_values(frame[name]) for name in factors) < 2:
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
        present = {frozenset(parts_of(term)) for term in terms}
        for parts in map(parts_of, terms):
            if len(set(parts)) < len(parts):
                raise ValueError(
                    f"Invalid formula {formula!r}: {':'.join(map(label_of, parts))} repeats a "
                    "variable. Name each once; a square is I(name**2)."
                )
            for factor in (part for part in parts if part in levels):
                rest = [part for part in parts if part != factor]
                if rest and frozenset(rest) not in present:
                    inner, whole = (":".join(map(label_of, names)) for names in (rest, parts))
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
