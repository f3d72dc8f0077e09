"""Exercises of the chapter on other reasonable analyses."""

from functools import cache

from ..beyond.robustness import load_specifications
from ..models.mixed_models import lmm
from ..paper import subsets
from ._kinds import Mistake, Number
from ._tables import OneRow

CHAPTER = "robustness"
FIXED = "rating ~ exercise + C(target) + drug_order + (1|nth)"
TERM = "exercise[high]"


def _analyses(effect="drug", modality="heat"):
    return load_specifications(effect=effect, modality=modality)


@cache
def _exercise(random):
    return lmm(f"{FIXED} + {random}", subsets.heat_saline(), ci="wald").coefficient(TERM)


def _share(effect="drug_by_intensity", modality="pressure"):
    return (_analyses(effect, modality).p < 0.05).mean()


EXERCISES = (
    OneRow(
        name="one_specification",
        chapter=CHAPTER,
        kind="predict",
        asks="Which one analysis of the drug effect on heat would you have chosen, before seeing any result?",
        subject="row of `eih.load_specifications()`",
        keys=("effect", "modality"),
        answer=_analyses,
        mistakes=(
            Mistake(
                "These are analyses of pressure. The question is about heat.",
                lambda: _analyses(modality="pressure"),
            ),
            Mistake(
                "These are analyses of the interaction with intensity. The question is about the drug effect.",
                lambda: _analyses(effect="drug_by_intensity"),
            ),
            Mistake(
                "These are analyses of exercise. The question is about the drug effect.",
                lambda: _analyses(effect="exercise"),
            ),
        ),
        reading="Any one row is a good answer, if it was chosen first: only then does its p mean what it says.",
        nudge="Keep the rows of one effect and one modality, then decide choice by choice with `.query(...)`.",
    ),
    Number(
        name="exercise_of_people",
        chapter=CHAPTER,
        kind="change",
        asks="What is the SE of the exercise effect (heat, saline) if each person may have an exercise effect of "
        "their own, `(exercise|participant)`?",
        unit="VAS points",
        decimals=2,
        answer=lambda: _exercise("(exercise|participant)").se,
        mistakes=(
            Mistake(
                "Here everyone has the same exercise effect. Let it vary: `(exercise|participant)`.",
                lambda: _exercise("(1|participant)").se,
            ),
            Mistake(
                "Here each block has a shift of its own. The question lets the exercise effect vary.",
                lambda: _exercise("(1|participant) + (1|participant:block)").se,
            ),
            Mistake(
                "This is the estimate. Asked is its standard error.",
                lambda: _exercise("(exercise|participant)").estimate,
            ),
            Mistake(
                "This is half the width of the interval: about two standard errors.",
                lambda: (
                    _exercise("(exercise|participant)").ci_high
                    - _exercise("(exercise|participant)").estimate
                ),
            ),
        ),
        reading="A larger standard error cannot turn *no clear effect* into an effect.",
    ),
    Number(
        name="witnesses",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="How many independent witnesses stand behind all those analyses of the drug effect in heat?",
        unit="witnesses",
        decimals=0,
        answer=lambda: subsets.heat().participant.nunique(),
        mistakes=(
            Mistake(
                "This is the number of analyses. They all look at the same data.",
                lambda: len(_analyses()),
            ),
            Mistake(
                "This is the number of significant analyses. They all look at the same data.",
                lambda: (_analyses().p < 0.05).sum(),
            ),
            Mistake(
                "This is the number of ratings. Ratings of one person resemble each other.",
                lambda: subsets.heat().rating.count(),
            ),
            Mistake(
                "This is the number of drug days. Two days of one person are compared with each other.",
                lambda: subsets.heat().groupby(["participant", "session"]).ngroups,
            ),
            Mistake(
                "This is the number of blocks. A person had four of them with each drug.",
                lambda: subsets.heat().groupby(["participant", "session", "block"]).ngroups,
            ),
        ),
        reading="If chance made these people rate higher on their naloxone day, nearly all analyses show it together.",
        nudge="Witnesses are independent of each other. Who is?",
    ),
    Number(
        name="sturdiest",
        chapter=CHAPTER,
        kind="change",
        asks="Which share of the analyses of drug × intensity in *pressure* is significant?",
        unit="share, 0 to 1",
        decimals=2,
        answer=_share,
        mistakes=(
            Mistake("These are the analyses of heat.", lambda: _share(modality="heat")),
            Mistake("These are the analyses of the drug effect.", lambda: _share(effect="drug")),
            Mistake("This is the share that is *not* significant.", lambda: 1 - _share()),
            Mistake(
                "This is how many. Asked is the share.",
                lambda: (_analyses("drug_by_intensity", "pressure").p < 0.05).sum(),
            ),
        ),
        reading="The sturdiest of twelve, found by looking at twelve: say both.",
    ),
)
