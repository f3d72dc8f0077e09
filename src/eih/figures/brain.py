"""Peaks and maps on the MNI template."""


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
