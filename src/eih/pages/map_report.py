"""What a published map says, as one piece of a page; and the sentence in its place where there is none."""

import html
from dataclasses import dataclass

import pandas as pd

from ..brain.map_viewer import MapViewer


class Note:
    """One sentence in the place of something that cannot be shown."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        return f'<p class="eih-note">{html.escape(self.text)}</p>'


@dataclass(frozen=True, repr=False)
class MapReport:
    """Tables of a map and its viewer; made by :meth:`eih.pages.brain_results.BrainResult.in_the_map`.

    ``peaks`` as from :func:`eih.brain.map_peaks.peaks_in_map`, ``clusters`` and ``extent`` as from the
    functions of these names there.
    """

    peaks: pd.DataFrame
    clusters: pd.DataFrame
    extent: pd.DataFrame
    viewer: MapViewer
    threshold: float
    unit: str

    def _parts(self):
        at = f"{self.unit} above {self.threshold:.2f}"
        return (
            (
                "At the reported peaks: the map's value there, and its nearest local maximum",
                self.peaks,
            ),
            (f"Clusters and their local maxima ({at})", self.clusters),
            (f"In the small volume of the correction and outside ({at})", self.extent),
        )

    def __repr__(self):
        return "\n\n".join(
            f"{title}\n{table.to_string(index=False)}" for title, table in self._parts()
        )

    def _repr_html_(self):
        tables = "".join(
            f'<p class="eih-table-title">{html.escape(title)}</p><div class="eih-scroll">'
            + table.to_html(index=False, border=0, float_format="{:.5g}".format, na_rep="")
            + "</div>"
            for title, table in self._parts()
        )
        return f'<div class="eih-map-report">{tables}{self.viewer._repr_html_()}</div>'
