"""Every rating of one person, block by block."""

from ..style import PALETTE
from ..tables.schema import TARGETS

_SHAPES = dict(zip(TARGETS, "os^", strict=True))
_STRENGTHS = dict(zip(TARGETS, (0.35, 0.65, 1.0), strict=True))


def ratings_over_blocks(trials):
    """Draw one person's ratings in one modality: a row per day, a panel per block.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials of one participant and one modality, as from :func:`eih.load_trials`.

    Returns
    -------
    matplotlib Figure
        Shape and strength of a mark: its target; the strip above a panel: the exercise before it.

    Raises
    ------
    ValueError
        The trials are of several people or modalities.
    """
    import matplotlib.pyplot as plt

    for column in ("participant", "modality"):
        found = trials[column].unique()
        if len(found) != 1:
            raise ValueError(
                f"{len(found)} values of '{column}' ({', '.join(map(str, found[:3]))} …): one is drawn. "
                f"Keep one first, such as trials[trials.{column} == '{found[0]}']."
            )
    days, blocks = sorted(trials.session.unique()), sorted(trials.block.unique())
    drawing, axes = plt.subplots(
        len(days), len(blocks), sharex=True, sharey=True, squeeze=False, figsize=(8, 4.4)
    )
    for (session, block), rows in trials.groupby(["session", "block"]):
        ax = axes[days.index(session), blocks.index(block)]
        _panel(ax, rows)
        ax.set_title(f"block {block}, {rows.exercise.iloc[0]}", fontsize=9, fontweight="normal")
    for row, session in enumerate(days):
        drug = trials.drug[trials.session == session].iloc[0]
        axes[row, 0].set_ylabel(f"Day {session}: {drug}\nrating", color=PALETTE[drug])
    axes[0, 0].set(xlim=(0, 19), ylim=(0, 104), xticks=[], yticks=[0, 50, 100])
    drawing.supxlabel("Trial", fontsize=10)
    handles = axes[0, 0].get_legend_handles_labels()
    drawing.legend(*handles, loc="outside upper right", ncols=3, fontsize=9)
    return drawing


def _panel(ax, rows):
    exercise = PALETTE[rows.exercise.iloc[0]]
    ax.axhspan(101, 104, color=exercise, lw=0)
    for target, own in rows.sort_values("trial").groupby("target"):
        ax.plot(
            own.trial, own.rating, _SHAPES[target], ls="-", lw=0.7, ms=5, mec="none",
            color=PALETTE[own.modality.iloc[0]], alpha=_STRENGTHS[target], label=f"target {target}",
        )  # fmt: skip
