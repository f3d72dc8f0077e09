"""Exercise-induced hypoalgesia: the helper package of an executable paper.

DataFrames in, DataFrames out. Notebooks write ``import eih`` and nothing else::

    heat = eih.load_trials(modality="heat")
    saline = heat[heat.drug == "saline"]
    eih.lmm("rating ~ target + drug_order + (1|participant) + (1|nth)", saline)

Each public name is loaded when it is first used, so that ``import eih`` costs next to nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME_OF = {
    "DataError": "schema",
    "load_participants": "data",
    "load_blocks": "data",
    "load_trials": "data",
    "difference_scores": "data",
    "mean_ratings": "data",
    "relevel": "data",
    "data_dictionary": "schema",
    "lmm": "mixed_models",
    "MixedModel": "mixed_models",
    "lm": "linear_models",
    "LinearModel": "linear_models",
    "side_by_side": "model_comparison",
    "leave_one_out": "influence",
    "kenward_roger": "small_samples",
    "group_shifts": "random_intercepts",
    "profile_curve": "profiles",
    "sd_profile": "profiles",
    "sd_limits": "profiles",
    "false_alarms": "shuffling",
    "robust_slopes": "robust_lines",
    "median_slope": "robust_lines",
    "lme4_reference": "r_reference",
    "against_targets": "review",
    "before_and_after": "review",
    "with_previous_exercise": "review",
    "unanswerable": "review",
    "specification_grid": "specifications",
    "specification_choices": "specifications",
    "not_crossed": "choices",
    "run_specifications": "specification_fits",
    "load_specifications": "robustness",
    "specification_shares": "robustness",
    "recheck_specifications": "robustness",
    "person_scores": "scores",
    "swapped_days": "day_swaps",
    "leave_two_out": "pairs_left_out",
    "weak_prior": "priors",
    "exploratory_tests": "multiplicity",
    "corrected": "multiplicity",
    "list_analyses": "analyses",
    "analysis": "analyses",
    "recompute": "analyses",
    "reported_results": "printed",
    "printed_numbers": "printed",
    "design_constants": "printed",
    "reported_peaks": "printed",
    "block_power": "subsets",
    "ledger": "comparison",
    "scoreboard": "comparison",
    "check_printed": "audit",
    "reported": "views",
    "show_ledger": "views",
    "show_scoreboard": "views",
    "show_searchable": "views",
    "pain_foci": "convergence",
    "ale_map": "convergence",
    "mkda_map": "convergence",
    "find_clusters": "convergence_peaks",
    "locate_peaks": "convergence_peaks",
    "studies_within": "convergence_peaks",
    "stored_null": "convergence_nulls",
    "recompute_null": "convergence_nulls",
    "held_out_foci": "convergence_checks",
    "random_placements": "convergence_nulls",
    "placement_test": "convergence_nulls",
    "map_variants": "convergence_checks",
    "study_design": "design_figure",
    "set_style": "style",
    "figure": "style",
    "glue": "style",
}

__all__ = ["__version__", *_HOME_OF]


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(
            f"module 'eih' has no attribute '{name}'. It offers: {sorted(_HOME_OF)}."
        )
    value = getattr(import_module(f"eih.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
