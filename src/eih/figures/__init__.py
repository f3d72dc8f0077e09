"""Figures: each function takes a table and an axes, draws on it, and returns it.

Looks live in ``eih.mplstyle`` and ``eih.style``; captions and alternative texts are given where a figure
is shown, by :func:`eih.figure`.
"""

from ._base import mark_mean, mean_and_interval
from .blocks import ratings_over_blocks
from .conditions import paired_conditions, within_subject_interval
from .convergence import (
    peaks_over_map,
    percentiles_of_peaks,
    placements_and_observed,
    slices_at_peaks,
)
from .differences import difference_by_target
from .equivalence import bayes_factor_by_scale, relief_against_bounds
from .expectation import difference_by_expectation, expectation_ratings
from .first_level import (
    design_picture,
    expected_responses,
    inflation_by_stage,
    precision_by_filter,
    run_timeline,
)
from .fitness import difference_by_fitness, regression_band
from .fitness_ratings import ratings_by_fitness
from .group_inference import (
    design_matrices,
    error_rates,
    maxima_and_thresholds,
    peak_without_people,
    planted_and_found,
    power_by_noncentrality,
    spread_of_found,
)
from .implied import implied_intervals
from .interactive import fitness_explorer, specification_explorer, trial_explorer
from .left_out import name_people, pairs_left_out, people_left_out
from .maps import axial_slices, slices_through_peaks
from .models import grouping_grid, p_value_histogram, profile_and_parabola, shrinkage
from .pairs import pairs_by_target
from .power import (
    estimates_of_studies,
    observed_power_by_p,
    power_by_people,
    spread_of_observed_power,
)
from .profiles import conditions_by_target, intervals_by_target
from .rainclouds import raincloud
from .ratings import contrasts_with_intervals, rating_distribution, ratings_by_target
from .regions import regions_of_interest
from .review import (
    before_and_after_by_exercise,
    deviation_from_target,
    lines_through,
    ratings_over_time,
    refits_by_fitness,
)
from .sample import distribution_by_sex, trial_sequence
from .specification import choice_matrix, option_shares, significant_shares, specification_curve
from .surrogate_brains import stamp_surrogate, surrogate_glass_brain, surrogate_slices
from .time_courses import alarms_by_level, estimates_and_truth, time_course, time_course_table

__all__ = [
    "alarms_by_level",
    "axial_slices",
    "bayes_factor_by_scale",
    "before_and_after_by_exercise",
    "choice_matrix",
    "conditions_by_target",
    "contrasts_with_intervals",
    "design_picture",
    "design_matrices",
    "deviation_from_target",
    "difference_by_expectation",
    "difference_by_fitness",
    "difference_by_target",
    "distribution_by_sex",
    "estimates_and_truth",
    "error_rates",
    "estimates_of_studies",
    "expectation_ratings",
    "expected_responses",
    "fitness_explorer",
    "grouping_grid",
    "implied_intervals",
    "inflation_by_stage",
    "intervals_by_target",
    "lines_through",
    "mark_mean",
    "maxima_and_thresholds",
    "mean_and_interval",
    "name_people",
    "observed_power_by_p",
    "option_shares",
    "p_value_histogram",
    "paired_conditions",
    "pairs_by_target",
    "pairs_left_out",
    "peak_without_people",
    "peaks_over_map",
    "people_left_out",
    "percentiles_of_peaks",
    "placements_and_observed",
    "planted_and_found",
    "power_by_noncentrality",
    "power_by_people",
    "precision_by_filter",
    "profile_and_parabola",
    "raincloud",
    "rating_distribution",
    "ratings_by_fitness",
    "ratings_by_target",
    "ratings_over_blocks",
    "ratings_over_time",
    "refits_by_fitness",
    "regions_of_interest",
    "regression_band",
    "relief_against_bounds",
    "run_timeline",
    "shrinkage",
    "significant_shares",
    "slices_at_peaks",
    "slices_through_peaks",
    "specification_curve",
    "specification_explorer",
    "spread_of_found",
    "spread_of_observed_power",
    "time_course",
    "time_course_table",
    "stamp_surrogate",
    "surrogate_glass_brain",
    "surrogate_slices",
    "trial_explorer",
    "trial_sequence",
    "within_subject_interval",
]
