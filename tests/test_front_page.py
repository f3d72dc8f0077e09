"""The front page's picture says what the data say."""

import re

import pytest

import eih
from eih.paper import front_page


def finding(*intervals):
    """Make a finding with intervals around zero."""
    rows = tuple(("a < b", "saline", at, low, high) for at, low, high in intervals)
    return front_page.Finding("T", "Text.", "naloxone", "points", ("less", "more"), rows)


def test_the_steps_count_the_trials_given():
    """People and stimuli are counted, not typed."""
    trials = eih.load_trials()
    some = trials[trials.participant.isin(["sub-01", "sub-02"])]
    assert f"2 people, {len(some):,} stimuli" in eih.study_steps(some)._repr_html_()


def test_an_interval_of_scores_is_the_t_interval():
    """Mean and limits are those of one score per person, against a hand-worked case."""
    import pandas as pd

    _, _, mean, low, high = front_page._interval("x", "heat", pd.Series([1.0, 2.0, 3.0, None]))
    assert mean == pytest.approx(2)
    assert (low, high) == pytest.approx((2 - 4.302653 / 3**0.5, 2 + 4.302653 / 3**0.5))


def test_a_card_says_in_words_what_it_draws():
    """Estimate and interval stand in the label of the drawing, with a proper minus, escaped."""
    page = front_page._card(finding((-1.25, -3, 0.5)))
    assert 'aria-label="a &lt; b −1.2 points (95 % interval −3.0 to +0.5)"' in page
    assert 'href="../notebooks/naloxone.html"' in page


@pytest.mark.parametrize("interval", [(57, 50, 63), (-57, -63, -50), (1.2, -1.4, 3.8)])
def test_a_drawing_stays_in_its_frame(interval):
    """Dots and bars lie within the frame, in the order of their values, with zero on the right side."""
    page = front_page._chart(finding(interval), "x", {})
    low, high = map(float, re.search(r'eih-ci" d="M([\d.]+) \d+H([\d.]+)', page).groups())
    at = float(re.search(r'cx="([\d.]+)"', page)[1])
    zero = float(re.search(r'eih-zero" d="M([\d.]+)', page)[1])
    assert 0 < low < at < high < 260
    assert (low > zero) == (interval[1] > 0)
    assert (high > zero) == (interval[2] > 0)
    assert zero > 70
