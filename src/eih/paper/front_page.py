"""The front page in one picture: what was done, step by step, and what was found, in four intervals."""

import html
from dataclasses import dataclass

import numpy as np

from ..tables.data import difference_scores, load_trials, mean_ratings
from .analyses import recompute
from .printed import design_constants

# Line drawings in a box of 48 by 48, ours; colours come from the page.
_ICONS = {
    "days": '<g class="eih-is-saline"><path d="M10 12h10M12 12v6l-2 3v19h10V21l-2-3v-6M10 28h10"/></g>'
    '<g class="eih-is-naloxone"><path d="M28 12h10M30 12v6l-2 3v19h10V21l-2-3v-6M28 28h10"/></g>',
    "bike": '<circle cx="12" cy="32" r="8"/><circle cx="36" cy="32" r="8"/>'
    '<path d="M12 32l8-14h12l4 14M20 18l5 14H12M25 32l7-14M32 18l-1-5h5M17 15h6"/>',
    "heat": '<path d="M6 40h36M10 40v-5h28v5"/><g class="eih-is-heat"><path d="M16 29c-4-5 4-7 0-12M24 29c-4-5 '
    '4-7 0-12M32 29c-4-5 4-7 0-12"/></g>',
    "rating": '<path d="M5 28h38M5 23v10M43 23v10"/><circle class="eih-is-high" cx="29" cy="28" r="5"/>',
}


@dataclass(frozen=True)
class Finding:
    """One finding as the front page shows it.

    ``intervals`` holds ``(name, colour, estimate, ci_low, ci_high)``; ``ends`` names the two sides of zero.
    """

    title: str
    text: str
    chapter: str
    unit: str
    ends: tuple
    intervals: tuple


class FrontPagePart:
    """A piece of HTML with its plain words; made by :func:`study_steps` and :func:`main_findings`."""

    def __init__(self, page, words):
        self.page, self.words = page, words

    def __repr__(self):
        return self.words

    def _repr_html_(self):
        return self.page


def study_steps(trials=None):
    """Show what every participant went through, in four steps.

    Parameters
    ----------
    trials : pandas.DataFrame, optional
        As from :func:`eih.load_trials`. Default: all trials of the study.

    Returns
    -------
    FrontPagePart
        Numbers are counted in the trials or taken from the printed design.

    Examples
    --------
    >>> import eih
    >>> eih.study_steps()
    39 people: two drug days; four blocks of cycling a day; heat and pressure; 5,616 ratings.
    """
    trials = load_trials() if trials is None else trials
    design = design_constants().drop_duplicates("name").set_index("name").value
    people, blocks = trials.participant.nunique(), design["cycling blocks per experimental day"]
    each = design["heat stimuli per block"]
    steps = [
        (
            "days",
            "Two days",
            "Once with saline, once with naloxone, which blocks the body’s own opioids.",
        ),
        (
            "bike",
            "Cycle, hard or easy",
            f"{design['cycling duration per block']} minutes at {design['HI exercise target']} % or "
            f"{design['LI exercise target']} % of one’s threshold power, {blocks} blocks a day.",
        ),
        (
            "heat",
            "Feel heat and pressure",
            f"After each block, in the MRI scanner: {each} painful stimuli of each kind.",
        ),
        (
            "rating",
            "Rate the pain",
            f"On a line from no pain to the worst. {people} people, {len(trials):,} stimuli.",
        ),
    ]
    items = "".join(
        f'<li><svg viewBox="0 0 48 48" aria-hidden="true">{_ICONS[icon]}</svg>'
        f"<div><strong>{title}</strong> {html.escape(text)}</div></li>"
        for icon, title, text in steps
    )
    words = (
        f"{people} people: two drug days; four blocks of cycling a day; heat and pressure; "
        f"{len(trials):,} ratings."
    )
    return FrontPagePart(f'<ol class="eih-steps">{items}</ol>', words)


def main_findings():
    """Show the study's main findings on heat pain as intervals, recomputed from the public data.

    Returns
    -------
    FrontPagePart
        Four cards: estimate with 95 % t interval of one score per person (a slope with drug order as
        covariate for fitness), and a link to the chapter.

    Examples
    --------
    >>> import eih
    >>> print(repr(eih.main_findings()).splitlines()[0][:16])
    The stimuli work
    """
    findings = _findings(load_trials("heat"))
    cards = "".join(_card(finding) for finding in findings)
    words = "\n".join(f"{one.title}: {one.text}" for one in findings)
    return FrontPagePart(f'<div class="eih-findings">{cards}</div>', words)


