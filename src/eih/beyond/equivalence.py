"""Evidence for the absence of an effect: intervals, smallest effects of interest, Bayes factors.

Everything rests on one number per participant and condition, low − high exercise: positive values are
relief by the harder exercise. A test that is not significant says little by itself; these say how large
an effect the data leave possible, and how much better "none" predicts them than a stated alternative.
"""

import numpy as np
import pandas as pd

CONDITION = ["modality", "drug", "target"]
POOLED = "all"
CLINICAL_POINTS = 10  # smallest change of a 100-point scale that patients after surgery call one
LITERATURE = {"heat": "r115", "pressure": "r114"}  # reported rows with the meta-analytic d


def relief_scores(trials):
    """Return low − high exercise for each participant, by modality, drug and target, and pooled.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials as from :func:`eih.load_trials`, of one or both modalities.

    Returns
    -------
    pandas.DataFrame
        ``modality, drug, target`` (``"all"``, ``"30"``, ``"50"``, ``"70"``), ``participant``, the mean
        ratings ``low`` and ``high`` [VAS points] and ``difference``.

    Examples
    --------
    >>> import eih
    >>> scores = relief_scores(eih.load_trials())
    >>> scores.groupby(["modality", "drug"], observed=True).size().tolist()
    [156, 156, 156, 156]
    """
    from ..tables.data import mean_ratings

    kinds = []
    for by in (["modality", "drug"], CONDITION):
        means = mean_ratings(trials, [*by, "exercise"])
        wide = means.pivot(index=[*by, "participant"], columns="exercise", values="rating")
        wide.columns = list(wide.columns)
        kinds.append(wide.reset_index().assign(target=lambda rows, by=by: _name_target(rows, by)))
    scores = pd.concat(kinds).assign(difference=lambda rows: rows.low - rows.high)
    scores = scores[[*CONDITION, "participant", "low", "high", "difference"]]
    order = [*CONDITION, "participant"]
    return scores.sort_values(order, key=_pooled_first, ignore_index=True)


def _name_target(rows, by):
    return rows.target.astype(str) if "target" in by else POOLED


def _pooled_first(column):
    return column.where(column != POOLED, "") if column.name == "target" else column


def relief_intervals(scores):
    """Describe the relief in each condition: mean, 95 % and 90 % interval, t-test against zero.

    Parameters
    ----------
    scores : pandas.DataFrame
        From :func:`relief_scores`.

    Returns
    -------
    pandas.DataFrame
        One row per condition: ``modality, drug, target, n, mean, sd, ci_low, ci_high`` (95 %),
        ``ci90_low, ci90_high, t, p`` (two-sided); VAS points.

    Notes
    -----
    The 90 % interval belongs to two one-sided tests at 5 %: it lies inside the bounds exactly where both
    tests are significant.
    """
    from scipy import stats

    rows = []
    for condition, differences in by_condition(scores):
        n, mean, se = len(differences), differences.mean(), differences.sem()
        wide, narrow = stats.t.isf([0.025, 0.05], n - 1) * se
        t = mean / se
        rows.append(
            (
                *condition,
                n,
                mean,
                differences.std(),
                mean - wide,
                mean + wide,
                mean - narrow,
                mean + narrow,
                t,
                2 * stats.t.sf(abs(t), n - 1),
            )
        )
    names = ["n", "mean", "sd", "ci_low", "ci_high", "ci90_low", "ci90_high", "t", "p"]
    return pd.DataFrame(rows, columns=[*CONDITION, *names])


def smallest_effects(scores):
    """State the smallest effects of interest, in VAS points.

    Parameters
    ----------
    scores : pandas.DataFrame
        From :func:`relief_scores`; the SDs are those of the pooled saline scores.

    Returns
    -------
    pandas.DataFrame
        One row per modality and bound: ``modality, bound, points`` and ``reason``. The literature's d is
        read from the reported results and turned into points in both ways in which a d can be meant.

    Examples
    --------
    >>> import eih
    >>> bounds = smallest_effects(relief_scores(eih.load_trials("heat")))
    >>> bounds.set_index("bound").points.round(1).to_dict()
    {'clinical': 10.0, 'literature, SD of ratings': 7.4, 'literature, SD of differences': 4.8, 'detectable': 3.7}
    """
    from ..paper.printed import printed_numbers

    printed = printed_numbers().set_index(["id", "quantity"]).printed
    rows = []
    for modality, own in scores.groupby("modality", observed=True):
        own = own[(own.target == POOLED) & (own.drug == "saline")]
        d = float(printed[LITERATURE[modality], "d"])
        of_ratings = np.sqrt((own.low.var() + own.high.var()) / 2)
        of_differences = own.difference.std()
        found = detectable_d(own.difference.notna().sum())
        rows += [
            (modality, "clinical", CLINICAL_POINTS, "a change that patients after surgery notice"),
            (
                modality,
                "literature, SD of ratings",
                d * of_ratings,
                f"d = {d} of the meta-analysis, taken in SDs of ratings between people",
            ),
            (
                modality,
                "literature, SD of differences",
                d * of_differences,
                f"d = {d} taken in SDs of the differences within people",
            ),
            (
                modality,
                "detectable",
                found * of_differences,
                "what this design finds with a power of 80 %",
            ),
        ]
    return pd.DataFrame(rows, columns=["modality", "bound", "points", "reason"])


