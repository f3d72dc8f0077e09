"""Every crossing of the choices: a specification is one way through them.

The grid is made by this code alone, from :mod:`eih.beyond.choices` and :mod:`eih.beyond.effects`. ``is_paper`` marks the
way that the paper took; :func:`eih.run_specifications` fits them.
"""

import pandas as pd

from .choices import CHOICES
from .effects import EFFECTS


def specification_grid():
    """List every specification: each effect, in heat and in pressure, by every way through the choices.

    Returns
    -------
    pandas.DataFrame
        ``effect, modality``, a column per choice (``coding, random, order, target, ends, scale, people,
        level, method``; ``-`` where a choice does not arise) and ``is_paper``: the paper's own choices
        (in pressure too, where the paper does not print every effect).

    Examples
    --------
    >>> import eih
    >>> grid = eih.specification_grid()
    >>> int(grid.is_paper.sum()) == grid[["effect", "modality"]].drop_duplicates().shape[0]
    True
    """
    rows = [
        {"effect": effect.name, "modality": modality, **way, "is_paper": way == effect.papers_way}
        for effect in EFFECTS.values()
        for modality in ("heat", "pressure")
        for way in effect.ways()
    ]
    return pd.DataFrame(rows)


def specification_choices():
    """List the choices that are crossed, each option with its reason.

    Returns
    -------
    pandas.DataFrame
        ``choice, option, reason, specifications`` (how many take it).

    Examples
    --------
    >>> import eih
    >>> eih.specification_choices().choice.nunique()
    9
    """
    grid = specification_grid()
    rows = [
        (choice, option, reason, int((grid[choice] == option).sum()))
        for choice, options in CHOICES.items()
        for option, reason in options.items()
    ]
    return pd.DataFrame(rows, columns=["choice", "option", "reason", "specifications"])


def effect_may_vary(grid):
    """Tell in which specifications the tested effect may differ between people.

    Where it may not, every rating counts as a witness of its own for the effect.

    Parameters
    ----------
    grid : pandas.DataFrame
        Rows as from :func:`specification_grid`.

    Returns
    -------
    pandas.Series of bool
        True for scores of people, for slopes or maximal structures that hold the tested effect itself,
        and for fitness on differences of people (a slope between people).

    Examples
    --------
    >>> import eih
    >>> from eih.beyond.specifications import effect_may_vary
    >>> grid = eih.specification_grid()
    >>> effect_may_vary(grid[grid.effect == "drug"]).groupby(grid.random).all().to_dict()
    {'-': True, 'intercepts': False, 'maximal': True, 'slopes': True}
    """
    simple = grid.effect.isin(["drug", "exercise", "fitness"])
    differences = grid.level == "mean"
    threeway = grid.effect == "sex_by_fitness_by_drug"
    return (
        (grid.level == "person")
        | (grid.random == "maximal")
        | ((grid.random == "slopes") & (simple | (threeway & differences)))
        | ((grid.effect == "fitness") & differences)
    )
