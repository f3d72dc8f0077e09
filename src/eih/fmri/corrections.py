"""Corrected p values and thresholds of a group map: permutation, random field theory, Bonferroni."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from .grids import group_grid
from .random_fields import random_field_p, random_field_threshold, resel_counts, smoothness

METHODS = ("permutation", "random field", "Bonferroni", "SPM")


def bonferroni_p(t, df, tests):
    """Return the corrected p of a T by Bonferroni: its one-sided p times the number of voxels.

    Examples
    --------
    >>> round(float(bonferroni_p(5.0, 38, 1000)), 4)
    0.0066
    """
    return np.minimum(stats.t.sf(np.asarray(t, dtype=float), df) * tests, 1.0)


def permutation_p(t, maxima):
    """Return the corrected p of a T: the share of rearrangements with a T as large somewhere.

    Parameters
    ----------
    t : float or array
    maxima : array
        As from :func:`eih.fmri.permutation_maxima`, of one volume.

    Returns
    -------
    float or array
        (1 + number of maxima at least as large) / (1 + number of maxima), which counts the data as one of
        the rearrangements.

    Examples
    --------
    >>> permutation_p(3.0, [1.0, 2.0, 4.0])
    0.5
    """
    ordered = np.sort(np.asarray(maxima, dtype=float))
    above = len(ordered) - np.searchsorted(ordered, np.asarray(t, dtype=float) * (1 - 1e-6))
    p = (1 + above) / (1 + len(ordered))
    return float(p) if np.ndim(p) == 0 else p


def permutation_threshold(maxima, alpha=0.05):
    """Return the T above which :func:`permutation_p` is at most alpha.

    Examples
    --------
    >>> permutation_threshold(np.arange(19.0), alpha=0.1)
    17.0
    """
    ordered = np.sort(np.asarray(maxima, dtype=float))[::-1]
    allowed = int(np.floor(alpha * (1 + len(ordered)) + 1e-9)) - 1  # maxima that may be as large
    if allowed < 0:
        raise ValueError(f"{len(ordered)} rearrangements cannot give p ≤ {alpha}; draw more.")
    return float(ordered[allowed])


@dataclass(frozen=True)
class Corrections:
    """What the corrections of one group map need; made by :func:`prepare_corrections`.

    Attributes
    ----------
    df : int
    fwhm : numpy.ndarray
        Estimated smoothness along each axis [mm].
    volumes : dict of str to numpy.ndarray
        Name → for each voxel whether it is in the volume.
    resels : dict of str to numpy.ndarray
        Name → resels of dimension 0 to 3.
    maxima : pandas.DataFrame or None
        As from :func:`eih.fmri.permutation_maxima`.
    """

    df: int
    fwhm: np.ndarray
    volumes: dict
    resels: dict
    maxima: pd.DataFrame | None

    @property
    def methods(self):
        """The methods at hand: without maxima there is no permutation."""
        return METHODS if self.maxima is not None else METHODS[1:]

    def p(self, t, volume, method):
        """Return the corrected p of a T in a volume.

        ``SPM`` is the smaller of random field and Bonferroni, as that program takes it.
        """
        if volume not in self.volumes:
            raise ValueError(f"Unknown volume '{volume}'. There are: {', '.join(self.volumes)}.")
        if method not in self.methods:
            raise ValueError(f"Unknown method '{method}'. There are: {', '.join(self.methods)}.")
        if method == "permutation":
            return permutation_p(t, self.maxima[volume])
        if method == "random field":
            return random_field_p(t, self.df, self.resels[volume])
        bonferroni = bonferroni_p(t, self.df, self.volumes[volume].sum())
        if method == "Bonferroni":
            return bonferroni
        return np.minimum(bonferroni, random_field_p(t, self.df, self.resels[volume]))

    def thresholds(self, alpha=0.05):
        """Tabulate the T that each method asks for.

        Returns
        -------
        pandas.DataFrame
            ``volume, voxels, resels`` (of three dimensions), ``method, T``.
        """
        rows = []
        for volume, inside in self.volumes.items():
            voxels, resels = int(inside.sum()), self.resels[volume]
            at = {
                "random field": random_field_threshold(self.df, resels, alpha),
                "Bonferroni": float(stats.t.isf(alpha / voxels, self.df)),
            }
            at["SPM"] = min(at.values())
            if self.maxima is not None:
                at["permutation"] = permutation_threshold(self.maxima[volume], alpha)
            rows += [[volume, voxels, float(resels[3]), name, at[name]] for name in self.methods]
        return pd.DataFrame(rows, columns=["volume", "voxels", "resels", "method", "T"])


def prepare_corrections(fit, volumes, maxima=None, grid=None):
    """Prepare the corrections of a group map: measure its smoothness and the volumes.

    Parameters
    ----------
    fit : GroupFit
        As from :func:`eih.fmri.fit_group`.
    volumes : dict of str to array
        As from :func:`eih.fmri.search_volumes`.
    maxima : pandas.DataFrame, optional
        As from :func:`eih.fmri.permutation_maxima`.
    grid : Grid, optional
        Default: :func:`eih.fmri.group_grid`.

    Returns
    -------
    Corrections

    Examples
    --------
    >>> import eih
    >>> surrogate = eih.fmri.surrogate_contrasts(np.random.default_rng(1), "drug", plant=False)
    >>> fit = eih.fmri.fit_group(surrogate.values, *eih.fmri.group_design("drug"))
    >>> prepared = prepare_corrections(fit, eih.fmri.search_volumes())
    >>> prepared.thresholds()["T"].round(1).tolist()
    [6.4, 5.4, 5.4, 5.0, 4.3, 4.3]
    """
    grid = group_grid() if grid is None else grid
    sizes = np.sqrt((grid.affine[:3, :3] ** 2).sum(axis=0))
    fwhm = smoothness(fit.residuals, grid.inside, sizes)
    resels = {name: resel_counts(grid.volume(v), sizes, fwhm) for name, v in volumes.items()}
    return Corrections(fit.df, fwhm, dict(volumes), resels, maxima)
