"""Surrogate images on the MNI template, each with the word on it."""

import numpy as np

from ..style import PALETTE

_STAMP = "SURROGATE IMAGES"


def stamp_surrogate(drawing, place=(0.004, 0.006)):
    """Write on a figure that what it shows is simulated."""
    style = {"fontsize": 7.5, "color": PALETTE["heat"], "fontweight": "bold"}
    drawing.text(*place, _STAMP, ha="left", va="bottom", **style)
    return drawing


def surrogate_slices(images, titles, cuts, vmax=None, unit="T"):
    """Cut several surrogate images at the same heights, a row per image; left is left, front is up.

    Parameters
    ----------
    images : list of nibabel.Nifti1Image
        On the MNI grid, 0 outside the brain.
    titles : list of str
        One per image.
    cuts : list of float
        Heights of the axial slices [mm]; the nearest voxel layer is shown.
    vmax : float, optional
        Where the colours end. Default: the largest value of all images.
    unit : str, default "T"
        For the colour bar.

    Returns
    -------
    matplotlib Figure
    """
    import matplotlib.pyplot as plt

    volumes = [image.get_fdata() for image in images]
    limit = max(float(np.abs(v).max()) for v in volumes) if vmax is None else vmax
    size = (8, 1.95 * len(images) + 0.3)
    drawing, panels = plt.subplots(len(images), len(cuts), figsize=size, squeeze=False)
    for row, title, image, values in zip(panels, titles, images, volumes, strict=True):
        inside = values != 0
        x, y = (np.flatnonzero(inside.any(axis=other)) for other in ((1, 2), (0, 2)))
        for panel, cut in zip(row, cuts, strict=True):
            layer = round((cut - image.affine[2, 3]) / image.affine[2, 2])
            shown = np.ma.masked_where(~inside[:, :, layer], values[:, :, layer])
            drawn = panel.imshow(
                shown.T,
                cmap="RdBu_r",
                vmin=-limit,
                vmax=limit,
                origin="lower",
                interpolation="nearest",
            )
            panel.set(xlim=(x.min() - 1, x.max() + 1), ylim=(y.min() - 1, y.max() + 1))
            panel.axis("off")
            style = {"transform": panel.transAxes, "fontsize": 8, "ha": "center", "va": "top"}
            panel.text(0.5, 0.0, f"z = {cut:g}", **style)
        row[0].set_title(title, fontsize=10)
    drawing.colorbar(drawn, ax=panels, shrink=0.7, pad=0.01).ax.set_title(unit, fontsize=9)
    return stamp_surrogate(drawing, (0.835, 0.006))


def surrogate_glass_brain(image, threshold, volume=None):
    """Show what a surrogate map has above a threshold, through a glass brain.

    Parameters
    ----------
    image : nibabel.Nifti1Image
        T on the MNI grid.
    threshold : float
        Values below it are not drawn.
    volume : nibabel.Nifti1Image, optional
        A search volume to outline.

    Returns
    -------
    matplotlib Figure
        Left, front, right and top view.
    """
    import matplotlib.pyplot as plt
    from nilearn import plotting

    drawing = plt.figure(figsize=(8, 2.5), layout="none", facecolor="white")
    display = plotting.plot_glass_brain(
        image,
        threshold=threshold,
        display_mode="lyrz",
        figure=drawing,
        colorbar=True,
        cmap="inferno_r",
        vmin=threshold,
        plot_abs=False,
    )
    if volume is not None:
        display.add_contours(volume, levels=[0.5], colors=[PALETTE["saline"]], linewidths=1)
    return stamp_surrogate(drawing)
