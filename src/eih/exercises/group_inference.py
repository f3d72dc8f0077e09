"""Exercises of the chapter on group inference; all of them can be reckoned without simulating images."""

from functools import cache

import numpy as np
import pandas as pd
from scipy import stats

from ..fmri.grids import group_grid, search_volumes
from ..fmri.group_models import group_design
from ..fmri.permutation import is_flipped
from ..fmri.surrogate_maps import planted_effects
from ._kinds import Choice, Mistake, Number

CHAPTER = "group_inference"
HEIGHT = 0.001  # uncorrected p


def _voxels():
    return len(group_grid().centres)


@cache
def _pag():
    return planted_effects("drug_by_intensity").iloc[0]


def _seen(size=0.5, alpha=HEIGHT):
    """Return how often T of the planted PAG voxel is above an uncorrected height."""
    pag = _pag()
    return stats.nct.sf(stats.t.isf(alpha, pag.df), pag.df, size * pag.noncentrality)


@cache
def _in_sphere(radius=10):
    centres = group_grid().centres
    gaps = np.linalg.norm(centres - centres[int(_pag().voxel)], axis=1)
    return int((gaps <= radius).sum())


def _rearranged(tested):
    design, _ = group_design("fitness")
    contrast = pd.Series({name: float(name == tested) for name in design.columns})
    return "flip signs" if is_flipped(design, contrast) else "shuffle people"


EXERCISES = (
    Number(
        name="voxels_by_chance",
        chapter=CHAPTER,
        kind="predict",
        asks="How many voxels lie above p < 0.001 (uncorrected) on average, with noise twice as smooth and nothing planted?",
        unit="voxels",
        decimals=0,
        answer=lambda: HEIGHT * _voxels(),
        mistakes=(
            Mistake(
                "Twice as many? Each voxel is above the height with the same probability, however smooth the noise.",
                lambda: 2 * HEIGHT * _voxels(),
            ),
            Mistake(
                "Half as many? Each voxel is above the height with the same probability, however smooth the noise.",
                lambda: HEIGHT * _voxels() / 2,
            ),
            Mistake(
                "An eighth? There are fewer clusters, but each is larger.",
                lambda: HEIGHT * _voxels() / 8,
            ),
            Mistake("This is for p < 0.05.", lambda: 0.05 * _voxels()),
            Mistake("This is for p < 0.01.", lambda: 0.01 * _voxels()),
            Mistake("These are all voxels of the brain.", _voxels),
        ),
        reading="As many voxels, in fewer and larger clusters: one big blob is just as empty as twenty specks.",
    ),
    Number(
        name="half_as_large",
        chapter=CHAPTER,
        kind="change",
        asks="The PAG effect is planted at half its size: how likely is T at its voxel to pass p < 0.001 (uncorrected)?",
        unit="probability, 0 to 1",
        decimals=2,
        answer=_seen,
        mistakes=(
            Mistake("This is for the full size.", lambda: _seen(size=1.0)),
            Mistake("This is how likely it is to be missed.", lambda: 1 - _seen()),
            Mistake("This is for p < 0.05.", lambda: _seen(alpha=0.05)),
            Mistake("This is for p < 0.01.", lambda: _seen(alpha=0.01)),
            Mistake("This is for a quarter of the size.", lambda: _seen(size=1 / 4)),
        ),
        reading="A study that sees it has a T far above the planted one: it can only publish exaggerations.",
        nudge="T follows a noncentral t distribution: `scipy.stats.nct`, with half the noncentrality.",
    ),
    Number(
        name="circular",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="How many times smaller is Bonferroni's p if only a sphere of 10 mm (around the PAG voxel) is searched, not the brain?",
        unit="p of the whole brain / p of the sphere",
        decimals=0,
        answer=lambda: _voxels() / _in_sphere(),
        mistakes=(
            Mistake("This is the number of voxels in the sphere.", _in_sphere),
            Mistake("This is a sphere of 5 mm.", lambda: _voxels() / _in_sphere(5)),
            Mistake("This is a sphere of 15 mm.", lambda: _voxels() / _in_sphere(15)),
            Mistake(
                "This is the small volume of the paper, not a sphere of 10 mm.",
                lambda: _voxels() / search_volumes()["small volume"].sum(),
            ),
            Mistake("This is the number of voxels in the brain.", _voxels),
        ),
        reading="That factor is the reward for having chosen the place beforehand. Whoever draws the sphere around the "
        "highest voxel has searched the whole brain.",
    ),
    Choice(
        name="two_readings",
        chapter=CHAPTER,
        kind="change",
        asks="The model of the slope also has a mean difference between high and low exercise: what does the permutation test do for it?",
        options={
            "shuffle people": "What does shuffling people do to their mean?",
            "flip signs": "What does flipping signs do to a slope around a mean that is not zero?",
        },
        answer=lambda: _rearranged("mean"),
        reading="Shuffling people leaves their mean as it is, so it can say nothing about it.",
    ),
)
