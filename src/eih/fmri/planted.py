"""What is planted in surrogate runs: regions at reported peaks, responses that follow the real ratings."""

import numpy as np
import pandas as pd

from ..paper.printed import reported_peaks
from .timing import CONDITIONS, RUN, all_events

_GAIN = 0.6  # % signal change for 100 points of rating
_PAG_SPREAD = 0.5  # no T for the response itself is printed there: people differ by half of it
_PAG_NALOXONE = 0.3  # response under naloxone: larger by this share, beyond what ratings explain
_PEAKS = {"r024": "antIns", "r025": "dpIns", "r026": "MCC", "r065": "PAG"}
_SEED = 102392  # of the differences between people; they belong to the surrogate sample


def surrogate_regions(n_silent=60):
    """List the regions of the surrogate runs and what is planted in them.

    Parameters
    ----------
    n_silent : int, default 60
        Number of regions without any response.

    Returns
    -------
    pandas.DataFrame
        One row per region: ``region``; ``peak`` (id of the reported result), ``mni_x, mni_y, mni_z``
        [mm] and ``reported_T`` where it stands for one; ``gain`` [% signal change per 100 points of
        rating], ``gain_sd`` (how people differ, as a share of the gain), ``naloxone`` (share by which the
        response is larger under naloxone, beyond what the ratings explain), ``naloxone_sd``,
        ``rating_window`` [%] (response while rating). Regions: ``antIns``, ``dpIns``, ``MCC``, ``PAG``,
        ``visual`` (sees the rating scale only), ``silent_01`` ….

    Notes
    -----
    The differences between people are as large as the reported T wants them: for a group of n people,
    T² = n mean²/variance. Their ratings bring part of that variance, ``gain_sd`` (in PAG ``naloxone_sd``)
    the rest. Measurement noise comes on top, so that the T of the surrogate group is somewhat lower.

    Examples
    --------
    >>> import eih
    >>> eih.fmri.surrogate_regions(2)[["region", "reported_T", "gain"]].values.tolist()[:2]
    [['antIns', 10.35, 0.6], ['dpIns', 7.65, 0.6]]
    """
    peaks = reported_peaks().set_index("id").loc[list(_PEAKS)].reset_index(names="peak")
    saline, naloxone = (_intensity_scores(drug) for drug in ("saline", "naloxone"))
    wanted = len(saline) / peaks["T"] ** 2  # variance/mean² of the contrast
    regions = peaks[["peak", "mni_x", "mni_y", "mni_z"]].assign(
        region=_PEAKS.values(), reported_T=peaks["T"], gain=_GAIN, rating_window=0.0
    )
    of_ratings = saline.var() / saline.mean() ** 2
    regions["gain_sd"] = np.sqrt((wanted - of_ratings) / (1 + of_ratings))
    regions = regions.assign(naloxone=0.0, naloxone_sd=0.0).set_index("region")
    regions.loc["PAG", ["gain_sd", "naloxone"]] = [_PAG_SPREAD, _PAG_NALOXONE]
    regions.loc["PAG", "naloxone_sd"] = _naloxone_spread(saline, naloxone, wanted.iloc[-1])
    others = ["visual", *(f"silent_{number + 1:02d}" for number in range(n_silent))]
    table = regions.reindex([*regions.index, *others])
    amounts = ["gain", "gain_sd", "naloxone", "naloxone_sd", "rating_window"]
    table[amounts] = table[amounts].fillna(0.0)
    table.loc["visual", "rating_window"] = _GAIN
    return table.reset_index(names="region")[
        ["region", "peak", "mni_x", "mni_y", "mni_z", "reported_T", *amounts]
    ]


def planted_amplitudes(n_silent=60, *, seed=0):
    """Tell the size of each planted response: the truth that a first level should find.

    Parameters
    ----------
    n_silent : int, default 60
        Number of regions without response.
    seed : int, default 0
        As for :func:`eih.fmri.all_events` (the amplitudes do not depend on it).

    Returns
    -------
    pandas.DataFrame of shape (312 · k, 7)
        Index: ``participant, session, block, region``. Columns: the six conditions and ``rating``; size
        of a sustained response [% signal change]. In a condition that is the region's gain in that
        person times the mean real rating of the run, divided by 100.

    Examples
    --------
    >>> import eih
    >>> planted = eih.fmri.planted_amplitudes(n_silent=2)
    >>> planted.loc[("sub-01", 1, 1)].index.tolist()
    ['antIns', 'dpIns', 'MCC', 'PAG', 'visual', 'silent_01', 'silent_02']
    """
    regions = surrogate_regions(n_silent).set_index("region")
    table = all_events(seed)
    cells = table.groupby([*RUN, "drug", "trial_type"], observed=True).rating.mean()
    ratings = cells.unstack()[CONDITIONS].reset_index("drug")
    people = ratings.index.get_level_values("participant")
    gain, extra = (_of_people(people.unique(), regions, what) for what in ("gain", "naloxone"))
    gains = regions.gain.to_numpy() * (1 + gain.loc[people].to_numpy())
    on_naloxone = (ratings.drug == "naloxone").to_numpy()[:, None]
    gains = gains * (1 + on_naloxone * (regions.naloxone.to_numpy() + extra.loc[people].to_numpy()))
    amplitudes = gains[:, :, None] * ratings[CONDITIONS].to_numpy()[:, None, :] / 100
    index = pd.MultiIndex.from_tuples(
        [(*run, region) for run in ratings.index for region in regions.index],
        names=[*RUN, "region"],
    )
    planted = pd.DataFrame(amplitudes.reshape(-1, len(CONDITIONS)), index, CONDITIONS)
    planted["rating"] = np.tile(regions.rating_window, len(ratings))
    return planted


def _intensity_scores(drug):
    """Return rating at 70 minus rating at 30 of each person under one drug, heat."""
    table = all_events()
    own = table[(table.modality == "heat") & (table.drug == drug)]
    means = own.groupby(["participant", "target"]).rating.mean().unstack()
    return means[70] - means[30]


def _naloxone_spread(saline, naloxone, wanted):
    """Work out how differently people react to naloxone, from the reported T of the interaction."""
    change = naloxone - saline + _PAG_NALOXONE * naloxone
    wanted = (wanted - _PAG_SPREAD**2) / (1 + _PAG_SPREAD**2)
    left = wanted * change.mean() ** 2 - change.var()
    return np.sqrt(left / (naloxone**2).mean())


def _of_people(people, regions, what):
    """Draw how each person deviates, brought to mean 0 and exactly the wanted spread."""
    rng = np.random.default_rng([_SEED, int(what == "naloxone")])
    drawn = rng.standard_normal((len(people), len(regions)))
    drawn = (drawn - drawn.mean(0)) / drawn.std(0, ddof=1)
    return pd.DataFrame(drawn * regions[f"{what}_sd"].to_numpy(), people, regions.index)
