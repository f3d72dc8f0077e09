"""Read a table as text, turn it into typed columns, and check every rule of the schema.

Every problem found is kept, so that one error message can name them all: file, line, value, rule.
Lines are counted as a text editor counts them: the header is line 1.
"""

from functools import cache

import pandas as pd

from .schema import KEYS, N_ROWS, REPEATS_PER_CELL, TABLES, TRIALS_PER_BLOCK, DataError

_SHOWN = 5  # problems of one message that are spelled out


def read_text_table(path, table):
    """Read one of our ``.tsv`` files without interpreting it: every cell a string.

    Raises
    ------
    DataError
        The file is missing, not UTF-8, not tab separated, misses a column or has a ragged line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(
            f"{path}: there is no such file. Make it from the authors' table with "
            "'eih data build --from FILE', or restore it with 'git checkout -- data'."
        ) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path}, line {line}: byte 0x{error.object[error.start]:02x} is not UTF-8 text. "
            "The tables are UTF-8: save the file again in that encoding."
        ) from None
    if text.startswith("\ufeff"):
        raise DataError(
            f"{path}, line 1: the file starts with a byte-order mark, as Excel writes it. "
            "Save it again as UTF-8 without one, or restore it with 'git checkout -- data'."
        )
    return _split_lines(text, path, table)


def _split_lines(text, path, table):
    lines = text.split("\n")
    if lines[-1] != "":
        raise DataError(
            f"{path}, line {len(lines)}: the last line does not end. The file looks truncated; "
            "restore it with 'git checkout -- data'."
        )
    header, *rows = (line.rstrip("\r").split("\t") for line in lines[:-1])
    expected = list(TABLES[table])
    if header != expected:
        missing = [name for name in expected if name not in header]
        extra = [name for name in header if name not in expected]
        raise DataError(
            f"{path}, line 1: the columns must be {', '.join(expected)}"
            + (f"; missing: {', '.join(missing)}" if missing else "")
            + (f"; not expected: {', '.join(extra)}" if extra else "")
            + ("" if missing or extra else "; they are in another order")
            + "."
        )
    for number, row in enumerate(rows, start=2):
        if len(row) != len(expected):
            raise DataError(
                f"{path}, line {number}: {len(row)} cells where the header has {len(expected)}. "
                "The line is cut or has a stray tab."
            )
    return pd.DataFrame(rows, columns=expected, dtype=str)


def typed(text_table, path, table):
    """Turn text cells into numbers and ``n/a`` into missing values.

    Raises
    ------
    DataError
        A cell that should be a number is not one.
    """
    columns, problems = {}, []
    for name, column in TABLES[table].items():
        cells = text_table[name]
        if column.kind == "text":
            columns[name] = cells
            continue
        missing = cells == "n/a"
        numbers = pd.to_numeric(cells.mask(missing), errors="coerce")
        for row in numbers.index[numbers.isna() & ~missing]:
            problems.append(f"line {row + 2}: {name} is '{cells[row]}', which is not a number")
        columns[name] = numbers
    _raise_all(path, problems)
    return pd.DataFrame(columns)


@cache
def pandera_schema(table):
    """Return the pandera schema of a table: types, levels, ranges, missing values, unique keys."""
    import pandera.pandas as pa

    columns = {}
    for name, column in TABLES[table].items():
        checks = []
        if column.levels:
            levels = list(column.levels)
            checks.append(pa.Check.isin(levels, error=f"must be one of {levels}"))
        if column.low is not None:
            rule = f"must lie in {column.low} to {column.high}"
            checks.append(pa.Check.in_range(column.low, column.high, error=rule))
        if column.pattern:
            rule = "must look like sub-01"
            checks.append(pa.Check.str_matches(rf"^{column.pattern}\Z", error=rule))
        if column.kind == "integer":
            checks.append(pa.Check(lambda values: values % 1 == 0, error="must be a whole number"))
        columns[name] = pa.Column(checks=checks, nullable=column.missing)
    return pa.DataFrameSchema(columns, strict=True, unique=KEYS[table])


def check_table(frame, path, table):
    """Check one typed table on its own.

    Raises
    ------
    DataError
        Naming each line, value and rule: levels, ranges, whole numbers, missing values, unique keys,
        number of rows.
    """
    problems = [] if _obeys(frame, table) else _found_by_pandera(frame, table)
    if len(frame) != N_ROWS[table]:
        problems.append(
            f"{len(frame)} rows where the study has {N_ROWS[table]}; rows were lost or added "
            "(a study of your own is loaded with eih.load_own_trials)"
        )
    _raise_all(path, problems)
    return frame


def _obeys(frame, table):
    """Tell whether pandera would find nothing: it takes longer to load than the tables."""
    if list(frame) != list(TABLES[table]) or frame.duplicated(KEYS[table]).any():
        return False
    return all(_fits(frame[name], column) for name, column in TABLES[table].items())


def _fits(values, column):
    if values.isna().any():
        if not column.missing:
            return False
        values = values.dropna()
    return not (
        (column.levels and not values.isin(list(column.levels)).all())
        or (column.low is not None and not values.between(column.low, column.high).all())
        or (column.pattern and not values.str.fullmatch(column.pattern).all())
        or (column.kind == "integer" and (values % 1).any())
    )


def _found_by_pandera(frame, table):
    from pandera.errors import SchemaErrors

    try:
        pandera_schema(table).validate(frame, lazy=True)
    except SchemaErrors as error:
        return _describe(error.failure_cases, frame, table)
    return []


def _describe(failures, frame, table):
    """Turn pandera's failure cases into sentences with line, value and rule."""
    problems = []
    for case in failures.itertuples():
        if case.check == "multiple_fields_uniqueness":
            continue
        value = "n/a" if case.check == "not_nullable" else repr(_plain(case.failure_case))
        rule = "must not be missing" if case.check == "not_nullable" else case.check
        problems.append(f"line {int(case.index) + 2}: {case.column} is {value}, but {rule}")
    repeated = frame.index[frame.duplicated(KEYS[table])]
    for row in repeated:
        key = ", ".join(f"{name} {_plain(frame.at[row, name])}" for name in KEYS[table])
        problems.append(f"line {row + 2}: {key} is there already; each {table[:-1]} has one row")
    return problems


