"""Who carries an estimate: a row for each person left out, a dot for each pair left out."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current

INK = "#20262c"


def people_left_out(refits, full, ax=None, label=None):
    """Draw the estimate that is left without each participant, named by id.

    Parameters
    ----------
    refits : pandas.DataFrame
        As from :func:`eih.leave_one_out`: ``left_out, estimate, ci_low, ci_high, p``.
    full : float
        The estimate with everyone.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the horizontal axis.

    Returns
    -------
    matplotlib Axes
        Lines are 95 % intervals; open dots: p ≥ 0.05 without that person. Dashed: everyone.
    """
    ax = axes_or_current(ax)
    refits = refits.sort_values("estimate", ignore_index=True)
    places = np.arange(len(refits))
    ax.hlines(places, refits.ci_low, refits.ci_high, color=PALETTE["faint"], lw=1.4)
    for significant, face in ((True, PALETTE["neutral"]), (False, "white")):
        part = refits[(refits.p < 0.05) == significant]
        words = "p < 0.05" if significant else "p ≥ 0.05"
        style = {"ms": 5, "color": PALETTE["neutral"], "mfc": face, "label": words, "ls": ""}
        ax.plot(part.estimate, part.index, "o", **style)
    ax.axvline(full, color=PALETTE["saline"], ls="--", lw=1.2)
    ax.axvline(0, color=INK, lw=0.8)
    ax.set_yticks(places, refits.left_out, fontsize=7)
    ax.set(xlabel="Estimate without that person" if label is None else label, ylabel="Left out")
    ax.set_ylim(-1, len(refits))
    ax.legend(fontsize=8, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    return ax


def pairs_left_out(pairs, full, ax=None, label=None):
    """Draw estimate and p that are left without each pair of participants.

    Parameters
    ----------
    pairs : pandas.DataFrame
        As from :func:`eih.leave_two_out`: ``first, second, estimate, p``.
    full : pandas.Series
        ``estimate`` and ``p`` with everyone.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the horizontal axis.

    Returns
    -------
    matplotlib Axes
        A dot per pair, those with the smallest and the largest p named; the diamond is everyone; the
        dotted line is p = 0.05.
    """
    ax = axes_or_current(ax)
    style = {"mec": "white", "ls": ""}
    ax.plot(
        pairs.estimate, pairs.p, "o", ms=4, mew=0.3, alpha=0.7, color=PALETTE["neutral"], **style
    )
    ax.plot(full.estimate, full.p, "D", ms=9, color=PALETTE["naloxone"], label="everyone", **style)
    ordered = pairs.sort_values("p")
    for row, below in ((ordered.iloc[0], True), (ordered.iloc[-1], False)):
        words = f"without {row['first']}\nand {row['second']}"
        right = row.estimate > pairs.estimate.median()
        ax.annotate(
            words, (row.estimate, row.p), (-8 if right else 8, 0), textcoords="offset points",
            fontsize=7.5, ha="right" if right else "left", va="top" if below else "bottom",
        )  # fmt: skip
    ax.axhline(0.05, color=INK, ls=":", lw=1)
    ax.set_yscale("log")
    ticks = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
    ticks = [tick for tick in ticks if pairs.p.min() / 2 < tick < pairs.p.max() * 2]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.margins(x=0.12, y=0.12)
    ax.set(xlabel="Estimate without both" if label is None else label, ylabel="p without both")
    ax.legend(fontsize=8)
    return ax


def name_people(ax, scores, people, y="difference"):
    """Ring and name some participants in a drawing of scores against fitness.

    Parameters
    ----------
    ax : matplotlib Axes
        A drawing with fitness [W/kg] on the horizontal axis.
    scores : pandas.DataFrame
        ``participant, ftp_per_kg`` and the column `y`.
    people : sequence of str
        Whom to name.
    y : str, default "difference"
        What the vertical axis shows.

    Returns
    -------
    matplotlib Axes
    """
    for row in scores[scores.participant.isin(people)].to_dict("records"):
        place = (row["ftp_per_kg"], row[y])
        ax.plot(*place, "o", ms=12, mfc="none", mec=INK, mew=1.2)
        ax.annotate(row["participant"], place, (9, 6), textcoords="offset points", fontsize=8.5)
    return ax
