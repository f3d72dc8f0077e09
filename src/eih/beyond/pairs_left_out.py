"""How much two participants carry together: a model fitted again without each pair."""

import itertools

import pandas as pd

from ..models.without_people import refits_without


def leave_two_out(formula, data, term, unit="participant", jobs=1):
    """Refit a model without each pair of participants and follow one of its terms.

    Parameters
    ----------
    formula : str
        With ``(1|…)`` a mixed model (:func:`eih.lmm`), without an ordinary one (:func:`eih.lm`).
    data : pandas.DataFrame
        The rows of the full model.
    term : str
        The term to follow.
    unit : str, default "participant"
        The column whose values are left out two by two.
    jobs : int, default 1
        How many processes fit at the same time, where a model has more than ``(1|unit)``; the others are
        fitted all at once.

    Returns
    -------
    pandas.DataFrame
        One row per pair: ``first, second`` (who is left out), ``estimate, se, p``, sorted by p, smallest
        first.

    Raises
    ------
    ValueError
        There is no column `unit`, or fewer than four values in it.

    See Also
    --------
    eih.leave_one_out : The same without one participant at a time.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> scores = eih.difference_scores(saline, "exercise", by=[]).head(8)
    >>> len(eih.leave_two_out("difference ~ ftp_per_kg", scores, "ftp_per_kg"))
    28
    """
    from joblib import Parallel, delayed

    if unit not in data or data[unit].nunique() < 4:
        raise ValueError(
            f"Cannot leave out pairs of '{unit}': it must be a column with at least four values. "
            f"The table has {list(data.columns)}."
        )
    pairs = list(itertools.combinations(data[unit].unique(), 2))
    at_once = refits_without(formula, data, term, unit, pairs)
    if at_once is not None:
        table = pd.DataFrame(pairs, columns=["first", "second"]).join(
            at_once[["estimate", "se", "p"]]
        )
        return table.sort_values(["p", "first", "second"], ignore_index=True)
    chunks = [pairs[start::jobs] for start in range(jobs)]
    done = Parallel(n_jobs=jobs)(
        delayed(_without_each)(formula, data, term, unit, chunk) for chunk in chunks
    )
    table = pd.DataFrame([row for chunk in done for row in chunk])
    return table.sort_values(["p", "first", "second"], ignore_index=True)


def _without_each(formula, data, term, unit, pairs):
    from ..models.linear_models import lm
    from ..models.mixed_models import lmm
    from ..threads import one_thread

    fit = lmm if "|" in formula else lm
    rows = []
    with one_thread():
        for pair in pairs:
            left = fit(formula, data[~data[unit].isin(pair)], ci=None).coefficient(term)
            rows.append(
                {"first": pair[0], "second": pair[1], **left[["estimate", "se", "p"]].to_dict()}
            )
    return rows
