"""What a chapter shows of a brain result: the published map where it is, the reported peaks where not."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..brain import maps
from ..brain.map_peaks import clusters, extent_in_mask, peaks_in_map, threshold_of
from ..brain.map_viewer import view_map
from ..brain.peaks import STATISTICS, peak_statistics, peaks_with_models
from ..paper.verdicts import EXACT, compare
from .map_report import MapReport, Note

DISPLAY_P = 0.001  # uncorrected, as in the paper's figures of these maps


@dataclass(frozen=True, repr=False)
class BrainResult:
    """A brain result in one of two states; made by :func:`brain_result`.

    ``contrast`` says what is compared. ``peaks`` are the reported peaks; where the map is there, also
    what it has at their places. ``image`` is the map or None, ``threshold`` the height it is shown at,
    ``unit`` what its values are. ``published`` tells whether there is a map to be fetched at all.
    """

    contrast: str
    peaks: pd.DataFrame
    image: object = None
    threshold: float | None = None
    unit: str = "T"
    published: bool = True

    def __repr__(self):
        return f"{self.contrast}: {self.shows}"

    @property
    def kind(self):
        """``published map`` or ``reported``: the badge of its figures."""
        return "reported" if self.image is None else "published map"

    @property
    def shows(self):
        """``published map`` or ``reported peak(s)``: which of the two is shown, for titles."""
        if self.image is not None:
            return "published map"
        return "reported peaks" if len(self.peaks) > 1 else "reported peak"

    @property
    def caption(self):
        """Tell what the figure shows, where it comes from, and whether the map has the peaks."""
        rings = "Rings: the coordinates that the paper reports."
        if self.image is None:
            why = "the published one is not here" if self.published else "none is published"
            return (
                f"Contrast: {self.contrast}. {rings} No map is drawn, since {why}: "
                "reported, not recomputed."
            )
        return (
            f"Contrast: {self.contrast}. The authors' published map ({self.unit}) above "
            f"{self.threshold:.2f}. {rings} {self._agreement()}"
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
        if self.image is not None:
            return "The map is the one that the authors have published; it is read, not recomputed."
        if not self.published:
            return (
                "The authors have published no map of this contrast: the peak is shown as reported."
            )
        return (
            "The authors' group map is not in this copy of the book, so the peaks are shown as "
            "reported. To see the map, call 'eih maps fetch' and build the book again."
        )

    def draw(self):
        """Draw slices through each reported peak, on the map or on the template alone."""
        from ..figures import slices_through_peaks

        return slices_through_peaks(self.peaks, self.image, self.threshold, self.unit)

    def figure(self, label, number):
        """Finish the figure of :meth:`draw`: badge, title, caption, alternative text, table.

        Parameters
        ----------
        label : str
            Anchor of the figure on its page.
        number : str
            As in the paper, such as ``"Figure 2B–D"``.

        Returns
        -------
        eih.style.Figure
        """
        from ..style import figure

        about = {"caption": self.caption, "alt": self.alt, "data": self.peaks, "kind": self.kind}
        return figure(self.draw(), label=label, title=f"{number}, {self.shows}.", **about)

    def slices(self, label, number):
        """Show the whole map in axial slices, as the paper's supplements do; a note where it is not.

        Parameters
        ----------
        label, number : str
            As for :meth:`figure`.

        Returns
        -------
        eih.style.Figure or Note
        """
        if self.image is None:
            return Note(f"{number} is the same map in slices of the whole brain: it needs the map.")
        from ..figures import axial_slices
        from ..style import figure

        top = clusters(self.image, self.threshold).head(3)
        places = "; ".join(
            f"{row.value:.2f} at ({row.mni_x:.0f}, {row.mni_y:.0f}, {row.mni_z:.0f})"
            for row in top.itertuples()
        )
        return figure(
            axial_slices(self.image, self.threshold, unit=self.unit),
            label=label,
            title=f"{number}, published map.",
            caption=f"Contrast: {self.contrast}. Axial slices from the brain stem upwards, z in mm; the "
            f"authors' published map ({self.unit}) above {self.threshold:.2f}.",
            alt=f"Axial slices of the map; its highest maxima are {places or 'none'}.",
            kind=self.kind,
        )

    def statistics(self, df="stated"):
        """Work out what each reported T says, see :func:`eih.brain.peaks.peak_statistics`."""
        table = peak_statistics(df=df)
        mine = table[table.id.isin(self.peaks.id)][STATISTICS]
        return mine.drop(columns="contrast").reset_index(drop=True)

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
            f"published map, {self.contrast}",
            at=(first.mni_x, first.mni_y, first.mni_z),
        )

    def in_the_map(self):
        """Show all that the map says: at the reported peaks, clusters, small volume, viewer; or a note."""
        return self._without_map() or MapReport(
            self.peaks.drop(columns=["contrast", "p", "correction"]),
            self.clusters(),
            self.extent(),
            self.viewer(),
            self.threshold,
            self.unit,
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
        ``"figure_2"``, ``"figure_5"``, ``"figure_7"`` or ``"figure_8"``; or the id of a reported peak
        that no published map belongs to, such as ``"r068"``.

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
    >>> import eih
    >>> eih.brain_result("figure_7").peaks.region.tolist()
    ['right mFC']
    """
    table, published = peaks_with_models(), maps.MAPS.get(name)
    unmapped = set(table.id) - {peak for one in maps.MAPS.values() for peak in one.peaks}
    if name in unmapped:
        alone = table[table.id == name].reset_index(drop=True)
        return BrainResult(alone.contrast.item(), alone[_SHOWN], published=False)
    if published is None or not published.peaks:
        known = [short for short, one in maps.MAPS.items() if one.peaks] + sorted(unmapped)
        raise ValueError(f"Unknown brain result '{name}'. There are {known}.")
    peaks = table[table.id.isin(published.peaks)].reset_index(drop=True)
    if not maps.here():
        return BrainResult(published.shows, peaks[_SHOWN])
    image = maps.load(name)
    found = peaks[_REPORTED].merge(peaks_in_map(image, peaks).drop(columns="region"), on="id")
    needed, lowest = threshold_of(image, peaks.df.iloc[0], DISPLAY_P)
    if _holds_t(found):
        return BrainResult(published.shows, found, image, needed)
    # values that are no T have no threshold of their own: all that the authors left are shown
    just_below = float(np.nextafter(np.float32(lowest), np.float32(0)))
    return BrainResult(published.shows, found, image, just_below, "value in the map")


_REPORTED = ["id", "contrast", "region", "p", "correction"]
_SHOWN = [*_REPORTED, "mni_x", "mni_y", "mni_z", "T"]


def _holds_t(found):
    """Tell whether the map's values are T: at one peak at least it has the printed one, nearby or there."""
    return any(
        compare(f"{row.T:.2f}", value) == EXACT
        for row in found.itertuples()
        for value in (row.value, row.nearest_value)
    )
