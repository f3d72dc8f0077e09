"""Power of the coefficients of a mixed model, worked out from its design: nothing is simulated."""

from bisect import bisect_left

import numpy as np
import pandas as pd

from .power_tables import ALPHA


def people_for_each_term(models, sizes, power=0.8):
    """Find for each coefficient of some models how many people give it the wanted power, by design.

    Parameters
    ----------
    models : dict of str to MixedModel
        Fitted by :func:`eih.lmm` with ``(1|participant)``; the names are shown.
    sizes : iterable of int
        Numbers of people to look through, in rising order.
    power : float, default 0.8
        Wanted power, if the fitted model were the truth.

    Returns
    -------
    pandas.DataFrame
        ``model, term`` and ``needed``: the smallest of the sizes that gives the power; missing where none
        is enough.

    See Also
    --------
    eih.models.expected_power.power_by_sample_size : How the power is worked out.
    """
    from ..models.expected_power import power_by_sample_size

    sizes = list(sizes)
    rows = []
    for name, model in models.items():
        for term in model.design.names[1:]:

            def power_of(n, model=model, term=term):
                return power_by_sample_size(model, term, [n]).power.item()

            place = bisect_left(sizes, power, key=power_of)  # each further person adds power
            rows.append((name, term, sizes[place] if place < len(sizes) else np.nan))
    return pd.DataFrame(rows, columns=["model", "term", "needed"])


def power_by_draw(model, term, n, *, draws=1000, seed=1, replace=False):
    """Work out how far power depends on which people a study happens to have.

    Parameters
    ----------
    model : MixedModel
        Fitted by :func:`eih.lmm` with ``(1|participant)``.
    term : str
        The coefficient that is tested.
    n : int
        Number of people, drawn from the participants of the model.
    draws : int, default 1000
        How often.
    seed : int, default 1
        Seed of the draws.
    replace : bool, default False
        Whether someone can be drawn twice, as in a simulated study.

    Returns
    -------
    array of shape (draws,)
        Power by design, no ratings are simulated; missing where the people drawn cannot give the term.

    See Also
    --------
    eih.models.expected_power.power_by_sample_size : The same for the first n people.
    """
    from ..models.expected_power import (
        _information_per_participant,
        _rows_per_participant,
        _t_power,
        _within_terms,
    )

    information = np.array(_information_per_participant(model))
    place = model.design.names.index(term)
    df = n * _rows_per_participant(model) - n - _within_terms(model)
    rng, power = np.random.default_rng(seed), np.full(draws, np.nan)
    for number in range(draws):
        total = information[rng.choice(len(information), n, replace=replace)].sum(axis=0)
        if np.linalg.matrix_rank(total) == len(total):
            se = np.sqrt(np.linalg.inv(total)[place, place])
            power[number] = _t_power(model.estimates[place] / se, df, ALPHA)
    return power
