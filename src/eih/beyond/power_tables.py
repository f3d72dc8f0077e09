"""What simulated studies say: power, exaggeration, wrong signs, and how many people are needed."""

import warnings

import numpy as np
import pandas as pd

from .power import FAILED, SCENARIO

ALPHA = 0.05


def power_table(replicates, alpha=ALPHA):
    """Count what the replicates of each scenario and number of people found.

    Parameters
    ----------
    replicates : pandas.DataFrame
        One row per replicate, as from :func:`eih.beyond.power_runs.simulate`.
    alpha : float, default 0.05
        Level of the test.

    Returns
    -------
    pandas.DataFrame
        ``effect, model, people, size, n, true, sims, failed``; ``significant`` (replicates with p < alpha;
        a failed fit is none), ``power`` (their share) with its 95 % interval ``ci_low, ci_high`` (Wilson:
        the uncertainty of the simulation), ``mean`` (of all estimates), ``exaggeration`` (mean absolute
        significant estimate over the true effect, "type M") and ``wrong_sign`` (share of the significant
        ones with the wrong sign, "type S"). Without a true effect ``power`` is the rate of false alarms,
        and the last two are missing.

    References
    ----------
    Gelman A, Carlin J (2014). Beyond power calculations: assessing type S (sign) and type M (magnitude)
    errors. Perspectives on Psychological Science 9, 641-651.
    """
    from statsmodels.stats.proportion import proportion_confint

    rows = []
    for (*name, n), own in replicates.groupby([*SCENARIO, "n"], sort=False):
        true, found = own.true.iloc[0], own[own.p < alpha]
        low, high = proportion_confint(len(found), len(own), method="wilson")
        exaggeration = wrong = np.nan
        if true != 0 and len(found):
            exaggeration = (found.estimate.abs() / abs(true)).mean()
            wrong = (np.sign(found.estimate) != np.sign(true)).mean()
        rows.append(
            (
                *name,
                n,
                true,
                len(own),
                int(own.status.isin(FAILED).sum()),
                len(found),
                len(found) / len(own),
                low,
                high,
                own.estimate.mean(),
                exaggeration,
                wrong,
            )
        )
    names = [
        "n",
        "true",
        "sims",
        "failed",
        "significant",
        "power",
        "ci_low",
        "ci_high",
        "mean",
        "exaggeration",
        "wrong_sign",
    ]
    return pd.DataFrame(rows, columns=[*SCENARIO, *names])


def people_needed(table, power=0.8):
    """Find how many people give each scenario the wanted power.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`power_table`, with several numbers of people for each scenario.
    power : float, default 0.8
        Wanted power.

    Returns
    -------
    pandas.DataFrame
        ``effect, model, people, size, true``, ``needed`` (people) with its 95 % interval ``ci_low,
        ci_high`` (uncertainty of the simulation) and ``within`` (inside the numbers that were simulated;
        else read off an extended curve). ``needed`` is infinite where power is too small and does not grow, and missing
        where the smallest number simulated is already more than enough.

    Notes
    -----
    The probit of power rises in proportion to the square root of n, as the standard error falls with it: a
    probit regression on √n goes through the simulated points. The interval is found on the scale of √n
    (delta method).

    Examples
    --------
    >>> counts = pd.DataFrame({"effect": "e", "model": "m", "people": "p", "size": "1x", "true": 1.0,
    ...                        "n": [20, 40, 80], "sims": 1000, "significant": [400, 700, 940]})
    >>> round(people_needed(counts).needed.item())
    51
    """
    rows = []
    for (*name, true), own in table.groupby([*SCENARIO, "true"], sort=False):
        needed, low, high = _root_people(own, power) if own.n.nunique() > 1 else [np.nan] * 3
        within = bool(own.n.min() <= needed <= own.n.max())
        rows.append((*name, true, needed, low, high, within))
    return pd.DataFrame(rows, columns=[*SCENARIO, "true", "needed", "ci_low", "ci_high", "within"])


