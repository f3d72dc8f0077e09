"""The paper's analyses by name: which data, which model or test, what it answers, where it is shown.

``list_analyses()`` lists them, ``analysis(name)`` gives one, ``recompute(name)`` runs it. Each ``answers``
entry ties a term of the result to the ids of the reported results that print it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from . import subsets, summaries

_MODEL_COLUMNS = {"estimate": "beta"}  # our table -> the ledger's quantity, where the names differ


@dataclass(frozen=True)
class Analysis:
    """One analysis of the paper.

    Attributes
    ----------
    name : str
        Short stable name.
    section : str
        Section of the article, such as ``s2-3``.
    chapter : str
        Notebook that shows it.
    question : str
        What it asks, in one sentence.
    data : callable
        Returns the rows that it uses.
    formula : str or None
        Model formula; with ``(1|…)`` a mixed model, without an ordinary linear model.
    summarise : callable or None
        For what is not a model: takes the rows, returns a table with a ``term`` column and one column
        per quantity.
    answers : dict of str to str
        Term → ids of the reported results (separated by spaces) that print it.
    """

    name: str
    section: str
    chapter: str
    question: str
    data: Callable
    formula: str | None = None
    summarise: Callable | None = None
    answers: dict = field(default_factory=dict)

    def run(self):
        """Fit the model (or compute the summary) afresh and return the result object or table."""
        if self.formula is None:
            return self.summarise(self.data())
        from .linear_models import lm
        from .mixed_models import lmm

        fit = lmm if "|" in self.formula else lm
        return fit(self.formula, self.data())

    def values(self):
        """Return the recomputed quantities: index ``term``, one column per quantity."""
        result = self.run()
        if self.formula is not None:
            result = result.table.rename(columns=_MODEL_COLUMNS).assign(n=result.n_obs)
        return result.set_index("term")


_CROSSED = "+ drug_order + (1|participant) + (1|nth)"
_BY_TRIAL = "+ drug_order + (1|participant) + (1|trial)"
_BEFORE_AND_AFTER = (
    "rating ~ time * exercise * target + previous_exercise + block + (1|participant)"
)

_ALL = [
    # --- the sample -------------------------------------------------------------------------------
    Analysis(
        "sample",
        "s4-3",
        "design_and_data",
        "Who took part?",
        data=subsets.participants,
        summarise=summaries.sample,
        answers={
            "everyone": "r001 r008 r013 r064 r082 r099 r128",
            "women": "r010 r020 r111",
            "men": "r009 r021 r112",
        },
    ),
    Analysis(
        "fitness_range",
        "response",
        "design_and_data",
        "How fit are the fittest and the least fit participant?",
        data=subsets.participants,
        summarise=summaries.fitness_range,
        answers={"highest": "a035", "lowest": "a036"},
    ),
    Analysis(
        "sample_size",
        "s4-2",
        "design_and_data",
        "How many participants does the stated power analysis ask for?",
        data=subsets.stated_power_analysis,
        summarise=summaries.repeated_measures_sample_size,
        answers={"within factor": "r120"},
    ),
    Analysis(
        "cycling_time",
        "response",
        "design_and_data",
        "How long did people cycle on one experimental day?",
        data=subsets.blocks,
        summarise=summaries.cycling_time,
        answers={"session": "a046"},
    ),
    # --- s2-1: heat pain --------------------------------------------------------------------------
    Analysis(
        "heat_intensity_saline",
        "s2-1",
        "heat_pain",
        "Do heat ratings rise with the calibrated intensity under saline?",
        data=subsets.heat_saline,
        formula=f"rating ~ target {_CROSSED}",
        answers={"target": "r023 r027"},
    ),
    # --- s2-2: exercise ---------------------------------------------------------------------------
    Analysis(
        "power",
        "s2-2",
        "exercise",
        "Did people cycle harder in the high than in the low blocks [W]?",
        data=subsets.block_power,
        summarise=summaries.paired_power,
        answers={"high - low": "r032 r036 r039", "not recorded": "r136"},
    ),
    Analysis(
        "relative_power",
        "s2-2",
        "exercise",
        "Did people cycle at a higher share of their threshold power in the high blocks [% FTP]?",
        data=subsets.block_power,
        summarise=summaries.paired_relative_power,
        answers={"high - low": "r033 a059", "high": "a057", "low": "a058"},
    ),
    Analysis(
        "exertion",
        "s2-2",
        "exercise",
        "Did the high blocks feel harder (Borg scale, values below 7 set to 7)?",
        data=subsets.blocks,
        summarise=summaries.paired_exertion,
        answers={"high - low": "r035 r041 a062", "low": "a055 a001 a002", "high": "a056"},
    ),
    Analysis(
        "exertion_at_scale_end",
        "response",
        "exercise",
        "How many participants rated low exercise at the lower end of the Borg scale?",
        data=subsets.blocks,
        summarise=summaries.exertion_at_scale_end,
        answers={"low": "a061"},
    ),
    Analysis(
        "expectation",
        "s2-2",
        "exercise",
        "Did people expect exercise to change pain (mean of three items against no effect)?",
        data=subsets.participants,
        summarise=summaries.expectation,
        answers={"expectation": "r038"},
    ),
    # --- s2-3: naloxone ---------------------------------------------------------------------------
    Analysis(
        "heat_drug_by_intensity",
        "s2-3",
        "naloxone",
        "Does naloxone raise heat ratings more at higher intensities?",
        data=subsets.heat,
        formula=f"rating ~ target * drug {_CROSSED}",
        answers={"target:drug[naloxone]": "r048 r055"},
    ),
    Analysis(
        "heat_drug_difference_by_step",
        "s2-3",
        "naloxone",
        "Does the naloxone − saline difference grow from one intensity step to the next?",
        data=subsets.heat_drug_difference,
        formula="difference ~ step + drug_order + (1|participant)",
        answers={"step": "r049 r057"},
    ),
    Analysis(
        "heat_drug_by_intensity_women",
        "s2-3",
        "naloxone",
        "Does naloxone raise heat ratings more at higher intensities in women?",
        data=subsets.heat_women,
        formula=f"rating ~ target * drug {_BY_TRIAL}",
        answers={"target:drug[naloxone]": "r050 r058"},
    ),
    Analysis(
        "heat_drug_by_intensity_men",
        "s2-3",
        "naloxone",
        "Does naloxone raise heat ratings more at higher intensities in men?",
        data=subsets.heat_men,
        formula=f"rating ~ target * drug {_BY_TRIAL}",
        answers={"target:drug[naloxone]": "r051 r059"},
    ),
    Analysis(
        "heat_drug_difference_by_step_and_sex",
        "s2-3",
        "naloxone",
        "Does the naloxone − saline difference, and its growth by step, differ between women and men?",
        data=subsets.heat_drug_difference_women_first,
        formula="difference ~ step * sex + drug_order + (1|participant)",
        answers={"step": "r052 r061", "sex[male]": "r053 r062", "step:sex[male]": "r063"},
    ),
    Analysis(
        "heat_drug_effect_by_sex",
        "s2-3",
        "naloxone",
        "How large is the drug effect at each intensity, and pooled, in everyone, women and men?",
        data=subsets.heat,
        summarise=summaries.drug_effect_by_sex,
    ),
    # --- s2-4: exercise and pain ------------------------------------------------------------------
    Analysis(
        "heat_exercise_saline",
        "s2-4",
        "exercise_and_pain",
        "Do heat ratings differ after high and low exercise under saline?",
        data=subsets.heat_saline,
        formula=f"rating ~ exercise {_CROSSED}",
        answers={"exercise[high]": "r074 r079 a015"},
    ),
    Analysis(
        "heat_exercise_by_drug",
        "s2-4",
        "exercise_and_pain",
        "Does naloxone change the effect of exercise intensity on heat ratings?",
        data=subsets.heat,
        formula=f"rating ~ exercise * drug {_CROSSED}",
        answers={"drug[naloxone]": "r081 r087", "exercise[high]:drug[naloxone]": "r080 r088"},
    ),
    Analysis(
        "heat_exercise_by_drug_by_intensity",
        "s2-4",
        "exercise_and_pain",
        "Does the exercise × drug effect depend on the stimulus intensity?",
        data=subsets.heat,
        formula=f"rating ~ exercise * drug * target {_CROSSED}",
        answers={
            "target": "r084 a021 a030",
            "drug[naloxone]:target": "r085 a022 a031",
            "exercise[high]:drug[naloxone]:target": "r086 r089 a023 a032",
        },
    ),
    # --- s2-5: fitness ----------------------------------------------------------------------------
    Analysis(
        "heat_fitness_saline",
        "s2-5",
        "fitness",
        "Do fitter people get more relief from high exercise (low − high difference, saline)?",
        data=subsets.heat_exercise_difference_saline,
        formula="difference ~ ftp_per_kg + drug_order",
        answers={"ftp_per_kg": "r094 r097 a033 a065"},
    ),
    Analysis(
        "heat_fitness_correlation",
        "s2-5",
        "fitness",
        "Does relief from high exercise correlate with fitness under saline?",
        data=subsets.heat_exercise_difference_saline,
        summarise=summaries.fitness_correlation,
        answers={"ftp_per_kg": "a034 a066"},
    ),
    Analysis(
        "heat_fitness_saline_without_extremes",
        "response",
        "fitness",
        "Does the fitness effect remain without the fittest and the least fit participant?",
        data=subsets.heat_exercise_difference_saline_without_extremes,
        formula="difference ~ ftp_per_kg + drug_order",
        answers={"ftp_per_kg": "a037 a039 a040"},
    ),
    Analysis(
        "heat_fitness_correlation_without_extremes",
        "response",
        "fitness",
        "Does the fitness correlation remain without the fittest and the least fit participant?",
        data=subsets.heat_exercise_difference_saline_without_extremes,
        summarise=summaries.fitness_correlation,
        answers={"ftp_per_kg": "a038"},
    ),
    # --- s2-6: sex and fitness --------------------------------------------------------------------
    Analysis(
        "heat_exercise_difference_threeway",
        "s2-6",
        "sex_and_fitness",
        "Does naloxone change the link of fitness and relief differently in women and men?",
        data=subsets.heat_exercise_difference_women_first,
        formula=summaries.THREEWAY,
        answers={summaries.THREEWAY_TERM: "r101"},
    ),
    Analysis(
        "heat_fitness_slopes",
        "s2-6",
        "sex_and_fitness",
        "How steep is the link of fitness and relief in each sex under each drug?",
        data=subsets.heat_exercise_difference_pooled,
        summarise=summaries.fitness_slopes,
    ),
    Analysis(
        "threeway_power",
        "response",
        "sex_and_fitness",
        "How many participants give the observed three-way effect a power of 80 %?",
        data=subsets.heat_exercise_difference_women_first,
        summarise=summaries.threeway_power,
        answers={"three-way term": "a063 a064"},
    ),
    # --- s2, Fig 1-S1: pressure -------------------------------------------------------------------
    Analysis(
        "pressure_exercise_saline",
        "s2",
        "pressure",
        "Do pressure ratings differ after high and low exercise under saline?",
        data=subsets.pressure_saline,
        formula=f"rating ~ exercise {_CROSSED}",
        answers={"exercise[high]": "r011 a006"},
    ),
    Analysis(
        "pressure_exercise_by_drug",
        "s2",
        "pressure",
        "Does naloxone change the effect of exercise intensity on pressure ratings?",
        data=subsets.pressure,
        formula=f"rating ~ exercise * drug {_CROSSED}",
        answers={"exercise[high]:drug[naloxone]": "r012 a007"},
    ),
    Analysis(
        "pressure_post_hoc",
        "response",
        "pressure",
        "Which single pairs of drug and exercise conditions differ in pressure ratings?",
        data=subsets.pressure,
        summarise=summaries.simple_effects,
        answers={
            "naloxone - saline, low": "a008",
            "naloxone - saline, high": "a009",
            "high - low, saline": "a010",
            "high - low, naloxone": "a011",
        },
    ),
    Analysis(
        "pressure_exercise_tests",
        "s2",
        "pressure",
        "Is there any effect of exercise intensity on pressure ratings, under either drug or between them?",
        data=subsets.pressure,
        summarise=summaries.exercise_effect_by_drug,
    ),
    Analysis(
        "pressure_relief_by_sex",
        "s2",
        "pressure",
        "Does relief of pressure pain from high exercise differ between men and women under each drug?",
        data=subsets.pressure_exercise_difference_pooled,
        summarise=summaries.sex_difference_by_drug,
    ),
    Analysis(
        "pressure_mean_rating",
        "response",
        "pressure",
        "How high are pressure ratings, pooled over the three targets?",
        data=subsets.pressure,
        summarise=summaries.mean_rating_by_drug,
        answers={"saline": "a044", "naloxone": "a045"},
    ),
    Analysis(
        "heat_mean_rating",
        "review",
        "heat_pain",
        "How high are heat ratings, pooled over the three targets?",
        data=subsets.heat,
        summarise=summaries.mean_rating_by_drug,
        answers={"saline": "a003 a004", "naloxone": "a005"},
    ),
    Analysis(
        "pressure_fitness_saline",
        "s2",
        "pressure",
        "Do fitter people get more relief of pressure pain from high exercise under saline?",
        data=subsets.pressure_exercise_difference_saline,
        formula="difference ~ ftp_per_kg + drug_order",
        answers={"ftp_per_kg": "r015 a012"},
    ),
    Analysis(
        "pressure_fitness_correlation",
        "s2",
        "pressure",
        "Does relief of pressure pain from high exercise correlate with fitness under saline?",
        data=subsets.pressure_exercise_difference_saline,
        summarise=summaries.fitness_correlation,
        answers={"ftp_per_kg": "r014 a013"},
    ),
    Analysis(
        "pressure_exercise_difference_threeway",
        "s2",
        "pressure",
        "Does naloxone change the link of fitness and pressure relief differently in women and men?",
        data=subsets.pressure_exercise_difference_women_first,
        formula=summaries.THREEWAY,
        answers={summaries.THREEWAY_TERM: "r016 a014"},
    ),
    Analysis(
        "pressure_fitness_slopes",
        "s2",
        "pressure",
        "How steep is the link of fitness and pressure relief in each sex under each drug?",
        data=subsets.pressure_exercise_difference_pooled,
        summarise=summaries.fitness_slopes,
    ),
    # --- author response: ratings before and after a block of exercise -------------------------------
    Analysis(
        "heat_before_and_after",
        "response",
        "reviewers",
        "Do heat ratings change from the block before to the block after cycling, under saline?",
        data=subsets.heat_before_and_after,
        formula=_BEFORE_AND_AFTER,
        answers={"target": "a016", "time[after]:exercise[high]:target": "a017"},
    ),
    Analysis(
        "pressure_before_and_after",
        "response",
        "reviewers",
        "Do pressure ratings change from the block before to the block after cycling, under saline?",
        data=subsets.pressure_before_and_after,
        formula=_BEFORE_AND_AFTER,
        answers={"target": "a018", "block": "a019", "time[after]:exercise[high]:target": "a020"},
    ),
]
_BY_NAME = {one.name: one for one in _ALL}


def list_analyses():
    """List the paper's analyses.

    Returns
    -------
    pandas.DataFrame
        One row per analysis: ``name, section, chapter, question, formula`` (empty where it is a test or
        a count) and ``reported`` (ids of the reported results that it answers, separated by spaces).

    Examples
    --------
    >>> import eih
    >>> eih.list_analyses().set_index("name").formula["heat_exercise_saline"]
    'rating ~ exercise + drug_order + (1|participant) + (1|nth)'
    """
    rows = [
        (
            one.name,
            one.section,
            one.chapter,
            one.question,
            one.formula or "",
            " ".join(one.answers.values()),
        )
        for one in _ALL
    ]
    return pd.DataFrame(
        rows, columns=["name", "section", "chapter", "question", "formula", "reported"]
    )


def analysis(name):
    """Return one analysis by its name.

    Raises
    ------
    ValueError
        There is no analysis of that name; the message lists them.

    Examples
    --------
    >>> import eih
    >>> eih.analysis("heat_exercise_saline").question
    'Do heat ratings differ after high and low exercise under saline?'
    """
    if name not in _BY_NAME:
        raise ValueError(f"Unknown analysis '{name}'. There are: {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]


@cache
def _values(name):
    return analysis(name).values()


def recompute(name):
    """Run one of the paper's analyses and return its numbers at full precision.

    Parameters
    ----------
    name : str
        As listed by :func:`list_analyses`.

    Returns
    -------
    pandas.DataFrame
        Index ``term``; one column per quantity (``beta, ci_low, ci_high, se, df, t, p, n`` for models).
        Computed once per Python session.

    Examples
    --------
    >>> import eih
    >>> round(float(eih.recompute("heat_intensity_saline").loc["target", "beta"]), 2)
    1.42
    """
    return _values(name).copy()
