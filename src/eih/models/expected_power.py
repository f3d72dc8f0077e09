"""Power of a coefficient's t test in a difference-score model, if the fitted model were the truth.

With a random intercept per participant the standard error that a sample of given people would have is
known from the design and the variances alone, so no simulation is needed. Taking the observed effect as
the true one makes this "post-hoc power": a function of the observed p value and no new evidence.
"""

import numpy as np


def power_by_sample_size(model, term, sizes, alpha=0.05):
    """Return the power that the first n participants of the data would have.

    Parameters
    ----------
    model : MixedModel
        Fitted by :func:`eih.lmm`, with ``(1|participant)`` as the only random effect.
    term : str
        The coefficient that is tested.
    sizes : iterable of int
        Numbers of participants. Beyond the sample, its participants are repeated in order.
    alpha : float, default 0.05
        Two-sided level of the test.

    Returns
    -------
    pandas.DataFrame
        ``n, se`` (expected standard error), ``df`` (within participants) and ``power``.

    Raises
    ------
    ValueError
        The model has other random effects, or too few participants to estimate the term.
    """
    import pandas as pd

    if list(model.variances.group) != ["participant", "residual"]:
        raise ValueError(
            f"The model has the random effects {list(model.variances.group)[:-1]}. "
            "Power from the design is worked out for (1|participant) alone."
        )
    place = list(model.table.term).index(term)
    information, sizes = np.array(_information_per_participant(model)), list(sizes)
    of_first = np.cumsum(information[np.arange(max(sizes, default=0)) % len(information)], axis=0)
    rows_each, within = _rows_per_participant(model), _within_terms(model)
    rows = []
    for n in sizes:
        covariance = _inverse(of_first[n - 1], n, term)
        se = np.sqrt(covariance[place, place])
        df = n * rows_each - n - within
        rows.append((n, se, df, _t_power(model.estimates[place] / se, df, alpha)))
    return pd.DataFrame(rows, columns=["n", "se", "df", "power"])


def _information_per_participant(model):
    """Return X'V⁻¹X of each participant, in the order of the data."""
    between, within = model.variances.variance
    columns = model.design.columns(model.design.frame)
    people = model.design.frame.participant.to_numpy()
    information = []
    for person in dict.fromkeys(people):
        own = columns[people == person]
        covariance = within * np.eye(len(own)) + between
        information.append(own.T @ np.linalg.solve(covariance, own))
    return information


def _rows_per_participant(model):
    return round(model.n_obs / model.n_groups["participant"])


def _within_terms(model):
    """Count the coefficients whose column varies within participants."""
    columns = model.design.columns(model.design.frame)
    people = model.design.frame.participant.to_numpy()
    varies = np.zeros(columns.shape[1], dtype=bool)
    for person in dict.fromkeys(people):
        varies |= np.ptp(columns[people == person], axis=0) > 0
    return int(varies.sum())


def _inverse(information, n, term):
    if np.linalg.matrix_rank(information) < len(information):
        raise ValueError(f"{n} participants are too few to estimate '{term}'. Ask for more.")
    return np.linalg.inv(information)


def _t_power(noncentrality, df, alpha):
    from scipy.special import nctdtr, stdtrit

    low = stdtrit(df, alpha / 2)
    return float(nctdtr(df, -noncentrality, low) + nctdtr(df, noncentrality, low))
