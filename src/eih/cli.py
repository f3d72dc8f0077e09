"""The command line: ``eih ledger``, ``eih data``, ``eih maps``, ``eih power`` (also ``python -m eih``)."""

import argparse
import gc
import os
import sys
from pathlib import Path


def main(arguments=None):
    """Run one command and return its exit status: 0 fine, 1 a check failed, 2 a wrong call."""
    options = _parser().parse_args(arguments)
    from .tables.schema import DataError

    try:
        status = options.run(options)
        sys.stdout.flush()  # what cannot be written is told here, not at the end of Python
        return status
    except DataError as error:
        print(f"eih: {error}", file=sys.stderr)
    except ValueError as error:
        print(f"eih: {error}", file=sys.stderr)
    except BrokenPipeError:  # such as 'eih ledger | head'
        _drop_output()
        return 0
    except OSError as error:  # such as a full disk
        print(f"eih: {error.filename or 'cannot write'}: {error.strerror}.", file=sys.stderr)
        try:
            sys.stdout.flush()
        except OSError:
            _drop_output()
    return 1


def _drop_output():
    """Lead what is still to be printed to nowhere, so that Python does not try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser():
    parser = argparse.ArgumentParser(
        prog="eih", description="An executable edition of Nold, Fadai & Büchel (2025)."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    ledger = commands.add_parser(
        "ledger",
        help="every printed number beside the recomputed one; exit status 1 where one differs without a word on why",
    )
    ledger.add_argument("--section", help="narrow to one section of the paper, such as s2-3")
    ledger.add_argument("--format", choices=["table", "json", "tsv"], default="table")
    ledger.set_defaults(run=_ledger)

    data = commands.add_parser("data", help="make or check the tables in data/")
    actions = data.add_subparsers(required=True, metavar="action")
    build = actions.add_parser("build", help="make data/*.tsv from the authors' trial table")
    build.add_argument("--from", dest="source", required=True, type=Path, metavar="FILE")
    build.add_argument("--to", type=Path, metavar="DIR", help="default: the project's data folder")
    build.set_defaults(run=_build)
    check = actions.add_parser("check", help="check every rule; exit status 1 where one is broken")
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    check.add_argument(
        "--own", action="store_true", help="DIR holds a study of your own, of any size"
    )
    check.set_defaults(run=_check)
    fetch = actions.add_parser(
        "fetch",
        help="download the authors' trial table and compare it with ours; exit status 1 where a cell differs",
    )
    fetch.add_argument("--url", help="where it is; default: the authors' repository")
    fetch.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="make the tables from it there, anew; overwrites nothing",
    )
    fetch.set_defaults(run=_fetch)
    template = actions.add_parser("template", help="write empty tables for a study of your own")
    template.add_argument("--to", required=True, type=Path, metavar="DIR")
    template.set_defaults(run=_template)

    from .beyond.power_command import add_command as add_power
    from .brain.maps_command import add_command as add_maps

    add_maps(commands)
    add_power(commands)
    return parser


def _ledger(options):
    gc.disable()  # little is made, all of it is kept: collecting would take a tenth of the time
    try:
        return _show_ledger(options)
    finally:
        gc.enable()


def _show_ledger(options):
    from .paper.comparison import ledger, scoreboard
    from .paper.verdicts import DIFFERS

    table = ledger(section=options.section)
    if options.format == "json":
        print(table.to_json(orient="records", indent=1, force_ascii=False))
    elif options.format == "tsv":
        print(table.to_csv(sep="\t", index=False, lineterminator="\n"), end="")
    else:
        _print_table(table)
        counts = scoreboard(table)
        print(
            "  ".join(f"{row.verdict}: {row.numbers}" for row in counts.itertuples() if row.numbers)
        )
    return 1 if ((table.verdict == DIFFERS) & (table.reason == "")).any() else 0


def _print_table(table):
    from rich.console import Console
    from rich.table import Table

    columns = ["id", "effect", "quantity", "printed", "recomputed", "verdict"]
    shown = Table(*columns)
    for row in table[columns].itertuples(index=False):
        recomputed = "" if row.recomputed is None else f"{row.recomputed}"
        shown.add_row(row.id, row.effect, row.quantity, row.printed, recomputed, row.verdict)
    Console().print(shown)


def _build(options):
    from .tables.data import data_folder
    from .tables.upstream import build

    folder = options.to or data_folder()
    for path in build(options.source, folder):
        print(path)
    return 0


def _fetch(options):
    from .tables.fetch import fetch_table

    found = fetch_table(options.url, to=options.to)
    print(found)
    return 0 if found.same else 1


def _template(options):
    from .tables.own_data import write_template

    for path in write_template(options.to):
        print(path)
    return 0


def _check(options):
    if options.own:
        return _check_own(options.folder)
    from .tables.checksums import RECORD, verify_folder
    from .tables.data import data_folder
    from .tables.upstream import check_folder

    folder = options.folder or data_folder()
    tables = check_folder(folder)
    recorded = verify_folder(folder) if (folder / RECORD).is_file() else 0
    print(
        f"{folder}: "
        + ", ".join(f"{len(rows)} {name}" for name, rows in tables.items())
        + ". No rule broken."
        + (f" {recorded} files as recorded in {RECORD}." if recorded else "")
    )
    return 0


def _check_own(folder):
    from .tables.own_data import check_own

    if folder is None:
        raise ValueError("Which folder? Call: eih data check --own DIR")
    found = check_own(folder)
    print(found, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
