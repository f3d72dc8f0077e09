"""The paper's group models as second-level designs: a row per person, a contrast, and its fit by nilearn.

A contrast image holds one number per voxel and person. The group model asks at each voxel on its own
whether these numbers are above zero, follow the fitness of the person, or differ between the sexes.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..tables.data import load_participants


@dataclass(frozen=True)
class GroupModel:
    """A group model of the paper.

    Attributes
    ----------
    name : str
        Short name.
    question : str
        What it asks, in words.
    images : str
        Contrast within each person that its images hold.
    contrast : dict of str to float
        Column of the design → weight.
    peaks : tuple of str
        Ids of the peaks that the paper reports from it.
    columns : tuple of str
        Columns of the design.
    scores : str
        Effect in the ratings that the images go with, for models of one mean
        (see :func:`eih.fmri.rating_scores`).
    """

    name: str
    question: str
    images: str
    contrast: dict
    peaks: tuple
    columns: tuple = ("mean",)
    scores: str = ""


_MODELS = (
    GroupModel(
        "parametric",
        "Where does the response grow with the intensity of heat?",
        "heat 70 > 50 > 30",
        {"mean": 1.0},
        ("r024", "r025", "r026"),
        scores="intensity",
    ),
    GroupModel(
        "drug_by_intensity",
        "Where does naloxone change how the response grows?",
        "(heat 70 > 50 > 30) under naloxone > under saline",
        {"mean": 1.0},
        ("r065",),
        scores="drug_by_intensity",
    ),
    GroupModel(
        "drug",
        "Where does heat evoke more under naloxone?",
        "heat, naloxone > saline",
        {"mean": 1.0},
        ("r068",),
        scores="drug",
    ),
    GroupModel(
        "fitness",
        "Where does the difference between high and low exercise grow with fitness?",
        "heat, high > low exercise",
        {"ftp_per_kg": 1.0},
        ("r095",),
        ("mean", "ftp_per_kg"),
    ),
    GroupModel(
        "sex",
        "Where does exercise × drug differ between men and women of the same fitness?",
        "heat, (high > low exercise) under naloxone > under saline",
        {"male": 1.0, "female": -1.0},
        ("r106",),
        ("male", "female", "ftp_per_kg"),
    ),
)
MODELS = {model.name: model for model in _MODELS}


def group_model(name):
    """Return a group model by its name.

    Raises
    ------
    ValueError
        There is no such model.
    """
    if name not in MODELS:
        raise ValueError(f"Unknown group model '{name}'. There are: {', '.join(MODELS)}.")
    return MODELS[name]


def list_group_models():
    """List the group models of the paper.

    Returns
    -------
    pandas.DataFrame
        ``model, question, images`` (contrast within each person), ``columns`` (of the design),
        ``contrast`` and ``peaks`` (ids of the reported ones).

    Examples
    --------
    >>> list_group_models().model.tolist()
    ['parametric', 'drug_by_intensity', 'drug', 'fitness', 'sex']
    """
    rows = [
        {
            "model": model.name,
            "question": model.question,
            "images": model.images,
            "columns": ", ".join(model.columns),
            "contrast": " ".join(
                f"{'+' if w > 0 else '−'} {name}" for name, w in model.contrast.items()
            ).removeprefix("+ "),
            "peaks": ", ".join(model.peaks),
        }
        for model in _MODELS
    ]
    return pd.DataFrame(rows)


def group_design(name, people=None):
    """Build the design matrix of a group model and its contrast.

    Parameters
    ----------
    name : str
        A model of :func:`list_group_models`.
    people : pandas.DataFrame, optional
        A row per person with ``participant``, ``sex`` and ``ftp_per_kg``, as from
        :func:`eih.load_participants`, which is the default.

    Returns
    -------
    design : pandas.DataFrame
        A row per person (index ``participant``). ``mean`` is 1; ``ftp_per_kg`` is centred [W/kg] at the
        mean of these people; ``male`` and ``female`` are 1 or 0.
    contrast : pandas.Series
        A weight per column.

    Raises
    ------
    ValueError
        There is no such model, a column of `people` is missing or holds a missing value, or the design
        cannot tell its columns apart (such as one sex only).

    Examples
    --------
    >>> design, contrast = group_design("sex")
    >>> design.shape, contrast.to_dict()
    ((39, 3), {'male': 1.0, 'female': -1.0, 'ftp_per_kg': 0.0})
    """
    model = group_model(name)
    people = load_participants() if people is None else people
    for column in {"male": "sex", "ftp_per_kg": "ftp_per_kg", "mean": "participant"}.values():
        if column not in people:
            raise ValueError(f"The table of people has no column '{column}'.")
        if people[column].isna().any():
            raise ValueError(
                f"The table of people has no {column} in some row; leave that row out."
            )
    columns = {
        "mean": np.ones(len(people)),
        "male": (people.sex == "male").to_numpy(float),
        "female": (people.sex == "female").to_numpy(float),
        "ftp_per_kg": (people.ftp_per_kg - people.ftp_per_kg.mean()).to_numpy(float),
    }
    index = pd.Index(people.participant, name="participant")
    design = pd.DataFrame({name: columns[name] for name in model.columns}, index=index)
    if np.linalg.matrix_rank(design) < design.shape[1] or len(design) <= design.shape[1]:
        raise ValueError(
            f"The model '{name}' cannot be fitted to these {len(design)} people: its columns "
            f"{list(design.columns)} cannot be told apart, or are as many as the people."
        )
    return design, pd.Series({name: model.contrast.get(name, 0.0) for name in design.columns})


def contrast_scale(design, contrast):
    """Return the standard error of a contrast where the noise has a standard deviation of 1.

    A contrast of size e then has the noncentrality e / scale: the T it would show without noise in the
    estimate of either.

    Examples
    --------
    >>> round(float(contrast_scale(*group_design("drug"))), 4)  # 1 / √39
    0.1601
    """
    x, c = np.asarray(design, float), np.asarray(contrast, float)
    return float(np.sqrt(c @ np.linalg.solve(x.T @ x, c)))


@dataclass(frozen=True)
class GroupFit:
    """A group model fitted at each voxel.

    Attributes
    ----------
    effect, se, t : numpy.ndarray
        Of the contrast, of shape (V,).
    df : int
        Residual degrees of freedom.
    residuals : numpy.ndarray
        Of shape (people, V).
    design, contrast
        As from :func:`group_design`.
    """

    effect: np.ndarray
    se: np.ndarray
    t: np.ndarray
    df: int
    residuals: np.ndarray
    design: pd.DataFrame
    contrast: pd.Series

    def interval(self, level=0.95):
        """Return the limits of the t interval of the effect, each of shape (V,)."""
        from scipy import stats

        half = stats.t.isf((1 - level) / 2, self.df) * self.se
        return self.effect - half, self.effect + half


def fit_group(values, design, contrast):
    """Fit a group model by least squares at each voxel, with the routines of nilearn's second level.

    Parameters
    ----------
    values : array
        Contrast images as rows, of shape (people, V); no missing values.
    design, contrast
        As from :func:`group_design`.

    Returns
    -------
    GroupFit

    Raises
    ------
    ValueError
        The numbers of rows differ, or a value is missing.

    Examples
    --------
    >>> design, contrast = group_design("drug")
    >>> values = np.arange(39.0)[:, None]
    >>> fit = fit_group(values, design, contrast)
    >>> round(float(fit.effect[0]), 6), fit.df
    (19.0, 38)
    """
    from nilearn.glm.contrasts import compute_contrast
    from nilearn.glm.first_level import run_glm

    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or len(values) != len(design):
        raise ValueError(
            f"The images have the shape {values.shape}; a design of {len(design)} people needs a row for each."
        )
    if not np.isfinite(values).all():
        raise ValueError("An image has a missing value. Fit the voxels that everybody has.")
    labels, results = run_glm(values, design.to_numpy(), noise_model="ols")
    fitted = compute_contrast(labels, results, contrast.to_numpy(), stat_type="t")
    se = np.sqrt(fitted.variance)
    return GroupFit(
        fitted.effect,
        se,
        fitted.effect / se,
        int(fitted.dof),
        results[0.0].residuals,
        design,
        contrast,
    )
