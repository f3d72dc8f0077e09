"""Tables of what the paper prints, read from ``data/reported``: whole, with their columns, as recorded."""

import pandas as pd

from .checksums import verify
from .data import data_folder
from .schema import DataError


def read_reported(name, columns, *, check=None, text=True):
    """Read a table of the folder ``reported``.

    Parameters
    ----------
    name : str
        Of the file, such as ``"numbers.tsv"``.
    columns : list of str
        What its first line must say.
    check : callable, optional
        Called with the table and its path before the checksum is compared, so that it can raise what is
        wrong in words of its own.
    text : bool, default True
        Keep every cell as it is written; an empty one is empty text. Else numbers are numbers.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    DataError
        The file cannot be read, has other columns, or differs from the recorded one; with the way to
        restore it.

    Examples
    --------
    >>> read_reported("numbers.tsv", ["id", "quantity", "printed"]).printed[0]
    '39'
    """
    path = data_folder() / "reported" / name
    kept = {"dtype": str, "keep_default_na": False} if text else {}
    try:
        table = pd.read_csv(path, sep="\t", encoding="utf-8", **kept)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise DataError(
            f"{path}: cannot be read ({error}). Restore it with 'git checkout -- data'."
        ) from None
    if list(table.columns) != columns:
        raise DataError(
            f"{path}, line 1: the columns are {list(table.columns)}, they must be {columns}."
        )
    if check:
        check(table, path)
    verify(path)
    return table
