"""Behavioural figures: each takes a table and an axes, draws on it, and returns it."""

import numpy as np

from .schema import TARGETS
from .style import PALETTE


def _axes(ax):
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.gca()
    return ax


def _spread(n, width):
    """Return offsets that keep n sorted points of one group apart, the same at every call."""
    golden = (
        0.6180339887498949  # steps of the golden ratio fill the width evenly, without a pattern
    )
    return ((np.arange(n) * golden) % 1 - 0.5) * 2 * width


def mark_mean(ax, x, values, colour, label=None):
    """Draw the mean with its 95 % t interval."""
    group = mean_and_interval(values)
    ax.vlines(x, group.ci_low, group.ci_high, color="#20262c", lw=2, zorder=4)
    ax.plot(x, group["mean"], "D", ms=8, color=colour, mec="white", mew=1.2, zorder=5, label=label)


def mean_and_interval(values):
    """Return mean, standard error and 95 % t interval of one number per participant.

    Returns
    -------
    pandas.Series
        ``n, mean, se, ci_low, ci_high``; missing values are left out of all of them.
    """
    import pandas as pd
    from scipy import stats

    values = values.dropna()
    n, mean, se = len(values), values.mean(), values.sem()
    half = stats.t.isf(0.025, n - 1) * se
    return pd.Series(
        {"n": n, "mean": mean, "se": se, "ci_low": mean - half, "ci_high": mean + half}
    )


def ratings_by_target(means, hue=None, ax=None):
    """Draw one dot per participant and target, with group mean and 95 % interval.

    Parameters
    ----------
    means : pandas.DataFrame
        One row per participant, ``target`` (and ``hue``) with ``rating``, as from
        :func:`eih.mean_ratings`.
    hue : str, optional
        A factor shown by colour, side by side, such as ``"drug"``.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        The dashed line marks where ratings would equal the calibrated target.
    """
    ax = _axes(ax)
    levels = [None] if hue is None else list(means[hue].cat.categories)
    for place, level in enumerate(levels):
        rows = means if level is None else means[means[hue] == level]
        shift = 0 if hue is None else (place - (len(levels) - 1) / 2) * 8
        colour = PALETTE["neutral"] if level is None else PALETTE[level]
        for target in TARGETS:
            ratings = rows[rows.target == target].rating.sort_values()
            x = target + shift + _spread(len(ratings), 2.4)
            ax.plot(x, ratings, "o", ms=4, alpha=0.45, mec="none", color=colour)
            mark_mean(ax, target + shift, ratings, colour, level if target == TARGETS[0] else None)
    ax.plot([25, 75], [25, 75], "--", lw=1, color=PALETTE["faint"], zorder=0)
    ax.set(xlabel="Calibrated target [VAS points]", ylabel="Pain rating [VAS points]")
    ax.set(xticks=TARGETS, xlim=(20, 80), ylim=(-2, 104))
    if hue is not None:
        ax.legend(title=hue)
    return ax


def distribution_by_sex(participants, column, bins, ax=None):
    """Draw a histogram of one number per participant, men and women stacked.

    Parameters
    ----------
    participants : pandas.DataFrame
        As from :func:`eih.load_participants`.
    column : str
        What is counted, such as ``"ftp_per_kg"``.
    bins : array-like
        Edges of the bins.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = _axes(ax)
    groups = list(participants.groupby("sex", observed=True)[column])
    ax.hist(
        [values for _, values in groups],
        bins=bins,
        stacked=True,
        label=[sex for sex, _ in groups],
        color=[PALETTE[sex] for sex, _ in groups],
        edgecolor="white",
    )
    ax.set(ylabel="Participants")
    ax.legend()
    return ax


def rating_distribution(trials, ax=None):
    """Draw how often each rating was given, by target; the ends of the scale stand out.

    Parameters
    ----------
    trials : pandas.DataFrame
        As from :func:`eih.load_trials`.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = _axes(ax)
    shades = {30: "#9DB7CE", 50: "#5489B5", 70: "#1B4F7E"}
    bins = np.arange(0.5, 102.5, 2)
    rated = [trials[trials.target == target].rating.dropna() for target in TARGETS]
    ax.hist(
        rated,
        bins=bins,
        stacked=True,
        color=[shades[target] for target in TARGETS],
        label=[f"target {target}" for target in TARGETS],
    )
    ax.set(xlabel="Rating as recorded [VAS points]", ylabel="Trials", xlim=(-1, 103))
    ax.legend()
    return ax


def trial_sequence(trials, ax=None):
    """Draw the stimuli of one participant's session: target and modality over trials and blocks.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials of one participant and session.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = _axes(ax)
    position = (trials.block - 1) * 20 + trials.trial
    for modality, marker in (("heat", "o"), ("pressure", "s")):
        rows = trials.modality == modality
        colours = PALETTE[modality]
        ax.vlines(position[rows], 0, trials.target[rows], lw=1, color=colours, alpha=0.6)
        ax.plot(position[rows], trials.target[rows], marker, ms=5, color=colours, label=modality)
    for block, rows in trials.groupby("block"):
        exercise = rows.exercise.iloc[0]
        start = (block - 1) * 20
        ax.axvspan(start - 1.2, start + 0.3, color=PALETTE[exercise], alpha=0.9, lw=0)
        ax.text(start - 0.8, 84, f"block {block}\n{exercise} exercise", fontsize=8, va="bottom")
    ax.set(
        xlabel="Trial (18 per block)", ylabel="Target [VAS points]", yticks=TARGETS, ylim=(0, 100)
    )
    ax.set(xticks=[])
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return ax


def contrasts_with_intervals(contrasts, ax=None):
    """Draw contrasts as points with their intervals, one line each; zero is marked.

    Parameters
    ----------
    contrasts : pandas.DataFrame
        With ``contrast, estimate, ci_low, ci_high``, as from ``.contrasts()`` of a model.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = _axes(ax)
    rows = np.arange(len(contrasts))[::-1]
    ax.hlines(rows, contrasts.ci_low, contrasts.ci_high, color=PALETTE["neutral"], lw=2)
    ax.plot(contrasts.estimate, rows, "D", ms=6, color=PALETTE["neutral"], mec="white")
    ax.axvline(0, color="#20262c", lw=1)
    ax.set(yticks=rows, yticklabels=contrasts.contrast, xlabel="Difference [VAS points]")
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    return ax


def reported_peaks_on_glass_brain(peaks):
    """Mark reported peaks on a glass brain, coloured by the printed T.

    Parameters
    ----------
    peaks : pandas.DataFrame
        As from :func:`eih.reported_peaks`.

    Returns
    -------
    matplotlib Figure
        Left, front, right and top view in MNI space.
    """
    import matplotlib.pyplot as plt
    from nilearn import plotting

    drawing = plt.figure(figsize=(8, 2.6), layout="none")
    plotting.plot_markers(
        peaks["T"].to_numpy(),
        peaks[["mni_x", "mni_y", "mni_z"]].to_numpy(),
        node_cmap="viridis_r",
        node_vmin=0,
        node_size=70,
        display_mode="lyrz",
        figure=drawing,
        colorbar=True,
    )
    return drawing
