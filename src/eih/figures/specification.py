"""Specification curves: every estimate in order of size, and below it the choices behind each."""

import numpy as np
import pandas as pd

from ..beyond.choices import CHOICES, NONE
from ..beyond.effects import EFFECTS
from ..style import PALETTE
from ._base import axes_or_current

INK = "#20262c"
BINS = 160  # columns of the choice matrix; more specifications than that share a column


def curve_order(results):
    """Put the specifications that did not fail in order of their estimate, with 95 % limits.

    Returns
    -------
    pandas.DataFrame
        The rows with ``place`` (0, 1, …), ``ci_low, ci_high`` (t or normal; NaN without a standard error)
        and ``significant``.
    """
    from scipy import stats

    fitted = results[results.converged].sort_values(["estimate", "p"], ignore_index=True)
    half = stats.t.isf(0.025, fitted.df.fillna(np.inf)) * fitted.se
    return fitted.assign(
        place=np.arange(len(fitted)),
        ci_low=fitted.estimate - half,
        ci_high=fitted.estimate + half,
        significant=fitted.p < 0.05,
    )


def specification_curve(results, ax=None, label=None, legend=True):
    """Draw the estimates of all specifications of one effect, smallest first.

    Parameters
    ----------
    results : pandas.DataFrame
        One effect in one modality, as from :func:`eih.load_specifications`. Failed ones are not drawn.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the vertical axis. Default: the unit of the effect.
    legend : bool, default True
        Whether to say what the marks are, and how many there are of each.

    Returns
    -------
    matplotlib Axes
        Grey: 95 % intervals, the longest cut off by the frame. Dark, thick: p < 0.05; light, thin: not. The diamond is the paper's own
        specification.
    """
    ax = axes_or_current(ax)
    curve = curve_order(results)
    interval = curve.place, curve.ci_low, curve.ci_high
    ax.fill_between(*interval, step="mid", color="#e2e6ea", lw=0, zorder=1)
    looks = {True: (INK, 9, "p < 0.05"), False: ("#8a96a1", 2.5, "p ≥ 0.05")}
    for significant, (colour, size, words) in looks.items():
        part = curve[curve.significant == significant]
        if len(part):
            name = f"{words} ({len(part):,})"
            ax.scatter(part.place, part.estimate, s=size, color=colour, lw=0, zorder=3, label=name)
    own = curve[curve.is_paper]
    if len(own):
        _mark_paper(ax, own.place.iloc[0])
        style = {"color": PALETTE["naloxone"], "ms": 9, "mec": "white", "ls": "", "zorder": 5}
        ax.plot(own.place, own.estimate, "D", label="the paper's model", **style)
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(xlim=(-0.5, len(curve) - 0.5), xticks=[])
    low, high = curve.ci_low.quantile(0.05), curve.ci_high.quantile(0.95)
    ends = [*curve.estimate, 0, *(limit for limit in (low, high) if np.isfinite(limit))]
    room = 0.05 * (max(ends) - min(ends))
    ax.set_ylim(min(ends) - room, max(ends) + room)
    ax.set_ylabel(_unit(results) if label is None else label)
    if legend:
        place = {"loc": "lower left", "bbox_to_anchor": (0, 1)}
        ax.legend(fontsize=8, ncols=3, handletextpad=0.3, **place)
    return ax


