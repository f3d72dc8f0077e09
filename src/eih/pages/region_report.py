"""The regions of interest as a chapter shows them, beside the published mask where it is."""

import html

import numpy as np
import pandas as pd

from ..brain import maps
from ..brain.regions import region_masks, regions, small_volume
from ..paper.printed import reported_peaks
from .map_report import Note


class RegionsView:
    """The regions of interest as a page shows them; made by :func:`show_regions`."""

    def __init__(self, table):
        self.table = table

    def __repr__(self):
        return self.table[["region", "approximated", "volume_mm3"]].to_string(index=False)

    def _repr_html_(self):
        heads = ("Region", "Here", "Where it comes from")
        head = "".join(f'<th scope="col">{text}</th>' for text in heads)
        rows = "".join(
            f'<tr><th scope="row">{html.escape(row.region)}</th><td>{html.escape(row.approximated)}; '
            f"{row.volume_mm3:,.0f} mm³</td><td><small>{html.escape(row.source)}</small></td></tr>"
            for row in self.table.itertuples()
        )
        return (
            f'<div class="eih-scroll"><table class="eih-panels"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )


def show_regions():
    """Show the regions of interest: shape, size, and where each comes from.

    Returns
    -------
    RegionsView
        Shows itself in a notebook; ``.table`` is :func:`eih.regions`.

    Examples
    --------
    >>> import eih
    >>> eih.show_regions().table.region.tolist()
    ['RVM', 'PAG', 'frontal midline']
    """
    return RegionsView(regions())


def regions_figure(label, number):
    """Draw the regions as approximated here, with the outline of the published mask if it is there.

    Parameters
    ----------
    label : str
        Anchor of the figure on its page.
    number : str
        As in the paper, such as ``"Figure 6B–D"``.

    Returns
    -------
    eih.style.Figure
    """
    from ..figures import regions_of_interest
    from ..style import figure

    template, table = _template(), regions()
    outline = small_volume(template, published=True) if maps.here() else None
    peaks = reported_peaks().query("correction == 'small volume'")
    mask = (
        "The authors' published mask is not in this copy of the book."
        if outline is None
        else "White line: the mask that the authors have published."
    )
    where = "; ".join(f"{row.region}, {row.approximated}" for row in table.itertuples())
    return figure(
        regions_of_interest(template, region_masks(template), peaks, outline),
        label=label,
        title=f"{number}, regions as approximated here.",
        caption="Sagittal slice through the midline, coronal and axial slice through the brain stem. "
        f"Rings: reported peaks of the small-volume correction within 4 mm of a slice. {mask}",
        alt=f"Slices of the brain with three regions: {where}.",
        data=table.drop(columns=["approximated", "source"]),
        kind="approximated",
    )


def mask_comparison():
    """Compare the regions as approximated here with the published mask, on the grid of the mask.

    Returns
    -------
    pandas.DataFrame or Note
        A row per region, ``part``, and one for what the mask has outside of all of them: ``mm3`` (of the
        part), ``in_mask_mm3``, ``share_in_mask``, ``peaks_in_mask`` (reported peaks of the small-volume
        correction in the part that are in the mask, such as ``1 of 1``), and for the rest of the mask the
        middle of its largest piece: ``mni_x, mni_y, mni_z`` [mm]. Where the mask is not there, a
        sentence.
    """
    if not maps.here():
        return Note(
            "The authors' published mask is not in this copy of the book. To compare it with the regions "
            "as approximated here, call 'eih maps fetch' and build the book again."
        )
    published = maps.load("mask")
    inside = small_volume(published, published=True).get_fdata() > 0
    affine, size = published.affine, abs(np.linalg.det(published.affine[:3, :3]))
    rest, rows = inside.copy(), []
    for name, mask in region_masks(published).items():
        part = mask.get_fdata() > 0
        rest &= ~part
        both = (part & inside).sum()
        rows.append(
            [name, part.sum() * size, both * size, both / part.sum(), _peaks(part, inside, affine)]
        )
    rows.append(
        [
            "rest of the mask",
            rest.sum() * size,
            rest.sum() * size,
            1.0,
            _peaks(rest, inside, affine),
        ]
    )
    names = ["part", "mm3", "in_mask_mm3", "share_in_mask", "peaks_in_mask"]
    table = pd.DataFrame(rows, columns=names)
    table.loc[len(table) - 1, ["mni_x", "mni_y", "mni_z"]] = np.round(_middle(rest, affine), 1)
    return table


def _template():
    from nilearn.datasets import load_mni152_template

    return load_mni152_template(resolution=1)


def _peaks(part, inside, affine):
    """Count the reported small-volume peaks whose voxel is in a part, and of those the ones in the mask."""
    places = reported_peaks().query("correction == 'small volume'")[["mni_x", "mni_y", "mni_z"]]
    voxels = np.rint((places - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T).astype(int)
    here = part[tuple(voxels.to_numpy().T)]
    return f"{(here & inside[tuple(voxels.to_numpy().T)]).sum()} of {here.sum()}"


def _middle(rest, affine):
    """Return the middle of the largest piece of a mask [mm], of shape (3,); missing where it is empty."""
    from scipy import ndimage

    pieces, n = ndimage.label(rest)
    if n == 0:
        return [np.nan] * 3
    largest = np.bincount(pieces.ravel())[1:].argmax() + 1
    return affine[:3, :3] @ np.argwhere(pieces == largest).mean(axis=0) + affine[:3, 3]