def detectable_d(n, power=0.8):
    """Return the d (in SDs of the differences) that a paired test of n people finds with some power.

    Examples
    --------
    >>> round(detectable_d(39), 2)
    0.46
    """
    import pingouin

    return float(pingouin.power_ttest(d=None, n=int(n), power=power, contrast="paired"))


def people_for_equivalence(sd, points, power=0.8, alpha=0.05):
    """Find how many people let two one-sided tests exclude an effect, if there is none.

    Parameters
    ----------
    sd : float
        SD of the differences within people [VAS points].
    points : float
        Bound [VAS points].
    power : float, default 0.8
        Wanted power.
    alpha : float, default 0.05
        Level of each test.

    Returns
    -------
    int

    Examples
    --------
    >>> people_for_equivalence(sd=8, points=4)
    36
    """
    n = 3
    while power_of_equivalence(n, sd, points, alpha) < power:
        n += 1
    return n


def power_of_equivalence(n, sd, points, alpha=0.05):
    """Return the power of two one-sided paired t-tests of n people, if there is no effect.

    Both tests are significant where the mean lies within ``points - t * SE`` of zero; the estimated SD is
    averaged over.

    Examples
    --------
    >>> round(power_of_equivalence(36, sd=8, points=4), 3)
    0.805
    """
    from scipy import integrate, stats

    critical = stats.t.isf(alpha, n - 1)
    far = points * np.sqrt(n) / sd

    def weighed(s):
        inside = 2 * stats.norm.cdf(far - critical * s) - 1
        return inside * stats.chi.pdf(s * np.sqrt(n - 1), n - 1) * np.sqrt(n - 1)

    return float(integrate.quad(weighed, 0, far / critical, epsabs=1e-10)[0])


def equivalence_tests(scores, bounds):
    """Test each condition against each bound: two one-sided tests.

    Parameters
    ----------
    scores : pandas.DataFrame
        From :func:`relief_scores`.
    bounds : pandas.DataFrame
        ``modality, bound, points``, as from :func:`smallest_effects`.

    Returns
    -------
    pandas.DataFrame
        One row per condition and bound: ``modality, drug, target, bound, points, mean``, ``p`` (the larger
        of the two one-sided tests), ``p_relief`` (that of the test against a relief as large as the bound)
        and ``equivalent`` (p < 0.05: an effect as large as the bound is rejected in both directions).

    Raises
    ------
    ValueError
        A bound is not a positive number of points.

    References
    ----------
    Lakens D (2017). Equivalence tests: a practical primer for t tests, correlations, and meta-analyses.
    Social Psychological and Personality Science 8, 355-362.
    """
    import pingouin

    wrong = [float(points) for points in bounds.points if not 0 < points < np.inf]
    if wrong:
        raise ValueError(f"Invalid bound {wrong[0]:g}. It must be a positive number of VAS points.")
    rows = []
    for (modality, *others), differences in by_condition(scores):
        for one in bounds[bounds.modality == modality].itertuples():
            values, points = differences.to_numpy(), float(one.points)
            both = pingouin.tost(values, 0, bound=points).pval.item()
            relief = pingouin.ttest(values, points, alternative="less").p_val.item()
            rows.append(
                (modality, *others, one.bound, points, values.mean(), both, relief, both < 0.05)
            )
    names = ["bound", "points", "mean", "p", "p_relief", "equivalent"]
    return pd.DataFrame(rows, columns=[*CONDITION, *names])


def by_condition(scores):
    """Go through the conditions in the order of the table: their name and differences."""
    for condition, rows in scores.groupby(CONDITION, observed=True, sort=False):
        yield condition, rows.difference.dropna()
