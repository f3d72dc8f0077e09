"""What a sceptical prior does to an estimate: normal prior, normal likelihood, exact posterior."""


def weak_prior(estimates, prior_sd):
    """Combine estimates with a normal prior around zero.

    The likelihood is taken as normal, with the standard error as given: an approximation that is good
    for some dozens of people and knows nothing of the uncertainty of the variances.

    Parameters
    ----------
    estimates : pandas.DataFrame
        With ``estimate`` and ``se``.
    prior_sd : float or sequence of float
        SD of the prior, in the unit of the estimates: effects beyond twice this are thought unlikely.

    Returns
    -------
    pandas.DataFrame
        The rows with ``prior_sd``, ``posterior``, ``posterior_low`` and ``posterior_high`` (central 95 %) and
        ``same_direction`` (probability that the effect has the sign of the estimate).

    Raises
    ------
    ValueError
        A prior SD is not positive.

    Examples
    --------
    >>> import eih, pandas as pd
    >>> table = eih.weak_prior(pd.DataFrame({"estimate": [4.0], "se": [2.0]}), prior_sd=2)
    >>> float(table.posterior.iloc[0])
    2.0
    """
    from scipy import stats

    table = estimates.assign(prior_sd=prior_sd)
    if not (table.prior_sd > 0).all():
        raise ValueError(f"Invalid prior_sd {prior_sd!r}. A standard deviation is above zero.")
    precision = 1 / table.se**2 + 1 / table.prior_sd**2
    posterior = table.estimate / table.se**2 / precision
    sd = precision**-0.5
    margin = stats.norm.isf(0.025) * sd
    return table.assign(
        posterior=posterior,
        posterior_low=posterior - margin,
        posterior_high=posterior + margin,
        same_direction=stats.norm.cdf(posterior.abs() / sd),
    )
