"""What a table of your own must hold: the columns of the study, with the limits of a study of your own.

How many people, blocks and trials there are, how old people are and whether ratings start at 0 or at 1 may
differ; names of columns and levels of factors may not, because models and figures rely on them.
"""

from dataclasses import replace

import pandas as pd

from .schema import TABLES

_LABEL = {
    "pattern": r"sub-[A-Za-z0-9]+",
    "description": "Label of the person, the same in all three tables.",
}
_CHANGED = {  # table, column -> what differs from the schema of the study
    ("participants", "participant"): _LABEL,
    ("participants", "sex"): {"description": "Sex as recorded."},
    ("participants", "age"): {"low": 10, "high": 100, "missing": True},
    ("participants", "ftp"): {"kind": "number", "missing": True},
    ("participants", "ftp_per_kg"): {"missing": True},
    ("participants", "expectation"): {
        "missing": True,
        "description": "Expected effect of exercise on pain: 1 (large decrease) over 4 (no effect) to 7 (large increase).",
    },
    ("blocks", "participant"): _LABEL,
    ("blocks", "block"): {"levels": {}, "low": 1, "high": 20},
    ("blocks", "rpe"): {
        "high": 20.5,
        "missing": True,
        "description": "Rating of perceived exertion after cycling.",
    },
    ("blocks", "cumulative_watts"): {"kind": "number", "missing": True},
    ("trials", "participant"): _LABEL,
    ("trials", "block"): {"levels": {}, "low": 1, "high": 20},
    ("trials", "trial"): {"high": 200},
    ("trials", "rating"): {
        "kind": "number",
        "low": 0,
        "description": "Pain rating on a visual analogue scale from 0 (no pain) to 100 (worst tolerable pain).",
    },
}

OWN_TABLES = {
    table: {
        name: replace(column, **_CHANGED.get((table, name), {})) for name, column in columns.items()
    }
    for table, columns in TABLES.items()
}


def rule_of(column):
    """Say in words what a value of a column must be."""
    if column.levels:
        rule = "one of " + ", ".join(str(level) for level in column.levels)
    elif column.pattern:
        rule = "a label like sub-01"
    else:
        rule = "a whole number" if column.kind == "integer" else "a number"
        if column.low is not None:
            rule += " from {} to {}".format(
                *(f"{limit:,.10g}" for limit in (column.low, column.high))
            )
    return rule + ("; n/a where missing" if column.missing else "")


def own_columns():
    """List the columns that tables of your own need, and what their values must be.

    Returns
    -------
    pandas.DataFrame
        A row per column: ``table``, ``column``, ``must_be``, ``units``, ``description``.

    Examples
    --------
    >>> import eih
    >>> eih.own_columns().query("column == 'rating'").must_be.item()
    'a number from 0 to 101; n/a where missing'
    """
    rows = [
        (table, name, rule_of(column), column.units or "", column.description)
        for table, columns in OWN_TABLES.items()
        for name, column in columns.items()
    ]
    return pd.DataFrame(rows, columns=["table", "column", "must_be", "units", "description"])
