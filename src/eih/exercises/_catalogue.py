"""All exercises, in the order of the chapters."""

from functools import cache
from importlib import import_module

CHAPTERS = (
    "design_and_data",
    "heat_pain",
    "exercise",
    "naloxone",
    "exercise_and_pain",
    "fitness",
    "sex_and_fitness",
    "pressure",
    "mixed_models",
    "first_level",
    "reviewers",
    "robustness",
    "null_and_power",
    "convergence",
    "reading_tables",
    "own_data",
)


@cache
def catalogue():
    """Return name → exercise.

    Raises
    ------
    ValueError
        Two exercises have the same name.
    """
    found = {}
    for chapter in CHAPTERS:
        for exercise in import_module(f"{__package__}.{chapter}").EXERCISES:
            if exercise.name in found:
                raise ValueError(f"Two exercises are called '{exercise.name}'. Rename one of them.")
            found[exercise.name] = exercise
    return found
