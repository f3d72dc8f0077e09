"""Peaks laid over a map of other studies: on a glass brain, on slices, as percentiles, against chance."""

import numpy as np

from ..style import PALETTE
from ._base import axes_or_current, spread

_ORDERED = ("heat", "naloxone", "high", "saline", "neutral")
_MARKERS = ("o", "s", "^", "D", "v")
_AXES = ["mni_x", "mni_y", "mni_z"]
_SHOWN = {"x": (1, 2), "y": (0, 2), "z": (0, 1)}  # which coordinates a view shows


def _looks(groups):
    """Give each group of peaks its colour and marker, in order of appearance."""
    names = dict.fromkeys(groups)
    colours = (PALETTE[name] for name in _ORDERED)
    return dict(zip(names, zip(colours, _MARKERS, strict=True), strict=False))


def peaks_over_map(peak_map, clusters, located):
    """Draw the clusters of a map on a glass brain and number the peaks over it.

    Parameters
    ----------
    peak_map : PeakMap
        As from :func:`eih.ale_map`.
    clusters : pandas.DataFrame
        Rows of :func:`eih.find_clusters` to draw.
    located : pandas.DataFrame
        As from :func:`eih.locate_peaks`, with a column ``question``: its groups differ by colour and
        marker. Peaks are numbered in the order of rows.

    Returns
    -------
    matplotlib Figure
        Side, front and top view; a view shows both hemispheres.
    """
    import matplotlib.pyplot as plt
    from nilearn import plotting

    drawing = plt.figure(figsize=(8.4, 3.4), layout="none")
    place = (0, 0.1, 1, 0.9)
    settings = {
        "display_mode": "ortho",
        "colorbar": True,
        "cmap": "Greys",
        "vmin": 0,
        "axes": place,
    }
    view = plotting.plot_glass_brain(
        peak_map.image(clusters), figure=drawing, threshold=1e-6, plot_abs=False, **settings
    )
    looks = _looks(located.question)
    for axis, (across, up) in _SHOWN.items():
        panel = view.axes[axis].ax
        for number, row in enumerate(located.itertuples(), start=1):
            colour, marker = looks[row.question]
            point = [getattr(row, name) for name in _AXES]
            at = (point[across], point[up])
            panel.plot(*at, marker, color=colour, ms=11, mec="white", mew=0.8, zorder=20 + number)
            style = {"color": "white", "fontsize": 7, "fontweight": "bold", "ha": "center"}
            panel.text(*at, number, va="center_baseline", zorder=20.5 + number, **style)
    handles = [
        plt.Line2D([], [], ls="none", marker=marker, color=colour, ms=7, label=name)
        for name, (colour, marker) in looks.items()
    ]
    drawing.legend(handles=handles, loc="lower center", ncols=len(looks), fontsize=9)
    return drawing


