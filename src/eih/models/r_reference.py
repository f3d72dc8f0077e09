"""What R gave for eight of the paper's models: pinned numbers, to be shown beside ours."""

from ..tables.reported import read_reported

COLUMNS = ["model", "r_term", "term", "estimate", "ci_low", "ci_high", "se", "df", "t", "p"]


def lme4_reference(name=None):
    """Load the coefficients that R's lme4 and lmerTest give on the same data.

    Parameters
    ----------
    name : str, optional
        One model, named as in :func:`eih.list_analyses`, such as ``"heat_intensity_saline"``. Default:
        all eight.

    Returns
    -------
    pandas.DataFrame
        ``model``, ``r_term`` (R's name of the coefficient), ``term`` (ours), then ``estimate, ci_low,
        ci_high`` (profile; t interval for the ordinary model), ``se, df`` (Satterthwaite), ``t, p``.
        R 4.2.2, lme4 1.1-31, lmerTest 3.1-3; p below what R can hold is 0.

    Raises
    ------
    ValueError
        There is no such model.
    DataError
        The file is missing or has other columns.

    Examples
    --------
    >>> import eih
    >>> eih.lme4_reference("heat_intensity_saline").r_term.tolist()
    ['(Intercept)', 'VAS', 'treatment_order1']
    """
    table = read_reported("lme4_reference.tsv", COLUMNS, text=False)
    if name is None:
        return table
    if name not in set(table.model):
        raise ValueError(f"Unknown model '{name}'. There are: {', '.join(table.model.unique())}.")
    return table[table.model == name].drop(columns="model").reset_index(drop=True)
