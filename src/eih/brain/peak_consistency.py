"""What the corrected p values of the reported peaks imply, and whether they fit each other."""

import numpy as np
import pandas as pd

from ..paper.printed import printed_numbers
from ..paper.verdicts import parse_printed
from .peaks import peaks_with_models


def rounding_interval(text):
    """Return the values that print as a number does; below ``<`` that is everything down to zero.

    Parameters
    ----------
    text : str
        As printed, such as ``"0.05"`` or ``"<0.001"``.

    Returns
    -------
    tuple of float
        Lowest and highest value.

    Examples
    --------
    >>> [round(value, 4) for value in rounding_interval("0.05")]
    [0.045, 0.055]
    """
    printed = parse_printed(text)
    if printed.relation == "<":
        return 0.0, printed.value
    if printed.relation:
        raise ValueError(f"'{text}' has no interval of rounding.")
    return printed.value - printed.unit / 2, printed.value + printed.unit / 2


def implied_tests(section=None, *, df="stated"):
    """Ask how many independent tests, or how large a volume, each corrected p implies.

    Two readings. *Tests*: with m independent tests, p_corrected = 1 - (1 - p)^m. *Resels*: by random
    field theory p_corrected = 1 - exp(-R ρ(T)), where R is the volume in resolution elements and ρ the
    three-dimensional density of the Euler characteristic of a t field; what the surface and the
    diameter of the volume add is left out. The range of each comes from the rounding of T and p.

    Parameters
    ----------
    section : str, optional
        A section of the article. Default: all.
    df : {"stated", "other"}
        As in :func:`eih.brain.peaks.peak_statistics`.

    Returns
    -------
    pandas.DataFrame
        ``id, region, correction, T, df, p`` (as printed), ``p_low, p_high`` (what prints so),
        ``tests_low, tests_high, resels_low, resels_high`` and ``below_05`` (``yes``, ``no``,
        ``cannot tell``: whether the printed p is below 0.05).

    References
    ----------
    Worsley KJ et al. (1996). A unified statistical approach for determining significant signals in
    images of cerebral activation. Human Brain Mapping 4, 58–73.

    Examples
    --------
    >>> implied = implied_tests("s2-5")
    >>> implied.below_05.item(), implied[["tests_low", "tests_high"]].round(0).values.tolist()
    ('cannot tell', [[1826.0, 2313.0]])
    """
    from scipy import stats

    table = peaks_with_models(section, df)
    printed_t = printed_numbers().query("quantity == 'T'").set_index("id").printed
    rows = []
    for row in table.itertuples():
        t = np.array(rounding_interval(printed_t[row.id]))
        p = np.array(rounding_interval(row.p))
        tests = np.log1p(-p) / np.log1p(-stats.t.sf(t, row.df))
        resels = -np.log1p(-p) / euler_density(t, row.df)
        below = "yes" if p[1] <= 0.05 else "no" if p[0] >= 0.05 else "cannot tell"
        rows.append([*p, *tests, *resels, below])
    names = ["p_low", "p_high", "tests_low", "tests_high", "resels_low", "resels_high", "below_05"]
    shared = table[["id", "region", "correction", "T", "df", "p"]]
    return shared.join(pd.DataFrame(rows, columns=names, index=table.index))


def euler_density(t, df):
    """Return the three-dimensional Euler characteristic density of a t field, per resel.

    Parameters
    ----------
    t : float or array
    df : float

    Returns
    -------
    float or array

    Examples
    --------
    >>> round(float(euler_density(4.59, 37)) * 1e4, 3)
    6.835
    """
    t = np.asarray(t, dtype=float)
    shape = (4 * np.log(2)) ** 1.5 / (2 * np.pi) ** 2
    return shape * ((df - 1) / df * t**2 - 1) * (1 + t**2 / df) ** (-(df - 1) / 2)


def peak_agreement(*, df="stated"):
    """Ask whether peaks that were corrected over the same volume imply the same number.

    Parameters
    ----------
    df : {"stated", "other"}
        As in :func:`eih.brain.peaks.peak_statistics`.

    Returns
    -------
    pandas.DataFrame
        Two rows per volume (``measure``: ``tests``, ``resels``): ``correction, measure, peaks`` (their
        number), ``common_low, common_high`` (the values that all allow; crossed where there is none)
        and ``agree``.

    Examples
    --------
    >>> peak_agreement().query("correction == 'small volume'").agree.tolist()
    [False, False]
    """
    rows = []
    for correction, group in implied_tests(df=df).groupby("correction", sort=False):
        for measure in ("tests", "resels"):
            low, high = group[f"{measure}_low"].max(), group[f"{measure}_high"].min()
            rows.append([correction, measure, len(group), low, high, bool(low <= high)])
    names = ["correction", "measure", "peaks", "common_low", "common_high", "agree"]
    return pd.DataFrame(rows, columns=names)


def p_from_others(peak, *, df="stated"):
    """Work out the corrected p of one peak from what the other peaks of its volume imply.

    It takes for granted that the images of all models are equally smooth, which is about right for
    contrasts of the same people.

    Parameters
    ----------
    peak : str
        An id of :func:`eih.reported_peaks`, such as ``"r095"``.
    df : {"stated", "other"}
        As in :func:`eih.brain.peaks.peak_statistics`.

    Returns
    -------
    pandas.DataFrame
        A row per other peak and measure: ``other, region, measure, p_low, p_high``.

    Raises
    ------
    ValueError
        There is no such peak.

    Examples
    --------
    >>> p_from_others("r095").query("other == 'r106'")[["p_low", "p_high"]].round(3).values.tolist()
    [[0.062, 0.068], [0.056, 0.06]]
    """
    from scipy import stats

    implied = implied_tests(df=df)
    if peak not in set(implied.id):
        raise ValueError(f"Unknown peak '{peak}'. The peaks are {implied.id.tolist()}.")
    own = implied.set_index("id").loc[peak]
    printed = printed_numbers().query("quantity == 'T' and id == @peak").printed.item()
    t_high, t_low = rounding_interval(printed)[::-1]
    others = implied[(implied.correction == own.correction) & (implied.id != peak)]
    rows = []
    for other in others.itertuples():
        tests = [
            -np.expm1(m * np.log1p(-stats.t.sf(t, own.df)))
            for m, t in ((other.tests_low, t_high), (other.tests_high, t_low))
        ]
        resels = [
            -np.expm1(-size * euler_density(t, own.df))
            for size, t in ((other.resels_low, t_high), (other.resels_high, t_low))
        ]
        rows.append([other.id, other.region, "tests", *tests])
        rows.append([other.id, other.region, "resels", *map(float, resels)])
    return pd.DataFrame(rows, columns=["other", "region", "measure", "p_low", "p_high"])
