"""One palette and one look; a figure with its caption, its alternative text and the data behind it."""

import base64
import html
import io
from dataclasses import dataclass
from importlib.resources import files

PALETTE = {
    "saline": "#0072B2",
    "naloxone": "#E07B00",
    "low": "#009E73",
    "high": "#7B3FA0",
    "male": "#4C5B6B",
    "female": "#C0507A",
    "heat": "#B5402F",
    "pressure": "#3E7C8C",
    "neutral": "#5B6670",
    "faint": "#B8C0C8",
}

#: What a figure shows: a mark and a word, so that colour is never alone, and what the word means.
KINDS = {
    "measured": ("●", "computed here from the authors' public measurements"),
    "published map": ("▦", "the group map that the authors have published; read, not recomputed"),
    "reported": ("❝", "as printed in the paper; not recomputed"),
    "approximated": ("≈", "drawn by us around printed coordinates"),
    "surrogate": ("∿", "simulated; no measurement of anybody"),
    "not here": ("–", "left out, with the reason"),
}


def set_style():
    """Give figures the book's look, and tables three significant decimals, for this session.

    Examples
    --------
    >>> import eih
    >>> eih.set_style()
    """
    import matplotlib.pyplot as plt
    import pandas as pd

    plt.style.use(str(files("eih") / "eih.mplstyle"))
    pd.set_option("display.precision", 3)


def kind_badge(kind):
    """Return the HTML badge that says whether something is measured, reported or simulated.

    Parameters
    ----------
    kind : str
        One of ``KINDS``: ``measured``, ``published map``, ``reported``, ``approximated``, ``surrogate``,
        ``not here``.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        There is no such kind.

    Examples
    --------
    >>> kind_badge("surrogate")
    '<span class="eih-kind eih-surrogate" title="simulated; no measurement of anybody">∿ surrogate</span>'
    """
    if kind not in KINDS:
        raise ValueError(f"Unknown kind '{kind}'. It must be one of {list(KINDS)}.")
    mark, meaning = KINDS[kind]
    css = kind.replace(" ", "-")
    return f'<span class="eih-kind eih-{css}" title="{html.escape(meaning)}">{mark} {kind}</span>'


@dataclass(frozen=True, repr=False)
class Figure:
    """A drawn figure as the book shows it; made by :func:`figure`."""

    image: bytes
    width: int
    height: int
    label: str
    title: str
    caption: str
    alt: str
    table: str
    kind: str | None = None
    live: object = None
    scan: bool = False

    def _repr_html_(self):
        source = base64.b64encode(self.image).decode("ascii")
        behind = ""
        if self.table:
            behind = f"<details><summary>Data behind this figure</summary>{self.table}</details>"
        badge = f"{kind_badge(self.kind)} " if self.kind else ""
        looks = "eih-figure eih-scan" if self.scan else "eih-figure"
        live = controls = script = ""
        if self.live is not None:
            looks, live = f"{looks} eih-live", f' data-live="{self.live.kind}"'
            controls, script = '<div class="eih-controls"></div>', self.live.to_html()
        return (
            f'<figure class="{looks}" id="{html.escape(self.label)}"{live}>{controls}'
            f'<img src="data:image/png;base64,{source}" alt="{html.escape(self.alt)}" '
            f'width="{self.width}" height="{self.height}">'
            f"<figcaption>{badge}<strong>{html.escape(self.title)}</strong> {html.escape(self.caption)}</figcaption>"
            f"{behind}{script}</figure>"
        )

    def __repr__(self):
        return f"{self.title} {self.caption}"


def figure(drawing, *, label, title, caption, alt, data=None, kind=None, live=None):
    """Finish a figure: caption, alternative text, the table behind it, and what kind of thing it shows.

    Parameters
    ----------
    drawing : matplotlib Figure or Axes
        What was drawn; it is closed.
    label : str
        Anchor of the figure on its page, such as ``"fig-2a"``.
    title : str
        Its number and name, such as ``"Figure 2A."``.
    caption : str
        What is shown: order of panels, what the error bars are, n.
    alt : str
        What a reader who cannot see it must know, made from the result.
    data : pandas.DataFrame, optional
        The numbers drawn, folded away below the caption (shown with three significant digits).
    kind : str, optional
        ``measured``, ``published map``, ``reported``, ``approximated`` or ``surrogate``: a badge before
        the title says so.
        Default: none; ``surrogate`` where the title says it.
    live : eih.figures.interactive.Live, optional
        What the page's script needs to draw the figure anew with controls. Without scripts the picture stays.

    Returns
    -------
    Figure
        Shows itself in a notebook.

    Raises
    ------
    ValueError
        Caption or alternative text is empty, or the alternative text repeats the caption; the kind is
        unknown; or something simulated does not say so in title and caption.

    Examples
    --------
    >>> import eih, matplotlib.pyplot as plt
    >>> _, ax = plt.subplots()
    >>> eih.figure(ax, label="fig-0", title="Figure 0.", caption="Nothing, n = 0.", alt="Empty axes.")
    Figure 0. Nothing, n = 0.
    """
    import matplotlib.pyplot as plt

    if not caption.strip() or not alt.strip():
        raise ValueError(
            f"Figure '{label}' needs a caption and an alternative text; one of them is empty."
        )
    if alt.strip() == caption.strip():
        raise ValueError(
            f"Figure '{label}': the alternative text repeats the caption. Say what is seen."
        )
    said = ["surrogate" in text.lower() for text in (title, caption)]
    if kind is None and said[0]:
        kind = "surrogate"
    elif kind == "surrogate" and not all(said):
        raise ValueError(f"Figure '{label}' is simulated: title and caption must say 'surrogate'.")
    elif kind is not None:
        kind_badge(kind)
    drawing = getattr(drawing, "figure", drawing)
    drawing = drawing.get_figure() if drawing is None else drawing
    # Brain slices keep their greys in the dark; everything else may be drawn light on dark.
    scan = any(ax.images for ax in drawing.axes)
    buffer = io.BytesIO()
    drawing.savefig(buffer, format="png")
    width, height = (round(inches * 96) for inches in drawing.get_size_inches())
    plt.close(drawing)
    table = (
        "" if data is None else data.to_html(index=False, float_format="{:.3g}".format, border=0)
    )
    image = buffer.getvalue()
    return Figure(image, width, height, label, title, caption, alt, table, kind, live, scan)


def glue(**values):
    """Hand computed values to the text of the page: ``{glue:text}`` roles show them.

    Parameters
    ----------
    **values : str or number
        Numbers are shown with two decimals, whole numbers as they are.

    Examples
    --------
    >>> import eih
    >>> eih.glue(n_participants=39)
    """
    for name, value in values.items():
        text = (
            f"{value:.2f}"
            if isinstance(value, float)
            else f"{value:,}"
            if isinstance(value, int)
            else value
        )
        _put(name, text)


def _put(name, value):
    """Keep a value beside the cell's outputs, where MyST-NB looks for what it pastes.

    As ``myst_nb.glue(name, value, display=False)`` does, without loading Sphinx into each kernel.
    """
    try:
        from IPython.core.formatters import format_display_data
        from IPython.display import display
    except ImportError:  # outside of Jupyter nobody pastes
        return
    hidden = "application/papermill.record/"
    data, metadata = format_display_data(value)
    metadata["scrapbook"] = {"name": name, "mime_prefix": hidden}
    display({hidden + kind: shown for kind, shown in data.items()}, metadata=metadata, raw=True)
