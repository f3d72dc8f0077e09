"""Reading printed numbers and comparing at the printed precision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eih.paper.verdicts import compare, parse_printed


@pytest.mark.parametrize(
    ("text", "value", "decimals", "relation"),
    [
        ("1.42", 1.42, 2, ""),
        ("-34.082", -34.082, 3, ""),
        ("−0.10", -0.1, 2, ""),
        ("–5", -5, 0, ""),
        ("1.0", 1, 1, ""),
        ("1", 1, 0, ""),
        (".05", 0.05, 2, ""),
        ("2,755", 2755, 0, ""),
        ("<2e-16", 2e-16, 16, "<"),
        ("< 0.001", 0.001, 3, "<"),
        ("~35", 35, 0, "~"),
    ],
)
def test_printed_numbers_are_read(text, value, decimals, relation):
    """Value, decimals and relation sign are read off the text."""
    printed = parse_printed(text)
    assert (printed.value, printed.decimals, printed.relation) == (value, decimals, relation)


@pytest.mark.parametrize("text", ["", "n.s.", "1.2.3", "5-10", "1 to 2", "t = 3", "1,42"])
def test_what_is_no_number_is_refused(text):
    """Text that is not one number is refused, not guessed at."""
    with pytest.raises(ValueError, match="is not a printed number"):
        parse_printed(text)


@pytest.mark.parametrize(
    ("printed", "recomputed", "verdict"),
    [
        ("1.42", 1.4243, "exact"),
        ("1.42", 1.415, "exact"),
        ("1.42", 1.425, "exact"),
        ("1.42", 1.4251, "rounding"),
        ("1.42", 1.4349, "rounding"),
        ("1.42", 1.435, "rounding"),
        ("1.42", 1.4352, "differs"),
        ("-0.05", -0.0453, "exact"),
        ("-0.05", 0.0453, "differs"),
        ("0.00", -0.001, "exact"),
        ("1.0", 1.06, "rounding"),
        ("1", 1.06, "exact"),
        ("<2e-16", 0.0, "exact"),
        ("<0.001", 0.001, "differs"),
        (">0.5", 0.6, "exact"),
        (">0.5", 0.5, "differs"),
        ("~15", 14.9, "exact"),
        ("~35", 41.3, "differs"),
        ("0.5", float("nan"), "differs"),
    ],
)
def test_printed_digits_set_the_tolerance(printed, recomputed, verdict):
    """What rounds to the printed digits is exact, one unit off is rounding, more differs."""
    assert compare(printed, recomputed) == verdict


def test_counts_know_no_rounding():
    """One person or one degree of freedom off is a difference."""
    assert compare("38", 37.0) == "rounding"
    assert compare("38", 37.0, count=True) == "differs"
    assert compare("2755", 2755.003, count=True) == "exact"


@given(st.decimals(-1000, 1000, places=3), st.floats(-0.499, 0.499))
def test_whatever_rounds_to_the_print_is_exact(number, within):
    """Any value within half a unit of the printed number is exact."""
    assert compare(str(number), float(number) + within * 0.001) == "exact"


@given(st.decimals(-1000, 1000, places=2), st.floats(0.0151, 50), st.sampled_from([-1, 1]))
def test_whatever_is_further_off_differs(number, off, sign):
    """Any value more than one and a half units away differs."""
    assert compare(str(number), float(number) + sign * off) == "differs"


@given(st.decimals(-1000, 1000, places=2))
def test_the_kind_of_minus_does_not_matter(number):
    """A typographic minus reads like a hyphen."""
    assert parse_printed(str(number).replace("-", "−")).value == parse_printed(str(number)).value
