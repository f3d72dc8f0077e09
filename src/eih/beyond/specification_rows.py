"""The rows that a specification uses: which ratings, of whom, on what scale, averaged or not."""

from functools import lru_cache

import numpy as np

from ..paper.subsets import block_power
from ..tables.data import difference_scores, load_participants, load_trials, mean_ratings, relevel
from .effects import EFFECTS

LOWEST, HIGHEST = 1, 101  # ends of the scale as recorded


def specification_rows(way, trials=None):
    """Return the rows of the mixed model of a specification.

    Parameters
    ----------
    way : dict
        A row of :func:`eih.specification_grid`.
    trials : pandas.DataFrame, optional
        Trials as from :func:`eih.load_trials`. Default: the study's.

    Returns
    -------
    pandas.DataFrame
        Ratings, their means by participant, drug, exercise and target, or low − high differences of
        these; with ``session``. Women are the reference level.

    Examples
    --------
    >>> import eih
    >>> from eih.beyond.specification_rows import specification_rows
    >>> grid = eih.specification_grid()
    >>> threeway = grid[grid.is_paper & (grid.effect == "sex_by_fitness_by_drug")].iloc[0]
    >>> len(specification_rows(threeway.to_dict()))
    234
    """
    saline, form = EFFECTS[way["effect"]].saline, _form(way)
    if trials is None:
        return _study_rows(*_choices(way), saline, form)
    return _rows(chosen_trials(way, trials), saline, form)


def _form(way):
    """Name what a row is: a trial, a mean, or a difference of means."""
    return "difference" if on_differences(way) else way["level"]


def _choices(way):
    return [way[name] for name in ("modality", "ends", "scale", "people")]


@lru_cache(maxsize=96)
def _study_rows(modality, ends, scale, people, saline, form):
    return _rows(_study_trials(modality, ends, scale, people), saline, form)


def _rows(rows, saline, form):
    if saline:
        rows = rows[rows.drug == "saline"]
    if form == "trial":
        return rows
    if form == "difference":
        rows = difference_scores(rows, "exercise")
    else:
        rows = mean_ratings(rows, ["drug", "exercise", "target"])
    naloxone_day = (rows.drug_order == "saline first").astype(int) + 1
    return rows.assign(session=naloxone_day.where(rows.drug == "naloxone", 3 - naloxone_day))


def on_differences(way):
    """Whether the rows of a specification are low − high differences of means."""
    return way["level"] == "mean" and bool(EFFECTS[way["effect"]].fixed_of_differences)


def chosen_trials(way, trials=None):
    """Return the rated trials that a specification starts from, its scale and people applied.

    Logit ratings are rescaled so that their standard deviation over all trials of the modality is that
    of the ratings.
    """
    chosen = _choices(way)
    if trials is None:
        return _study_trials(*chosen)
    return _chosen(trials[trials.modality == way["modality"]], *chosen[1:])


@lru_cache(maxsize=36)
def _study_trials(modality, ends, scale, people):
    return _chosen(load_trials(modality), ends, scale, people)


def scale_ends(way, trials=None):
    """Return the lowest and the highest possible rating, on the scale of a specification."""
    if way["scale"] == "raw":
        return LOWEST, HIGHEST
    trials = load_trials(way["modality"]) if trials is None else trials
    ratings = trials[trials.modality == way["modality"]].rating.dropna()
    return tuple(_logit(np.array([LOWEST, HIGHEST]), ratings))


def _logit(ratings, everyones):
    """Turn ratings into logits, rescaled to the standard deviation of everyone's ratings."""

    def logit(values):
        share = (values - LOWEST + 0.5) / (HIGHEST - LOWEST + 1)
        return np.log(share / (1 - share))

    return logit(ratings) * (everyones.std() / logit(everyones).std())


def _chosen(trials, ends, scale, people):
    rated = relevel(trials.dropna(subset="rating"), sex="female")
    if scale == "logit":
        rated = rated.assign(rating=_logit(rated.rating, rated.rating))
    if ends == "dropped":
        rated = rated[~trials.rating.loc[rated.index].isin([LOWEST, HIGHEST])]
    return rated[~rated.participant.isin(_left_out(people))]


@lru_cache
def _left_out(people):
    """Name the people whom an option leaves out."""
    if people == "all":
        return ()
    if people == "without extremes":
        fitness = load_participants().set_index("participant").ftp_per_kg
        return (fitness.idxmin(), fitness.idxmax())
    blocks = block_power()
    return tuple(blocks[blocks.power.isna()].participant.unique())
