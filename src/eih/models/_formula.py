"""A formula and its data, checked together and made ready for a linear model.

One language serves :func:`eih.lmm` and :func:`eih.lm`: names joined by ``+ - : *``, ``0`` for no
intercept, ``C(name)`` for a number taken as a factor, ``I(name**2)`` for a power, and
``(terms|group)`` for a random effect. The same term has the same name in both models:
``(Intercept)``, ``target``, ``drug[naloxone]``, ``target:drug[naloxone]``, main effects before
interactions. A factor is a categorical, text or boolean column; its first category is the
reference.
"""

from dataclasses import dataclass

import pandas as pd

from ._checks import (
    check_columns,
    check_data,
    check_groups,
    check_margins,
    check_numbers,
    check_random,
    check_variation,
)
from ._terms import column_names, is_number, levels_of, parse, parts_of, source_of


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
        parts = (part for term in self.parsed.fixed.terms for part in parts_of(term))
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
    parsed = parse(formula)
    check_random(formula, parsed, random=random)
    check_columns(formula, parsed, data)
    frame, n_dropped = _complete_rows(parsed, data)
    frame = _with_factors(parsed, frame)
    check_numbers(parsed, frame)
    check_variation(parsed, frame)
    check_groups(parsed, frame)
    predictors = parsed.fixed_variables | parsed.random_variables
    levels = {name: levels_of(frame[name]) for name in frame if name in predictors}
    levels = {name: used for name, used in levels.items() if used}
    check_margins(formula, parsed, levels)
    return Design(formula, parsed, frame, levels, n_dropped)


def _complete_rows(parsed, data):
    frame = pd.DataFrame({name: data[source_of(name)] for name in sorted(parsed.all_variables)})
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
        elif name.startswith("C(") or not is_number(column):
            column = column.astype("category")
        elif name not in parsed.grouping_factors:
            column = column.astype(float)
        columns[name] = column
    return pd.DataFrame(columns)