def _root_people(own, power):
    """Return the number of people and its interval from a probit regression on √n."""
    import statsmodels.api as sm
    from scipy import stats
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    root = np.sqrt(own.n.to_numpy(dtype=float))
    counts = np.column_stack([own.significant, own.sims - own.significant])
    family = sm.families.Binomial(link=sm.families.links.Probit())
    with warnings.catch_warnings():  # two points lie on the curve exactly, and may
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        fit = sm.GLM(counts, sm.add_constant(root), family=family).fit(scale=1.0)
    start, slope = fit.params
    if not slope > 2 * fit.bse[1]:
        enough = (own.significant / own.sims).iloc[0] > power
        return [np.nan] * 3 if enough else [np.inf, np.nan, np.inf]
    wanted = (stats.norm.ppf(power) - start) / slope
    gradient = -np.array([1, wanted]) / slope
    margin = 1.96 * np.sqrt(gradient @ fit.cov_params() @ gradient)
    return wanted**2, max(wanted - margin, 0) ** 2, (wanted + margin) ** 2


def power_of_observed(t, df, alpha=ALPHA):
    """Return the power that a test would have if the observed effect were the true one.

    A function of t and df, and so of p, alone: "observed" or "post-hoc" power.

    Parameters
    ----------
    t, df : float or array
        Of the test.
    alpha : float, default 0.05
        Two-sided level.

    Returns
    -------
    float or array

    Examples
    --------
    >>> from scipy import stats
    >>> float(power_of_observed(stats.t.isf(0.025, 100), 100).round(2))  # p is exactly 0.05
    0.5
    """
    from scipy import stats

    t, critical = np.abs(t), stats.t.isf(alpha / 2, df)
    return stats.nct.sf(critical, df, t) + stats.nct.cdf(-critical, df, t)


def observed_tests():
    """Test the headline effects once more in the real data, with the power at the observed effect.

    Returns
    -------
    pandas.DataFrame
        One row per effect, by the paper's model: ``effect, estimate, se, df, t, p`` and ``power``.

    Examples
    --------
    >>> observed_tests().set_index("effect").power.round(2)["fitness"]
    np.float64(0.69)
    """
    from ..paper.analyses import analysis
    from .power import EFFECTS
    from .power_draws import fit_model

    rows = []
    for name, effect in EFFECTS.items():
        own = analysis(effect.analysis)
        fit = fit_model(own.formula, own.data())
        found = fit.coefficient(effect.term)[["estimate", "se", "df", "t", "p"]]
        rows.append({"effect": name, **found})
    tests = pd.DataFrame(rows).astype(dict.fromkeys(("estimate", "se", "df", "t", "p"), float))
    return tests.assign(power=power_of_observed(tests.t, tests.df))


def recompute_sample(stored, seed, size=30, largest=80):
    """Compute a random sample of stored replicates again.

    Parameters
    ----------
    stored : pandas.DataFrame
        As from :func:`eih.beyond.power_rows.read_replicates`.
    seed : int
        The seed that they were made with.
    size : int, default 30
        How many; they are drawn with the same seed.
    largest : int, default 80
        Most people in a replicate that is drawn: large ones take long.

    Returns
    -------
    pandas.DataFrame
        The drawn rows with ``estimate, se, df, p, status`` as stored and, ending in ``_again``, as
        recomputed, and ``same``: status and every number agree to the stored digits (one unit in the last
        of five digits is allowed for other processors).
    """
    from .power import scenario
    from .power_draws import replicate, source

    drawn = stored[stored.n <= largest].sample(size, random_state=seed).sort_index()
    again = []
    for row in drawn.itertuples():
        what = scenario(row.effect, model=row.model, people=row.people, size=row.size)
        again.append(replicate(source(what), row.n, row.replicate, seed))
    again = pd.DataFrame(again, index=drawn.index)
    numbers = ["true", "estimate", "se", "df", "p"]
    close = np.isclose(again[numbers], drawn[numbers], rtol=1.1e-4, atol=0, equal_nan=True)
    both = drawn.join(again[[*numbers[1:], "status"]].add_suffix("_again"))
    return both.assign(same=close.all(axis=1) & (again.status == drawn.status))
