"""Draw surrogate studies from a fitted model, or from the participants, and fit the model to each.

What is drawn here is surrogate data. Nothing of it is a measurement.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from ..threads import one_thread
from .power import EFFECTS, SCENARIO, Scenario

DIGITS = 5  # significant digits of the numbers of a replicate


@dataclass(frozen=True, eq=False)
class RandomEffect:
    """A random effect of the source: its group of each row, columns, and root of the covariance."""

    of_people: bool
    codes: np.ndarray
    columns: np.ndarray
    root: np.ndarray


@dataclass(frozen=True, eq=False)
class Source:
    """What replicates of a scenario are drawn from: a fitted model, or the participants themselves.

    Attributes
    ----------
    scenario : Scenario
        What it is for.
    true : float
        The effect in it.
    frame : pandas.DataFrame
        The model's rows; the outcome is replaced in each replicate.
    outcome : str
        Its column.
    rows_of : list of array
        Row numbers of each participant.
    expected : array of shape (n_rows,)
        What is the same in each replicate: the fixed effects, or (resampled) the ratings, with the effect
        of the wanted size.
    random : list of RandomEffect
        Drawn anew in each replicate.
    residual : float
        SD of what is left; 0 for resampled people.
    """

    scenario: Scenario
    true: float
    frame: pd.DataFrame
    outcome: str
    rows_of: list
    expected: np.ndarray
    random: list
    residual: float


@cache
def source(what):
    """Fit the model of a scenario to the data and take from it what replicates are drawn from.

    Parameters
    ----------
    what : Scenario

    Returns
    -------
    Source
    """
    from ..paper.analyses import analysis

    data = analysis(EFFECTS[what.effect].analysis).data().reset_index(drop=True)
    fit = fit_model(what.formula, data)
    place = fit.design.names.index(EFFECTS[what.effect].term)
    true = _true_size(what.size, fit.estimates[place])
    frame = fit.design.frame
    people = data.participant[frame.index].to_numpy()
    columns = fit.design.columns(frame)
    shift = (true - fit.estimates[place]) * columns[:, place]
    if what.people == "resampled":
        expected, random, residual = frame[fit.design.parsed.response].to_numpy(float), [], 0.0
    else:
        expected, random, residual = (
            columns @ fit.estimates,
            _random_effects(fit),
            _residual_sd(fit),
        )
    return Source(
        what,
        true,
        frame.reset_index(drop=True),
        fit.design.parsed.response,
        [np.flatnonzero(people == one) for one in dict.fromkeys(people)],
        expected + shift,
        random,
        residual,
    )


def fit_model(formula, data):
    """Fit a mixed model, or without random effects an ordinary one; no limits are computed."""
    from ..models.linear_models import lm
    from ..models.mixed_models import lmm

    return (lmm if "|" in formula else lm)(formula, data, ci=None)


def _true_size(size, estimate):
    if size.endswith("x"):
        return float(size.removesuffix("x")) * float(estimate)
    return float(size)


def _residual_sd(fit):
    return fit.sigma if hasattr(fit, "sigma") else float(np.sqrt(fit.model.VarCorr().residual))


def _random_effects(fit):
    """Take the random effects of a mixed model apart; an ordinary model has none."""
    if not fit.design.parsed.random:
        return []
    effects, first = [], 0
    matrices = fit.model.matrices
    for structure, block in zip(
        matrices.random_structures, fit.model.VarCorr().groups.values(), strict=True
    ):
        width = structure.n_levels * structure.n_terms
        dense = matrices.Z[:, first : first + width].toarray()
        dense = dense.reshape(len(dense), structure.n_levels, structure.n_terms)
        first += width
        group = fit.design.frame[structure.grouping_factor]
        values, vectors = np.linalg.eigh(block.cov)
        effects.append(
            RandomEffect(
                structure.grouping_factor == "participant",
                group.map(structure.level_map).to_numpy(dtype=int),
                dense.sum(axis=1),  # a row has entries in the columns of its own level only
                vectors * np.sqrt(np.clip(values, 0, None)) @ vectors.T,
            )
        )
    return effects


def draw(origin, n, rng):
    """Draw one surrogate study of n people.

    Parameters
    ----------
    origin : Source
        From :func:`source`.
    n : int
        Number of people.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    pandas.DataFrame
        The variables of the model; ``participant`` counts the people from 0, so that someone drawn twice
        is two people.
    """
    chosen = [origin.rows_of[one] for one in rng.integers(len(origin.rows_of), size=n)]
    rows = np.concatenate(chosen)
    person = np.repeat(np.arange(n), [len(own) for own in chosen])
    outcome = origin.expected[rows]
    for effect in origin.random:
        group = person if effect.of_people else effect.codes[rows]
        n_levels = n if effect.of_people else effect.codes.max() + 1
        shifts = rng.standard_normal((n_levels, len(effect.root))) @ effect.root
        outcome = outcome + (effect.columns[rows] * shifts[group]).sum(axis=1)
    outcome = outcome + origin.residual * rng.standard_normal(len(rows))
    drawn = origin.frame.iloc[rows].reset_index(drop=True)
    return drawn.assign(**{origin.outcome: outcome, "participant": person})


def replicate(origin, n, number, seed):
    """Draw one study and fit the model to it.

    Parameters
    ----------
    origin : Source
        From :func:`source`.
    n : int
        Number of people.
    number : int
        Number of the replicate.
    seed : int
        Seed of the run.

    Returns
    -------
    dict
        The columns of a results table: the scenario, ``n, replicate, true, estimate, se, df, p`` (five
        significant digits) and ``status``: ok, singular (a variance of zero; the estimate holds), not
        converged, or not fitted. The last two are failed fits, without numbers.

    Examples
    --------
    >>> from eih.beyond.power import scenario
    >>> one = replicate(source(scenario("fitness")), n=39, number=1, seed=1)
    >>> one == replicate(source(scenario("fitness")), n=39, number=1, seed=1)
    True
    """
    what = origin.scenario
    row = {name: getattr(what, name) for name in SCENARIO}
    row |= {"n": n, "replicate": number, "true": _rounded(origin.true)}
    sequence = np.random.SeedSequence(seed, spawn_key=(what.key, n, number))
    study = draw(origin, n, np.random.default_rng(sequence))
    nothing = dict.fromkeys(("estimate", "se", "df", "p"), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what goes wrong is told by the status
        try:
            fit = fit_model(what.formula, study)
            found = fit.coefficient(EFFECTS[what.effect].term)
        except (ValueError, np.linalg.LinAlgError):
            return row | nothing | {"status": "not fitted"}
    if not getattr(fit, "converged", True):
        return row | nothing | {"status": "not converged"}
    numbers = {name: _rounded(found[name]) for name in nothing}
    if not np.isfinite(list(numbers.values())).all():
        return row | nothing | {"status": "not fitted"}
    return row | numbers | {"status": "singular" if getattr(fit, "singular", False) else "ok"}


def _rounded(value):
    return float(f"{value:.{DIGITS}g}")


def batch(origin, n, numbers, seed):
    """Compute several replicates, on one core.

    Parameters
    ----------
    origin : Source
        From :func:`source`.
    n : int
        Number of people.
    numbers : iterable of int
        Numbers of the replicates.
    seed : int
        Seed of the run.

    Returns
    -------
    list of dict
    """
    with one_thread():
        return [replicate(origin, n, number, seed) for number in numbers]
