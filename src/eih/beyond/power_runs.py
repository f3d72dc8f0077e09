"""Simulate many studies, on the cores of this machine or on a Dask cluster, with the same result.

The work is cut into batches of replicates. Who computes a batch, and in which order they come back, does
not matter: each replicate brings its own seed.
"""

import os
import re
import threading
import time

import pandas as pd

from .power import COLUMNS
from .power_draws import batch, source
from .power_files import KEY, packages_in_use

BATCH = 20  # replicates that are computed, and kept, together
SECONDS_TO_ANSWER = 10  # for a scheduler and its workers
_WATCHED = []  # filled in a process that watches its parent
_ADDRESS = re.compile(r"(tcp|tls|wss?)://\S+:\d+")


def simulate(scenarios, people, sims, seed, *, jobs=1, scheduler=None, file=None, progress=None):
    """Simulate studies of several scenarios and sizes.

    Parameters
    ----------
    scenarios : list of Scenario
        From :func:`eih.beyond.power.scenario`.
    people : list of int
        Numbers of people in a study.
    sims : int
        Replicates for each scenario and number of people.
    seed : int
        Seed. The numbers depend on it, not on the number of workers.
    jobs : int, default 1
        Processes on this machine; -1 for all cores.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``"tcp://10.0.0.1:8786"``: its workers compute instead.
    file : ResultsFile, optional
        Keeps finished replicates and knows those of earlier runs, which are not computed again.
    progress : callable, optional
        Called with the number of replicates just finished, and once at first with those already there.

    Returns
    -------
    pandas.DataFrame
        One row per replicate, in order; see :func:`eih.beyond.power_draws.replicate` for the columns.

    Raises
    ------
    ValueError
        A number makes no sense, the scheduler cannot be reached, or a worker broke down.

    Examples
    --------
    >>> from eih.beyond.power import scenario
    >>> table = simulate([scenario("fitness")], people=[20], sims=3, seed=1)
    >>> table.shape
    (3, 12)
    """
    check_counts(people, sims, seed, jobs)
    wanted = pd.DataFrame(
        [
            (one.effect, one.model, one.people, one.size, n, number)
            for one in scenarios
            for n in people
            for number in range(1, sims + 1)
        ],
        columns=KEY,
    ).drop_duplicates(ignore_index=True)
    done = file.rows if file is not None else pd.DataFrame(columns=COLUMNS)
    old = wanted.merge(done, on=KEY) if len(done) else done
    if progress is not None:
        progress(len(old))
    by_name = {(one.effect, one.model, one.people, one.size): one for one in scenarios}
    new = []
    for finished in _compute(_batches(wanted, old, by_name), seed, jobs, scheduler):
        new += finished
        if file is not None:
            file.append(finished)
        if progress is not None:
            progress(len(finished))
    parts = [part for part in (old, pd.DataFrame(new, columns=COLUMNS)) if len(part)]
    return wanted.merge(pd.concat(parts), on=KEY)[COLUMNS]


def check_counts(people, sims, seed, jobs=1):
    """Raise unless the numbers of people, replicates, seed and jobs make sense."""
    rules = [
        *(("n", n, n >= 2, "A study has at least 2 participants") for n in people),
        ("sims", sims, sims >= 1, "Ask for at least 1 replicate"),
        ("seed", seed, seed >= 0, "It must be a whole number from 0 on"),
        ("jobs", jobs, jobs >= 1 or jobs == -1, "It must be at least 1, or -1 for all cores"),
    ]
    for name, value, fine, rule in rules:
        if not fine:
            raise ValueError(f"Invalid {name} {value}. {rule}.")
    if not people:
        raise ValueError("Invalid n: none given. Ask for at least one number of participants.")


def _batches(wanted, old, by_name):
    """Return (scenario, n, numbers) for what is not there yet."""
    keys = pd.MultiIndex.from_frame(wanted)
    open_ones = wanted[~keys.isin(pd.MultiIndex.from_frame(old[KEY]))]
    batches = []
    for (*name, n), rows in open_ones.groupby(KEY[:-1], sort=False):
        numbers = rows.replicate.tolist()
        for first in range(0, len(numbers), BATCH):
            batches.append((by_name[tuple(name)], int(n), numbers[first : first + BATCH]))
    return batches


def _compute(batches, seed, jobs, scheduler):
    """Yield the replicates of each batch as it is finished."""
    if scheduler is not None:
        return _on_cluster(batches, seed, scheduler)
    return _on_this_machine(batches, seed, jobs)


def _on_this_machine(batches, seed, jobs):
    from joblib import Parallel, delayed

    parent = os.getpid()
    calls = (
        delayed(_with_parent)(parent, source(what), n, numbers, seed)
        for what, n, numbers in batches
    )
    try:
        yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(calls)
    except RuntimeError as error:  # such as a process killed for want of memory
        raise ValueError(f"A process broke down: {_one_line(error)}") from None


def _with_parent(parent, *work):
    """Compute a batch; in a process of its own, see to it that this ends with its parent."""
    if os.getpid() != parent and not _WATCHED:
        _WATCHED.append(parent)
        threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    return batch(*work)


def _end_with_parent(parent):
    """End this process when its parent is gone, even before the first look: who is killed can tell nobody."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _on_cluster(batches, seed, address):
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ValueError(
            "A scheduler needs the package 'distributed', which is not installed. "
            "Call: pip install 'eih[cluster]'"
        ) from None
    client = _connect(Client, address)
    try:
        _check_workers(client)
        origins = {what: client.scatter(source(what)) for what in {one[0] for one in batches}}
        futures = [
            client.submit(batch, origins[what], n, numbers, seed, pure=False)
            for what, n, numbers in batches
        ]
        for future in as_completed(futures, loop=client.loop):
            try:
                yield future.result()
            except Exception as error:  # whatever happened over there, this run ends with one line
                raise ValueError(f"A worker of {address} broke down: {_one_line(error)}") from None
            finally:
                future.release()
    finally:
        client.close()


def _connect(client_class, address):
    import logging

    if not _ADDRESS.fullmatch(address):
        raise ValueError(
            f"Invalid scheduler '{address}'. Its address looks like tcp://127.0.0.1:8786, as "
            "'dask scheduler' prints it."
        )
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # its tracebacks, beside our line
    try:
        return client_class(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except OSError as error:
        raise ValueError(
            f"Cannot reach a Dask scheduler at '{address}' ({_one_line(error)}). "
            "Start one with 'dask scheduler', or leave the address out."
        ) from None


def _check_workers(client):
    """Raise unless there are workers, with the packages that we have."""
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError:
        raise ValueError(
            f"The Dask scheduler at {client.scheduler.address} has no workers. "
            "Start some with 'dask worker ADDRESS'."
        ) from None
    here = packages_in_use()
    try:
        everywhere = client.run(packages_in_use)
    except Exception as error:  # such as no eih over there
        raise ValueError(f"A worker cannot be used: {_one_line(error)}") from None
    for worker, there in everywhere.items():
        differing = [f"{name} {there[name]}" for name in here if there[name] != here[name]]
        if differing:
            raise ValueError(
                f"The worker {worker} has {', '.join(differing)}, this machine another version. "
                "The numbers could differ; install the same versions there."
            )


def _one_line(error):
    return " ".join(str(error).split()) or type(error).__name__
