"""From a specification to its result: formula, fit, tested term.

Specifications that differ only in the term they read share one fit. A failure is a result too.
"""

import warnings

import numpy as np
import pandas as pd

from ..threads import one_thread
from .effects import EFFECTS
from .scores import person_scores, score_test
from .specification_rows import chosen_trials, on_differences, scale_ends, specification_rows

NUMBERS = ["estimate", "se", "df", "t", "p"]
RESULTS = ["n_obs", *NUMBERS, "criterion", "converged", "singular", "random_used", "failure"]

_ORDER = {"drug order": "drug_order", "session": "session", "none": ""}
_TARGET = {"absent": "", "number": "target", "factor": "C(target)"}


def run_specifications(grid, trials=None, jobs=1):
    """Fit every specification of a grid.

    Parameters
    ----------
    grid : pandas.DataFrame
        Rows of :func:`eih.specification_grid`.
    trials : pandas.DataFrame, optional
        Trials as from :func:`eih.load_trials`, of the modalities in the grid. Default: the study's.
    jobs : int, default 1
        How many processes fit at the same time.

    Returns
    -------
    pandas.DataFrame
        The grid's columns, then ``n_obs``, ``estimate`` and ``se`` in the unit of the effect, ``df``
        (Satterthwaite; NaN where a method has none), ``t``, ``p``, ``criterion`` (the deviance that a
        mixed model minimises, or its REML criterion), ``converged``, ``singular``,
        ``random_used`` (the random effects of people in the model) and ``failure`` (empty, or what went
        wrong; the numbers are then NaN). A row per specification: none is dropped.

    Examples
    --------
    >>> import eih
    >>> grid = eih.specification_grid()
    >>> own = grid[grid.is_paper & (grid.effect == "fitness") & (grid.modality == "heat")]
    >>> round(float(eih.run_specifications(own).p.iloc[0]), 3)
    0.016
    """
    from joblib import Parallel, delayed

    shared = [name for name in grid if name not in ("effect", "coding", "is_paper")]
    model = grid.effect.where(grid.effect != "drug", "exercise_by_drug")  # one fit answers both
    batches = [batch for _, batch in grid.groupby([*shared, model], sort=False)]
    chunks = [batches[start : start + 25] for start in range(0, len(batches), 25)]
    done = Parallel(n_jobs=jobs)(delayed(_run_batches)(chunk, trials) for chunk in chunks)
    results = {index: result for chunk in done for index, result in chunk.items()}
    return grid.join(pd.DataFrame.from_dict(results, orient="index", columns=RESULTS))


def _run_batches(batches, trials):
    results = {}
    with one_thread():
        for batch in batches:
            fits = {}  # formula -> fit; all rows of a batch use the same data
            for index, way in zip(batch.index, batch.to_dict("records"), strict=True):
                results[index] = _result(way, trials, fits)
    return results


def _result(way, trials, fits):
    blank = dict.fromkeys(RESULTS, np.nan) | {"n_obs": 0, "random_used": "", "failure": ""}
    blank |= {"converged": False, "singular": False}
    find = _score_result if way["level"] == "person" else _mixed_result
    try:
        return blank | find(way, trials, fits)
    except (ValueError, RuntimeError, ArithmeticError, np.linalg.LinAlgError) as error:
        return blank | {"failure": f"{type(error).__name__}: {error}"}


def _score_result(way, trials, _):
    same = way["ends"] == "dropped"
    rows = chosen_trials(way, trials)
    scores = person_scores(rows, way["effect"], way["coding"], same_targets=same)
    covariate = way["order"] != "none"
    found = score_test(scores, way["effect"], covariate=covariate, method=way["method"])
    if found["converged"]:
        return found
    return {"n_obs": found["n_obs"], "failure": "the weights did not settle"}


def _mixed_result(way, trials, fits):
    """Fit the first random structure of the option that converges, and read the tested term."""
    failure, n_obs = "", 0
    for formula, people in formulas(way).items():
        if formula not in fits:
            rows = specification_rows(way, trials)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # convergence is asked for below
                fits[formula] = _fit(formula, rows, way, trials)
        fit = fits[formula]
        n_obs = fit.n_obs
        values = _tested(fit, way) if fit.converged else {}
        others = [value for name, value in values.items() if name != "df"]
        if values and np.isfinite(others).all() and values["df"] > 0:
            values["df"] = values["df"] if np.isfinite(values["df"]) else np.nan  # a normal test
            settled = {"converged": True, "singular": fit.singular, "random_used": people}
            return {"n_obs": n_obs, **values, "criterion": fit.criterion, **settled}
        failure = (
            failure or f"{'no degrees of freedom' if values else 'did not converge'}: {formula}"
        )
    return {"n_obs": n_obs, "failure": failure}


def _fit(formula, rows, way, trials):
    from ..models.mixed_models import lmm
    from ..models.tobit import tobit

    if way["ends"] == "censored":
        return tobit(formula, rows, limits=scale_ends(way, trials), ci=None)
    return lmm(formula, rows, reml=way["method"] == "REML", ci=None)


def _tested(fit, way):
    """Return the numbers of the effect, in its unit."""
    effect = EFFECTS[way["effect"]]
    term, factor = effect.term, effect.factor
    if way["coding"] == "averaged":
        row, factor = fit.contrasts("drug", adjust="none").iloc[0], -1  # comes as saline - naloxone
    else:
        if on_differences(way):
            term, factor = term.removeprefix("exercise[high]:"), 1
        if "{target}" in effect.fixed and way["target"] == "factor":
            term, factor = term.replace("target", "C(target)[70]"), 1
        row = fit.coefficient(term)
    values = {name: float(row[name]) for name in NUMBERS}
    scaled = {"estimate": values["estimate"] * factor, "se": values["se"] * abs(factor)}
    return values | scaled | {"t": values["t"] * np.sign(factor)}


def formulas(way):
    """Write the formulas of a mixed-model specification, largest random structure first.

    Parameters
    ----------
    way : dict
        A row of :func:`eih.specification_grid`.

    Returns
    -------
    dict of str to str
        Formula → its random effects of people.

    Examples
    --------
    >>> import eih
    >>> from eih.beyond.specification_fits import formulas
    >>> grid = eih.specification_grid()
    >>> list(formulas(grid[grid.is_paper].iloc[0].to_dict()))
    ['rating ~ exercise * drug + drug_order + (1|participant) + (1|nth)']
    """
    effect, target = EFFECTS[way["effect"]], _TARGET[way["target"]]
    outcome, fixed, random = "rating", effect.fixed, effect.random
    if on_differences(way):
        outcome, fixed, random = (
            "difference",
            effect.fixed_of_differences,
            effect.random_of_differences,
        )
    covariates = ["" if "{target}" in fixed else target, _ORDER[way["order"]]]
    parts = [fixed.format(target=target), *filter(None, covariates)]
    within_block = ["(1|nth)"] if way["level"] == "trial" else []
    if way["ends"] == "censored":
        parts, within_block = [*parts, "C(nth)"], []
    return {
        f"{outcome} ~ {' + '.join([*parts, people, *within_block])}": people
        for people in random[way["random"]]
    }