def _plain(value):
    """Show 250.0 as 250."""
    return int(value) if isinstance(value, float) and value == int(value) else value


def check_joins(participants, blocks, trials, place):
    """Check what only the three tables together can show.

    Everyone has both sessions, four blocks a session, eighteen trials a block and three trials per
    target and modality in each block; no row refers to a participant or block that is not there; the
    drug is the same throughout a session and fits the participant's drug order.

    Raises
    ------
    DataError
        Naming the table and the participant, session and block concerned.
    """
    problems = []
    block_key = KEYS["blocks"]
    known = set(participants.participant)
    for table, frame in (("blocks", blocks), ("trials", trials)):
        for stranger in sorted(set(frame.participant) - known):
            problems.append(f"{table}.tsv: {stranger} is not in participants.tsv")
    for missing in sorted(known - set(blocks.participant)):
        problems.append(f"blocks.tsv: {missing} of participants.tsv has no row")

    blocks_of_trials = pd.MultiIndex.from_frame(trials[block_key].drop_duplicates())
    known_blocks = pd.MultiIndex.from_frame(blocks[block_key])
    for label, gap in (
        ("trials.tsv has no trial for", known_blocks.difference(blocks_of_trials)),
        ("blocks.tsv has no row for", blocks_of_trials.difference(known_blocks)),
    ):
        problems += [f"{label} {p}, session {s}, block {b}" for p, s, b in gap]

    per_block = trials.groupby(block_key).size()
    for (p, s, b), n in per_block[per_block != TRIALS_PER_BLOCK].items():
        problems.append(f"trials.tsv: {p}, session {s}, block {b} has {n} trials, not 18")
    cells = trials.groupby([*block_key, "modality", "target"]).size()
    for (p, s, b, modality, target), n in cells[cells != REPEATS_PER_CELL].items():
        problems.append(
            f"trials.tsv: {p}, session {s}, block {b} has {n} {modality} trials of target {target}, not 3"
        )

    problems += _drug_problems(participants, blocks)
    _raise_all(place, problems)


def _drug_problems(participants, blocks):
    order = blocks.merge(participants[["participant", "drug_order"]], on="participant")
    naloxone_expected = (order.session == 1) == (order.drug_order == "naloxone first")
    wrong = order[(order.drug == "naloxone") != naloxone_expected]
    return [
        f"blocks.tsv: {row.participant}, session {row.session}, block {row.block} has drug {row.drug}, "
        f"but drug_order is '{row.drug_order}'"
        for row in wrong.itertuples()
    ]


def _raise_all(place, problems):
    if not problems:
        return
    shown = [f"{place}, {problem}" for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        shown.append(f"… and {len(problems) - _SHOWN} more")
    raise DataError(".\n".join(shown) + ".")
