"""``eih power``: simulate studies from the command line."""

import sys
from pathlib import Path


def add_command(commands):
    """Add ``power`` to the subcommands of ``eih``.

    Parameters
    ----------
    commands : argparse subparsers
        As made by ``parser.add_subparsers()``.
    """
    power = commands.add_parser(
        "power",
        help="simulate studies and count how often an effect is found",
        description="Draw studies from a fitted model, fit it again, count how often the effect is found.",
    )
    power.add_argument(
        "--effect", required=True, help="names with commas, such as exercise,three-way, or 'all'"
    )
    power.add_argument("--n", required=True, help="numbers of participants, such as 20,40,80")
    power.add_argument("--sims", default="1000", help="studies for each of them (default: 1000)")
    power.add_argument("--seed", default="1", help="seed of the random numbers (default: 1)")
    power.add_argument(
        "--size",
        default="1x",
        help="true effects with commas: 1x as estimated (default), 0.5x half of that, 0 none, or a number "
        "in the unit of the coefficient (write --size=-3 for one below zero)",
    )
    power.add_argument(
        "--model",
        default="paper",
        help="paper (default), or varying: the effect differs between people",
    )
    power.add_argument(
        "--people",
        default="generated",
        help="generated from the model (default), or resampled with their ratings",
    )
    power.add_argument("--jobs", default="-1", help="processes (default: all cores)")
    power.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler, such as tcp://…:8786"
    )
    power.add_argument(
        "--to",
        type=Path,
        metavar="FILE.tsv",
        help="keep each study there; what the file has is not computed again, also after an interruption",
    )
    power.set_defaults(run=run)


def run(options):
    """Run ``eih power`` and return the exit status: 0, or 130 if it was interrupted.

    Raises
    ------
    ValueError
        A name or number makes no sense, the scheduler cannot be reached, or the results file is damaged or
        was made otherwise. Finished replicates are kept.
    """
    from .power_files import ResultsFile
    from .power_runs import check_counts

    people = _counts("n", options.n)
    sims, seed = _count("sims", options.sims), _count("seed", options.seed)
    jobs = _count("jobs", options.jobs)
    check_counts(people, sims, seed, jobs)
    scenarios = _scenarios(options)
    file = None
    if options.to is not None:
        if not options.to.absolute().parent.is_dir():
            raise ValueError(f"{options.to}: there is no folder {options.to.absolute().parent}.")
        file = ResultsFile(options.to, seed)
    try:
        replicates = _simulate(scenarios, people, sims, seed, jobs, options.scheduler, file)
        if file is not None:
            file.finish(call_of(options))
    except KeyboardInterrupt:
        print(f"eih: interrupted. {_kept(file)}", file=sys.stderr)
        return 130
    except OSError as error:
        raise ValueError(f"{error} {_kept(file)}") from None
    finally:
        if file is not None:
            file.close()
    _show(replicates)
    if file is not None:
        print(f"{file.path}: {len(file.rows)} replicates; how they were made: {file.sidecar}")
    return 0


def call_of(options):
    """Return the command line that gives the same replicates; jobs and scheduler do not matter.

    Examples
    --------
    >>> import argparse
    >>> parser = argparse.ArgumentParser()
    >>> add_command(parser.add_subparsers())
    >>> call_of(parser.parse_args("power --effect fitness --n 20,40 --jobs 2".split()))
    'eih power --effect fitness --n 20,40 --sims 1000 --seed 1'
    """
    parts = [f"eih power --effect {options.effect} --n {options.n}"]
    parts.append(f"--sims {options.sims} --seed {options.seed}")
    for name, default in (("size", "1x"), ("model", "paper"), ("people", "generated")):
        value = getattr(options, name)
        if value != default:
            parts.append(f"--{name}{'=' if value.startswith('-') else ' '}{value}")
    return " ".join(parts)


def _scenarios(options):
    from .power import EFFECTS, scenario

    effects = list(EFFECTS) if options.effect == "all" else _listed(options.effect)
    return [
        scenario(effect, model=model, people=people, size=size)
        for effect in effects
        for model in _listed(options.model)
        for people in _listed(options.people)
        for size in _listed(options.size)
    ]


def _listed(text):
    return [part.strip() for part in text.split(",")]


def _counts(name, text):
    return [_count(name, part) for part in _listed(text)]


def _count(name, text):
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"Invalid {name} '{text}'. It must be a whole number.") from None


def _simulate(scenarios, people, sims, seed, jobs, scheduler, file):
    """Simulate behind a progress bar."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

    from .power_runs import simulate

    columns = [*Progress.get_default_columns()[:2], MofNCompleteColumn()]
    columns += [TimeElapsedColumn(), TimeRemainingColumn()]
    console = Console(stderr=True)
    shown = {"console": console, "transient": True, "disable": not console.is_terminal}
    with Progress(*columns, **shown) as bar:
        task = bar.add_task("studies", total=len(scenarios) * len(people) * sims)
        return simulate(
            scenarios,
            people,
            sims,
            seed,
            jobs=jobs,
            scheduler=scheduler,
            file=file,
            progress=lambda finished: bar.advance(task, finished),
        )


def _kept(file):
    if file is None:
        return "Nothing was kept; with --to FILE.tsv finished studies are."
    return f"{len(file.rows)} finished studies are kept; the same call goes on from there."


def _show(replicates):
    from rich.console import Console
    from rich.table import Table

    from .power_tables import power_table

    counts = power_table(replicates)
    told = [name for name in ("model", "people") if counts[name].nunique() > 1]
    shown = Table("effect", *told, "true", "n", "studies", "failed", "power", "95 %")
    for row in counts.itertuples():
        shown.add_row(
            *(row.effect, *(getattr(row, name) for name in told), f"{row.true:.4g}", f"{row.n}"),
            *(f"{row.sims}", f"{row.failed}", f"{row.power:.3f}"),
            f"{row.ci_low:.3f}–{row.ci_high:.3f}",
        )
    Console().print(shown)
