"""Exercises of the chapter on exercise intensity and pain."""

from functools import cache

from ..models.mixed_models import lmm
from ..paper import subsets
from ..tables.data import relevel
from ._kinds import Mistake, Number, Row

CHAPTER = "exercise_and_pain"
ONE_DAY = "rating ~ exercise + drug_order + (1|participant) + (1|nth)"
BOTH_DAYS = "rating ~ exercise * drug + drug_order + (1|participant) + (1|nth)"
SESSIONS = "rating ~ drug + C(session) + target + (1|participant) + (1|nth)"


@cache
def _one_day(day, modality="heat"):
    rows = subsets.heat() if modality == "heat" else subsets.pressure()
    rows = rows if day == "both" else rows[rows.drug == day]
    return lmm(ONE_DAY, rows, ci="wald")


def _effect(day, modality="heat"):
    return _one_day(day, modality).coefficient("exercise[high]")


@cache
def _both_days(reference="low"):
    return lmm(BOTH_DAYS, relevel(subsets.heat(), exercise=reference), ci="wald")


@cache
def _sessions():
    return lmm(SESSIONS, subsets.heat(), ci="wald")


EXERCISES = (
    Number(
        name="naloxone_day",
        chapter=CHAPTER,
        kind="predict",
        asks="How much higher are heat ratings after high than after low exercise on the naloxone day?",
        unit="VAS points, high − low",
        decimals=2,
        answer=Row(lambda: _one_day("naloxone"), "exercise[high]"),
        mistakes=(
            Mistake(
                "This is the saline day, which the chapter has. Take the rows of the other drug.",
                lambda: _effect("saline").estimate,
            ),
            Mistake(
                "Both drug days are in these rows. Keep the naloxone trials only.",
                lambda: _effect("both").estimate,
            ),
            Mistake(
                "These are the pressure trials. The question is about heat.",
                lambda: _effect("naloxone", "pressure").estimate,
            ),
            Mistake(
                "This is the change from saline to naloxone (the interaction). Add it to what it is a change of.",
                lambda: _both_days().coefficient("exercise[high]:drug[naloxone]").estimate,
            ),
        ),
        reading="About the saline estimate plus the interaction, as it must be.",
    ),
    Number(
        name="drug_after_high",
        chapter=CHAPTER,
        kind="change",
        asks="How large is the drug effect (naloxone − saline) after high exercise?",
        unit="VAS points",
        decimals=2,
        answer=Row(lambda: _both_days("high"), "drug[naloxone]"),
        mistakes=(
            Mistake(
                "This is the drug effect after *low* exercise, the reference level. Make high the reference.",
                lambda: _both_days().coefficient("drug[naloxone]").estimate,
            ),
            Mistake(
                "This is the drug effect averaged over both intensities.",
                lambda: -_both_days().contrasts("drug").estimate.iloc[0],
            ),
            Mistake(
                "This is how much the drug effect changes between the intensities. Asked is the effect after one of them.",
                lambda: _both_days().coefficient("exercise[high]:drug[naloxone]").estimate,
            ),
        ),
        reading="Only the interaction keeps its size when the reference level changes.",
    ),
    Number(
        name="session_effect",
        chapter=CHAPTER,
        kind="change",
        asks="By how much do heat ratings change from session 1 to session 2, in `"
        + SESSIONS
        + "`?",
        unit="VAS points, session 2 − session 1",
        decimals=2,
        answer=Row(_sessions, "C(session)[2]"),
        mistakes=(
            Mistake(
                "This is the row of drug order in the saline model: a comparison of different people.",
                lambda: _one_day("saline").coefficient("drug_order[naloxone first]").estimate,
            ),
        ),
        reading="Each person had both sessions, so this compares people with themselves.",
    ),
    Number(
        name="most_relief",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="How much relief by high over low exercise (heat, saline) is just compatible with the 95 % interval?",
        unit="VAS points of relief, a positive number",
        decimals=1,
        tolerance=0.06,  # the profile interval, and the t interval
        answer=lambda: -_effect("saline").ci_low,
        mistakes=(
            Mistake(
                "This is the other end: how much *more* pain is still compatible.",
                lambda: _effect("saline").ci_high,
            ),
            Mistake(
                "This is the limit as the table has it, high − low. As relief it is counted the other way round.",
                lambda: _effect("saline").ci_low,
            ),
            Mistake(
                "This is the estimate. The interval tells what else is compatible with the data.",
                lambda: _effect("saline").estimate,
            ),
            Mistake(
                "This is the standard error; the interval reaches about two of them from the estimate.",
                lambda: _effect("saline").se,
            ),
            Mistake(
                "These are the naloxone trials. Take the saline day.",
                lambda: -_effect("naloxone").ci_low,
            ),
            Mistake(
                "These are both drug days. Take the saline day.",
                lambda: -_effect("both").ci_low,
            ),
        ),
        reading="A sentence with this number says what the data exclude; `p > 0.05` does not.",
    ),
)
