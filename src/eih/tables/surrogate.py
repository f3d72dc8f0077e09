"""A surrogate study: tables of people who do not exist, with effects that are planted and known.

For learning how to load tables of one's own, and for testing that the models find what was put in.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .schema import DRUG_ORDERS, MODALITIES, SEXES, TARGETS


@dataclass(frozen=True)
class Planted:
    """The effects that a surrogate study is made with, in VAS points.

    Attributes
    ----------
    slope : float
        Rise of the rating per point of target.
    drug : float
        Naloxone − saline, heat trials only.
    exercise : float
        Low − high exercise (relief by high exercise) of a person of 2 W/kg.
    fitness : float
        Change of that relief per W/kg.
    session : float
        Session 2 − session 1.
    people, drug_varies, places, noise : float
        Standard deviations: between people, of people's own drug effects, between places in a block,
        between single ratings.
    """

    slope: float = 1.1
    drug: float = 6.0
    exercise: float = 2.0
    fitness: float = 4.0
    session: float = -3.0
    people: float = 10.0
    drug_varies: float = 2.0
    places: float = 2.0
    noise: float = 9.0


def surrogate_study(n=24, *, blocks=4, repeats=2, missing=0.01, planted=None, seed=2025):
    """Make the three tables of a surrogate study.

    Parameters
    ----------
    n : int
        People; half of them women, half of each sex with naloxone first.
    blocks : int
        Blocks in each of the two sessions, high and low exercise in turn; at least two.
    repeats : int
        Trials per modality and target in a block.
    missing : float
        Share of ratings that are missing, at random.
    planted : Planted, optional
        The effects. Default: ``Planted()``.
    seed : int
        Of the random numbers.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``participants``, ``blocks``, ``trials`` with the columns of the study's tables. Labels start with
        ``sub-s``. Ratings are whole numbers cut off at 0 and 100.

    Raises
    ------
    ValueError
        Fewer than four people or two blocks, or no trial at all.

    Examples
    --------
    >>> import eih
    >>> surrogate_tables = eih.surrogate_study(n=8)
    >>> {name: len(rows) for name, rows in surrogate_tables.items()}
    {'participants': 8, 'blocks': 64, 'trials': 768}
    """
    if n < 4 or blocks < 2 or repeats < 1:
        raise ValueError(
            f"Invalid study of {n} people, {blocks} blocks and {repeats} repeats. It needs at least 4 people, "
            "2 blocks and 1 repeat."
        )
    planted = Planted() if planted is None else planted
    rng = np.random.default_rng(seed)
    people = _people(n, rng)
    all_blocks = _blocks(people, blocks, rng)
    trials = _trials(all_blocks, repeats, rng)
    trials["rating"] = _ratings(trials, all_blocks, people, planted, missing, rng)
    own = ["participant", "session", "block", "drug", "exercise", "rpe", "cumulative_watts"]
    return {"participants": people, "blocks": all_blocks[own], "trials": trials}


def _people(n, rng):
    sex = np.array([SEXES[i % 2] for i in range(n)])
    per_kg = np.round(rng.normal(np.where(sex == "male", 2.3, 1.8), 0.4).clip(0.8, 4), 2)
    return pd.DataFrame(
        {
            "participant": [f"sub-s{i:02d}" for i in range(1, n + 1)],
            "sex": sex,
            "age": rng.integers(19, 41, n),
            "ftp": np.round(per_kg * rng.normal(70, 8, n)).astype(int),
            "ftp_per_kg": per_kg,
            "drug_order": [DRUG_ORDERS[(i // 2) % 2] for i in range(n)],
            "expectation": np.round(rng.normal(4, 0.8, n).clip(1, 7), 2),
        }
    )


def _blocks(people, blocks, rng):
    rows = []
    for person in people.itertuples():
        high_first = int(rng.integers(2))
        for session in (1, 2):
            naloxone = (session == 1) == (person.drug_order == "naloxone first")
            watts = 0
            for block in range(1, blocks + 1):
                high = (block + high_first + session) % 2 == 0
                watts += round(600 * person.ftp * (1.0 if high else 0.55))
                rpe = round(float(np.clip(rng.normal(16 if high else 10, 1.5), 6, 20)), 1)
                drug, exercise = "naloxone" if naloxone else "saline", "high" if high else "low"
                rows.append((person.participant, session, block, drug, exercise, rpe, watts))
    names = ["participant", "session", "block", "drug", "exercise", "rpe", "cumulative_watts"]
    return pd.DataFrame(rows, columns=names)


def _trials(blocks, repeats, rng):
    kinds = [(m, t) for m in MODALITIES for t in TARGETS for _ in range(repeats)]
    rows = []
    for block in blocks.itertuples():
        for trial, k in enumerate(rng.permutation(len(kinds)), start=1):
            rows.append((block.participant, block.session, block.block, trial, *kinds[k]))
    names = ["participant", "session", "block", "trial", "modality", "target"]
    frame = pd.DataFrame(rows, columns=names)
    heat = frame.modality == "heat"
    return frame.assign(stimulus=np.where(heat, 43 + frame.target / 20, 20 + frame.target * 0.6))


def _ratings(trials, blocks, people, planted, missing, rng):
    rows = trials.merge(blocks, on=["participant", "session", "block"])
    rows = rows.merge(people, on="participant")
    own = rng.normal(0, planted.people, len(people))
    own_drug = planted.drug + rng.normal(0, planted.drug_varies, len(people))
    at_place = rng.normal(0, planted.places, rows.trial.max())
    who = people.participant.searchsorted(rows.participant)
    heat, naloxone, high = rows.modality == "heat", rows.drug == "naloxone", rows.exercise == "high"
    relief = planted.exercise + planted.fitness * (rows.ftp_per_kg - 2)
    rating = (
        50
        + planted.slope * (rows.target - 50)
        + own[who]
        + np.where(heat & naloxone, own_drug[who], 0)
        - np.where(high, relief, 0)
        + np.where(rows.session == 2, planted.session, 0)
        + at_place[rows.trial - 1]
        + rng.normal(0, planted.noise, len(rows))
    )
    rating = pd.Series(np.round(rating.clip(0, 100))).astype("Int64")
    return rating.mask(rng.random(len(rows)) < missing)
