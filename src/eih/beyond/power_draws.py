"""Draw surrogate studies from a fitted model, or from the participants, and fit the model to each.

What is drawn here is surrogate data. Nothing of it is a measurement.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from ..models.refits import Template, refit, template
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

    def groups(self, rows, person):
        """Return the group of each drawn row, counted from 0."""
        return person if self.of_people else self.codes[rows]


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
        Of the model. For generated people they are drawn anew in each replicate.
    residual : float
        SD of what is left; for generated people.
    template : eih.models.refits.Template or None
        What a mixed model is fitted again from; an ordinary one has none.
    """

    scenario: Scenario
    true: float
    frame: pd.DataFrame
    outcome: str
    rows_of: list
    expected: np.ndarray
    random: list
    residual: float
    template: Template | None


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
    outcome = fit.design.parsed.response
    resampled = what.people == "resampled"
    expected = frame[outcome].to_numpy(float) if resampled else columns @ fit.estimates
    mixed = template(fit.design) if fit.design.parsed.random else None
    return Source(
        what,
        true,
        frame.reset_index(drop=True),
        outcome,
        [np.flatnonzero(people == one) for one in dict.fromkeys(people)],
        expected + shift,
        _random_effects(fit, mixed.random) if mixed else [],
        _residual_sd(fit),
        mixed,
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


def _random_effects(fit, columns):
    """Take the random effects of a mixed model apart."""
    effects = []
    structures, blocks = fit.model.matrices.random_structures, fit.model.VarCorr().groups.values()
    for structure, block, own in zip(structures, blocks, columns, strict=True):
        group = fit.design.frame[structure.grouping_factor]
        values, vectors = np.linalg.eigh(block.cov)
        effects.append(
            RandomEffect(
                structure.grouping_factor == "participant",
                group.map(structure.level_map).to_numpy(dtype=int),
                own,
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
    rows, person, outcome = _drawn(origin, n, rng)
    drawn = origin.frame.iloc[rows].reset_index(drop=True)
    return drawn.assign(**{origin.outcome: outcome, "participant": person})


def _drawn(origin, n, rng):
    """Draw the rows of a study, the number of the person in each, and the outcome."""
    chosen = [origin.rows_of[one] for one in rng.integers(len(origin.rows_of), size=n)]
    rows = np.concatenate(chosen)
    person = np.repeat(np.arange(n), [len(own) for own in chosen])
    outcome = origin.expected[rows]
    if origin.scenario.people == "resampled":
        return rows, person, outcome
    for effect in origin.random:
        n_levels = n if effect.of_people else effect.codes.max() + 1
        shifts = rng.standard_normal((n_levels, len(effect.root))) @ effect.root
        groups = effect.groups(rows, person)
        outcome = outcome + (effect.columns[rows] * shifts[groups]).sum(axis=1)
    return rows, person, outcome + origin.residual * rng.standard_normal(len(rows))


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
    nothing = dict.fromkeys(("estimate", "se", "df", "p"), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what goes wrong is told by the status
        try:
            found = _tested(origin, n, np.random.default_rng(sequence))
        except (ValueError, np.linalg.LinAlgError):
            return row | nothing | {"status": "not fitted"}
    if not found["converged"]:
        return row | nothing | {"status": "not converged"}
    numbers = {name: _rounded(found[name]) for name in nothing}
    if not np.isfinite(list(numbers.values())).all():
        return row | nothing | {"status": "not fitted"}
    return row | numbers | {"status": "singular" if found["singular"] else "ok"}


def _tested(origin, n, rng):
    """Draw one study, fit the model and test the effect."""
    term = EFFECTS[origin.scenario.effect].term
    if origin.template is None:
        fit = fit_model(origin.scenario.formula, draw(origin, n, rng))
        return {**fit.coefficient(term), "converged": True, "singular": False}
    rows, person, outcome = _drawn(origin, n, rng)
    groups = [effect.groups(rows, person) for effect in origin.random]
    return refit(origin.template, rows, groups, outcome, term)


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
