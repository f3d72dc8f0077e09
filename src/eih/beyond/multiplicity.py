"""Many tests, some small p values by chance: what a correction leaves of the exploratory ones."""

import pandas as pd

from ..paper.analyses import recompute
from ..threads import one_thread

#: What the paper tests about fitness or sex in ratings, none of it preregistered:
#: modality, reported result, analysis, term, words for a reader.
EXPLORATORY = [
    ("heat", "r094", "heat_fitness_saline", "ftp_per_kg", "fitness and relief, saline"),
    (
        "heat",
        "r101",
        "heat_exercise_difference_threeway",
        "drug[naloxone]:sex[male]:ftp_per_kg",
        "sex × fitness × drug",
    ),
    ("heat", "r102", "heat_fitness_slopes", "male, saline", "fitness and relief, men, saline"),
    ("heat", "r103", "heat_fitness_slopes", "female, saline", "fitness and relief, women, saline"),
    ("heat", "r104", "heat_fitness_slopes", "male, naloxone", "fitness and relief, men, naloxone"),
    (
        "heat",
        "r105",
        "heat_fitness_slopes",
        "female, naloxone",
        "fitness and relief, women, naloxone",
    ),
    (
        "heat",
        "r050",
        "heat_drug_by_intensity_women",
        "target:drug[naloxone]",
        "drug × intensity, women",
    ),
    (
        "heat",
        "r051",
        "heat_drug_by_intensity_men",
        "target:drug[naloxone]",
        "drug × intensity, men",
    ),
    ("heat", "r053", "heat_drug_difference_by_step_and_sex", "sex[male]", "drug effect by sex"),
    (
        "heat",
        "r063",
        "heat_drug_difference_by_step_and_sex",
        "step:sex[male]",
        "drug × intensity by sex",
    ),
    ("pressure", "r015", "pressure_fitness_saline", "ftp_per_kg", "fitness and relief, saline"),
    (
        "pressure",
        "r016",
        "pressure_exercise_difference_threeway",
        "drug[naloxone]:sex[male]:ftp_per_kg",
        "sex × fitness × drug",
    ),
    ("pressure", "r017", "pressure_relief_by_sex", "saline", "relief by sex, saline"),
    ("pressure", "r017", "pressure_relief_by_sex", "naloxone", "relief by sex, naloxone"),
    (
        "pressure",
        "r018",
        "pressure_fitness_slopes",
        "male, naloxone",
        "fitness and relief, men, naloxone",
    ),
]


def exploratory_tests():
    """List the paper's tests about fitness or sex in ratings, with recomputed p values.

    Returns
    -------
    pandas.DataFrame
        ``modality, reported`` (id of the reported result), ``test`` (in words), ``p`` as the paper's own
        model gives it.

    Notes
    -----
    The tests overlap (the same ratings, a slope and its parts), and the paper's tests in the brain are
    not among them: the family that was really looked at is larger.

    Examples
    --------
    >>> import eih
    >>> eih.exploratory_tests().modality.value_counts().to_dict()
    {'heat': 10, 'pressure': 5}
    """
    with one_thread():
        rows = [
            (modality, reported, words, float(recompute(analysis).p[term]))
            for modality, reported, analysis, term, words in EXPLORATORY
        ]
    return pd.DataFrame(rows, columns=["modality", "reported", "test", "p"])


def corrected(tests, alpha=0.05):
    """Correct the p values of a family of tests.

    Parameters
    ----------
    tests : pandas.DataFrame
        One row per test of the family, with ``p``.
    alpha : float, default 0.05
        The level that the family shall keep.

    Returns
    -------
    pandas.DataFrame
        The rows by p, with ``p_holm`` (chance of any false alarm in the family; Holm) and ``p_fdr``
        (share of false alarms among the discoveries; Benjamini and Hochberg), and ``left``: which
        correction leaves the test significant (``both``, ``FDR``, ``none``).

    Raises
    ------
    ValueError
        A p value is missing or not between 0 and 1.

    Examples
    --------
    >>> import eih, pandas as pd
    >>> eih.corrected(pd.DataFrame({"p": [0.01, 0.02, 0.03]})).p_holm.round(2).tolist()
    [0.03, 0.04, 0.04]
    """
    from statsmodels.stats.multitest import multipletests

    if not tests.p.between(0, 1).all():
        raise ValueError(f"Invalid p values {tests.p.tolist()}. Each lies between 0 and 1.")
    ordered = tests.sort_values("p", ignore_index=True)
    holm, fdr = (multipletests(ordered.p, method=method)[1] for method in ("holm", "fdr_bh"))
    left = pd.Series("none", index=ordered.index)
    left = left.mask(fdr < alpha, "FDR").mask(holm < alpha, "both")
    return ordered.assign(p_holm=holm, p_fdr=fdr, left=left)
