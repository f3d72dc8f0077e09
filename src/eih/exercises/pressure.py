"""Exercises of the chapter on pressure pain."""

from functools import cache

from ..models.linear_models import lm
from ..models.mixed_models import lmm
from ..paper import subsets
from ..tables.data import difference_scores, load_trials, mean_ratings
from ._kinds import Mistake, Number, Row

CHAPTER = "pressure"
BOTH = "rating ~ drug * modality + target + drug_order + (1|participant) + (1|nth)"
BY_DRUG = "rating ~ exercise * drug + drug_order + (1|participant) + (1|nth)"
CROSS = "drug[naloxone]:modality[pressure]"
LINE = "difference ~ ftp_per_kg + drug_order"


@cache
def _both_modalities():
    return lmm(BOTH, load_trials(), ci="wald")


@cache
def _by_drug(modality):
    rows = subsets.heat() if modality == "heat" else subsets.pressure()
    return lmm(BY_DRUG, rows, ci="wald")


@cache
def _post_hoc():
    table = _by_drug("pressure").contrasts("exercise", by="drug").set_index("drug")
    return table.p


@cache
def _test(day, paired=True):
    import pingouin

    rows = subsets.pressure()
    means = mean_ratings(rows[rows.drug == day], "exercise")
    wide = means.pivot(index="participant", columns="exercise", values="rating")
    test = pingouin.ttest(wide.high, wide.low, paired=paired, correction=False)
    return {"p": float(test.filter(regex="^p[-_]").iloc[0, 0]), "t": float(test["T"].iloc[0])}


def _scores(rows):
    return difference_scores(rows, "exercise", by=[])


@cache
def _heat_minus_pressure(day="saline"):
    heat = _scores(subsets.heat().query("drug == @day"))
    pressure = _scores(subsets.pressure().query("drug == @day")).set_index("participant")
    both = heat.set_index("participant")
    return both.assign(difference=both.difference - pressure.difference).reset_index()


def _fitness_p(rows, formula=LINE):
    return lm(formula, rows).coefficient("ftp_per_kg").p


EXERCISES = (
    Number(
        name="drug_by_modality",
        chapter=CHAPTER,
        kind="change",
        asks="By how much is the drug effect on pressure larger than that on heat, in `"
        + BOTH
        + "`?",
        unit="VAS points; negative if it is smaller",
        decimals=2,
        answer=Row(_both_modalities, CROSS, handed_in=False),
        mistakes=(
            Mistake(
                "This is a row of the model of pressure alone. You need one model with both modalities.",
                lambda: _by_drug("pressure").coefficient("drug[naloxone]").estimate,
            ),
            Mistake(
                "This is a row of the model of heat alone. You need one model with both modalities.",
                lambda: _by_drug("heat").coefficient("drug[naloxone]").estimate,
            ),
            Mistake(
                "The pressure ratings are no part of this: it is the drug effect on heat, the reference level.",
                lambda: _both_modalities().coefficient("drug[naloxone]").estimate,
            ),
            Mistake(
                "This is the drug effect on pressure. Asked is how much it differs from that on heat.",
                lambda: (
                    _both_modalities().coefficient("drug[naloxone]").estimate
                    + _both_modalities().coefficient(CROSS).estimate
                ),
            ),
        ),
        reading="This row and its p answer the question; two separate p values do not.",
        nudge="Fit the one model to `eih.load_trials()`, and find the row where drug meets modality.",
    ),
    Number(
        name="paired_pressure",
        chapter=CHAPTER,
        kind="change",
        asks="What is the p of a paired t-test of high against low exercise (pressure, saline, one mean per person)?",
        unit="p",
        decimals=3,
        answer=lambda: _test("saline")["p"],
        mistakes=(
            Mistake(
                "This is the p of the model's contrast, which measures against the scatter of single ratings.",
                lambda: _post_hoc()["saline"],
            ),
            Mistake(
                "This test does not know that the two means belong to one person. Say `paired=True`.",
                lambda: _test("saline", paired=False)["p"],
            ),
            Mistake(
                "This is the naloxone day. Take the saline trials.",
                lambda: _test("naloxone")["p"],
            ),
            Mistake("This is t. Asked is p.", lambda: _test("saline")["t"]),
        ),
        reading="Another yardstick, another p: the spread of people's differences in place of the spread of ratings.",
    ),
    Number(
        name="heat_against_pressure",
        chapter=CHAPTER,
        kind="find the flaw",
        asks="Which p answers whether the fitness slope differs between heat and pressure (saline, one score per person)?",
        unit="p",
        decimals=2,
        answer=lambda: _fitness_p(_heat_minus_pressure()),
        mistakes=(
            Mistake(
                "This is the p of the slope for pressure. It says nothing about a difference.",
                lambda: _fitness_p(_scores(subsets.pressure_saline())),
            ),
            Mistake(
                "This is the p of the slope for heat. It says nothing about a difference.",
                lambda: _fitness_p(_scores(subsets.heat_saline())),
            ),
            Mistake(
                "The covariate `drug_order` is missing from this model.",
                lambda: _fitness_p(_heat_minus_pressure(), "difference ~ ftp_per_kg"),
            ),
            Mistake(
                "This is the naloxone day.", lambda: _fitness_p(_heat_minus_pressure("naloxone"))
            ),
            Mistake(
                "This is the slope. Asked is its p.",
                lambda: lm(LINE, _heat_minus_pressure()).coefficient("ftp_per_kg").estimate,
            ),
        ),
        reading="That heat passes the 5 % mark and pressure does not is no evidence that they differ.",
        nudge="Subtract within each person: the heat score minus the pressure score, then the same line.",
    ),
)
