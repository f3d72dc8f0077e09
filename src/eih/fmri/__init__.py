"""The fMRI pipeline of the paper on nilearn: designs from the real sequences, images that are surrogate.

Raw and single-participant images are not public. Whatever an image holds here was simulated, and its name
says so: ``surrogate_…``. Each public name is loaded when it is first used.
"""

from importlib import import_module

_HOME_OF = {
    "printed_design": "timing",
    "events": "timing",
    "all_events": "timing",
    "scans_in": "timing",
    "frame_times": "timing",
    "CONDITIONS": "timing",
    "write_events": "bids",
    "surrogate_physiology": "physiology",
    "find_beats": "physiology",
    "cardiac_phase": "physiology",
    "respiratory_phase": "physiology",
    "retroicor": "physiology",
    "physiological_terms": "physiology",
    "motion_terms": "confounds",
    "displacement": "confounds",
    "spike_terms": "confounds",
    "noise_components": "confounds",
    "confound_table": "confounds",
    "confound_groups": "confounds",
    "design_matrix": "design",
    "event_columns": "design",
    "drifts": "design",
    "contrast_vector": "design",
    "HIGH_PASS_S": "design",
    "surrogate_regions": "planted",
    "planted_amplitudes": "planted",
    "surrogate_recordings": "surrogate_runs",
    "surrogate_series": "surrogate_runs",
    "surrogate_noise": "surrogate_runs",
    "simulate_runs": "surrogate_runs",
    "variance_inflation": "design_checks",
    "share_left": "design_checks",
    "contrast_precision": "design_checks",
    "collinearity": "design_checks",
    "filter_costs": "design_checks",
    "confound_costs": "design_checks",
    "tonic_effect_left": "design_checks",
    "stimulus_response": "time_courses",
    "fit_time_courses": "time_courses",
    "residual_autocorrelation": "autocorrelation",
    "false_alarms_by_level": "autocorrelation",
    "scatter_by_noise_model": "autocorrelation",
    "fit_run": "first_level",
    "fit_runs": "first_level",
    "combine_runs": "first_level",
    "group_level": "first_level",
    # the group level
    "list_group_models": "group_models",
    "group_design": "group_models",
    "fit_group": "group_models",
    "group_grid": "grids",
    "map_image": "grids",
    "voxel_of": "grids",
    "search_volumes": "grids",
    "smooth_noise": "grids",
    "surrogate_contrasts": "surrogate_maps",
    "planted_effects": "surrogate_maps",
    "rating_scores": "surrogate_maps",
    "permutation_maxima": "permutation",
    "permutation_p": "corrections",
    "permutation_threshold": "corrections",
    "expected_clusters": "random_fields",
    "random_field_p": "random_fields",
    "random_field_threshold": "random_fields",
    "prepare_corrections": "corrections",
    "found_peaks": "group_peaks",
    "peak_without_each": "group_peaks",
    "surrogate_study": "group_peaks",
    "uncorrected_map": "group_peaks",
    "familywise_error": "validation",
    "detection_power": "validation",
    "recovery": "validation",
    "null_clusters": "validation",
    "load_fmri_validation": "validation_store",
    "recheck_fmri_validation": "validation_store",
}

__all__ = [*_HOME_OF]


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(
            f"module 'eih.fmri' has no attribute '{name}'. It offers: {sorted(_HOME_OF)}."
        )
    value = getattr(import_module(f"eih.fmri.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
