"""The six effects whose specifications are crossed: what each asks, its term, its possible choices."""

import itertools
from dataclasses import dataclass, field

from .choices import CHOICES, NONE

_DATA = {
    "ends": ("kept", "dropped", "censored"),
    "scale": ("raw", "logit"),
    "people": ("all", "power recorded"),
}
_FITNESS_PEOPLE = (*_DATA["people"], "without extremes")
_TARGETS = ("absent", "number", "factor")
_MIXED = ("REML", "ML")
_SCORES = ("least squares", "Huber", "ranks")
_PAPER = {"random": "intercepts", "order": "drug order", "target": "absent", "ends": "kept"}
_PAPER |= {"scale": "raw", "people": "all", "level": "trial", "method": "REML", "coding": NONE}


@dataclass(frozen=True)
class Effect:
    """One effect that the paper reports, with what can be chosen when testing it.

    Attributes
    ----------
    name, label : str
        Short name; words for a reader.
    question : str
        What it asks.
    unit : str
        What its estimate counts.
    fixed : str
        Fixed effects of the model of ratings, before covariates; ``{target}`` stands for the target as a
        number or as a factor.
    term, factor : str, float
        The tested term there, and what its coefficient is multiplied by to give `unit`.
    options : dict of str to dict
        Level of the rows → choice → options that can be crossed there.
    random : dict of str to tuple of str
        Option of ``random`` → random effects of people, to be tried in this order.
    fixed_of_differences : str
        Fixed effects of the model of low − high differences, where that is what means are turned into;
        its term is `term` without exercise.
    random_of_differences : dict
        As `random`, for that model.
    paper : dict
        Where the paper's choices for this effect differ from its usual ones.
    analyses : dict of str to str
        Modality → name of the paper's analysis, where it has one.
    saline : bool
        Whether only saline rows are used.
    """

    name: str
    label: str
    question: str
    unit: str
    fixed: str
    term: str
    factor: float
    options: dict
    random: dict
    fixed_of_differences: str = ""
    random_of_differences: dict = field(default_factory=dict)
    paper: dict = field(default_factory=dict)
    analyses: dict = field(default_factory=dict)
    saline: bool = False

    def ways(self):
        """List every way through the choices, a dict each."""
        ways = []
        for level, options in self.options.items():
            for values in itertools.product(*options.values()):
                way = dict.fromkeys(CHOICES, NONE) | dict(zip(options, values, strict=True))
                if self.is_sound(way | {"level": level}):
                    ways.append(way | {"level": level})
        return ways

    def is_sound(self, way):
        """Tell whether choices go together: see :data:`eih.beyond.choices.NOT_CROSSED`."""
        ranks_with_covariate = way["method"] == "ranks" and way["order"] != "none"
        differences = way["level"] == "mean" and self.fixed_of_differences  # within one target each
        unlike = way["ends"] == "dropped" and way["target"] == "absent" and not differences
        tobit = way["level"] == "trial" and way["method"] == "ML"
        censored_means = way["ends"] == "censored" and not tobit
        return not ranks_with_covariate and not unlike and not censored_means

    @property
    def papers_way(self):
        """The choices that the paper made."""
        return _PAPER | self.paper


def _by_level(random, orders, *, targets=_TARGETS, mean_random=None, scores=_SCORES, **more):
    """Cross what most effects share: mixed models of trials and of means, tests of scores of people."""
    mixed = {"order": orders, "target": targets, **_DATA, "method": _MIXED, **more}
    return {
        "trial": {"random": random, **mixed},
        "mean": {"random": mean_random or random, **mixed},
        "person": {"order": ("drug order", "none"), **_DATA, "method": scores, **more},
    }


def _analyses(name):
    return {modality: f"{modality}_{name}" for modality in ("heat", "pressure")}


_ALL_RANDOM = ("intercepts", "slopes", "maximal")
_ALL_ORDERS = ("drug order", "session", "none")
_SALINE_ORDERS = ("drug order", "none")
_INTERCEPTS = {"intercepts": ("(1|participant)",)}
_BOTH = ("(drug * exercise|participant)", "(drug + exercise|participant)", "(drug|participant)")
_BOTH_SLOPES = {**_INTERCEPTS, "slopes": ("(drug + exercise|participant)",), "maximal": _BOTH}

