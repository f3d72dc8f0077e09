"""Read a table that a student made, and say in one message what is wrong with it.

A problem names file, line, column, value and rule, and the way on. The same problem in many lines is one
problem: its first line is named, the others are counted. Lines are counted as an editor counts them, the
header being line 1.
"""

import csv
import difflib
import io
import re

import pandas as pd

from .own_rules import OWN_TABLES, rule_of
from .schema import KEYS, DataError

_SHOWN = 4  # problems of one message that are spelled out
_SAVE_AS = "Save it as 'Text (tab delimited)' (Excel) or 'Text CSV' with {Tab} (LibreOffice)."
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_MISSING = "n/a"
_BLANKS = {"", "na", "nan", "n.a.", ".", "-", "missing", "null", "none"}


def read_own(path, table):
    """Read one ``.tsv`` file as text, columns in the order of the schema.

    Returns
    -------
    (pandas.DataFrame, list of str)
        Every cell a string, the line numbers as index; and what was ignored: Excel's byte-order mark,
        columns that are not used.

    Raises
    ------
    DataError
        The file is missing, is no tab-separated UTF-8 text, or lacks a column.
    """
    text, notes = _text_of(path), []
    if text.startswith("\ufeff"):
        notes.append(
            f"{path}, line 1: the file starts with a byte-order mark (Excel's 'CSV UTF-8' writes one). "
            "It was ignored; nothing is to be done."
        )
        text = text[1:]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    lines = [(rows.line_num, [cell.strip() for cell in row]) for row in rows]
    lines = [(number, cells) for number, cells in lines if any(cells)]
    if not lines:
        raise DataError(f"{path}: the file is empty. Its first line must name the columns.")
    (_, header), *body = lines
    notes += _check_header(header, path, table)
    if not body:
        raise DataError(f"{path}, line 2: there is no row below the names of the columns yet.")
    for number, cells in body:
        if len(cells) != len(header):
            raise DataError(
                f"{path}, line {number}: {len(cells)} cells where the first line has {len(header)}. "
                "A tab is missing, or there is one too many."
            )
    frame = pd.DataFrame([cells for _, cells in body], columns=header, dtype=str)
    return frame.set_axis([number for number, _ in body])[list(OWN_TABLES[table])], notes


def _text_of(path):
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"{path}: there is no such file. Make empty ones with 'eih data template --to DIR', and fill them."
        ) from None
    if raw.startswith(b"PK"):
        raise DataError(f"{path}: this is a workbook (.xlsx), not a text. {_SAVE_AS}")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(
            f"{path}, line 1: this is UTF-16 text (Excel's 'Unicode Text'); the rule is UTF-8. {_SAVE_AS}"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path}, line {line}: the byte 0x{raw[error.start]:02x} is not UTF-8 text. Save the file again "
            "with the encoding UTF-8, or write the names without special letters."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_header(header, path, table):
    if len(header) == 1:
        for mark, name in ((";", "semicolons"), (",", "commas")):
            if header[0].count(mark) > 1:
                raise DataError(
                    f"{path}, line 1: the columns are separated by {name} ('{mark}'); the rule is tabs. {_SAVE_AS}"
                )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataError(f"{path}, line 1: column {twice[0]} is there twice. Delete one of them.")
    expected = list(OWN_TABLES[table])
    missing = [name for name in expected if name not in header]
    extra = [name for name in header if name not in expected]
    if missing:
        near = [(name, difflib.get_close_matches(name, extra, n=1)) for name in missing]
        renamed = [f"rename '{match[0]}' to '{name}'" for name, match in near if match]
        absent = [f"add '{name}'" for name, match in near if not match]
        way_on = "; ".join(renamed + absent)
        raise DataError(
            f"{path}, line 1: no column {', '.join(f'{name!r}' for name in missing)}; the rule is the columns "
            f"{', '.join(expected)}. {way_on[0].upper()}{way_on[1:]}."
        )
    if extra:
        return [f"{path}, line 1: column(s) {', '.join(extra)} are not used and were ignored."]
    return []


def typed_own(text, path, table):
    """Turn the cells of one table into numbers and factors; check each rule.

    Returns
    -------
    (pandas.DataFrame, list of str)
        The typed table, with line numbers as its index, and the problems found.
    """
    columns, problems = {}, []
    for name, column in OWN_TABLES[table].items():
        values, wrong = _column(text[name], column)
        columns[name] = values
        for rule, (lines, way_on) in wrong.items():
            first = lines[0]
            more = f" (and {len(lines) - 1} more line(s) like it)" if len(lines) > 1 else ""
            problems.append(
                f"{path}, line {first}, column {name}: '{text[name][first]}' {rule}{more}. {way_on}"
            )
    frame = pd.DataFrame(columns)
    return frame, problems + _repeated(frame, path, table)