def _findings(heat):
    saline = heat[heat.drug == "saline"]
    steps = mean_ratings(saline, "target").pivot(
        index="participant", columns="target", values="rating"
    )
    low, *_, high = steps.columns
    slope = recompute("heat_fitness_slopes")
    sides = ("less pain", "more pain")
    return [
        Finding(
            "The stimuli worked",
            f"Heat set to {high} was rated higher than heat set to {low}.",
            "heat_pain",
            "points",
            sides,
            (_interval("hot − warm", "heat", steps[high] - steps[low]),),
        ),
        Finding(
            "Blocking opioids raised pain",
            "Read by the paper as opioids that hold pain down. How firmly it stands is asked below.",
            "naloxone",
            "points",
            sides,
            (
                _interval(
                    "naloxone − saline",
                    "naloxone",
                    difference_scores(heat, "drug", by=[]).difference,
                ),
            ),
        ),
        Finding(
            "Hard cycling relieved no more than easy cycling",
            "On the saline day and on the naloxone day.",
            "exercise_and_pain",
            "points",
            sides,
            tuple(
                _interval(f"hard − easy, {drug}", drug, -rows.difference)
                for drug, rows in difference_scores(heat, "exercise", by="drug").groupby(
                    "drug", observed=True
                )
            ),
        ),
        Finding(
            "Fitter men got more relief",
            "Exploratory, saline day: relief by hard exercise per W/kg of fitness. How firmly it stands is asked below.",
            "sex_and_fitness",
            "points per W/kg",
            ("less relief", "more relief"),
            tuple(
                (sex, sex, *slope.loc[f"{sex}, saline", ["beta", "ci_low", "ci_high"]])
                for sex in ("female", "male")
            ),
        ),
    ]


def _interval(name, colour, scores):
    """Return mean and 95 % t interval of one score per person."""
    from scipy import stats

    scores = scores.dropna()
    half = stats.t.isf(0.025, len(scores) - 1) * scores.sem()
    return name, colour, scores.mean(), scores.mean() - half, scores.mean() + half


def _signed(value):
    return f"{value:+.1f}".replace("-", "−")


def _card(finding):
    words = {"female": "women", "male": "men"}
    said = "; ".join(
        f"{words.get(name, name)} {_signed(at)} {finding.unit} (95 % interval {_signed(low)} to {_signed(high)})"
        for name, _, at, low, high in finding.intervals
    )
    return (
        f'<a class="eih-finding" href="../notebooks/{finding.chapter}.html"><strong>{finding.title}</strong>'
        f"{_chart(finding, said, words)}<span>{html.escape(finding.text)}</span></a>"
    )


def _chart(finding, said, words):
    """Draw the intervals of a finding around zero."""
    rows = finding.intervals
    ends = np.array([[low, high, 0] for *_, low, high in rows], dtype=float)
    reach = ends.max() - ends.min()
    right = max(ends.max() + 0.1 * reach, 0.4 * reach)
    left = min(ends.min() - 0.1 * reach, -0.45 * right)  # room for the words on both sides of zero

    def x(value):
        return round(8 + 244 * (value - left) / (right - left), 1)

    parts, y = [], 0
    for name, colour, at, low, high in rows:
        text = f"{words.get(name, name)}: {_signed(at)}"
        parts.append(
            f'<text x="8" y="{y + 13}">{html.escape(text)}</text><g class="eih-is-{colour}">'
            f'<path class="eih-ci" d="M{x(low)} {y + 25}H{x(high)}"/>'
            f'<circle class="eih-dot" cx="{x(at)}" cy="{y + 25}" r="5"/></g>'
        )
        y += 38
    zero = x(0)
    axis = (
        f'<path class="eih-zero" d="M{zero} 17V{y}"/>'
        f'<text class="eih-end" x="{zero - 6}" y="{y + 12}" text-anchor="end">← {finding.ends[0]}</text>'
        f'<text class="eih-end" x="{zero + 6}" y="{y + 12}">{finding.ends[1]} →</text>'
    )
    return (
        f'<svg viewBox="0 0 260 {y + 18}" role="img" aria-label="{html.escape(said, quote=True)}">'
        f"{axis}{''.join(parts)}</svg>"
    )
