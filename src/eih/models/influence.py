"""How much one participant carries: a model fitted again without each of them."""

import pandas as pd


def leave_one_out(formula, data, term, unit="participant"):
    """Refit a model without each participant in turn and follow one of its terms.

    Parameters
    ----------
    formula : str
        With ``(1|…)`` a mixed model (:func:`eih.lmm`), without an ordinary one (:func:`eih.lm`).
    data : pandas.DataFrame
        The rows of the full model.
    term : str
        The term to follow, such as ``"ftp_per_kg"``.
    unit : str, default "participant"
        The column whose values are left out one by one.

    Returns
    -------
    pandas.DataFrame
        One row per value of `unit`: ``left_out, estimate, ci_low, ci_high, p``, sorted by estimate. The
        95 % limits are t intervals.

    Raises
    ------
    ValueError
        There is no column `unit`, or the model has no such term.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> scores = eih.difference_scores(saline, "exercise", by=[])
    >>> len(eih.leave_one_out("difference ~ ftp_per_kg + drug_order", scores, "ftp_per_kg"))
    39
    """
    from .fitted import wald_limits
    from .linear_models import lm
    from .mixed_models import lmm
    from .without_people import refits_without

    if unit not in data:
        raise ValueError(f"Unknown column '{unit}'. The table has {list(data.columns)}.")
    everyone = data[unit].unique()
    at_once = refits_without(formula, data, term, unit, [(one,) for one in everyone])
    if at_once is not None:
        low, high = wald_limits(at_once, "wald")
        table = at_once.assign(left_out=everyone, ci_low=low, ci_high=high)
        table = table[["left_out", "estimate", "ci_low", "ci_high", "p"]]
        return table.sort_values("estimate", ignore_index=True)
    fit = lmm if "|" in formula else lm
    rows = []
    for one in everyone:
        left = fit(formula, data[data[unit] != one], ci="wald").coefficient(term)
        rows.append({"left_out": one, **left[["estimate", "ci_low", "ci_high", "p"]]})
    return pd.DataFrame(rows).sort_values("estimate", ignore_index=True)
