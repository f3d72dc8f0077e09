"""Who took part, and what they went through."""

from ..style import PALETTE
from ..tables.schema import TARGETS
from ._base import axes_or_current


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
    ax = axes_or_current(ax)
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


def trial_sequence(trials, ax=None):
    """Draw the stimuli of one participant's session: target and modality over trials and blocks.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials of one participant and session.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    ax = axes_or_current(ax)
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
