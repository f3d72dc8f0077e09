"""One score per person for each effect, and tests of such scores that no far score can carry alone.

With one row per person there is nothing to assume about rows of the same person.
"""

import numpy as np
import pandas as pd

from ..tables.data import difference_scores, relevel


def person_scores(trials, effect, coding="-", *, same_targets=False):
    """Give each person one score that measures an effect in that person.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials of one modality, as from :func:`eih.load_trials`.
    effect : str
        ``"drug"`` (naloxone − saline), ``"drug_by_intensity"`` (that at target 70 − at 30),
        ``"exercise"`` (high − low, saline), ``"exercise_by_drug"`` (high − low under naloxone − under
        saline), ``"fitness"`` (low − high, saline) or ``"sex_by_fitness_by_drug"`` (low − high under
        naloxone − under saline).
    coding : str
        ``"at low exercise"`` restricts the drug effect to those trials.
    same_targets : bool, default False
        Take the differences target by target and average them, where ratings were left out and the
        conditions no longer have the same targets. Otherwise the trials of a condition are pooled, as
        in the paper.

    Returns
    -------
    pandas.DataFrame
        ``participant, score`` [VAS points], the person's own columns, women as the reference level, and
        ``order``: drug order as -0.5 and 0.5, so that an intercept is the mean of both orders.

    Raises
    ------
    ValueError
        There is no such effect.

    Examples
    --------
    >>> import eih
    >>> heat = eih.load_trials(modality="heat")
    >>> float(eih.person_scores(heat, "drug").score.mean().round(1))
    4.7
    """
    if effect not in _SCORES:
        raise ValueError(f"Unknown effect '{effect}'. There are: {', '.join(_SCORES)}.")
    rows = trials[trials.exercise == "low"] if coding == "at low exercise" else trials
    if same_targets and effect != "drug_by_intensity":
        by_target = [_SCORES[effect](part) for _, part in rows.groupby("target")]
        mean = pd.concat(by_target).groupby("participant", as_index=False).score.mean()
        scores = mean.merge(by_target[0].drop(columns="score"), on="participant")
    else:
        scores = _SCORES[effect](rows)
    scores = relevel(scores, sex="female").dropna(subset="score")
    return scores.assign(order=(scores.drug_order == "naloxone first") - 0.5)


def _between_drugs(trials):
    return difference_scores(trials, "drug", by=[]).rename(columns={"difference": "score"})


def _drug_at_both_ends(trials):
    steps = difference_scores(trials, "drug", by="target")
    return _change(steps, "target", 70, 30)


def _relief_in_saline(trials):
    saline = trials[trials.drug == "saline"]
    return difference_scores(saline, "exercise", by=[]).rename(columns={"difference": "score"})


def _relief_between_drugs(trials):
    return _change(difference_scores(trials, "exercise", by="drug"), "drug", "naloxone", "saline")


def _change(differences, column, last, first):
    """Subtract the difference in one condition from that in another, within people."""
    wide = differences.pivot(index="participant", columns=column, values="difference")
    own = differences.drop(columns=[column, "difference"]).drop_duplicates("participant")
    return own.merge((wide[last] - wide[first]).rename("score").reset_index(), on="participant")


def _turned(scores):
    """Turn relief (low − high) into the effect of exercise (high − low)."""
    return scores.assign(score=-scores.score)


_SCORES = {
    "drug": _between_drugs,
    "drug_by_intensity": _drug_at_both_ends,
    "exercise": lambda trials: _turned(_relief_in_saline(trials)),
    "exercise_by_drug": lambda trials: _turned(_relief_between_drugs(trials)),
    "fitness": _relief_in_saline,
    "sex_by_fitness_by_drug": _relief_between_drugs,
}
_PREDICTORS = {  # effect: formula after the tilde, tested term
    "fitness": ("ftp_per_kg", "ftp_per_kg"),
    "sex_by_fitness_by_drug": ("sex * ftp_per_kg", "sex[male]:ftp_per_kg"),
}


def score_test(scores, effect, *, covariate=True, method="least squares"):
    """Test an effect on scores of persons.

    Parameters
    ----------
    scores : pandas.DataFrame
        As from :func:`person_scores`.
    effect : str
        The same effect: fitness effects test a slope, the others the mean score.
    covariate : bool
        Whether drug order is a covariate (not with ranks). For a drug effect that takes out the day.
    method : {"least squares", "Huber", "ranks"}
        Ordinary regression, or a t-test without covariate; statsmodels' RLM with Huber's weights;
        Wilcoxon's signed ranks with the Hodges-Lehmann estimate, for slopes Theil-Sen and Kendall.

    Returns
    -------
    dict
        ``n_obs, estimate, se, df, t, p, converged``; NaN where a method has no such number. Huber's p
        rests on the normal distribution.

    Raises
    ------
    ValueError
        There is no such method, or no rank test of this effect.
    """
    if method == "ranks":
        return _rank_test(scores, effect, covariate)
    predictors, term = _PREDICTORS.get(effect, ("", "(Intercept)"))
    columns, names = _columns(scores, predictors, covariate)
    place = names.index(term)
    if method == "least squares":
        from statsmodels.regression.linear_model import OLS

        fit = OLS(scores.score.to_numpy(), columns).fit()
        df, converged = float(fit.df_resid), True
    elif method == "Huber":
        from statsmodels.api import RLM, robust

        fit = RLM(scores.score.to_numpy(), columns, M=robust.norms.HuberT()).fit(maxiter=200)
        df, converged = np.nan, fit.fit_history["iteration"] < 200
    else:
        raise ValueError(f"Unknown method '{method}'. It is least squares, Huber or ranks.")
    return {
        "n_obs": len(scores),
        "estimate": fit.params[place],
        "se": fit.bse[place],
        "df": df,
        "t": fit.tvalues[place],
        "p": fit.pvalues[place],
        "converged": bool(converged),
    }


def _columns(scores, predictors, covariate):
    """Build the columns of a regression of scores, with their names."""
    from ..models._formula import build_design

    parts = [part for part in (predictors, "order" if covariate else "") if part]
    if not parts:
        return np.ones((len(scores), 1)), ["(Intercept)"]
    design = build_design(f"score ~ {' + '.join(parts)}", scores, random=False)
    return design.columns(design.frame), design.names


def _rank_test(scores, effect, covariate):
    from scipy import stats

    if covariate or effect == "sex_by_fitness_by_drug":
        raise ValueError(f"No rank test of '{effect}' with covariate={covariate}.")
    if effect == "fitness":
        estimate = stats.theilslopes(scores.score, scores.ftp_per_kg).slope
        p = stats.kendalltau(scores.ftp_per_kg, scores.score).pvalue
    else:
        first, second = np.triu_indices(len(scores))
        values = scores.score.to_numpy()
        estimate = np.median((values[first] + values[second]) / 2)  # of all pairs: Hodges-Lehmann
        p = stats.wilcoxon(values).pvalue
    unknown = dict.fromkeys(("se", "df", "t"), np.nan)
    return {"n_obs": len(scores), "estimate": estimate, **unknown, "p": p, "converged": True}
