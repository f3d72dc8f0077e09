"""How often a test finds an effect that cannot be there: real ratings, shuffled labels of people."""

import numpy as np
import pandas as pd


def false_alarms(trials, label="drug_order", n_shuffles=1000, seed=20250601):
    """Shuffle a label over people and test the ratings, trial by trial and person by person.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials as from :func:`eih.load_trials`; those without a rating are left out.
    label : str, default "drug_order"
        A column with two values that belongs to people, not to trials.
    n_shuffles : int, default 1000
        How often the label is dealt out anew.
    seed : int, default 20250601
        Start of the random numbers: the same seed gives the same shuffles.

    Returns
    -------
    pandas.DataFrame
        One row per shuffle: ``p_trials`` (t-test that counts every trial as independent) and ``p_people``
        (t-test of one mean per person).

    Raises
    ------
    ValueError
        The label does not have exactly two values, or changes within a person.

    Notes
    -----
    After shuffling, the label says nothing about the ratings, so a fair test gives p < 0.05 in 5 % of
    the shuffles. The ratings of a person stay together.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> p = eih.false_alarms(saline, n_shuffles=200)
    >>> bool((p.p_trials < 0.05).mean() > 3 * (p.p_people < 0.05).mean())
    True
    """
    from scipy import stats

    rated = trials.dropna(subset="rating")
    if (rated.groupby("participant")[label].nunique() > 1).any() or rated[label].nunique() != 2:
        raise ValueError(
            f"Invalid label '{label}'. It needs two values, and one value for each participant."
        )
    labels = rated.groupby("participant")[label].first().astype(str)
    people = rated.groupby("participant").rating.agg(
        ["count", "sum", "mean", lambda y: (y**2).sum()]
    )
    count, total, mean, squares = people.to_numpy(dtype=float).T
    first = (labels == labels.min()).to_numpy()
    shuffled = np.random.default_rng(seed).permuted(np.tile(first, (n_shuffles, 1)), axis=1)

    def p_of(n, sums, sums_of_squares):
        """Return p of the two-sample t-test; n and sums come per person."""
        described = []
        for own in (shuffled, ~shuffled):
            size, level = own @ n, own @ sums
            spread = own @ sums_of_squares - level**2 / size
            described += [level / size, np.sqrt(spread / (size - 1)), size]
        return stats.ttest_ind_from_stats(*described).pvalue

    return pd.DataFrame(
        {
            "p_trials": p_of(count, total, squares),
            "p_people": p_of(np.ones(len(mean)), mean, mean**2),
        }
    )
