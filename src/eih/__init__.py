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
    "load_participants": "tables.data",
    "load_blocks": "tables.data",
    "load_trials": "tables.data",
    "difference_scores": "tables.data",
    "mean_ratings": "tables.data",
    "relevel": "tables.data",
    "DataError": "tables.schema",
    "data_dictionary": "tables.schema",
    "own_columns": "tables.own_rules",
    "write_template": "tables.own_data",
    "load_own_trials": "tables.own_data",
    "check_own": "tables.own_data",
    "write_tables": "tables.own_data",
    "surrogate_study": "tables.surrogate",
    "lmm": "models.mixed_models",
    "MixedModel": "models.mixed_models",
    "tobit": "models.tobit",
    "lm": "models.linear_models",
    "LinearModel": "models.linear_models",
    "side_by_side": "models.model_comparison",
    "leave_one_out": "models.influence",
    "kenward_roger": "models.small_samples",
    "group_shifts": "models.random_intercepts",
    "profile_curve": "models.profiles",
    "sd_profile": "models.profiles",
    "sd_limits": "models.profiles",
    "false_alarms": "models.shuffling",
    "robust_slopes": "models.robust_lines",
    "median_slope": "models.robust_lines",
    "lme4_reference": "models.r_reference",
    "against_targets": "paper.review",
    "before_and_after": "paper.review",
    "with_previous_exercise": "paper.review",
    "unanswerable": "paper.review",
    "specification_grid": "beyond.specifications",
    "specification_choices": "beyond.specifications",
    "not_crossed": "beyond.choices",
    "run_specifications": "beyond.specification_fits",
    "load_specifications": "beyond.robustness",
    "specification_shares": "beyond.robustness",
    "recheck_specifications": "beyond.robustness",
    "person_scores": "beyond.scores",
    "swapped_days": "beyond.day_swaps",
    "leave_two_out": "beyond.pairs_left_out",
    "weak_prior": "models.priors",
    "exploratory_tests": "beyond.multiplicity",
    "corrected": "beyond.multiplicity",
    "list_analyses": "paper.analyses",
    "analysis": "paper.analyses",
    "recompute": "paper.analyses",
    "reported_results": "paper.printed",
    "printed_numbers": "paper.printed",
    "design_constants": "paper.printed",
    "reported_peaks": "paper.printed",
    "block_power": "paper.subsets",
    "ledger": "paper.comparison",
    "scoreboard": "paper.comparison",
    "check_printed": "paper.audit",
    "reported": "paper.views",
    "show_ledger": "paper.views",
    "show_scoreboard": "paper.views",
    "show_searchable": "paper.ledger_table",
    "peak_statistics": "brain.peaks",
    "implied_tests": "brain.peak_consistency",
    "peak_agreement": "brain.peak_consistency",
    "p_from_others": "brain.peak_consistency",
    "brain_result": "pages.brain_results",
    "brain_panels": "brain.panels",
    "regions": "brain.regions",
    "region_masks": "brain.regions",
    "small_volume": "brain.regions",
    "show_regions": "pages.region_report",
    "regions_figure": "pages.region_report",
    "mask_comparison": "pages.region_report",
    "pain_foci": "brain.convergence",
    "ale_map": "brain.convergence",
    "mkda_map": "brain.convergence",
    "find_clusters": "brain.convergence_peaks",
    "locate_peaks": "brain.convergence_peaks",
    "studies_within": "brain.convergence_peaks",
    "stored_null": "brain.convergence_nulls",
    "recompute_null": "brain.convergence_nulls",
    "held_out_foci": "brain.convergence_checks",
    "random_placements": "brain.convergence_nulls",
    "placement_test": "brain.convergence_nulls",
    "map_variants": "brain.convergence_checks",
    "study_design": "paper.design_figure",
    "study_steps": "paper.front_page",
    "main_findings": "paper.front_page",
    "set_style": "style",
    "figure": "style",
    "glue": "style",
}

_PARTS = ("exercises", "figures", "fmri")

__all__ = ["__version__", *_HOME_OF]


def __getattr__(name):
    if name in _PARTS:
        return import_module(f"eih.{name}")
    if name not in _HOME_OF:
        raise AttributeError(
            f"module 'eih' has no attribute '{name}'. It offers: {sorted(_HOME_OF)}."
        )
    value = getattr(import_module(f"eih.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
