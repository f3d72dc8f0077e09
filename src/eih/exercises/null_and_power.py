"""Exercises of the chapter on evidence for the null and on power."""

from functools import cache

from ..beyond.bayes_factors import DEFAULT_SCALE, bayes_factors
from ..beyond.equivalence import relief_scores
from ..beyond.power_rows import read_replicates
from ..beyond.power_tables import people_needed, power_of_observed, power_table
from ..tables.data import load_trials
from ._kinds import Mistake, Number

CHAPTER = "null_and_power"
PEOPLE, POINTS, NARROW = 60, 4, 0.1
MANY = 1e6  # degrees of freedom: the normal distribution


@cache
def _stored(effect="drug"):
    stored = read_replicates()
    return stored[(stored.people == "generated") & (stored.effect == effect)]


@cache
def _needed(model, size):
    stored = _stored()
    own = stored[(stored.model == model) & (stored["size"] == size)]
    return people_needed(power_table(own)).needed.item()


@cache
def _relief(drug="saline", modality="heat"):
    scores = relief_scores(load_trials(modality))
    return scores[(scores.drug == drug) & (scores.target == "all")]


def _power(points=POINTS, n=PEOPLE, contrast="paired", sd=None):
    import pingouin

    scores = _relief()
    sd = scores.difference.std() if sd is None else sd
    return pingouin.power_ttest(d=points / sd, n=n, contrast=contrast)


@cache
def _bf(scale=NARROW, **which):
    return bayes_factors(_relief(**which), scales=[scale]).iloc[0]


def _observed(p):
    from scipy import stats

    return power_of_observed(stats.norm.isf(p / 2), MANY)


EXERCISES = (
    Number(
        name="people_who_differ",
        chapter=CHAPTER,
        kind="predict",
        asks="How many people does the drug effect need for a power of 80 %, as large as estimated, if it varies between people?",
        unit="people",
        decimals=0,
        answer=lambda: _needed("varying", "1x"),
        mistakes=(
            Mistake(
                "This is the paper's model, in which everyone reacts alike.",
                lambda: _needed("paper", "1x"),
            ),
            Mistake(
                "This is for half the effect. Asked is the effect as estimated.",
                lambda: _needed("varying", "0.5x"),
            ),
            Mistake(
                "This is for half the effect, and in the model in which everyone reacts alike.",
                lambda: _needed("paper", "0.5x"),
            ),
        ),
        reading="If people differ in an effect, more trials of each help little; more people do.",
        nudge="Look for the row of the drug with the model `varying` and the size `1x`.",
    ),
    Number(
        name="sixty_people",
        chapter=CHAPTER,
        kind="change",
        asks="What is the power of a study of 60 people if hard exercise relieves heat pain by 4 points and people differ?",
        unit="power, 0 to 1",
        decimals=2,
        tolerance=0.05,  # a simulation of two hundred studies comes about that close
        answer=_power,
        mistakes=(
            Mistake(
                "This is the power with the 39 people of this study.",
                lambda: _power(n=len(_relief())),
            ),
            Mistake(
                "This is a test of two groups. Each person is compared with themselves.",
                lambda: _power(contrast="two-samples"),
            ),
            Mistake(
                "This is the power for half the relief.",
                lambda: _power(points=POINTS / 2),
            ),
            Mistake(
                "This is the rate of misses. Power is the rate of hits.",
                lambda: 1 - _power(),
            ),
            Mistake(
                "This is the power to find the observed difference, not one of 4 points.",
                lambda: _power(points=abs(_relief().difference.mean())),
            ),
        ),
        reading="Simulation and formula agree within what two hundred studies can tell.",
    ),
    Number(
        name="power_at_the_edge",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="What is the observed (post-hoc) power of any test whose p is exactly 0.05 (two-sided, normal)?",
        unit="power, 0 to 1",
        decimals=2,
        answer=lambda: _observed(0.05),
        mistakes=(
            Mistake("This is the p value itself.", lambda: 0.05),
            Mistake("This is 1 − p, which is no power.", lambda: 0.95),
            Mistake(
                "This is the power that studies are planned for, not the one that follows from p.",
                lambda: 0.8,
            ),
            Mistake("This is the observed power for p = 0.40.", lambda: _observed(0.40)),
            Mistake("This is the observed power for p = 0.01.", lambda: _observed(0.01)),
        ),
        reading="It follows from p by arithmetic, whatever the study: observed power says nothing that p has not said.",
        nudge="Take the z that belongs to p as the true effect. How often does a new z lie beyond 1.96?",
    ),
    Number(
        name="narrow_prior",
        chapter=CHAPTER,
        kind="change",
        asks="What is the Bayes factor for no effect (`bf01`; heat, saline, all targets) with a prior of scale 0.1?",
        unit="null over effect",
        decimals=1,
        answer=lambda: _bf().bf01,
        mistakes=(
            Mistake(
                "This is the usual scale. Asked is a narrow one.",
                lambda: _bf(DEFAULT_SCALE).bf01,
            ),
            Mistake(
                "Upside down: asked is the null over the effect.",
                lambda: 1 / _bf().bf01,
            ),
            Mistake(
                "This is the directed version, in which the effect can only be relief.",
                lambda: _bf().bf01_relief,
            ),
            Mistake("This is the naloxone day.", lambda: _bf(drug="naloxone").bf01),
            Mistake("These are the pressure trials.", lambda: _bf(modality="pressure").bf01),
        ),
        reading="Near 1: a prior of tiny effects only can hardly be told from the null.",
    ),
)
