"""One term in several models, side by side."""

import pandas as pd

COLUMNS = ["estimate", "ci_low", "ci_high", "se", "df", "t", "p"]


def side_by_side(term, models):
    """Put one term of several fitted models into one table.

    Parameters
    ----------
    term : str
        A term that every model has, such as ``"exercise[high]"``.
    models : dict of str to fitted model
        What to call each row, and the model, as from :func:`eih.lm` or :func:`eih.lmm`.

    Returns
    -------
    pandas.DataFrame
        One row per model: ``model, estimate, ci_low, ci_high, se, df, t, p``.

    Raises
    ------
    ValueError
        A model has no such term.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> scores = eih.difference_scores(saline, "exercise", by=[])
    >>> models = {
    ...     "with drug order": eih.lm("difference ~ ftp_per_kg + drug_order", scores),
    ...     "without": eih.lm("difference ~ ftp_per_kg", scores),
    ... }
    >>> eih.side_by_side("ftp_per_kg", models).estimate.round(2).tolist()
    [6.45, 5.56]
    """
    rows = [{"model": name, **model.coefficient(term)[COLUMNS]} for name, model in models.items()]
    return pd.DataFrame(rows, columns=["model", *COLUMNS])
