"""What must hold whatever the numbers: rounding and verdicts, printed text, differences, contrasts."""

import os
import shutil
import subprocess
import sys
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eih
from eih.paper.audit import Interval
from eih.paper.verdicts import DIFFERS, EXACT, ROUNDING, compare, parse_printed

MINUSES = "-\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"
decimals = st.decimals(-9999, 9999, places=3)
verdict_order = [EXACT, ROUNDING, DIFFERS]
few = settings(max_examples=8)


def typeset(number, minus="-", thousands=False, space=False):
    """Set a decimal number as a paper might.

    >>> typeset(Decimal("-1234.50"), "−", thousands=True, space=True)
    '− 1,234.50'
    """
    text = f"{abs(number):,}" if thousands else f"{abs(number)}"
    sign = minus + (" " if space else "") if number.is_signed() else ""
    return sign + text


# --- printed text


@given(decimals, st.sampled_from(MINUSES), st.booleans(), st.booleans())
def test_however_it_is_typeset_a_number_is_the_same(number, minus, thousands, space):
    """Any kind of minus, a space after it, and commas between thousands change nothing."""
    printed = parse_printed(typeset(number, minus, thousands, space))
    assert printed.value == float(number)
    assert printed.decimals == 3
    assert printed.relation == ""


@given(st.integers(0, 6), decimals)
def test_the_printed_zeros_count(places, number):
    """1 and 1.0 have the same value and another precision, so another tolerance."""
    text = f"{number:.{places}f}"
    printed = parse_printed(text)
    assert printed.decimals == places
    assert printed.unit == pytest.approx(10**-places)


@given(st.integers(1, 9), st.integers(1, 300))
def test_powers_of_ten_are_read(digit, power):
    """Very small p values are printed as R prints them."""
    printed = parse_printed(f"<{digit}e-{power}")
    assert printed.value == pytest.approx(digit * 10.0**-power)
    assert printed.decimals == power
    assert compare(printed, 0.0) == EXACT
    assert compare(printed, digit * 10.0 ** -(power - 1)) == DIFFERS


@pytest.mark.fault(
    "numbers",
    "a printed text that is not one number: `5-10`, `1,42`, `1.2.3`, letters, two signs",
    "it is refused, not guessed at",
)
@given(st.text("0123456789.,-−+<>~e ", max_size=8))
def test_a_text_is_one_number_or_refused(text):
    """Whatever the text: it is refused, or it is the number that its digits say."""
    try:
        printed = parse_printed(text)
    except ValueError:
        return
    plain = text.strip().translate({ord(minus): "-" for minus in MINUSES})
    plain = plain.replace(",", "").replace(" ", "").lstrip("<>~≈=")
    assert printed.value == float(plain)


# --- rounding and verdicts


@pytest.mark.fault(
    "numbers",
    "a value half-way between two printed numbers, rounded up, to even, or cut",
    "either neighbour is exact, no other",
)
@given(st.integers(-9999, 9999), st.integers(0, 4))
def test_a_tie_may_go_either_way(number, places):
    """Programs round ties differently: both neighbours of a half are exact, those beyond are not."""
    unit = Decimal(1).scaleb(-places)
    tie = number * unit + unit / 2
    for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN):
        assert compare(f"{tie.quantize(unit, rule):f}", float(tie)) == EXACT
    assert compare(f"{number * unit:f}", float(tie)) == EXACT
    assert compare(f"{(number + 1) * unit:f}", float(tie)) == EXACT
    assert compare(f"{(number + 2) * unit:f}", float(tie)) != EXACT
    assert compare(f"{(number - 1) * unit:f}", float(tie)) != EXACT


@given(st.floats(-1e4, 1e4), st.integers(0, 6))
def test_a_number_rounded_by_python_is_exact(value, places):
    """What is printed from the recomputed value agrees with it."""
    assert compare(f"{value:.{places}f}", value) == EXACT


@pytest.mark.fault(
    "numbers", "a printed -0.00, or a recomputed negative zero", "both are zero, and exact"
)
@given(st.floats(-0.0049, 0.0049))
def test_a_negative_zero_is_zero(value):
    """The sign of a printed zero says nothing."""
    assert compare("-0.00", value) == compare("0.00", value) == EXACT
    assert compare("0.00", -0.0) == EXACT


@given(decimals, st.floats(-50, 50), st.floats(-50, 50))
def test_further_off_is_never_better(number, one, other):
    """Of two values on one side of the print, the further one has no better verdict."""
    near, far = sorted((abs(one), abs(other)))
    verdicts = [compare(str(number), float(number) + gap) for gap in (near, far)]
    assert verdict_order.index(verdicts[0]) <= verdict_order.index(verdicts[1])


@given(decimals, st.floats(-5, 5))
def test_signs_turned_on_both_sides_change_nothing(number, off):
    """A contrast the other way round, printed the other way round, has the same verdict."""
    value = float(number) + off * 0.001
    assert compare(str(number), value) == compare(str(-number), -value)


@given(decimals, st.floats(-5, 5))
def test_fewer_decimals_are_no_stricter(number, off):
    """What agrees with 1.234 agrees with 1.23, but for its own last place."""
    value = float(number) + off * 0.001
    if compare(str(number), value) == EXACT:
        assert compare(f"{number:.1f}", value) in (EXACT, ROUNDING)


@given(st.sampled_from("<>"), st.floats(1e-6, 1e3))
def test_an_inequality_is_strict(relation, value):
    """What is printed as below or above a number is not that number."""
    text = f"{relation}{value!r}"
    assert compare(text, value) == DIFFERS
    assert compare(text, value * (0.9 if relation == "<" else 1.1)) == EXACT
    assert compare(text, value * (1.1 if relation == "<" else 0.9)) == DIFFERS


