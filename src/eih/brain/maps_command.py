"""The command line of the published maps: ``eih maps fetch``, ``eih maps check``."""

import sys
from contextlib import contextmanager
from pathlib import Path


def add_command(commands):
    """Add ``maps`` to the subcommands of ``eih``.

    Parameters
    ----------
    commands : argparse subparsers
        As from ``parser.add_subparsers()``. Each action sets ``run``, a function of the options that
        returns the exit status.
    """
    maps = commands.add_parser("maps", help="get or check the published brain maps")
    actions = maps.add_subparsers(required=True, metavar="action")
    fetch = actions.add_parser(
        "fetch", help="download them; the checksum is recorded, and enforced from then on"
    )
    fetch.add_argument(
        "--url", help="where datasets_elife.zip is; default: the authors' repository"
    )
    fetch.add_argument("--to", type=Path, metavar="DIR", help="default: data/maps of the project")
    fetch.set_defaults(run=_fetch)
    check = actions.add_parser(
        "check",
        help="check every image and checksum; exit status 1 where one is not as it should be",
    )
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    check.set_defaults(run=_check)


def _fetch(options):
    from .maps import fetch, maps_folder

    folder = options.to or maps_folder()
    try:
        with _progress() as progress:
            table = fetch(options.url, folder, progress)
    except KeyboardInterrupt:
        print("eih: stopped; nothing in the folder has changed.", file=sys.stderr)
        return 130
    _print(table, folder)
    return 0


def _check(options):
    from .maps import check, maps_folder

    folder = options.folder or maps_folder()
    _print(check(folder), folder)
    return 0


@contextmanager
def _progress():
    """Show a bar on a terminal, and nothing elsewhere; yield what is to be called as bytes come."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    columns = ("datasets_elife.zip", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("download", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print(table, folder):
    for row in table.itertuples():
        told = f", {row.statistic}" if isinstance(row.statistic, str) else ""
        print(
            f"{row.file}: {row.shape} voxels of {row.voxel_mm} mm, {row.voxels:,} with a value, "
            f"{row.smallest:.2f} to {row.largest:.2f}{told}; checksum {row.checksum}"
        )
    print(f"{folder}: {len(table)} images, all usable.")
