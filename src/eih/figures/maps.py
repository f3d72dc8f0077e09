"""Maps and reported peaks on slices of the MNI template that nilearn carries."""

import numpy as np


def slices_through_peaks(peaks, image=None, threshold=None, unit="T"):
    """Cut the template at each reported peak, a row per peak, with a map on it if there is one.

    Without a map the same slices show the reported coordinate alone, so that a page looks the same with
    and without the published maps.

    Parameters
    ----------
    peaks : pandas.DataFrame
        As from :func:`eih.reported_peaks`.
    image : nibabel.Nifti1Image, optional
        A map in MNI space; missing values are not drawn.
    threshold : float, optional
        Values below it are not drawn. Default: whatever is not zero.
    unit : str, default "T"
        What the values of the map are, for the colour bar.

    Returns
    -------
    matplotlib Figure
        Sagittal, coronal and axial slice; the ring is the reported peak.

    Examples
    --------
    >>> import eih, matplotlib.pyplot as plt
    >>> drawing = eih.figures.slices_through_peaks(eih.reported_peaks("s2-1").head(1))
    >>> drawing.texts[0].get_text()
    'right antIns (36, 6, 14): reported T = 10.35'
    >>> plt.close(drawing)
    """
    import matplotlib.pyplot as plt

    drawing = plt.figure(figsize=(8, 2.5 * len(peaks)), layout="none", facecolor="white")
    height = 1 / len(peaks)
    for row, peak in enumerate(peaks.itertuples()):
        bottom = 1 - (row + 1) * height
        place = (peak.mni_x, peak.mni_y, peak.mni_z)
        axes = drawing.add_axes((0.01, bottom + 0.01 * height, 0.89, 0.85 * height))
        display = _cut(image, threshold, axes, cut_coords=place)
        for colour, width in (("black", 2.6), ("white", 1.2)):
            display.add_markers([place], "none", marker_size=110, edgecolors=colour, lw=width)
        title = f"{peak.region} {place}: reported T = {peak.T:.2f}"
        drawing.text(0.01, bottom + 0.88 * height, title, fontsize=10, color="#20262c")
    if image is not None:
        colours = _colours(image, threshold)
        _colour_bar(drawing, (0.92, 0.5 - 0.3 * height, 0.014, 0.6 * height), colours, unit)
    return drawing


def axial_slices(image, threshold=None, step=8, unit="T"):
    """Show a whole map in axial slices, as the paper's supplements do.

    Parameters
    ----------
    image : nibabel.Nifti1Image
        A map in MNI space; missing values are not drawn.
    threshold : float, optional
        Values below it are not drawn. Default: whatever is not zero.
    step : int, default 8
        Between two slices [mm].
    unit : str, default "T"
        What the values of the map are, for the colour bar.

    Returns
    -------
    matplotlib Figure
        Slices from the brain stem upwards, eight to a row.

    Examples
    --------
    >>> import eih, matplotlib.pyplot as plt
    >>> from nilearn.datasets import load_mni152_template
    >>> brain = load_mni152_template(resolution=4)
    >>> drawing = eih.figures.axial_slices(brain, threshold=0.5, step=16, unit="brightness")
    >>> drawing.axes[-1].get_title() or drawing.axes[-1].get_ylabel()
    'brightness'
    >>> plt.close(drawing)
    """
    import matplotlib.pyplot as plt

    heights = np.arange(-48, 80, step)
    rows = [heights[start : start + 8] for start in range(0, len(heights), 8)]
    drawing = plt.figure(figsize=(8, 1.35 * len(rows)), layout="none", facecolor="white")
    for row, cuts in enumerate(rows):
        bottom = 1 - (row + 1) / len(rows)
        axes = drawing.add_axes((0.005, bottom, 0.9 * len(cuts) / 8, 0.97 / len(rows)))
        _cut(image, threshold, axes, cut_coords=cuts.tolist(), display_mode="z")
    _colour_bar(drawing, (0.93, 0.2, 0.014, 0.6), _colours(image, threshold), unit)
    return drawing


def _cut(image, threshold, axes, **cuts):
    """Draw slices of the template, and of the map if there is anything to draw."""
    from nilearn import plotting

    shared = {"axes": axes, "draw_cross": False, "black_bg": False, "colorbar": False, **cuts}
    drawable = None if image is None else _drawable(image, threshold)
    if drawable is None or not drawable.get_fdata().any():
        return plotting.plot_anat(dim=0.8, **shared)
    return plotting.plot_stat_map(
        drawable,
        threshold=1e-6,
        symmetric_cbar=False,
        resampling_interpolation="nearest",  # voxels as they are
        **_colours(image, threshold),
        **shared,
    )


def _colours(image, threshold):
    """Return the range of the colours, not empty even where nothing is drawn."""
    lowest = threshold or 0
    highest = float(_drawable(image, threshold).get_fdata().max())
    return {"cmap": "autumn", "vmin": lowest, "vmax": max(highest, lowest + 1)}


def _colour_bar(drawing, place, colours, unit):
    """Draw one colour bar for all slices."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    axes = drawing.add_axes(place)
    scale = Normalize(colours["vmin"], colours["vmax"])
    drawing.colorbar(ScalarMappable(scale, colours["cmap"]), cax=axes)
    axes.tick_params(labelsize=8)
    axes.set_title(unit, fontsize=9, loc="center")


def _drawable(image, threshold):
    """Return the map with zeros where nothing is to be drawn."""
    values = np.nan_to_num(image.get_fdata(dtype=np.float32), posinf=0, neginf=0)
    return type(image)(np.where(values > (threshold or 0), values, 0), image.affine)
