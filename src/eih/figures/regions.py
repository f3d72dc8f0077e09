"""The regions of interest and the small volume on the MNI template."""

import numpy as np

INK = "#20262c"
REGION_COLOURS = ("#D81B60", "#E8A200", "#1E88E5")  # of the regions in their order
CUTS = (("x", 0), ("y", -30), ("z", -10))  # mm: through all three regions, and twice the PAG


def regions_of_interest(template, masks, peaks=None, outline=None):
    """Draw regions on a sagittal, a coronal and an axial slice through the brain stem.

    Parameters
    ----------
    template : nibabel.Nifti1Image
        A brain in MNI space, its axes along those of the space.
    masks : dict of str to nibabel.Nifti1Image
        On the grid of the template, as from :func:`eih.brain.regions.region_masks`.
    peaks : pandas.DataFrame, optional
        As from :func:`eih.reported_peaks`; those within 4 mm of a slice are marked by a ring.
    outline : nibabel.Nifti1Image, optional
        Another mask on that grid to compare with, drawn as a white line.

    Returns
    -------
    matplotlib Figure
        Three slices, the left side of the brain on the left, and the names of the regions below.

    Examples
    --------
    >>> import eih, matplotlib.pyplot as plt
    >>> from eih.brain.regions import region_masks
    >>> from nilearn.datasets import load_mni152_template
    >>> brain = load_mni152_template(resolution=4)
    >>> drawing = eih.figures.regions_of_interest(brain, region_masks(brain))
    >>> [text.get_text() for text in drawing.texts]
    ['x = 0 mm', 'y = -30 mm', 'z = -10 mm', '■ RVM', '■ PAG', '■ frontal midline']
    >>> plt.close(drawing)
    """
    import matplotlib.pyplot as plt
    from matplotlib.colors import ListedColormap

    drawing, panels = plt.subplots(1, 3, figsize=(8, 3), layout="none", facecolor="white")
    drawing.subplots_adjust(0.01, 0.12, 0.99, 0.92, 0.02)
    for ax, (axis, cut) in zip(panels, CUTS, strict=True):
        brain, extent = _slice(template, axis, cut)
        where = {"origin": "lower", "extent": extent}
        ax.imshow(np.where(brain > 0, brain, np.nan), cmap="gray", vmin=-0.3, vmax=1.05, **where)
        for mask, colour in zip(masks.values(), REGION_COLOURS, strict=False):
            inside = _slice(mask, axis, cut)[0] > 0.5
            one = ListedColormap([colour])
            ax.imshow(np.where(inside, 1.0, np.nan), cmap=one, alpha=0.65, **where)
        if outline is not None:
            inside = _slice(outline, axis, cut)[0] > 0.5
            if inside.any():
                ax.contour(inside, levels=[0.5], colors="white", linewidths=1.3, **where)
        for first, second in _near(peaks, axis, cut):
            for ring, width in (("black", 2.6), ("white", 1.2)):
                ax.plot(first, second, "o", ms=9, mfc="none", mec=ring, mew=width)
        ax.set_axis_off()
        drawing.text(
            ax.get_subplotspec().colspan.start / 3 + 0.02, 0.94, f"{axis} = {cut} mm", color=INK
        )
    for place, (name, colour) in enumerate(zip(masks, REGION_COLOURS, strict=False)):
        drawing.text(0.03 + 0.12 * place, 0.03, f"■ {name}", color=colour, fontsize=11)
    if outline is not None:
        drawing.text(0.62, 0.03, "white line: published mask", fontsize=11, color=INK)
    return drawing


def _slice(image, axis, cut):
    """Return the slice at a place [mm], second axis first, and its edges in mm."""
    affine, number = image.affine, "xyz".index(axis)
    index = round((cut - affine[number, 3]) / affine[number, number])
    values = np.take(np.asanyarray(image.dataobj), index, axis=number).T
    edges = []
    for other in (place for place in range(3) if place != number):
        first, step = affine[other, 3], affine[other, other]
        edges += [first - step / 2, first + step * (image.shape[other] - 0.5)]
    return values, edges


def _near(peaks, axis, cut, reach=4):
    """Return where on a slice the peaks lie that are within so many mm of it, of shape (n, 2)."""
    if peaks is None:
        return np.empty((0, 2))
    places, number = peaks[["mni_x", "mni_y", "mni_z"]].to_numpy(float), "xyz".index(axis)
    return np.delete(places[np.abs(places[:, number] - cut) <= reach], number, axis=1)