_ALL = [
    Effect(
        "drug",
        "Drug",
        "Does naloxone raise pain ratings?",
        "VAS points, naloxone − saline",
        fixed="exercise * drug",
        term="drug[naloxone]",
        factor=1,
        options=_by_level(_ALL_RANDOM, _ALL_ORDERS, coding=tuple(CHOICES["coding"])),
        random={**_INTERCEPTS, "slopes": ("(drug|participant)",), "maximal": _BOTH},
        paper={"coding": "at low exercise"},
        analyses=_analyses("exercise_by_drug"),
    ),
    Effect(
        "drug_by_intensity",
        "Drug × intensity",
        "Does naloxone raise ratings more at higher targets?",
        "VAS points, drug effect at target 70 − at 30",
        fixed="{target} * drug",
        term="target:drug[naloxone]",
        factor=40,  # per point of target -> from 30 to 70
        options=_by_level(_ALL_RANDOM, _ALL_ORDERS, targets=("number", "factor")),
        random={
            **_INTERCEPTS,
            "slopes": ("(drug|participant)",),
            "maximal": ("(drug * target|participant)", "(drug + target|participant)"),
        },
        paper={"target": "number"},
        analyses={"heat": "heat_drug_by_intensity"},
    ),
    Effect(
        "exercise",
        "Exercise in saline",
        "Do ratings differ after high and low exercise under saline?",
        "VAS points, high − low",
        fixed="exercise",
        term="exercise[high]",
        factor=1,
        options=_by_level(("intercepts", "slopes"), _SALINE_ORDERS),
        random={**_INTERCEPTS, "slopes": ("(exercise|participant)",)},
        analyses=_analyses("exercise_saline"),
        saline=True,
    ),
    Effect(
        "exercise_by_drug",
        "Exercise × drug",
        "Does naloxone change the effect of exercise?",
        "VAS points, high − low under naloxone − the same under saline",
        fixed="exercise * drug",
        term="exercise[high]:drug[naloxone]",
        factor=1,
        options=_by_level(_ALL_RANDOM, _ALL_ORDERS),
        random=_BOTH_SLOPES,
        analyses=_analyses("exercise_by_drug"),
    ),
    Effect(
        "fitness",
        "Fitness in saline",
        "Do fitter people get more relief from high exercise under saline?",
        "VAS points of relief per W/kg",
        fixed="exercise * ftp_per_kg",
        term="exercise[high]:ftp_per_kg",
        factor=-1,  # relief is low - high
        options=_by_level(
            ("intercepts", "slopes"),
            _SALINE_ORDERS,
            mean_random=("intercepts",),
            people=_FITNESS_PEOPLE,
        ),
        random={**_INTERCEPTS, "slopes": ("(exercise|participant)",)},
        fixed_of_differences="ftp_per_kg",
        random_of_differences=_INTERCEPTS,
        paper={"level": "person", "method": "least squares", "random": NONE, "target": NONE},
        analyses=_analyses("fitness_saline"),
        saline=True,
    ),
    Effect(
        "sex_by_fitness_by_drug",
        "Sex × fitness × drug",
        "Does naloxone change the link of fitness and relief differently in women and men?",
        "VAS points of relief per W/kg: change by naloxone in men − in women",
        fixed="exercise * drug * sex * ftp_per_kg",
        term="exercise[high]:drug[naloxone]:sex[male]:ftp_per_kg",
        factor=-1,
        options=_by_level(
            _ALL_RANDOM,
            _ALL_ORDERS,
            mean_random=("intercepts", "slopes"),
            scores=("least squares", "Huber"),
            people=_FITNESS_PEOPLE,
        ),
        random=_BOTH_SLOPES,
        fixed_of_differences="drug * sex * ftp_per_kg",
        random_of_differences={**_INTERCEPTS, "slopes": ("(drug|participant)",)},
        paper={"level": "mean", "target": "number"},
        analyses=_analyses("exercise_difference_threeway"),
    ),
]

#: name -> effect
EFFECTS = {effect.name: effect for effect in _ALL}
