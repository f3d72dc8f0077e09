"""The paper's analyses by name: list them, take one, run one.

They are defined in ``paper_analyses``; ``list_analyses()`` lists them, ``analysis(name)`` gives one,
``recompute(name)`` runs it.
"""

from functools import cache

import pandas as pd

from .paper_analyses import ANALYSES

_BY_NAME = {one.name: one for one in ANALYSES}

#: The chapter that shows a section of the article.
CHAPTER_OF_SECTION = {
    "s2": "pressure",
    "s2-1": "heat_pain",
    "s2-2": "exercise",
    "s2-3": "naloxone",
    "s2-4": "exercise_and_pain",
    "s2-5": "fitness",
    "s2-6": "sex_and_fitness",
    "s4-2": "design_and_data",
    "s4-3": "design_and_data",
    "s4-13": "mixed_models",
    "response": "reviewers",
    "review": "reviewers",
}


def chapter_of(name, section):
    """Return the chapter (name of its notebook) that shows an analysis or else a section, or ""."""
    return _BY_NAME[name].chapter if name else CHAPTER_OF_SECTION.get(section, "")


def list_analyses():
    """List the paper's analyses.

    Returns
    -------
    pandas.DataFrame
        One row per analysis: ``name, section, chapter, question, formula`` (empty where it is a test or
        a count) and ``reported`` (ids of the reported results that it answers, separated by spaces).

    Examples
    --------
    >>> import eih
    >>> eih.list_analyses().set_index("name").formula["heat_exercise_saline"]
    'rating ~ exercise + drug_order + (1|participant) + (1|nth)'
    """
    rows = [
        (
            one.name,
            one.section,
            one.chapter,
            one.question,
            one.formula or "",
            " ".join(one.answers.values()),
        )
        for one in ANALYSES
    ]
    return pd.DataFrame(
        rows, columns=["name", "section", "chapter", "question", "formula", "reported"]
    )


def analysis(name):
    """Return one analysis by its name.

    Raises
    ------
    ValueError
        There is no analysis of that name; the message lists them.

    Examples
    --------
    >>> import eih
    >>> eih.analysis("heat_exercise_saline").question
    'Do heat ratings differ after high and low exercise under saline?'
    """
    if name not in _BY_NAME:
        raise ValueError(f"Unknown analysis '{name}'. There are: {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]


@cache
def _values(name):
    return analysis(name).values()


def recomputed_number(name, term, quantity):
    """Return one number of an analysis, or None where it has none (see :func:`recompute`)."""
    values = _values(name)
    value = values.at[term, quantity] if quantity in values else None
    return None if pd.isna(value) else float(value)


def recompute(name):
    """Run one of the paper's analyses and return its numbers at full precision.

    Parameters
    ----------
    name : str
        As listed by :func:`list_analyses`.

    Returns
    -------
    pandas.DataFrame
        Index ``term``; one column per quantity (``beta, ci_low, ci_high, se, df, t, p, n`` for models).
        Computed once per Python session.

    Examples
    --------
    >>> import eih
    >>> round(float(eih.recompute("heat_intensity_saline").loc["target", "beta"]), 2)
    1.42
    """
    return _values(name).copy()
