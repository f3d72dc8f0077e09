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

    from ..models._formula import build_design
    from ..models.refits import refit, template

    rated = trials.dropna(subset="rating")
    names = rated.participant.unique()
    place = pd.Series(np.arange(len(names)), index=names)[rated.participant].to_numpy()
    first, second = rated.drug.cat.categories
    turned = rated.assign(drug=rated.drug.cat.rename_categories({first: second, second: first}))
    turned["drug"] = turned.drug.cat.reorder_categories([first, second])
    design = build_design(formula, pd.concat([rated, turned], ignore_index=True), random=True)
    both = template(design)  # each row twice, with either label: a toss chooses one of them
    groups = [_numbered(design.frame, effect.grouping_factors) for effect in design.parsed.random]
    means = rated.groupby(["participant", "drug"], observed=True).rating.mean().unstack()
    gaps = (means[second] - means[first])[names].to_numpy()
    half = len(design.frame) // 2  # the labels as they are, then the swapped ones
    place, ratings = place[design.frame.index[:half]], design.frame.rating.to_numpy()[:half]
    generator = np.random.default_rng(seed)
    rows = []
    with one_thread():
        for _ in range(n_swaps):
            swapped = generator.random(len(names)) < 0.5
            chosen = np.arange(half) + half * swapped[place]
            own = [group[chosen] for group in groups]
            p_rows = refit(both, chosen, own, ratings, term)["p"]
            p_people = stats.ttest_1samp(np.where(swapped, -gaps, gaps), 0).pvalue
            rows.append((p_rows, p_people))
    return pd.DataFrame(rows, columns=["p_rows", "p_people"])


def _numbered(frame, factors):
    """Number the groups that one or more factors make, from 0."""
    return frame.groupby(list(factors), sort=False, observed=True).ngroup().to_numpy()
