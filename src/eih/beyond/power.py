"""Power by simulation: what is simulated.

A study is drawn from a fitted model and fitted again (:mod:`eih.beyond.power_draws`); does it find the effect?

A *scenario* is an effect of the paper, the model that tests it, who the people are, and how large the
effect truly is. Each simulated study ("replicate") has random numbers of its own, made from the seed, the
scenario, the number of people and the number of the replicate: it comes out the same wherever, whenever
and in whatever company it is computed.

What is drawn here is surrogate data. Nothing of it is a measurement.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

MODELS = ("paper", "varying")
PEOPLE = ("generated", "resampled")
SCENARIO = ["effect", "model", "people", "size"]
STATUSES = ("ok", "singular", "not converged", "not fitted")
FAILED = STATUSES[2:]
COLUMNS = [*SCENARIO, "n", "replicate", "true", "estimate", "se", "df", "p", "status"]


@dataclass(frozen=True)
class Effect:
    """A headline effect.

    Attributes
    ----------
    what : str
        What it measures, in words.
    analysis : str
        The paper's analysis, see :func:`eih.list_analyses`.
    term : str
        The coefficient that is the effect.
    varying : str or None
        The same with an effect that may differ from person to person; None where a person gives one
        number only.
    """

    what: str
    analysis: str
    term: str
    varying: str | None


EFFECTS = {
    "drug": Effect(
        "naloxone − saline, heat, after low exercise [VAS points]",
        "heat_exercise_by_drug",
        "drug[naloxone]",
        "rating ~ exercise * drug + target + drug_order + (drug|participant) + (1|nth)",
    ),
    "drug-by-intensity": Effect(
        "naloxone − saline, heat, per point of target",
        "heat_drug_by_intensity",
        "target:drug[naloxone]",
        "rating ~ target * drug + drug_order + (target * drug|participant) + (1|nth)",
    ),
    "exercise": Effect(
        "high − low exercise, heat, saline [VAS points]",
        "heat_exercise_saline",
        "exercise[high]",
        "rating ~ exercise + target + drug_order + (exercise|participant) + (1|nth)",
    ),
    "exercise-by-drug": Effect(
        "high − low exercise under naloxone minus that under saline, heat [VAS points]",
        "heat_exercise_by_drug",
        "exercise[high]:drug[naloxone]",
        "rating ~ exercise * drug + target + drug_order + (exercise * drug|participant) + (1|nth)",
    ),
    "fitness": Effect(
        "fitness slope of relief (low − high exercise), heat, saline [VAS points per W/kg]",
        "heat_fitness_saline",
        "ftp_per_kg",
        None,
    ),
    "three-way": Effect(
        "fitness slope of relief: its change by naloxone, men minus women, heat [VAS points per W/kg]",
        "heat_exercise_difference_threeway",
        "drug[naloxone]:sex[male]:ftp_per_kg",
        "difference ~ target + drug_order + drug * sex * ftp_per_kg + (drug|participant)",
    ),
    "exercise-pressure": Effect(
        "high − low exercise, pressure, saline [VAS points]",
        "pressure_exercise_saline",
        "exercise[high]",
        "rating ~ exercise + target + drug_order + (exercise|participant) + (1|nth)",
    ),
}


@dataclass(frozen=True)
class Scenario:
    """What is simulated; made by :func:`scenario`."""

    effect: str
    model: str
    people: str
    size: str

    @property
    def formula(self):
        """The model that is drawn from and fitted again."""
        from ..paper.analyses import analysis

        own = EFFECTS[self.effect]
        return own.varying if self.model == "varying" else analysis(own.analysis).formula

    @property
    def key(self):
        """A number for the scenario, part of the seed of each replicate."""
        return zlib.crc32("|".join((self.effect, self.model, self.people, self.size)).encode())


def list_effects():
    """List the effects whose power can be simulated.

    Returns
    -------
    pandas.DataFrame
        ``effect, what, term, paper`` and ``varying`` (the two formulas; the second is empty where the
        effect cannot vary between people).

    Examples
    --------
    >>> list_effects().effect.tolist()[:3]
    ['drug', 'drug-by-intensity', 'exercise']
    """
    from ..paper.analyses import analysis

    rows = [
        (
            name,
            one.what,
            one.term,
            analysis(one.analysis).formula,
            one.varying or "",
        )
        for name, one in EFFECTS.items()
    ]
    return pd.DataFrame(rows, columns=["effect", "what", "term", "paper", "varying"])


def scenario(effect, *, model="paper", people="generated", size="1x"):
    """Say what is to be simulated.

    Parameters
    ----------
    effect : str
        A name of :func:`list_effects`.
    model : {"paper", "varying"}
        The model that ratings are drawn from and that is fitted to them: the paper's (people differ in
        level, the effect is the same for all), or one in which the effect varies between people.
    people : {"generated", "resampled"}
        Generated: sex, fitness, drug order and stimuli of participants drawn with replacement, ratings from
        the fitted model, without end of scale. Resampled: participants drawn with their ratings.
    size : str or number
        True effect: ``"1x"`` as estimated, ``"0.5x"`` half of that; a number in the unit of the
        coefficient; 0 for no effect.

    Returns
    -------
    Scenario

    Raises
    ------
    ValueError
        A name is unknown, the size is no number, or the effect cannot vary between people.

    Examples
    --------
    >>> scenario("three-way", size="0.5x")
    Scenario(effect='three-way', model='paper', people='generated', size='0.5x')
    """
    from ..models._words import closest, listed

    if effect not in EFFECTS:
        raise ValueError(
            f"Unknown effect '{effect}'.{closest([effect], EFFECTS)} The effects are {listed(EFFECTS)}."
        )
    for name, value, options in (("model", model, MODELS), ("people", people, PEOPLE)):
        if value not in options:
            raise ValueError(f"Invalid {name} '{value}'. It must be one of {listed(options)}.")
    if model == "varying" and EFFECTS[effect].varying is None:
        raise ValueError(
            f"Invalid model 'varying' for '{effect}': each person gives one number there, so the effect "
            "cannot be seen to vary. Use the model 'paper'."
        )
    return Scenario(effect, model, people, _size(size))


def _size(text):
    """Give a size its one spelling, such as 0.5x or -3."""
    text = str(text).strip()
    times = "x" if text.endswith("x") else ""
    try:
        value = float(text.removesuffix("x"))
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise ValueError(
            f"Invalid size '{text}'. It must be a number, or a multiple of the estimate such as 0.5x."
        )
    return f"{value + 0:g}{times}" if value else "0"
