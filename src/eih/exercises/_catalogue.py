"""All exercises, in the order of the chapters; a chapter's own module is imported when it is asked for."""

from functools import cache
from importlib import import_module

#: Chapter → names of its exercises. A test holds it against the modules.
NAMES = {
    "design_and_data": (
        "lost_block",
        "end_of_scale",
        "relief_of_men",
        "table_of_means",
    ),
    "heat_pain": (
        "drug_slope",
        "step_slope",
        "narrow_interval",
        "steeper_half",
    ),
    "exercise": (
        "without_pairs",
        "which_d",
        "not_a_report",
        "strict_riders",
    ),
    "naloxone": (
        "steeper_sex",
        "drug_at_50",
        "sexes_differ",
        "third_block",
    ),
    "exercise_and_pain": (
        "naloxone_day",
        "drug_after_high",
        "session_effect",
        "most_relief",
    ),
    "fitness": (
        "watts_alone",
        "without_covariate",
        "the_other_part",
        "strongest_stimuli",
    ),
    "sex_and_fitness": (
        "change_in_men",
        "copied_rows",
        "sex_by_fitness",
    ),
    "pressure": (
        "drug_by_modality",
        "paired_pressure",
        "heat_against_pressure",
    ),
    "mixed_models": (
        "df_of_one_block",
        "variance_moves",
        "how_many_witnesses",
        "bend",
    ),
    "first_level": (
        "fast_filter",
        "df_of_confounds",
        "another_heart",
        "run_long_effect",
    ),
    "group_inference": (
        "voxels_by_chance",
        "half_as_large",
        "circular",
        "two_readings",
    ),
    "ledger": (
        "nearly_exact",
        "asked_for_se",
        "unseen_slip",
    ),
    "reviewers": (
        "first_step",
        "weakest_pair",
        "weak_pain",
        "rest_blocks",
    ),
    "robustness": (
        "one_specification",
        "exercise_of_people",
        "witnesses",
        "sturdiest",
    ),
    "null_and_power": (
        "people_who_differ",
        "sixty_people",
        "power_at_the_edge",
        "narrow_prior",
    ),
    "convergence": (
        "wider_net",
        "planted",
        "loneliest_peaks",
    ),
    "discussion": (
        "follow_up_without_one",
        "which_column",
        "relief_at_70",
    ),
    "reading_tables": (
        "against_one",
        "which_verdict",
        "explained_numbers",
    ),
    "own_data": (
        "surrogate_missing",
        "surrogate_drug",
        "found_and_planted",
    ),
}


@cache
def of_chapter(chapter):
    """Return name → exercise of one chapter."""
    exercises = import_module(f"{__package__}.{chapter}").EXERCISES
    return {exercise.name: exercise for exercise in exercises}


def chapter_of(name):
    """Return the chapter of an exercise, or None."""
    return next((chapter for chapter, names in NAMES.items() if name in names), None)


def catalogue():
    """Return name → exercise, of all chapters."""
    return {name: exercise for chapter in NAMES for name, exercise in of_chapter(chapter).items()}