def _column(cells, column):
    """Return the typed cells, and rule → the lines that break it and the way on for the first."""
    missing = cells == _MISSING
    wrong = {}
    if column.kind == "text":
        values = cells.mask(missing)
        numbers = None
    else:
        numbers = pd.to_numeric(cells.mask(missing), errors="coerce")
        values = numbers
    for line, cell in cells.items():
        broken = _broken(cell, missing[line], None if numbers is None else numbers[line], column)
        if broken:
            rule, way_on = broken
            wrong.setdefault(rule, ([], way_on))[0].append(line)
    return values, wrong


def _broken(cell, missing, number, column):
    """Return the rule that a cell breaks and the way on, or None."""
    rule = f"must be {rule_of(column)}"
    if missing:
        return None if column.missing else (rule, "This column may not have missing values.")
    if cell.casefold() in _BLANKS:
        way_on = "Write n/a." if column.missing else "Fill the cell in."
        return ("is no value: " + rule, way_on)
    if number is not None and number != number:
        if _DECIMAL_COMMA.fullmatch(cell):
            return ("has a decimal comma: " + rule, f"Write {cell.replace(',', '.')}.")
        return ("is no number: " + rule, "Write digits only, without a unit.")
    if column.levels:
        levels = [str(level) for level in column.levels]
        if (f"{number:g}" if number is not None else cell) not in levels:
            near = difflib.get_close_matches(cell.casefold(), levels, n=1)
            return (rule, f"Did you mean '{near[0]}'?" if near else "Use one of these.")
    elif column.pattern:
        if not re.fullmatch(column.pattern, cell):
            return (rule, f"Write for example 'sub-{cell if cell.isalnum() else '01'}'.")
    elif number is not None and not _fits(number, column):
        return (rule, "Correct a slip, or write n/a." if column.missing else "Correct the value.")
    return None


def _fits(number, column):
    whole = column.kind != "integer" or number % 1 == 0
    return whole and (column.low is None or column.low <= number <= column.high)


def _repeated(frame, path, table):
    keys, problems = KEYS[table], []
    for line in frame.index[frame.duplicated(keys)]:
        same = (frame[keys] == frame.loc[line, keys]).all(axis=1)
        first = frame.index[same][0]
        key = ", ".join(f"{name} {_plain(frame.at[line, name])}" for name in keys)
        problems.append(
            f"{path}, line {line}, column(s) {', '.join(keys)}: {key} stands already in line {first}; each "
            f"{table[:-1]} has one row. Delete one of the two, or correct its number."
        )
    return problems


def _plain(value):
    return f"{value:g}" if isinstance(value, float) else value


def joined_problems(tables, folder):
    """List what only the tables together can show."""
    problems = []
    place = {name: folder / f"{name}.tsv" for name in tables}
    people, blocks, trials = (tables[name] for name in ("participants", "blocks", "trials"))
    links = (
        ("blocks", blocks, ["participant"], "participants", people),
        ("trials", trials, KEYS["blocks"], "blocks", blocks),
    )
    for name, frame, keys, other, target in links:
        known = pd.MultiIndex.from_frame(target[keys])
        lost = frame[~pd.MultiIndex.from_frame(frame[keys]).isin(known)].drop_duplicates(keys)
        for line, row in lost.iterrows():
            key = ", ".join(f"{key} {_plain(row[key])}" for key in keys)
            problems.append(
                f"{place[name]}, line {line}, column(s) {', '.join(keys)}: {key} has no row in {other}.tsv. "
                "Add that row there, or correct the name or number here."
            )
    order = blocks.reset_index(names="line").merge(people, on="participant")
    expected = (order.session == 1) == (order.drug_order == "naloxone first")
    for row in (
        order[(order.drug == "naloxone") != expected].drop_duplicates("participant").itertuples()
    ):
        problems.append(
            f"{place['blocks']}, line {row.line}, column drug: '{row.drug}' in session {row.session:g} of "
            f"{row.participant}, whose drug_order is '{row.drug_order}'. Correct one of the two."
        )
    return problems


def raise_all(problems):
    """Raise one DataError that names the first problems and counts the others."""
    if not problems:
        return
    shown = problems[:_SHOWN]
    if len(problems) > _SHOWN:
        shown = [*shown, f"… and {len(problems) - _SHOWN} more."]
    raise DataError("\n".join(shown))
