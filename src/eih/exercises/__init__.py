"""Exercises with an automatic check, which says what may have gone wrong in a wrong answer.

Right answers and typical mistakes are computed from the data when an answer is checked. A wrong answer is
compared with the results of the mistakes (the other drug, a row further down, a forgotten covariate …), so
that the hint fits what was done, and does not give the answer away.
"""

from ._catalogue import NAMES, catalogue, chapter_of, of_chapter
from ._feedback import Feedback

__all__ = ["Feedback", "check", "list_exercises"]


def check(name, answer=None):
    """Say whether an answer is right, and if not, what may have gone wrong.

    Parameters
    ----------
    name : str
        The exercise, as in :func:`list_exercises`.
    answer : number, str, list, pandas.DataFrame or fitted model
        What you found. A number may be rounded to the decimals that are asked for, may be written as a
        text (``"1.25"``), and may be handed in as the fitted model or the row of its table that holds
        it. None, or nothing, shows the question.

    Returns
    -------
    Feedback
        Shows itself as one line; true where the answer is right.

    Raises
    ------
    ValueError
        There is no exercise of that name.

    Examples
    --------
    >>> import eih
    >>> eih.exercises.check("lost_block", 702)
    Not yet. This is the number of ratings. The question asks for their share.
    >>> bool(eih.exercises.check("lost_block", "1/8"))
    False
    >>> eih.exercises.check("lost_block")
    No answer yet. If every participant had lost one block, which share of all ratings would be missing? Hand in a number with 3 decimals [share of all ratings, 0 to 1].
    """
    chapter = chapter_of(name)
    if chapter is None:
        from ..models._words import closest

        known = [name for names in NAMES.values() for name in names]
        raise ValueError(
            f"Unknown exercise {name!r}.{closest([str(name)], known)} "
            "All of them: eih.exercises.list_exercises()."
        )
    return of_chapter(chapter)[name].check(answer)


def list_exercises(chapter=None):
    """List the exercises.

    Parameters
    ----------
    chapter : str, optional
        Keep those of one notebook, such as ``"heat_pain"``.

    Returns
    -------
    pandas.DataFrame
        A row per exercise: ``name`` (for :func:`check`), ``chapter`` (its notebook), ``kind`` (predict,
        change, find the flaw, read), ``asks`` (the question) and ``answer`` (what it looks like).

    Raises
    ------
    ValueError
        The chapter has no exercises.

    Examples
    --------
    >>> import eih
    >>> eih.exercises.list_exercises("heat_pain").name.tolist()
    ['drug_slope', 'step_slope', 'narrow_interval', 'steeper_half']
    """
    import pandas as pd

    if chapter is not None and chapter not in NAMES:
        from ..models._words import closest

        raise ValueError(
            f"No exercises in {chapter!r}.{closest([str(chapter)], list(NAMES))} "
            f"The chapters with exercises: {', '.join(NAMES)}."
        )
    chosen = catalogue() if chapter is None else of_chapter(chapter)
    rows = [
        (exercise.name, exercise.chapter, exercise.kind, exercise.asks, exercise.form)
        for exercise in chosen.values()
    ]
    return pd.DataFrame(rows, columns=["name", "chapter", "kind", "asks", "answer"])
