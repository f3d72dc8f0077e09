"""Exercises of the chapter on the first level."""

from functools import cache

from .. import fmri
from ._kinds import Choice, Mistake, Number

CHAPTER = "first_level"
RUN = ("sub-01", 1, 2)
_LEVEL = "a higher level throughout the run"


@cache
def _columns():
    return fmri.event_columns(fmri.events(*RUN))


def _left(plus, minus=()):
    """Return the share that the filter leaves of a sum of columns minus another sum."""
    columns = _columns()
    course = columns[list(plus)].sum(axis=1) - columns[list(minus)].sum(axis=1)
    return fmri.share_left(course.to_frame(), fmri.drifts(len(columns))).item()


def _precision(rho=0.5, contrast="heat_intensity"):
    design = fmri.design_matrix(fmri.events(*RUN))
    return fmri.contrast_precision(design, fmri.contrast_vector(contrast, design), rho)


def _columns_per_volume(*names):
    """Return the number of some confounds over the volumes less one for the constant."""
    return sum(fmri.printed_design()[list(names)]) / (len(_columns()) - 1)


EXERCISES = (
    Number(
        name="pressure_left",
        chapter=CHAPTER,
        kind="predict",
        asks="Which share of the variance of *pressure 70 minus 30* does the filter leave in the run of this chapter?",
        unit="share, 0 to 1",
        decimals=2,
        answer=lambda: _left(["pressure_70"], ["pressure_30"]),
        mistakes=(
            Mistake(
                "This is what the filter takes. Asked is what it leaves.",
                lambda: 1 - _left(["pressure_70"], ["pressure_30"]),
            ),
            Mistake("This is the share for heat.", lambda: _left(["heat_70"], ["heat_30"])),
            Mistake(
                "This is the share for both targets together. Asked is their difference.",
                lambda: _left(["pressure_70", "pressure_30"]),
            ),
        ),
        reading="Heat and pressure pay alike: the targets of both change as slowly.",
    ),
    Number(
        name="stronger_correlation",
        chapter=CHAPTER,
        kind="change",
        asks=(
            "Take the design without confounds, and an autocorrelation of 0.5. Which share of tests of "
            "`heat_intensity` is significant without any effect?"
        ),
        unit="share, 0 to 1",
        decimals=3,
        answer=lambda: _precision().false_positives,
        mistakes=(
            Mistake(
                "This is the share for an autocorrelation of 0.35.",
                lambda: _precision(0.35).false_positives,
            ),
            Mistake(
                "This is what the test promises, and keeps if volumes are independent.",
                lambda: _precision(0.0).false_positives,
            ),
            Mistake(
                "This is the standard error that least squares reports. Look at the last entry.",
                lambda: _precision().se_claimed,
            ),
            Mistake(
                "This is the true standard error. Look at the last entry.",
                lambda: _precision().se_true,
            ),
        ),
        reading="The stronger the correlation, the fewer independent witnesses there are, and the test counts all.",
    ),
    Number(
        name="noise_explained",
        chapter=CHAPTER,
        kind="predict",
        asks=(
            "Which share of the variance of pure noise do the 18 terms of heart and breath explain on average, in the "
            "run of this chapter?"
        ),
        unit="share, 0 to 1",
        decimals=3,
        tolerance=0.002,
        answer=lambda: _columns_per_volume("retroicor_terms"),
        mistakes=(
            Mistake(
                "This would be the share for the motion terms.",
                lambda: _columns_per_volume("motion_terms"),
            ),
            Mistake(
                "This would be the share for the components of both tissues.",
                lambda: _columns_per_volume("white_matter_terms", "csf_terms"),
            ),
            Mistake(
                "This is what the terms leave. Asked is what they explain.",
                lambda: 1 - _columns_per_volume("retroicor_terms"),
            ),
        ),
        reading="It is the number of columns over the volumes less one, whoever's heart they come from.",
        nudge="How many columns are there for how many volumes?",
    ),
    Choice(
        name="missed_change",
        chapter=CHAPTER,
        kind="find the flaw",
        asks=(
            '"The exercise contrast found nothing, so cycling leaves the brain in pain as it is." Which change would this '
            "contrast miss altogether?"
        ),
        options={
            "larger responses to strong heat": "This is what the contrast measures best.",
            "smaller responses to every stimulus": "Responses are measured against the intervals of the same run. "
            "Smaller ones show.",
            _LEVEL: "What takes away the level of a run?",
            "shorter responses": "A canonical response fits a shorter one badly, but gives it a smaller coefficient.",
        },
        answer=lambda: _LEVEL if fmri.tonic_effect_left(*RUN[:2]).left[0] < 0.01 else "",
        reading="The constant of each run takes its level away, and the filter would take what is left.",
    ),
)
