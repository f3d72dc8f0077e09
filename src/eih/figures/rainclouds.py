"""Two conditions of the same people: where the values lie, and how each person changed."""

from ..style import PALETTE
from ._base import axes_or_current, spread
from .conditions import within_subject_interval

_SIDE = (-1, 1)  # the first condition's cloud opens to the left, the second's to the right


def raincloud(means, condition, value, ax=None, label=None):
    """Draw half violin, box and points of two conditions, a line per person between them.

    Parameters
    ----------
    means : pandas.DataFrame
        One row per participant and condition.
    condition : str
        A factor of two levels; the first is drawn on the left.
    value : str
        The column drawn.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Label of the vertical axis. Default: the name of the column.

    Returns
    -------
    matplotlib Axes
        The violin ends where the data end; the box is the middle half, its line the median. Diamonds:
        means with 95 % within-subject intervals, see :func:`within_subject_interval`.

    Raises
    ------
    ValueError
        The factor has not two levels.

    Examples
    --------
    >>> import eih
    >>> from eih.figures import raincloud
    >>> effort = eih.load_blocks().groupby(["participant", "exercise"], observed=True).rpe.mean()
    >>> raincloud(effort.reset_index(), "exercise", "rpe").get_xticklabels()[1].get_text()
    'high'
    """
    ax = axes_or_current(ax)
    levels = list(means[condition].cat.categories)
    if len(levels) != 2:
        raise ValueError(f"A raincloud compares two levels; '{condition}' has {levels}.")
    wide = means.pivot(index="participant", columns=condition, values=value).dropna()[levels]
    offsets = spread(len(wide), 0.06)
    ax.plot([offsets, 1 + offsets], wide[levels].T, color=PALETTE["faint"], lw=0.8, zorder=1)
    intervals = within_subject_interval(means, condition, value)
    for place, (level, row) in enumerate(zip(levels, intervals.itertuples(), strict=True)):
        _cloud_and_box(ax, means[means[condition] == level], condition, value, place)
        colour = PALETTE[level]
        points = {"ms": 4, "alpha": 0.6, "mec": "none", "zorder": 2}
        ax.plot(place + offsets, wide[level], "o", color=colour, **points)
        x = place + 0.14 * _SIDE[place]
        ax.vlines(x, row.ci_low, row.ci_high, color="#20262c", lw=2.2, zorder=4)
        ax.plot(x, row.mean, "D", ms=6.5, color=colour, mec="white", mew=1.2, zorder=5)
    ax.set(xticks=[0, 1], xticklabels=levels, xlim=(-0.75, 1.75))
    ax.set(xlabel=condition, ylabel=value if label is None else label)
    return ax


def _cloud_and_box(ax, rows, condition, value, place):
    """Draw the half violin of one condition with seaborn, and its box between cloud and points."""
    import seaborn

    side = _SIDE[place]
    palette = {level: PALETTE[level] for level in rows[condition].cat.categories}
    # With both levels known, seaborn opens the first to the left and the second to the right.
    seaborn.violinplot(
        rows.assign(x=place + 0.34 * side),
        x="x",
        y=value,
        hue=condition,
        palette=palette,
        split=True,
        cut=0,
        width=0.75,
        inner=None,
        linewidth=0,
        alpha=0.75,
        native_scale=True,
        legend=False,
        ax=ax,
    )
    # Not seaborn's box: its version of today calls matplotlib in a way that warns.
    ax.boxplot(
        rows[value].dropna(),
        positions=[place + 0.25 * side],
        widths=0.07,
        manage_ticks=False,
        showfliers=False,
        patch_artist=True,
        boxprops={"facecolor": palette[rows[condition].iloc[0]], "edgecolor": "#20262c"},
        medianprops={"color": "#20262c", "lw": 1.6},
    )
