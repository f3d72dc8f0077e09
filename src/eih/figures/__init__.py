"""Figures: each function takes a table and an axes, draws on it, and returns it.

Looks live in ``eih.mplstyle`` and ``eih.style``; captions and alternative texts are given where a figure
is shown, by :func:`eih.figure`.
"""

from ._base import mark_mean, mean_and_interval
from .brain import reported_peaks_on_glass_brain
from .conditions import paired_conditions, within_subject_interval
from .fitness import difference_by_fitness, regression_band
from .fitness_ratings import ratings_by_fitness
from .profiles import conditions_by_target, intervals_by_target
from .ratings import contrasts_with_intervals, rating_distribution, ratings_by_target
from .sample import distribution_by_sex, trial_sequence

__all__ = [
    "conditions_by_target",
    "contrasts_with_intervals",
    "difference_by_fitness",
    "distribution_by_sex",
    "intervals_by_target",
    "mark_mean",
    "mean_and_interval",
    "paired_conditions",
    "rating_distribution",
    "ratings_by_fitness",
    "ratings_by_target",
    "regression_band",
    "reported_peaks_on_glass_brain",
    "trial_sequence",
    "within_subject_interval",
]
