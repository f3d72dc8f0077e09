"""The fMRI pipeline of the paper on nilearn: designs from the real sequences, images that are surrogate.

Raw and single-participant images are not public. Whatever an image holds here was simulated, and its name
says so: ``surrogate_…``. Each public name is loaded when it is first used.
"""

from importlib import import_module

_HOME_OF = {
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
    "permutation_p": "permutation",
    "permutation_threshold": "permutation",
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
