"""Compare a recomputed value with a printed one, at the precision that was printed.

The printed digits alone set the tolerance: ``0.10`` allows what rounds to 0.10, ``0.1`` allows more.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

EXACT, ROUNDING, EXPLAINED, DIFFERS = "exact", "rounding", "explained", "differs"
NOT_PUBLIC, CITED, NOT_YET = "not public", "cited", "not yet"

#: Every verdict, in the order in which the scoreboard shows them, with its meaning.
VERDICTS = {
    EXACT: "the recomputed value, rounded as printed, is the printed value",
    ROUNDING: "off by one unit in the last printed place",
    EXPLAINED: "differs, and a computation shows why",
    DIFFERS: "differs, unexplained",
    NOT_PUBLIC: "needs data that are not public",
    CITED: "quoted from elsewhere, not a result of this study",
    NOT_YET: "not recomputed in this edition so far",
}

# minus, hyphens (breaking and not), figure and en dash, small and full-width minus
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d", "-"))
_NUMBER = re.compile(
    r"(?P<relation>[<>~≈=]?)(?P<number>[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?)", re.IGNORECASE
)
_TIE = 1e-9  # share of a half unit: makes a value that sits on a rounding boundary count as inside


@dataclass(frozen=True)
class Printed:
    """A printed number: its value, how many decimals were printed, and its relation sign.

    ``unit`` is the size of one step in the last printed place: 0.01 for ``1.42``.
    """

    text: str
    value: float
    decimals: int
    relation: str

    @property
    def unit(self):
        """Size of one step in the last printed place."""
        return 10.0**-self.decimals


def parse_printed(text):
    """Read a number as it stands in print.

    Parameters
    ----------
    text : str
        Such as ``"1.42"``, ``"−34.082"`` (any kind of minus), ``"<2e-16"``, ``"2,755"``, ``"~35"``.

    Returns
    -------
    Printed

    Raises
    ------
    ValueError
        The text is not one number.

    Examples
    --------
    >>> parse_printed("−0.10")
    Printed(text='−0.10', value=-0.1, decimals=2, relation='')
    """
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.strip().translate(_MINUS)).replace(" ", "")
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise ValueError(
            f"'{text}' is not a printed number. Expected digits with an optional sign, decimals and one "
            "of the signs < > ~ in front, such as '-0.10' or '<0.001'."
        )
    number = Decimal(match["number"])
    return Printed(text, float(number), max(0, -number.as_tuple().exponent), match["relation"])


def compare(printed, recomputed, *, count=False):
    """Say how a recomputed value agrees with a printed one.

    Parameters
    ----------
    printed : str or Printed
        As printed.
    recomputed : float
        At full precision.
    count : bool, default False
        The number counts things (people, blocks, degrees of freedom printed as a whole number), so
        being off by one is no matter of rounding.

    Returns
    -------
    {"exact", "rounding", "differs"}

    Notes
    -----
    A value that lies on a rounding boundary may go either way and counts as exact. ``<`` and ``>`` are
    exact where the inequality holds. ``~`` allows five per cent.

    Examples
    --------
    >>> compare("1.42", 1.42430), compare("1.42", 1.4251), compare("1.42", 1.44)
    ('exact', 'rounding', 'differs')
    """
    printed = printed if isinstance(printed, Printed) else parse_printed(printed)
    if recomputed != recomputed:
        return DIFFERS
    if printed.relation == "<":
        return EXACT if recomputed < printed.value else DIFFERS
    if printed.relation == ">":
        return EXACT if recomputed > printed.value else DIFFERS
    gap = abs(recomputed - printed.value)
    if printed.relation in ("~", "≈"):
        return EXACT if gap <= 0.05 * abs(printed.value) else DIFFERS
    half = printed.unit / 2
    if gap <= half * (1 + _TIE) + 1e-12 * abs(printed.value):
        return EXACT
    if gap <= 3 * half * (1 + _TIE) and not (count and printed.decimals == 0):
        return ROUNDING
    return DIFFERS
