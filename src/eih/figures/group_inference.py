"""Group inference on surrogate images: designs, thresholds, error rates, and planted against found."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current, spread

METHOD_LOOKS = {
    "permutation": ("saline", "o"),
    "random field": ("naloxone", "s"),
    "Bonferroni": ("low", "^"),
    "SPM": ("high", "D"),
}


def design_matrices(designs):
    """Draw design matrices side by side, people as rows.

    Parameters
    ----------
    designs : dict of str to pandas.DataFrame
        Title → as from :func:`eih.fmri.group_design`.

    Returns
    -------
    matplotlib Figure
    """
    import matplotlib.pyplot as plt

    widths = [design.shape[1] + 1 for design in designs.values()]
    size = {"figsize": (7, 3.6), "width_ratios": widths}
    drawing, panels = plt.subplots(1, len(designs), sharey=True, **size)
    for panel, (title, design) in zip(np.atleast_1d(panels), designs.items(), strict=True):
        shown = design / design.abs().max()
        panel.imshow(shown, aspect="auto", cmap="PuOr", vmin=-1, vmax=1, interpolation="nearest")
        panel.set_xticks(range(design.shape[1]), design.columns, rotation=35, ha="right")
        panel.set_title(title, fontsize=10)
        panel.grid(visible=False)
    panels[0].set_ylabel("Person")
    return drawing


def maxima_and_thresholds(maxima, thresholds, ax=None):
    """Draw the distribution of the largest T under rearrangement, with the threshold of each method.

    Parameters
    ----------
    maxima : array
        As from :func:`eih.fmri.permutation_maxima`, of one volume.
    thresholds : pandas.DataFrame
        Rows of that volume, as from ``Corrections.thresholds``.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_current(ax)
    ax.hist(maxima, bins=np.arange(2, 9.01, 0.125), color=PALETTE["faint"], ec="white", lw=0.4)
    top = ax.get_ylim()[1]
    rows = thresholds[thresholds.method != "SPM"].sort_values("T")
    for place, row in enumerate(rows.itertuples()):
        colour, marker = METHOD_LOOKS[row.method]
        height = top * (0.95 - 0.13 * place)
        ax.plot([row.T, row.T], [0, height], color=PALETTE[colour], lw=1.8)
        ax.plot(row.T, height, marker, color=PALETTE[colour], ms=7)
        ax.annotate(
            f"{row.method}", (row.T, height), (6, -3), textcoords="offset points", fontsize=9
        )
    ax.set(xlabel="Largest T in the volume", ylabel="Rearrangements", xlim=(2, 9))
    return ax


def planted_and_found(found, ax=None):
    """Compare, peak by peak, the planted noncentrality with the T there and at the found peak.

    Parameters
    ----------
    found : pandas.DataFrame
        As from :func:`eih.fmri.found_peaks`, a row per peak, with a column ``threshold`` (corrected T).
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Diamond: planted; open circle: T at the planted voxel; filled circle: at the found peak; bar: the
        corrected threshold.
    """
    ax = axes_or_current(ax)
    for place, row in enumerate(found.itertuples()):
        ax.plot([row.T_planted, row.T_found], [place, place], color=PALETTE["faint"], lw=1.5)
        ax.plot(row.noncentrality, place, "D", color=PALETTE["neutral"], ms=7)
        ax.plot(row.T_planted, place, "o", color=PALETTE["heat"], mfc="white", ms=8)
        ax.plot(row.T_found, place, "o", color=PALETTE["heat"], ms=5)
        ax.plot([row.threshold] * 2, [place - 0.32, place + 0.32], color=PALETTE["saline"], lw=2.5)
    names = [f"{row.region} ({row.model})" for row in found.itertuples()]
    ax.set(yticks=range(len(found)), yticklabels=names, ylim=(len(found) - 0.4, -0.6), xlabel="T")
    looks = {
        "planted noncentrality": ("D", PALETTE["neutral"], PALETTE["neutral"]),
        "T at the planted voxel": ("o", PALETTE["heat"], "white"),
        "T at the found peak": (".", PALETTE["heat"], PALETTE["heat"]),
        "corrected threshold": ("|", PALETTE["saline"], PALETTE["saline"]),
    }
    for name, (marker, colour, face) in looks.items():
        size = {
            "marker": marker,
            "ms": 11 if marker in ".|" else 7,
            "mew": 2 if marker == "|" else 1,
        }
        ax.plot([], [], ls="none", color=colour, mfc=face, label=name, **size)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=9)
    return ax