@given(decimals, st.floats(-0.4999, 0.4999))
def test_the_audit_and_the_ledger_round_alike(number, within):
    """A value within the audit's interval of a printed number is exact in the ledger."""
    interval = Interval.of(str(number))
    value = float(number) + within * 0.001
    assert interval.low <= value <= interval.high
    assert compare(str(number), value) == EXACT


# --- difference scores and contrasts


@cache
def heat():
    """Load the heat trials once."""
    return eih.load_trials("heat")


@cache
def saline():
    """Take the heat trials under saline once, as rows of everyone."""
    return heat()[heat().drug == "saline"]


def shuffled(rows, seed):
    """Put rows into another order."""
    return rows.sample(frac=1, random_state=seed)


@pytest.mark.fault(
    "data", "the rows of the table in another order", "difference scores and models are the same"
)
@few
@given(st.integers(0, 2**31))
def test_differences_do_not_depend_on_the_order_of_rows(seed):
    """Whoever sorted the table, everyone's difference is the same."""
    one, other = (
        eih.difference_scores(rows, "exercise") for rows in (heat(), shuffled(heat(), seed))
    )
    key = ["participant", "drug", "target"]
    pd.testing.assert_frame_equal(
        one.sort_values(key, ignore_index=True), other.sort_values(key, ignore_index=True)
    )


@few
@given(st.floats(-3, 3).filter(lambda factor: abs(factor) > 0.01), st.floats(-100, 100))
def test_differences_follow_the_scale_and_not_its_zero(factor, shift):
    """Ratings in another unit give differences in that unit; another zero changes nothing."""
    other = heat().assign(rating=heat().rating * factor + shift)
    one, scaled = (eih.difference_scores(rows, "drug").difference for rows in (heat(), other))
    np.testing.assert_allclose(scaled, one * factor, atol=1e-9)


@few
@given(st.permutations(["low", "high"]), st.permutations(["saline", "naloxone"]))
def test_differences_do_not_depend_on_reference_levels(exercise, drug):
    """Which level comes first does not turn a difference round."""
    other = eih.relevel(heat(), exercise=exercise[0], drug=drug[0])
    for between in ("exercise", "drug"):
        one, same = (
            eih.difference_scores(rows, between, by="target").sort_values(["participant", "target"])
            for rows in (heat(), other)
        )
        assert one.difference.tolist() == same.difference.tolist()


def exercise_effect(rows, at=None):
    """Fit the exercise by intensity model and return the contrast of high and low exercise at targets."""
    fit = eih.lmm("rating ~ exercise * target + drug_order + (1|participant)", rows, ci=None)
    found = fit.contrasts("exercise", by="target", at={"target": at or [30, 50, 70]}, adjust="none")
    turned = found.contrast.str.startswith("low")
    sign = np.where(turned, -1, 1)
    return (found.estimate * sign).to_numpy(), found.se.to_numpy(), found.df.to_numpy()


@cache
def known():
    """Compute the contrasts of the rows as they are."""
    return exercise_effect(saline())


@pytest.mark.fault(
    "data",
    "rows or levels of a factor in another order, intensity in another unit",
    "contrasts, standard errors and degrees of freedom are the same",
)
@settings(max_examples=5)
@given(st.integers(0, 2**31), st.sampled_from(["low", "high"]), st.sampled_from([0.01, 1.0, 7.0]))
def test_contrasts_depend_on_none_of_it(seed, reference, unit):
    """High against low exercise at each intensity, whatever the order of rows and levels and the unit."""
    rows = eih.relevel(shuffled(saline(), seed), exercise=reference)
    rows = rows.assign(target=rows.target * unit)
    for one, other in zip(
        known(), exercise_effect(rows, [t * unit for t in (30, 50, 70)]), strict=True
    ):
        np.testing.assert_allclose(other, one, rtol=2e-4, atol=2e-4)


# --- the surroundings

LEDGER = (
    "import eih, locale, sys\n"
    "locale.setlocale(locale.LC_ALL, '')\n"
    "table = eih.ledger()\n"
    "sys.stdout.buffer.write(table.to_csv(index=False, sep='\\t', float_format='%.9g').encode())"
)


def found_locale(name, folder):
    """Return what finds a locale on this machine (made in a folder, if need be), or skip."""
    program = shutil.which("localedef")
    for place in ({}, {"LOCPATH": str(folder)}):
        if place and program:
            language, charmap = name.split(".")
            make = [program, "-i", language, "-f", charmap, str(folder / name)]
            subprocess.run(make, capture_output=True)
        environment = {**os.environ, **place, "LC_ALL": name}
        code = "import locale; locale.setlocale(locale.LC_ALL, '')"
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
        if done.returncode == 0:
            return place
    pytest.skip(f"There is no locale {name} here, and none could be made.")


@cache
def ledger_here():
    """Compute the ledger as on most machines."""
    return ledger_under(LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="0", OPENBLAS_NUM_THREADS="1")


def ledger_under(**environment):
    """Compute the ledger in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LEDGER], capture_output=True, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


@pytest.mark.long
@pytest.mark.fault(
    "environment",
    "another locale (`LC_ALL=C`, German), time zone, hash seed, number of threads",
    "the ledger is the same to the ninth digit",
)
@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "de_DE.UTF-8"},
        {"TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "20250"},
        {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
    ],
    ids=["C", "German", "time zone", "hash 1", "hash 20250", "threads"],
)
def test_the_ledger_does_not_depend_on_its_surroundings(environment, tmp_path):
    """Language, time, hashing and threads of the machine change no shown digit."""
    place = found_locale(environment["LC_ALL"], tmp_path) if "LC_ALL" in environment else {}
    assert ledger_under(**environment, **place) == ledger_here()
