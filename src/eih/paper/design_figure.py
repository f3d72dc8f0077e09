"""The study in one picture, drawn from the printed design figures."""

from ..style import PALETTE
from .printed import design_constants


def study_design(constants=None):
    """Draw the study: three days, the four blocks of a drug day, the trials of a block.

    Parameters
    ----------
    constants : pandas.DataFrame, optional
        Design figures as from :func:`eih.design_constants`. Default: those.

    Returns
    -------
    matplotlib Figure
        Three rows, from the whole study down to one painful stimulus.

    Examples
    --------
    >>> import eih, matplotlib.pyplot as plt
    >>> drawing = eih.study_design()
    >>> len(drawing.axes)
    3
    >>> plt.close(drawing)
    """
    import matplotlib.pyplot as plt

    constants = design_constants() if constants is None else constants
    value = constants.drop_duplicates("name").set_index("name").value
    drawing, rows = plt.subplots(3, 1, figsize=(8, 4.6), height_ratios=[1, 1, 1])
    for ax in rows:
        ax.set(xlim=(0, 100), ylim=(0, 10))
        ax.axis("off")
    _days(rows[0], value)
    _blocks(rows[1], value)
    _trial(rows[2], value)
    return drawing


def _box(ax, left, width, text, colour, *, light=False):
    import matplotlib.patches as patches

    ax.add_patch(
        patches.FancyBboxPatch(
            (left, 0.8),
            width,
            6.4,
            boxstyle="round,pad=0.2,rounding_size=0.8",
            facecolor=colour,
            alpha=0.18 if light else 1,
            edgecolor="none",
        )
    )
    ink = "#20262c" if light else "white"
    ax.text(left + width / 2, 4.0, text, ha="center", va="center", color=ink, fontsize=9)


def _heading(ax, text):
    ax.text(0, 9.2, text, fontsize=10.5, weight="bold", va="center", color="#20262c")


def _days(ax, value):
    _heading(ax, "Three days: calibration, then two drug days in balanced order")
    _box(
        ax,
        1,
        30,
        "Day 1: calibration\nheat and pressure to targets\n"
        f"{value['experiment target intensities'].replace(';', ',')} VAS points; fitness test",
        PALETTE["neutral"],
        light=True,
    )
    _box(ax, 35, 30, "Saline\n(placebo)", PALETTE["saline"])
    _box(ax, 69, 30, "Naloxone\n(blocks opioid receptors)", PALETTE["naloxone"])


def _blocks(ax, value):
    minutes = value["cycling duration per block"]
    _heading(
        ax, f"One drug day: {value['cycling blocks per experimental day']} blocks, cycling then MRI"
    )
    order = ["high", "low", "low", "high"]
    target = {"high": value["HI exercise target"], "low": value["LI exercise target"]}
    for place, exercise in enumerate(order):
        left = 1 + place * 25
        _box(
            ax, left, 10, f"{minutes} min\n{exercise}\n{target[exercise]} % FTP", PALETTE[exercise]
        )
        _box(ax, left + 11.5, 10.5, "MRI\npainful\nstimuli", PALETTE["neutral"], light=True)


def _trial(ax, value):
    each = value["heat stimuli per block"]
    _heading(ax, f"One MRI run: {each} heat and {each} pressure stimuli in turn, each rated")
    _box(
        ax,
        1,
        38,
        f"painful stimulus, {value['stimulus duration']} s\n(plateau {value['plateau']} s)",
        PALETTE["heat"],
    )
    _box(
        ax,
        42,
        24,
        f"rating on a visual\nanalogue scale, {value['rating window']} s",
        PALETTE["neutral"],
    )
    _box(
        ax,
        69,
        30,
        f"pause, {value['ITI']} ± {value['ITI jitter']} s",
        PALETTE["neutral"],
        light=True,
    )
