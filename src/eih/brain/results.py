"""What a chapter shows of a brain result: the published map where it is, the reported peaks where not."""

import html
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..paper.verdicts import EXACT, compare
from . import maps
from .map_peaks import clusters, extent_in_mask, peaks_in_map, threshold_of
from .map_viewer import view_map
from .peaks import peaks_with_models

DISPLAY_P = 0.001  # uncorrected, as in the paper's figures of these maps


class Note:
    """One sentence in the place of something that cannot be shown."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        return f'<p class="eih-note">{html.escape(self.text)}</p>'


@dataclass(frozen=True, repr=False)
class BrainResult:
    """A brain result in one of two states; made by :func:`brain_result`.

    ``peaks`` are the reported peaks; where the map is there, also what it has at their places.
    ``image`` is the map or None, ``threshold`` the height it is shown at, ``unit`` what its values are.
    """

    name: str
    peaks: pd.DataFrame
    image: object = None
    threshold: float | None = None
    unit: str = "T"

    def __repr__(self):
        return f"{maps.MAPS[self.name].shows}: {self.shows}"

    @property
    def shows(self):
        """``published map`` or ``reported peaks``: which of the two is shown, for titles."""
        return "reported peaks" if self.image is None else "published map"

    @property
    def caption(self):
        """Tell what the figure shows, where it comes from, and whether the map has the peaks."""
        what = maps.MAPS[self.name].shows
        rings = "Rings: the coordinates that the paper reports."
        if self.image is None:
            return (
                f"Contrast: {what}. {rings} No map is drawn, since the published one is not here: "
                "reported, not recomputed."
            )
        return (
            f"Contrast: {what}. The authors' published map ({self.unit}) above {self.threshold:.2f}. "
            f"{rings} {self._agreement()}"
        )

    @property
    def alt(self):
        """Describe the figure for those who cannot see it, from the values it shows."""
        places = [
            f"{row.region} at ({row.mni_x}, {row.mni_y}, {row.mni_z}), reported T = {row.T:.2f}"
            + ("" if self.image is None else f", {row.value:.2f} in the map")
            for row in self.peaks.itertuples()
        ]
        return f"Brain slices with the {self.shows}: {'; '.join(places)}."

    @property
    def note(self):
        """Say which of the two is shown and how to get the other, for the text of the page."""
        if self.image is None:
            return (
                "The authors' group map is not in this copy of the book, so the peaks are shown as "
                "reported. To see the map, call 'eih maps fetch' and build the book again."
            )
        return "The map is the one that the authors have published; it is read, not recomputed."

    def draw(self):
        """Draw slices through each reported peak, on the map or on the template alone."""
        from ..figures import slices_through_peaks

        return slices_through_peaks(self.peaks, self.image, self.threshold, self.unit)

    def clusters(self):
        """List clusters and local maxima of the map, see :func:`eih.brain.map_peaks.clusters`."""
        return self._without_map() or clusters(self.image, self.threshold)

    def extent(self):
        """Measure the map in the small volume, see :func:`eih.brain.map_peaks.extent_in_mask`."""
        return self._without_map() or extent_in_mask(self.image, maps.load("mask"), self.threshold)

    def viewer(self):
        """Make the interactive viewer of the map, see :func:`eih.brain.map_viewer.view_map`."""
        first = self.peaks.iloc[0]
        return self._without_map() or view_map(
            self.image,
            self.threshold,
            f"published map, {maps.MAPS[self.name].shows}",
            at=(first.mni_x, first.mni_y, first.mni_z),
        )

    def _without_map(self):
        return Note(self.note) if self.image is None else None

    def _agreement(self):
        """Say whether the map has local maxima of the printed T at the reported places."""
        tops, same, of = self.peaks.is_maximum.sum(), self.peaks.same_T.sum(), len(self.peaks)
        if of == 1:
            lies = "lies" if tops else "does not lie"
            return (
                f"The reported peak {lies} on a local maximum of the map, which has "
                f"{self.peaks.value.item():.2f} there."
            )
        return (
            f"Of the {of} reported peaks, {tops} lie on a local maximum of the map and {same} have the "
            "printed T there."
        )


def brain_result(name):
    """Get what is there of a brain result: the published map, or the reported peaks alone.

    Parameters
    ----------
    name : str
        ``"figure_2"``, ``"figure_5"``, ``"figure_7"`` or ``"figure_8"``.

    Returns
    -------
    BrainResult

    Raises
    ------
    DataError
        A map is there and cannot be used, or has changed since it was fetched.
    ValueError
        There is no such result.

    Examples
    --------
    >>> from eih.brain.results import brain_result
    >>> brain_result("figure_7").peaks.region.tolist()
    ['right mFC']
    """
    published = maps.MAPS.get(name)
    if published is None or not published.peaks:
        known = [short for short, one in maps.MAPS.items() if one.peaks]
        raise ValueError(f"Unknown brain result '{name}'. There are {known}.")
    table = peaks_with_models()
    peaks = table[table.id.isin(published.peaks)].reset_index(drop=True)
    if not maps.here():
        return BrainResult(name, peaks[[*_REPORTED, *_PLACE, "T"]])
    image = maps.load(name)
    found = peaks[_REPORTED].merge(peaks_in_map(image, peaks).drop(columns="region"), on="id")
    needed, lowest = threshold_of(image, peaks.df.iloc[0], DISPLAY_P)
    if _holds_t(found):
        return BrainResult(name, found, image, needed)
    # values that are no T have no threshold of their own: all that the authors left are shown
    just_below = float(np.nextafter(np.float32(lowest), np.float32(0)))
    return BrainResult(name, found, image, just_below, "value in the map")


_REPORTED = ["id", "contrast", "region", "p", "correction"]
_PLACE = ["mni_x", "mni_y", "mni_z"]


def _holds_t(found):
    """Tell whether the map's values are T: at one peak at least it has the printed one, nearby or there."""
    return any(
        compare(f"{row.T:.2f}", value) == EXACT
        for row in found.itertuples()
        for value in (row.value, row.nearest_value)
    )