def error_rates(rates, ax=None):
    """Draw family-wise error rates with their Monte Carlo intervals, a row per model and method.

    Parameters
    ----------
    rates : pandas.DataFrame
        As from :func:`eih.fmri.familywise_error`, of one volume.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        The dashed line is 5 %.
    """
    ax = axes_or_current(ax)
    ax.axvline(5, color=PALETTE["neutral"], ls="--", lw=1.2)
    models = list(dict.fromkeys(rates.model))
    for row in rates[rates.method != "SPM"].itertuples():
        methods = [name for name in METHOD_LOOKS if name != "SPM"]
        place = models.index(row.model) + (methods.index(row.method) - 1) * 0.22
        colour, marker = METHOD_LOOKS[row.method]
        ax.hlines(place, 100 * row.ci_low, 100 * row.ci_high, color=PALETTE[colour], lw=1.6)
        label = row.method if row.model == models[0] else None
        ax.plot(100 * row.rate, place, marker, color=PALETTE[colour], ms=7, label=label)
    ax.set(yticks=range(len(models)), yticklabels=models, ylim=(len(models) - 0.5, -0.5))
    ax.set(xlabel="Studies with a false alarm [%]", xlim=(0, None))
    return ax


def power_by_noncentrality(power, curves, ax=None):
    """Draw how often peaks are found against how large they are.

    Parameters
    ----------
    power : pandas.DataFrame
        Columns ``volume, noncentrality, rate, ci_low, ci_high, peak``.
    curves : pandas.DataFrame
        Columns ``volume, noncentrality, power``: of a single voxel at the threshold of the volume.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_current(ax)
    looks = {"whole brain": ("neutral", "s"), "small volume": ("saline", "o")}
    for volume, (colour, marker) in looks.items():
        curve, own = curves[curves.volume == volume], power[power.volume == volume]
        ax.plot(curve.noncentrality, 100 * curve.power, color=PALETTE[colour], lw=1.8)
        ax.vlines(own.noncentrality, 100 * own.ci_low, 100 * own.ci_high, color=PALETTE[colour])
        ax.plot(
            own.noncentrality, 100 * own.rate, marker, color=PALETTE[colour], ms=7, label=volume
        )
    ax.set(xlabel="Planted noncentrality", ylabel="Studies that find the peak [%]", ylim=(-3, 103))
    ax.legend(loc="upper left")
    return ax


def peak_without_people(left, full, threshold, ax=None):
    """Draw the T of a peak without each person in turn.

    Parameters
    ----------
    left : pandas.DataFrame
        As from :func:`eih.fmri.peak_without_each`.
    full : float
        T of everybody.
    threshold : float
        Corrected T.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    ax = axes_or_current(ax)
    ends = (-1, len(left) - 0.5)
    ax.hlines(full, *ends, color=PALETTE["neutral"], lw=1.2)
    ax.hlines(threshold, *ends, color=PALETTE["saline"], lw=1.2, ls="--")
    ax.plot(range(len(left)), left["T"], "o", color=PALETTE["heat"], ms=6)
    end = ends[1]
    ax.text(end, full, " all", va="center", fontsize=9)
    ax.text(end, threshold, " threshold", va="center", fontsize=9, color=PALETTE["saline"])
    ax.set_xticks(range(len(left)), left.left_out.str.removeprefix("sub-"), fontsize=7, rotation=90)
    ax.set(xlabel="Person left out (sub-…)", ylabel="T of the peak", xlim=(-1, len(left) + 4.5))
    return ax


def spread_of_found(replicates, peaks, ax=None):
    """Draw the T of many studies at the planted voxel and, where it is significant, at the found peak.

    Parameters
    ----------
    replicates : pandas.DataFrame
        Rows of planted studies of :func:`eih.fmri.load_fmri_validation`, one per study and peak.
    peaks : pandas.DataFrame
        Columns ``peak, name, noncentrality``, in the order of the rows to draw.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Grey: T at the planted voxel, all studies; red: T at the found peak, significant studies; bars are
        means, the diamond is the planted noncentrality.
    """
    ax = axes_or_current(ax)
    for place, peak in enumerate(peaks.itertuples()):
        own = replicates[replicates.peak == peak.peak]
        groups = (
            (own.t, place - 0.17, PALETTE["neutral"], "planted voxel, all studies"),
            (
                own.t_found[own.p_permutation <= 0.05],
                place + 0.17,
                PALETTE["heat"],
                "found and significant",
            ),
        )
        for values, height, colour, label in groups:
            ordered = np.sort(values.to_numpy())
            up = height + spread(len(ordered), 0.13)
            ax.plot(
                ordered, up, ".", color=colour, alpha=0.35, ms=4, label=None if place else label
            )
            ax.plot([ordered.mean()] * 2, [height - 0.16, height + 0.16], color="#20262c", lw=2)
        ax.plot(peak.noncentrality, place, "D", color="#20262c", mfc="white", ms=7, zorder=5)
    ax.set(yticks=range(len(peaks)), yticklabels=peaks.name, ylim=(len(peaks) - 0.5, -0.5))
    ax.set_xlabel("T")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=9, markerscale=2.5)
    return ax