def choice_matrix(results, ax=None):
    """Draw which choices stand behind each estimate, in the order of :func:`specification_curve`.

    Parameters
    ----------
    results : pandas.DataFrame
        The same rows.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Top: where p < 0.05. Then a row per option; the darker, the more of the specifications at that
        place take it (none: white). On the right: how many take it, and the share with p < 0.05.
    """
    ax = axes_or_current(ax)
    curve = curve_order(results)
    options = option_shares(results)
    strips = [curve.significant, *(curve[row.choice] == row.option for row in options.itertuples())]
    heads = ["p < 0.05", *(f"{row.choice}: {row.option}" for row in options.itertuples())]
    shares = [len(curve), *options.n], [curve.significant.mean(), *options.significant]
    places = _row_places(["", *options.choice])
    edges = np.linspace(0, len(curve), min(BINS, len(curve)) + 1)
    bins = np.minimum(np.searchsorted(edges, curve.place, side="right") - 1, len(edges) - 2)
    for place, taken, n, share in zip(places, strips, *shares, strict=True):
        local = taken.groupby(bins).mean().reindex(range(len(edges) - 1), fill_value=0).to_numpy()
        dark = np.where(local > 0, 0.2 + 0.8 * local, 0)[None, :]
        ax.pcolormesh(
            edges - 0.5, [place - 0.42, place + 0.42], dark, cmap="Greys", vmin=0, vmax=1.1
        )
        words = f"{n:,}: {100 * share:.0f} %"
        ax.text(1.01, place, words, transform=ax.get_yaxis_transform(), va="center", fontsize=7.5)
    own = curve[curve.is_paper]
    if len(own):
        _mark_paper(ax, own.place.iloc[0])
    ax.set_yticks(places, heads, fontsize=7.5)
    ax.set(xlim=(-0.5, len(curve) - 0.5), ylim=(places[-1] + 0.7, -1.4), xticks=[])
    ax.text(1.01, -1.0, "n: p < 0.05", transform=ax.get_yaxis_transform(), fontsize=7.5)
    ax.set_xlabel(f"{len(curve):,} specifications, smallest estimate first")
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def option_shares(results):
    """Sum up one effect by single options of every choice that arises.

    Returns
    -------
    pandas.DataFrame
        ``choice, option, n, median`` (estimate) and ``significant`` (share with p < 0.05), a row per
        option that some specification takes.
    """
    fitted = results[results.converged]
    rows = []
    for choice, options in CHOICES.items():
        taken = [option for option in options if (fitted[choice] == option).any()]
        for option in taken if len(taken) > 1 or (fitted[choice] == NONE).any() else []:
            part = fitted[fitted[choice] == option]
            rows.append((choice, option, len(part), part.estimate.median(), (part.p < 0.05).mean()))
    return pd.DataFrame(rows, columns=["choice", "option", "n", "median", "significant"])


def significant_shares(shares, ax=None):
    """Draw the share of specifications with p < 0.05, by whether the effect may vary between people.

    Parameters
    ----------
    shares : pandas.DataFrame
        As from :func:`eih.specification_shares` with ``by="may_vary"``.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        A row per effect and modality. Open squares: models in which everyone reacts alike; filled
        circles: models in which people may differ in the tested effect. Dotted line: the 5 % that no
        effect at all would give in a single fair test.
    """
    ax = axes_or_current(ax)
    wide = shares.pivot_table(
        index=["effect", "modality"], columns="may_vary", values="significant", sort=False
    )
    places = np.arange(len(wide))
    ax.hlines(places, 100 * wide[False], 100 * wide[True], color=PALETTE["faint"], lw=2, zorder=1)
    looks = {
        False: ("s", "white", "everyone reacts alike"),
        True: ("o", None, "people may differ in the effect"),
    }
    colours = [PALETTE[modality] for _, modality in wide.index]
    for varies, (marker, face, words) in looks.items():
        ax.scatter(
            100 * wide[varies], places, s=55, marker=marker, zorder=3, label=words, lw=1.6,
            edgecolor=colours, facecolor=colours if face is None else face,
        )  # fmt: skip
    ax.axvline(5, color=INK, lw=1, ls=":")
    names = [f"{EFFECTS[effect].label}, {modality}" for effect, modality in wide.index]
    ax.set_yticks(places, names)
    ax.invert_yaxis()
    ax.set(xlim=(-3, 103), xlabel="Specifications with p < 0.05 in the paper's direction [%]")
    ax.grid(axis="x", visible=True)
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2, fontsize=9)
    for handle in ax.get_legend().legend_handles:
        handle.set(edgecolor=INK)
        if handle.get_facecolor()[0][:3].tolist() != [1, 1, 1]:
            handle.set(facecolor=INK)
    return ax


def _row_places(choices):
    """Place rows one below the other, with a gap before each new choice."""
    choices = pd.Series(choices)
    new = choices.ne(choices.shift()).cumsum() - 1
    return (np.arange(len(choices)) + 0.55 * new).tolist()


def _mark_paper(ax, place):
    ax.axvline(place, color=PALETTE["naloxone"], lw=1.2, ls="--", zorder=4)


def _unit(results):
    return EFFECTS[results.effect.iloc[0]].unit.replace(", ", ",\n").replace(": ", ":\n")
