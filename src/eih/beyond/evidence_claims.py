"""The claims of the paper that are put to the test, and which printed numbers and computations bear on each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A claim of the paper.

    Attributes
    ----------
    name, words : str
        Short name; the claim in plain words.
    printed : tuple of (str, str)
        Effect and analysis of its rows in the ledger; an empty analysis where nothing can be computed.
    specification : str
        Its effect in the grid of specifications.
    null : bool
        Whether it says that there is no effect.
    power : tuple of str
        Effect, model and size of the simulated studies.
    peaks : tuple of str
        Reported peaks that it rests on.
    """

    name: str
    words: str
    printed: tuple
    specification: str = ""
    null: bool = False
    power: tuple = ()
    peaks: tuple = ()


_DRUG = "main effect of drug treatment"
_BOTH = "exercise intensity x drug treatment"
_SLOPE = "FTP (W/kg) on LI-HI difference"
_THREE = "sex x FTP (W/kg) x drug treatment"
_PARAMETRIC = "parametric contrast heat VAS 70 > 50 > 30"
CLAIMS = {
    claim.name: claim
    for claim in (
        Claim(
            "stimuli",
            "Hotter stimuli hurt more",
            (("main effect of stimulus intensity", "heat_intensity_saline"),),
        ),
        Claim(
            "exercise",
            "Hard exercise relieves heat pain no more than easy exercise",
            (("main effect of exercise intensity (HI vs LI)", "heat_exercise_saline"),),
            "exercise",
            True,
            ("exercise", "varying", "-5"),
        ),
        Claim(
            "exercise_by_drug",
            "Naloxone does not change that",
            ((_BOTH, "heat_exercise_by_drug"),),
            "exercise_by_drug",
            True,
            ("exercise-by-drug", "varying", "5"),
        ),
        Claim(
            "drug",
            "Naloxone raises heat pain",
            ((_DRUG, "heat_exercise_by_drug"),),
            "drug",
            False,
            ("drug", "varying", "1x"),
        ),
        Claim(
            "drug_by_intensity",
            "Naloxone raises strong heat pain more than weak",
            (
                ("drug x stimulus intensity", "heat_drug_by_intensity"),
                ("main effect of stimulus intensity", "heat_drug_difference_by_step"),
            ),
            "drug_by_intensity",
            False,
            ("drug-by-intensity", "varying", "1x"),
        ),
        Claim(
            "fitness",
            "Fitter people get more relief from hard exercise",
            ((_SLOPE, "heat_fitness_saline"),),
            "fitness",
            False,
            ("fitness", "paper", "1x"),
        ),
        Claim(
            "sex_by_fitness_by_drug",
            "In fit men naloxone takes the relief away, in women not",
            ((_THREE, "heat_exercise_difference_threeway"),),
            "sex_by_fitness_by_drug",
            False,
            ("three-way", "varying", "1x"),
        ),
        Claim(
            "brain_heat",
            "Insula and midcingulate cortex follow the heat",
            ((_PARAMETRIC, ""),),
            peaks=("r024", "r025", "r026"),
        ),
        Claim(
            "brain_drug",
            "Naloxone changes the response in PAG and insula",
            (
                ("contrast interaction stimulus intensity x drug treatment", ""),
                ("contrast heat NLX > heat SAL", ""),
            ),
            peaks=("r065", "r068"),
        ),
        Claim(
            "brain_fitness",
            "The medial frontal cortex responds with fitness",
            (
                ("contrast exercise high > low with covariate FTP (W/kg)", ""),
                (
                    "contrast interaction exercise intensity x drug, males vs females, covariate FTP",
                    "",
                ),
            ),
            peaks=("r095", "r106"),
        ),
    )
}
