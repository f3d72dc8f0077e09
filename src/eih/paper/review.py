"""The reviewers' questions: rows and tests that the article did not need; what stays unanswerable."""

import pandas as pd

from ..tables.data import mean_ratings
from ..tables.reported import read_reported
from ..tables.schema import DataError
from .subsets import before_and_after_of

UNANSWERABLE_COLUMNS = ["asked_by", "question", "needs", "nearest"]


def against_targets(trials, by="drug"):
    """Test mean ratings against the targets that the stimuli were calibrated to.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials as from :func:`eih.load_trials`.
    by : str or list of str
        Columns that define a cell beside the target.

    Returns
    -------
    pandas.DataFrame
        One row per cell: the ``by`` columns, ``target, n`` (people), ``mean``, ``difference`` (mean −
        target), ``ci_low, ci_high`` (95 %, of the difference), ``t, df, p``: a one-sample t-test of one
        mean per person (pingouin).

    Examples
    --------
    >>> import eih
    >>> table = eih.against_targets(eih.load_trials(modality="heat"))
    >>> table[["drug", "target"]].head(2).to_numpy().tolist()
    [['saline', 30], ['saline', 50]]
    """
    import pingouin

    by = [by] if isinstance(by, str) else list(by)
    people = mean_ratings(trials, [*by, "target"])
    rows = []
    for cell, group in people.groupby([*by, "target"], observed=True):
        target = cell[-1]
        deviation = group.rating - target
        test = pingouin.ttest(deviation, 0).iloc[0]
        margin = _t_quantile(test["dof"]) * deviation.sem()
        rows.append(
            {
                **dict(zip([*by, "target"], cell, strict=True)),
                "n": len(group),
                "mean": group.rating.mean(),
                "difference": deviation.mean(),
                "ci_low": deviation.mean() - margin,
                "ci_high": deviation.mean() + margin,
                "t": test["T"],
                "df": test["dof"],
                "p": test.filter(regex="^p").iloc[0],
            }
        )
    table = pd.DataFrame(rows)
    return table.astype({name: people[name].dtype for name in by})


def _t_quantile(df):
    from scipy import stats

    return stats.t.isf(0.025, df)


def before_and_after(trials):
    """Arrange the ratings of one drug day as before and after each block of cycling, from block 2 on.

    As in the authors' response: the ratings of a block are ``after`` its own cycling and ``before`` that
    of the next block. ``before`` is no rest, those ratings follow earlier cycling; and ratings of the
    middle blocks stand in the table twice.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials of one drug, as from :func:`eih.load_trials`.

    Returns
    -------
    pandas.DataFrame
        The columns of the trials, with ``time`` (before, after), ``exercise`` (the cycling in between),
        ``previous_exercise`` (the one before that) and ``block`` (of the later rating).

    Raises
    ------
    ValueError
        The trials come from more than one drug.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> len(eih.before_and_after(saline)) == 2 * len(saline[saline.block > 1])
    True
    """
    if trials.drug.nunique() != 1:
        raise ValueError(
            f"Trials of {trials.drug.nunique()} drugs given. Blocks follow each other within one drug "
            "day: select one, such as trials[trials.drug == 'saline']."
        )
    return before_and_after_of(trials)


def with_previous_exercise(trials):
    """Add the exercise intensity of the block before, in the same session; first blocks are left out.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials as from :func:`eih.load_trials`.

    Returns
    -------
    pandas.DataFrame
        The trials of blocks 2 to 4 with ``previous_exercise`` (low, high).

    Examples
    --------
    >>> import eih
    >>> rows = eih.with_previous_exercise(eih.load_trials(modality="heat"))
    >>> sorted(rows.block.unique().tolist())
    [2, 3, 4]
    """
    key = ["participant", "session", "block"]
    earlier = trials.drop_duplicates(key)[[*key, "exercise"]]
    earlier = earlier.assign(block=earlier.block + 1).rename(
        columns={"exercise": "previous_exercise"}
    )
    return trials.merge(earlier, on=key)


def unanswerable():
    """Load the reviewers' questions that no computation on the public table can answer.

    Returns
    -------
    pandas.DataFrame
        ``asked_by`` (reviewer), ``question``, ``needs`` (what is missing) and ``nearest`` (what the
        public data offer instead). Text, in our words.

    Raises
    ------
    DataError
        The file is missing, has other columns, or an empty cell.

    Examples
    --------
    >>> import eih
    >>> list(eih.unanswerable().columns)
    ['asked_by', 'question', 'needs', 'nearest']
    """
    return read_reported("unanswerable.tsv", UNANSWERABLE_COLUMNS, check=_no_empty_cell)


def _no_empty_cell(table, path):
    if (table == "").any(axis=None):
        line = int((table == "").any(axis=1).to_numpy().argmax()) + 2
        raise DataError(f"{path}, line {line}: a cell is empty; each question has all four.")
