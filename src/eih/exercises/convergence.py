"""Exercises of the chapter on the peaks of other pain studies."""

from functools import cache

import pandas as pd
from scipy.ndimage import map_coordinates

from ..brain.convergence import ale_values, pain_foci
from ..brain.convergence_peaks import percentile_at, studies_within
from ..brain.mni_grid import AXES, brain_grid, points_of
from ..paper.printed import reported_peaks
from ._kinds import Choice, Mistake, Number

CHAPTER = "convergence"
FRONTAL = "mFC"


@cache
def _near(radius):
    peaks = reported_peaks()
    return peaks.assign(studies=studies_within(peaks, pain_foci(), radius))


def _studies(radius, region, place=0):
    peaks = _near(radius)
    return int(peaks[peaks.region.str.contains(region)].studies.iloc[place])


@cache
def _planted(n, region=FRONTAL, place=0):
    """Return the percentile of a peak once the first frontal peak is a focus of n studies more."""
    foci, peaks = pain_foci(), reported_peaks()
    target = peaks[peaks.region.str.contains(FRONTAL)].iloc[0]
    planted = foci.drop_duplicates("study").head(n)
    planted = planted.assign(**{axis: float(target[axis]) for axis in AXES})
    values = ale_values(pd.concat([foci, planted], ignore_index=True))
    point = points_of(peaks[peaks.region.str.contains(region)].iloc[[place]])
    grid = brain_grid()
    at = map_coordinates(grid.volume(values), grid.indices(point).T, order=1)
    return float(percentile_at(values, at)[0])


def _question(contrast):
    if "exercise" in contrast:
        return "exercise and fitness"
    return "naloxone" if "drug" in contrast or "NLX" in contrast else "heat"


def _loneliest():
    peaks = _near(20)
    return peaks.groupby(peaks.contrast.map(_question)).studies.mean().idxmin()


EXERCISES = (
    Number(
        name="wider_net",
        chapter=CHAPTER,
        kind="predict",
        asks="How many pain studies have a focus within 20 mm of the MCC peak?",
        unit="studies",
        decimals=0,
        answer=lambda: _studies(20, "MCC"),
        mistakes=(
            Mistake("This is within 10 mm.", lambda: _studies(10, "MCC")),
            Mistake("This is within 15 mm.", lambda: _studies(15, "MCC")),
            Mistake(
                "This is the number of all studies.",
                lambda: pain_foci().study.nunique(),
            ),
            Mistake(
                "This is another peak, the first frontal one.",
                lambda: _studies(20, FRONTAL),
            ),
        ),
        reading="A wider net catches more everywhere; compare it with what it catches elsewhere.",
    ),
    Number(
        name="planted",
        chapter=CHAPTER,
        kind="change",
        asks="Add a focus at the first mFC peak to one study, the first: at which percentile of the ALE map is the peak then?",
        unit="per cent of the brain with a lower value, 0 to 100",
        decimals=1,
        answer=lambda: _planted(1),
        mistakes=(
            Mistake(
                "This is the percentile before anything was planted.",
                lambda: _planted(0),
            ),
            Mistake("This is with foci in five studies.", lambda: _planted(5)),
            Mistake("This is the MCC peak.", lambda: _planted(1, "MCC")),
            Mistake("This is the second mFC peak.", lambda: _planted(1, place=1)),
            Mistake("This is the share with a *higher* value.", lambda: 100 - _planted(1)),
        ),
        reading="One focus is enough: most of the brain has none nearby. A percentile alone says little.",
    ),
    Choice(
        name="loneliest_peaks",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="The peaks of which question have the fewest pain studies within 20 mm, on average?",
        options={
            "heat": "These peaks carry the result of all peaks together. Count for each question by itself.",
            "naloxone": "Count again: `eih.studies_within(peaks, foci, 20)`, then the mean by question.",
            "exercise and fitness": "Count again: `eih.studies_within(peaks, foci, 20)`, then the mean by question.",
        },
        answer=_loneliest,
        reading="Taken together with the others, these peaks borrow support that is not theirs.",
    ),
)
