"""What a later study predicts, put to the data of this one: a single test, stated before it was made.

The follow-up of the same group (eLife 2026, reviewed preprint 109061) had 21 women of high fitness cycle as
here. It reports relief of heat pain after hard exercise that grows with the intensity of the stimulus, no
such effect in pressure, and concludes that fitness matters and sex does not.

If that is so, then among the women of 2025 the growth of relief from the lowest to the highest target must
be larger the fitter they are. That slope is the test. There is one for heat; pressure stands beside it
because the follow-up found nothing there.
"""

from ..tables.data import difference_scores, load_trials

FORMULA = "growth ~ ftp_per_kg + drug_order"
TERM = "ftp_per_kg"


def growth_of_relief(modality="heat"):
    """Return how much more relief each woman got at the highest target than at the lowest, under saline.

    Parameters
    ----------
    modality : str, default "heat"
        ``"heat"`` or ``"pressure"``.

    Returns
    -------
    pandas.DataFrame
        A row per woman: ``participant, ftp_per_kg`` [W/kg], ``drug_order``, the mean rating after low minus that
        after high exercise at each target (``relief_30, relief_50, relief_70``) and ``growth``, relief at 70
        minus relief at 30 [VAS points].

    Examples
    --------
    >>> len(growth_of_relief())
    21
    """
    trials = load_trials(modality)
    women = trials[(trials.sex == "female") & (trials.drug == "saline")]
    relief = difference_scores(women, "exercise")
    wide = relief.pivot(index="participant", columns="target", values="difference")
    people = relief.drop_duplicates("participant").set_index("participant")
    wide = wide.add_prefix("relief_").join(people[["ftp_per_kg", "drug_order"]])
    return wide.assign(growth=wide.relief_70 - wide.relief_30).reset_index()


def follow_up_test(modality="heat"):
    """Test whether the growth of relief with intensity is larger in fitter women.

    Parameters
    ----------
    modality : str, default "heat"
        The prediction is about heat.

    Returns
    -------
    pandas.Series
        ``n`` (women), ``estimate`` [VAS points per W/kg; above zero as predicted] with its 95 % limits
        ``ci_low, ci_high``, ``se, df, t, p`` (two-sided), and ``detectable``: the slope that so many women
        would show with p < 0.05 in 80 % of studies.

    Examples
    --------
    >>> int(follow_up_test().n)
    21
    """
    from scipy import stats

    from ..models.linear_models import lm

    women = growth_of_relief(modality)
    fit = lm(FORMULA, women)
    row = fit.coefficient(TERM).drop("term")
    detectable = (stats.t.isf(0.025, row.df) + stats.t.isf(0.2, row.df)) * row.se
    return (
        row.map(float)
        .rename(modality)
        .to_frame()
        .T.assign(n=fit.n_obs, detectable=detectable)
        .iloc[0]
    )