def slices_at_peaks(peak_map, clusters, located):
    """Cut the brain at the height of each peak and mark the peak by a cross.

    Parameters
    ----------
    peak_map, clusters, located
        As for :func:`peaks_over_map`.

    Returns
    -------
    matplotlib Figure
        One horizontal slice of the nearest 2 mm per peak, in the order of rows; left is left, front is up.
    """
    import matplotlib.pyplot as plt

    from ..brain.mni_grid import anatomy, brain_grid

    grid, columns = brain_grid(), 4
    behind, z = anatomy(), peak_map.image(clusters).get_fdata()
    first, step = grid.affine[:3, 3], np.diag(grid.affine)[:3]
    edges = [(first[i] - step[i] / 2, first[i] + step[i] * (z.shape[i] - 0.5)) for i in (0, 1)]
    box = {"extent": [*edges[0], *edges[1]], "origin": "lower", "interpolation": "nearest"}
    rows = -(-len(located) // columns)
    drawing, panels = plt.subplots(rows, columns, figsize=(8.4, 2.85 * rows))
    panels = np.atleast_1d(panels).ravel()
    looks = _looks(located.question)
    for number, row in enumerate(located.itertuples(), start=1):
        panel, height = panels[number - 1], round((row.mni_z - first[2]) / step[2])
        panel.imshow(behind[:, :, height].T, cmap="Greys_r", vmax=behind.max() * 1.1, **box)
        over = np.ma.masked_less_equal(z[:, :, height], 0).T
        panel.imshow(over, cmap="autumn", vmin=3, vmax=z.max(), **box)
        colour, _ = looks[row.question]
        panel.plot(row.mni_x, row.mni_y, "+", color="white", ms=17, mew=5, zorder=20)
        panel.plot(row.mni_x, row.mni_y, "+", color=colour, ms=14, mew=2.2, zorder=21)
        title = f"{number} {row.region}, z = {row.mni_z}"
        panel.set_title(title, fontsize=9, fontweight="normal", loc="center")
        panel.set(xlim=(-80, 80), ylim=(-112, 82))
    for panel in panels:
        panel.axis("off")
    return drawing


def percentiles_of_peaks(located, variants, held_out, ax=None):
    """Draw the percentile of each peak, its range over other maps, and how peaks usually fare.

    Parameters
    ----------
    located : pandas.DataFrame
        As from :func:`eih.locate_peaks`, with a column ``question``.
    variants : pandas.DataFrame
        As from :func:`eih.map_variants`.
    held_out : pandas.DataFrame
        As from :func:`eih.held_out_foci`; its dots make the row at the bottom.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
        Large marks are the chapter's map, small ones all variants; the band holds the middle half of the
        held-out foci.
    """
    ax = axes_or_current(ax)
    looks = _looks(located.question)
    low, median, high = held_out.percentile.quantile([0.25, 0.5, 0.75])
    ax.axvspan(low, high, color=PALETTE["faint"], alpha=0.35, lw=0)
    ax.axvline(median, color=PALETTE["neutral"], lw=1.2, ls="--")
    names = []
    for place, row in enumerate(located.itertuples()):
        colour, marker = looks[row.question]
        others = np.sort(variants.percentile[variants.id == row.id])
        ax.plot(others, place + spread(len(others), 0.18), ".", color=colour, alpha=0.55, ms=5)
        ax.plot(row.percentile, place, marker, color=colour, ms=10, mec="white", mew=1.2, zorder=5)
        names.append(f"{place + 1}  {row.region} ({row.mni_x}, {row.mni_y}, {row.mni_z})")
    bottom = len(located)
    dots = np.sort(held_out.percentile)
    ax.plot(dots, bottom + spread(len(dots), 0.3), ".", color=PALETTE["neutral"], alpha=0.4, ms=4)
    names.append(f"{len(dots)} held-out foci")
    ax.set(yticks=range(bottom + 1), yticklabels=names, ylim=(bottom + 0.6, -0.6), xlim=(0, 101))
    ax.set_xlabel("Brain voxels with a lower value [%]")
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    return ax


def placements_and_observed(placements, observed, ax=None, label=None):
    """Draw the mean percentile of a set of peaks at random places, and where the set really is.

    Parameters
    ----------
    placements : array
        As from :func:`eih.random_placements`.
    observed : float
        Mean percentile of the set where it was reported.
    ax : matplotlib Axes, optional
        Where to draw.
    label : str, optional
        Title of the panel.

    Returns
    -------
    matplotlib Axes
        The line marks the observed mean.
    """
    ax = axes_or_current(ax)
    ax.hist(placements, bins=np.arange(0, 101, 5), color=PALETTE["faint"], ec="white", lw=0.6)
    ax.axvline(observed, color=PALETTE["heat"], lw=2.2)
    ax.set(xlabel="Mean percentile", ylabel="Placements", xlim=(0, 100))
    if label is not None:
        ax.set_title(label)
    return ax
