"""Results that are stated without a number: which test judges each, and what it must show."""

from collections.abc import Callable
from dataclasses import dataclass

from .analyses import recompute

ALPHA = 0.05


def not_significant(row):
    """No effect at the 5 % level."""
    return row.p >= ALPHA


def higher(row):
    """A significant positive effect."""
    return row.p < ALPHA and row.beta > 0


def lower(row):
    """A significant negative effect."""
    return row.p < ALPHA and row.beta < 0


def rising(row):
    """A positive slope, significant or not."""
    return row.beta > 0


def falling(row):
    """A negative slope, significant or not."""
    return row.beta < 0


@dataclass(frozen=True)
class Claim:
    """A claim, the terms that judge it, and the rule that each of them must meet.

    ``weaker`` names terms that judge a weaker reading; where only that one holds, the claim is
    ``explained`` by ``reason``.
    """

    analysis: str
    terms: tuple
    rule: Callable
    weaker: tuple = ()
    reason: str = ""

    def rows(self, terms):
        """Return the recomputed rows of some terms."""
        values = recompute(self.analysis)
        if "beta" not in values:
            values = values.assign(beta=values["mean"])
        return values.loc[list(terms)]

    def holds(self, terms):
        """Whether the rule is met by every one of the terms."""
        return all(self.rule(row) for row in self.rows(terms).itertuples())

    def describe(self, terms):
        """Say what was tested and what came out."""
        found = "; ".join(
            f"{row.Index}: {row.beta:.2f}, p = {row.p:.2g}" for row in self.rows(terms).itertuples()
        )
        return f"{self.rule.__doc__.rstrip('.')}? {found}"


_AT_EACH_TARGET = ("30", "50", "70")
_DRUG = "heat_drug_effect_by_sex"
_SLOPES = "heat_fitness_slopes"

CLAIMS = {
    "r002": Claim("heat_exercise_saline", ("exercise[high]",), not_significant),
    "r004": Claim("heat_exercise_by_drug", ("drug[naloxone]",), higher),
    "r005": Claim("heat_exercise_by_drug", ("exercise[high]:drug[naloxone]",), not_significant),
    "r006": Claim(
        "heat_exercise_difference_threeway", ("drug[naloxone]:sex[male]:ftp_per_kg",), lower
    ),
    "r017": Claim("pressure_relief_by_sex", ("saline", "naloxone"), not_significant),
    "r018": Claim("pressure_fitness_slopes", ("male, naloxone",), falling),
    "r019": Claim("pressure_exercise_tests", ("saline", "naloxone", "difference"), not_significant),
    "r038": Claim("expectation", ("expectation",), not_significant),
    "r054": Claim(_DRUG, tuple(f"male, {target}" for target in _AT_EACH_TARGET), higher),
    "r056": Claim(_DRUG, ("everyone, pooled",), higher),
    "r060": Claim(
        _DRUG,
        tuple(f"{sex}, {target}" for sex in ("female", "male") for target in _AT_EACH_TARGET),
        higher,
        weaker=("female, pooled", "male, pooled"),
        reason="Holds pooled over the intensities in both sexes; taken one by one, not for women at the "
        "two lower ones.",
    ),
    "r102": Claim(_SLOPES, ("male, saline",), higher),
    "r103": Claim(_SLOPES, ("female, saline",), not_significant),
    "r104": Claim(_SLOPES, ("male, naloxone",), not_significant),
    "r105": Claim(_SLOPES, ("female, naloxone",), rising),
    "a050": Claim("pressure_exercise_saline", ("exercise[high]",), not_significant),
}
