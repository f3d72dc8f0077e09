"""The table of benchmarks: verdicts follow from the figures, and every stored line is met or explained."""

import json
import re

import loading
import pandas as pd
import pytest
import side_by_side
import speed
from measure import Line

COLUMNS = ["benchmark", *Line("", [1.0]).row()]


def verdict(**asked):
    """Judge a line whose figures are 2 s for ours, 30 s for the peer's."""
    return Line("a task", [1.0, 2.0, 4.0], theirs=[20.0, 30.0, 90.0], **asked).row()


def test_a_line_has_medians_spread_and_ratio():
    """Middle, lowest and highest of both, and how many times as long the peer takes."""
    row = verdict()
    assert [row[name] for name in ("ours", "ours_low", "ours_high")] == [2.0, 1.0, 4.0]
    assert (row["theirs"], row["ratio"], row["met"]) == (30.0, 15.0, "")


@pytest.mark.parametrize(
    ("asked", "met"),
    [
        ({"at_least": 15}, "yes"),
        ({"at_least": 15.1}, "no"),
        ({"at_least": 15.1, "why": "The floor is 1.9 s."}, "explained"),
        ({"below": 2}, "no"),
        ({"below": 2.1}, "yes"),
        ({"at_least": 10, "below": 1}, "no"),
    ],
)
def test_a_requirement_is_judged_by_the_figures(asked, met):
    """A line is met, not met, or explained; nothing else decides."""
    assert verdict(**asked)["met"] == met


def test_a_ratio_without_a_peer_is_not_measured():
    """Where R is missing nothing is said to be reached."""
    assert Line("a task", [1.0], at_least=10).row()["met"] == "not measured"


def test_measuring_one_benchmark_keeps_the_lines_of_the_others(monkeypatch, tmp_path):
    """New lines replace those of the same benchmark, and stand in the fixed order."""
    monkeypatch.setattr(side_by_side, "RESULTS", tmp_path / "results.tsv")
    for name, seconds in (("growth", 5.0), ("ledger", 1.0), ("growth", 6.0)):
        side_by_side.keep(name, [Line("a task", [seconds]).row()])
    kept = pd.read_csv(tmp_path / "results.tsv", sep="\t")
    assert list(zip(kept.benchmark, kept.ours, strict=True)) == [("ledger", 1.0), ("growth", 6.0)]


@pytest.fixture(scope="module")
def stored():
    """Read the stored table."""
    return speed.results()


def test_stored_lines_have_the_columns_of_today(stored):
    """The stored table was made by this code."""
    assert list(stored.columns) == COLUMNS


def test_each_stored_requirement_is_met_or_explained(stored):
    """No line was stored that missed what it must reach without a reason."""
    asked = stored[stored.required.notna()]
    missed = asked[~asked.met.isin(["yes", "explained"])]
    assert list(missed.what) == []


def test_the_figure_of_growth_has_every_curve(stored):
    """Each task of which the size varies is drawn, with its figures in the text for those who cannot see it."""
    curves = speed.growth(stored)
    shown = speed.draw(stored)
    assert all(what in shown.alt for what in curves.what)
    assert shown.table.count("<tr>") == len(curves)


def test_what_measured_is_named_without_the_machine():
    """Versions and cores, no name, no path."""
    facts = json.loads(speed.MACHINE.read_text(encoding="utf-8"))
    assert {"cores", "Python", "mixedlm"} <= set(facts)
    assert not any(re.search(r"/|\\", str(fact).replace("R: ", "")) for fact in facts.values())


def test_the_page_types_no_figure():
    """The prose of the page has no digits: all figures are in what is read from the table."""
    text = (speed.FOLDER.parent / "book" / "speed.md").read_text(encoding="utf-8")
    assert re.findall(r"\d", re.sub(r"`[^`]*`", "", text)) == []


def test_the_table_for_readers_leaves_out_no_requirement(stored):
    """Every line with a requirement stands in the table of the page."""
    header, rows = speed.lines(stored)
    assert len(header) == len(rows[0])
    told = [row[0] for row in rows]
    asked = stored[stored.required.notna()]
    assert all(any(what in text for text in told) for what in asked.what)
    assert pd.Series([row[4] for row in rows]).astype(bool).sum() == len(asked)


MOVING = """<!doctype html><title>x</title><link rel="icon" href="data:,"><div id="late"></div>
<p style="font-size: 60px">A paragraph that is moved when what stands above it comes.</p>
<script>setTimeout(() => late.style.height = "400px", 100)</script>"""


@pytest.mark.pages
def test_what_moves_and_what_is_sent_is_measured(browser, tmp_path):
    """A block that comes late moves the page; a file of one letter is sent packed, one of pixels as it is."""
    (tmp_path / "still.html").write_text(MOVING.replace("400px", "0"), encoding="utf-8")
    (tmp_path / "long.html").write_text(MOVING + "<!--" + "x" * 100_000 + "-->", encoding="utf-8")
    (tmp_path / "a.png").write_bytes(bytes(50_000))
    (tmp_path / "seen.html").write_text(MOVING + '<img src="a.png">', encoding="utf-8")
    with loading.served(tmp_path) as site:
        still, long, seen = (
            loading.look(browser, f"{site}/{name}.html") for name in ("still", "long", "seen")
        )
    assert still["shift"] < 0.01 < 0.05 < long["shift"]
    assert still["paint"] > 0
    assert long["all_kb"] < 2
    assert 50 < seen["all_kb"] < 52
