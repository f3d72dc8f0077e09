"""False alarms of a drug test: real ratings, the drug labels of a person's two days swapped by a coin."""

import numpy as np
import pandas as pd

from ..threads import one_thread


def swapped_days(trials, formula, term="drug[naloxone]", n_swaps=200, seed=20252):
    """Test for a drug effect where a coin decided which day is called naloxone.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials under both drugs, as from :func:`eih.load_trials`.
    formula : str
        A mixed model of ``rating`` with ``drug``.
    term : str, default "drug[naloxone]"
        The tested term.
    n_swaps : int, default 200
        How often coins are tossed, one for each person.
    seed : int, default 20252
        Start of the random numbers.

    Returns
    -------
    pandas.DataFrame
        One row per toss: ``p_rows`` (the model of `formula`) and ``p_people`` (paired t-test of each
        person's two means).

    Notes
    -----
    After swapping, no drug effect is left, but days still differ within people. A fair test gives p
    below 0.05 in 5 % of the tosses.

    Examples
    --------
    >>> import eih
    >>> heat = eih.load_trials(modality="heat")
    >>> model = "rating ~ drug + (1|participant)"
    >>> eih.swapped_days(heat, model, n_swaps=3).columns.tolist()
    ['p_rows', 'p_people']
    """
    from scipy import stats

    from ..models.mixed_models import lmm

    rated = trials.dropna(subset="rating")
    names = rated.participant.unique()
    place = pd.Series(np.arange(len(names)), index=names)[rated.participant].to_numpy()
    first, second = rated.drug.cat.categories
    naloxone = (rated.drug == second).to_numpy()
    generator = np.random.default_rng(seed)
    rows = []
    with one_thread():
        for _ in range(n_swaps):
            swapped = generator.random(len(names)) < 0.5
            label = naloxone ^ swapped[place]
            drug = pd.Categorical(np.where(label, second, first), categories=[first, second])
            tossed = rated.assign(drug=drug)
            p_rows = lmm(formula, tossed, ci=None).coefficient(term).p
            means = tossed.groupby(["participant", "drug"], observed=True).rating.mean().unstack()
            rows.append((p_rows, stats.ttest_rel(means[second], means[first]).pvalue))
    return pd.DataFrame(rows, columns=["p_rows", "p_people"])
