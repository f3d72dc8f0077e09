"""A map to walk through with the mouse, on the page itself: it starts when the reader asks for it."""

import base64
import html
import warnings

import numpy as np


class MapViewer:
    """An interactive viewer as a page shows it: a button, and the viewer once it is pressed.

    Everything is in the notebook; nothing is loaded from elsewhere. (In the built book the viewer is a file
    beside the page, which its button opens.) Made by :func:`view_map`.
    """

    def __init__(self, document, title):
        self.document = document
        self.title = title

    def __repr__(self):
        return f"Interactive viewer: {self.title}"

    def _repr_html_(self):
        packed = base64.b64encode(self.document.encode("utf-8")).decode("ascii")
        title = html.escape(self.title, quote=True)
        # The document waits as text: a closed viewer costs the reader's machine nothing.
        start = (
            "const box=this.parentNode,frame=document.createElement('iframe');"
            "const held=box.dataset.viewer;if(/\\.html$/.test(held))frame.src=held;"
            "else frame.srcdoc=new TextDecoder().decode(Uint8Array.from(atob(held),c=>c.charCodeAt(0)));"
            "frame.title=this.dataset.title;"
            "frame.style.cssText='width:100%;aspect-ratio:2.4;border:0;background:#fff';"
            "this.replaceWith(frame);frame.focus()"
        )
        return (
            f'<div class="eih-viewer" data-viewer="{packed}">'
            f'<button type="button" data-title="{title}" onclick="{html.escape(start, quote=True)}">'
            f"Open the interactive viewer: {title}</button></div>"
        )


def view_map(image, threshold, title, *, at=None):
    """Make an interactive viewer of a map, which a reader of the page can open.

    Parameters
    ----------
    image : nibabel.Nifti1Image
        A map in MNI space; missing values are not drawn.
    threshold : float
        Values below it are not drawn.
    title : str
        What the map is: measured, reported or simulated included.
    at : (x, y, z), optional
        Where it opens [mm]. Default: at the highest value.

    Returns
    -------
    MapViewer
        Shows itself in a notebook; about half a megabyte of page.

    See Also
    --------
    nilearn.plotting.view_img : which makes the viewer.
    """
    from nilearn import plotting
    from nilearn.datasets import load_mni152_template

    values = np.nan_to_num(image.get_fdata(dtype=np.float32), posinf=0, neginf=0)
    if at is None:
        at = (image.affine @ [*np.unravel_index(values.argmax(), values.shape), 1])[:3]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy, on masked arrays inside nilearn
        document = plotting.view_img(
            type(image)(np.where(values > threshold, values, 0), image.affine),
            threshold=threshold,
            bg_img=load_mni152_template(resolution=3),
            cut_coords=tuple(map(float, at)),
            cmap="autumn",
            vmax=max(float(values.max()), threshold + 1),
            symmetric_cmap=False,
            black_bg=False,
            title=None,
        ).get_standalone()
    return MapViewer(document, title)
