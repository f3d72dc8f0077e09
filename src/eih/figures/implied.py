"""What the printed corrected p values imply: how many tests, or how large a volume."""

from ..style import PALETTE

MEASURES = {"tests": "Independent tests", "resels": "Volume [resels]"}


def implied_intervals(readings):
    """Draw, peak by peak, the number of tests and the volume that T and corrected p allow.

    Parameters
    ----------
    readings : dict of str to pandas.DataFrame
        Tables as from :func:`eih.implied_tests`, by the name of their reading of the degrees of freedom;
        the same peaks in each. The first is drawn solid, a second hollow.

    Returns
    -------
    matplotlib Figure
        Left tests, right resels; a bar reaches from the lowest to the highest
        value that prints as the paper does. Where all bars overlap is shaded, for the first reading.
    """
    import matplotlib.pyplot as plt

    first = next(iter(readings.values()))
    drawing, panels = plt.subplots(
        1, 2, sharey=True, figsize=(8, 0.62 * len(first) + 1.5), layout="constrained"
    )
    for ax, (measure, label) in zip(panels, MEASURES.items(), strict=True):
        for number, (name, table) in enumerate(readings.items()):
            height = 0.3 * (number - (len(readings) - 1) / 2)
            low, high = table[f"{measure}_low"], table[f"{measure}_high"]
            where = [place + height for place in range(len(table))]
            face = PALETTE["saline"] if number == 0 else "white"
            edge = {"height": 0.22, "facecolor": face, "edgecolor": PALETTE["saline"], "lw": 1.5}
            ax.barh(where, high - low, left=low, label=name, zorder=3, **edge)
        low, high = first[f"{measure}_low"].max(), first[f"{measure}_high"].min()
        if low <= high:
            ax.axvspan(low, high, color=PALETTE["faint"], alpha=0.5, zorder=1)
        ax.set(xlim=(0, None), xlabel=label)
        ax.xaxis.set_major_formatter("{x:,.0f}")
    names = [f"{row.region}, T = {row.T:.2f}, p = {row.p}" for row in first.itertuples()]
    panels[0].set_yticks(range(len(first)), names)
    panels[0].invert_yaxis()
    if len(readings) > 1:
        bars = panels[0].containers
        drawing.legend(bars, list(readings), loc="outside upper right", ncols=2, frameon=False)
    return drawing
