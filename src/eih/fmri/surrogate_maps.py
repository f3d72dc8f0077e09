"""Surrogate contrast images of 39 people, with effects planted where the paper reports peaks.

The images of single participants are not public. These are simulated: smooth noise, and at each reported
peak an effect of the size that the reported T stands for. People are real (sex, FTP per kg, ratings), brains
are not.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from ..brain.mni_grid import Grid
from ..brain.peaks import peaks_with_models
from ..tables.data import load_participants, load_trials
from .grids import group_grid, map_image, smooth_noise, voxel_of
from .group_models import contrast_scale, group_design, group_model

FWHM = 6.0  # mm, of the noise: the paper smooths contrast images with 6 mm
WIDTH = 12.0  # mm, full width at half maximum of a planted effect
TIE = 0.4  # correlation of images and ratings at a planted peak, over people
PLANTED = ["id", "region", "mni_x", "mni_y", "mni_z", "voxel", "T_reported", "df"]
PLANTED += ["noncentrality", "effect", "T_expected"]


@dataclass(frozen=True)
class SurrogateMaps:
    """Surrogate contrast images, and what was planted in them.

    Attributes
    ----------
    model : str
        Name of the group model.
    values : numpy.ndarray
        Of shape (people, V): in units of the standard deviation between people.
    people : pandas.DataFrame
        A row per image.
    planted : pandas.DataFrame
        As from :func:`planted_effects`; no rows where nothing was planted.
    grid : eih.brain.mni_grid.Grid
        Where the V voxels lie.
    """

    model: str
    values: np.ndarray
    people: pd.DataFrame
    planted: pd.DataFrame
    grid: Grid

    def images(self):
        """Return one image per person, as a second-level model of nilearn takes them."""
        return [map_image(values, self.grid) for values in self.values]


def surrogate_contrasts(
    rng, model, *, plant=True, people=None, size=1.0, tie=TIE, fwhm=FWHM, width=WIDTH, noise=None
):
    """Simulate the contrast images of all people for one group model.

    Parameters
    ----------
    rng : numpy.random.Generator
    model : str
        A model of :func:`eih.fmri.list_group_models`.
    plant : bool, default True
        False plants nothing: the null.
    people : pandas.DataFrame, optional
        Default: the participants of the study, with their real sex and FTP per kg.
    size : float, default 1
        What the planted noncentralities are multiplied by. At 1 each is the reported T; the true one is
        likely smaller, for a reported peak is the largest of many values.
    tie : float, default 0.4
        Correlation over people of image and real rating effect at a planted peak, in the models of one
        mean (a stronger effect on ratings goes with a stronger response). The other models are tied to
        FTP per kg and sex by their design.
    fwhm, width : float
        Smoothness of the noise (default 6) and full width at half maximum of a planted effect (default
        12) [mm].
    noise : array, optional
        Noise of shape (people, V) to take instead of drawing some, such as that of another model.

    Returns
    -------
    SurrogateMaps

    Raises
    ------
    ValueError
        There is no such model, or a number makes no sense.

    Notes
    -----
    At a planted peak the image of person i is x b + tie z + √(1 − tie²) e: x is the person's row of the
    design, z the standardized effect on ratings and e noise of standard deviation 1. Around the peak the first two fall off like a Gaussian. The standard deviation between people is 1
    everywhere.

    Examples
    --------
    >>> surrogate = surrogate_contrasts(np.random.default_rng(1), "fitness")
    >>> surrogate.values.shape, surrogate.planted.noncentrality.tolist()
    ((39, 29398), [4.59])
    """
    _check_numbers(size=(size, size >= 0), tie=(tie, -1 < tie < 1), width=(width, width > 0))
    _check_numbers(fwhm=(fwhm, fwhm >= 0))
    grid, known = group_grid(), group_model(model)
    people = load_participants() if people is None else people.reset_index(drop=True)
    design, _ = group_design(model, people)
    noise = smooth_noise(rng, len(people), fwhm, grid) if noise is None else np.asarray(noise)
    if not plant:
        return SurrogateMaps(model, noise, people, planted_effects(model, people)[:0], grid)
    planted = planted_effects(model, people, size=size)
    values = noise.astype(np.float32, copy=True)
    scores = rating_scores(known.scores, people) if known.scores and tie else None
    for peak in planted.itertuples():
        shape, near = _bump(grid, peak.voxel, width)
        between = design.to_numpy() @ _coefficients(known, design, peak.effect)
        own = between[:, None] * shape
        if scores is not None:
            values[:, near] *= np.sqrt(1 - (tie * shape) ** 2)
            own = own + tie * scores[:, None] * shape
        values[:, near] += own.astype(np.float32)
    return SurrogateMaps(model, values, people, planted, grid)


def _check_numbers(**rules):
    for name, (value, fine) in rules.items():
        if not fine:
            raise ValueError(
                f"Invalid {name} {value}. size and fwhm are at least 0, width is above 0, tie lies between -1 and 1."
            )


def planted_effects(model, people=None, *, size=1.0):
    """List what is planted for a group model: where, and how large.

    Parameters
    ----------
    model : str
        A model of :func:`eih.fmri.list_group_models`.
    people : pandas.DataFrame, optional
        Default: the participants of the study.
    size : float, default 1
        What the noncentralities are multiplied by.

    Returns
    -------
    pandas.DataFrame
        A row per reported peak: ``id, region, mni_x, mni_y, mni_z`` (as reported [mm]), ``voxel``
        (position of the nearest brain voxel, where the effect is largest), ``T_reported``, ``df`` (of the
        model fitted here), ``noncentrality`` (planted: size × reported T), ``effect`` (planted value of
        the contrast, in standard deviations between people; per W/kg for a slope) and ``T_expected``
        (mean of the noncentral t distribution: a little more than the noncentrality).

    Examples
    --------
    >>> planted_effects("drug")[["id", "noncentrality", "effect"]].round(3).values.tolist()
    [['r068', 5.7, 0.913]]
    """
    from scipy import stats

    design, contrast = group_design(model, people)
    peaks = _reported().loc[list(group_model(model).peaks)].reset_index()
    df = len(design) - design.shape[1]
    noncentrality = size * peaks["T"].to_numpy(float)
    found = peaks[["id", "region", "mni_x", "mni_y", "mni_z"]].assign(
        voxel=[voxel_of(place) for place in peaks[["mni_x", "mni_y", "mni_z"]].to_numpy()],
        T_reported=peaks["T"],
        df=df,
        noncentrality=noncentrality,
        effect=noncentrality * contrast_scale(design, contrast),
        T_expected=stats.nct.mean(df, noncentrality) if size else 0.0,
    )
    return found[PLANTED]


def rating_scores(effect, people=None):
    """Return each person's effect on heat ratings, standardized over these people.

    Parameters
    ----------
    effect : {"intensity", "drug_by_intensity", "drug"}
        Rating at target 70 − at 30 under saline; the difference between the drugs in that; naloxone −
        saline.
    people : pandas.DataFrame, optional
        With ``participant``. Default: the participants of the study.

    Returns
    -------
    numpy.ndarray
        A number per row of `people`, with mean 0 and mean square 1.

    Raises
    ------
    ValueError
        There is no such effect, or a person has no ratings.

    Examples
    --------
    >>> rating_scores("drug").shape
    (39,)
    """
    people = load_participants() if people is None else people
    if effect not in ("intensity", "drug_by_intensity", "drug"):
        raise ValueError(
            f"Unknown effect '{effect}'. There are: intensity, drug_by_intensity, drug."
        )
    own = people.participant.map(_scores_of_all(effect)).to_numpy(float)
    if np.isnan(own).any():
        raise ValueError(f"No ratings of {people.participant[np.isnan(own)].tolist()}.")
    return (own - own.mean()) / own.std()


@cache
def _reported():
    return peaks_with_models().set_index("id")


@cache
def _scores_of_all(effect):
    from ..beyond.scores import person_scores

    trials = load_trials(modality="heat")
    if effect != "intensity":
        return person_scores(trials, effect).set_index("participant").score
    saline = trials[trials.drug == "saline"]
    means = saline.pivot_table(index="participant", columns="target", values="rating")
    return means[70] - means[30]


def _coefficients(model, design, effect):
    """Return coefficients of the design whose contrast is the effect, spread evenly over its columns."""
    weights = np.array([model.contrast.get(name, 0.0) for name in design.columns])
    return effect * weights / (weights @ weights)


def _bump(grid, voxel, width):
    """Return a Gaussian bump around a voxel, 1 at its top, and the voxels where it is not nearly 0."""
    squared = ((grid.centres - grid.centres[voxel]) ** 2).sum(axis=1)
    near = np.flatnonzero(squared < (1.5 * width) ** 2)
    return np.exp(-4 * np.log(2) * squared[near] / width**2), near
