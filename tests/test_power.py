"""Simulated power: planted effects come back, numbers do not depend on who computes them, nothing is lost."""

import argparse
import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import stats

import eih
from eih.beyond import power_command, power_files, power_runs
from eih.beyond.power import COLUMNS, EFFECTS, list_effects, scenario
from eih.beyond.power_by_design import people_for_each_term, power_by_draw
from eih.beyond.power_draws import batch, draw, replicate, source
from eih.beyond.power_files import ResultsFile
from eih.beyond.power_rows import read_recipe, read_replicates
from eih.beyond.power_runs import simulate
from eih.beyond.power_tables import (
    people_needed,
    power_of_observed,
    power_table,
    recompute_sample,
)
from eih.figures import (
    estimates_of_studies,
    observed_power_by_p,
    power_by_people,
    spread_of_observed_power,
)
from eih.models.expected_power import power_by_sample_size
from eih.tables.schema import DataError

RARE = 1e-4  # a fair simulation misses a limit this rarely


def share_limits(share, n):
    """Return the limits that a share of n replicates hardly ever leaves."""
    return stats.binom.ppf(RARE / 2, n, share) / n, stats.binom.ppf(1 - RARE / 2, n, share) / n


def arguments(text):
    """Parse a command line of eih power."""
    parser = argparse.ArgumentParser()
    power_command.add_command(parser.add_subparsers())
    return parser.parse_args(["power", *text.split()])


def call(text):
    """Run a command line of eih power."""
    options = arguments(text)
    return options.run(options)


# What is drawn.


def test_the_effects_are_terms_of_their_models():
    """Each headline effect is a coefficient of both of its formulas."""
    table = list_effects()
    assert table.effect.tolist() == list(EFFECTS)
    for row in table.itertuples():
        for model in ("paper", "varying") if row.varying else ("paper",):
            assert source(scenario(row.effect, model=model)).true != 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"effect": "exercse"}, "Unknown effect 'exercse'. Did you mean 'exercise'"),
        ({"effect": "drug", "model": "wild"}, "Invalid model 'wild'. It must be one of 'paper'"),
        ({"effect": "drug", "people": "all"}, "Invalid people 'all'. It must be one of 'gener"),
        ({"effect": "drug", "size": "big"}, "Invalid size 'big'. It must be a number"),
        ({"effect": "drug", "size": "nan"}, "Invalid size 'nan'. It must be a number"),
        (
            {"effect": "fitness", "model": "varying"},
            "cannot be seen to vary. Use the model 'paper'",
        ),
    ],
)
def test_an_impossible_scenario_is_refused(wrong, message):
    """The message names what is wrong and what there is."""
    with pytest.raises(ValueError, match=message):
        scenario(**wrong)


@pytest.mark.parametrize(
    ("size", "text"),
    [("1x", "1x"), ("1.0x", "1x"), (0, "0"), ("-0", "0"), ("0x", "0"), (-3.0, "-3")],
)
def test_a_size_has_one_spelling(size, text):
    """Equal sizes are the same scenario, with the same random numbers."""
    assert scenario("drug", size=size).size == text


def test_sizes_are_in_units_of_the_coefficient():
    """1x is the estimate, 0.5x half of it, a number itself."""
    estimate = eih.analysis("heat_fitness_saline").run().coefficient("ftp_per_kg").estimate
    true = [source(scenario("fitness", size=size)).true for size in ("1x", "0.5x", "3", "0")]
    assert true == pytest.approx([estimate, estimate / 2, 3, 0])


def test_resampled_people_keep_their_ratings():
    """Without a change of size, each drawn person has the ratings of a participant."""
    origin = source(scenario("exercise", people="resampled"))
    drawn = draw(origin, 50, np.random.default_rng(3))
    assert drawn.participant.nunique() == 50
    originals = {tuple(origin.frame.rating[rows]) for rows in origin.rows_of}
    assert {tuple(own.rating) for _, own in drawn.groupby("participant")} <= originals


def test_a_changed_size_moves_only_the_effect():
    """Fitted to all participants, the shifted ratings give the wanted effect and the same rest."""
    origin = source(scenario("exercise", people="resampled", size=-7))
    fit = eih.lmm(
        scenario("exercise").formula, origin.frame.assign(rating=origin.expected), ci=None
    )
    paper = eih.analysis("heat_exercise_saline").run()
    assert fit.coefficient("exercise[high]").estimate == pytest.approx(-7)
    assert fit.coefficient("exercise[high]").se == pytest.approx(
        paper.coefficient("exercise[high]").se, rel=1e-4
    )


@pytest.mark.parametrize(("effect", "model"), [("drug", "varying"), ("three-way", "paper")])
def test_a_large_generated_study_gives_the_model_back(effect, model):
    """Coefficients and standard deviations of 1,500 people are those that were put in."""
    origin = source(scenario(effect, model=model))
    fitted = eih.analysis(EFFECTS[effect].analysis)
    known = eih.lmm(origin.scenario.formula, fitted.data(), ci=None)
    again = eih.lmm(origin.scenario.formula, draw(origin, 1500, np.random.default_rng(5)), ci=None)
    assert np.abs((again.estimates - known.estimates) / again.table.se).max() < 4.5
    for mine, theirs in zip(
        again.variances.itertuples(), known.variances.itertuples(), strict=True
    ):
        if mine.group != "nth":  # nine levels cannot tell their own spread
            assert mine.sd == pytest.approx(theirs.sd, rel=0.15)


def test_correlated_shifts_stay_correlated():
    """Drawn shifts have the fitted covariance, not only the variances."""
    origin = source(scenario("drug-by-intensity", model="varying"))
    people = next(effect for effect in origin.random if effect.of_people)
    fit = eih.lmm(origin.scenario.formula, eih.analysis("heat_drug_by_intensity").data(), ci=None)
    wanted = fit.model.VarCorr().groups["participant"].cov
    assert people.root @ people.root.T == pytest.approx(wanted, rel=1e-6)
    assert np.abs(wanted[0, 1]) > 1


# Replicates.


def test_a_replicate_depends_on_its_own_numbers_only():
    """Alone, in a batch, or after others, it is the same; another seed or number is another study."""
    origin = source(scenario("three-way"))
    alone = replicate(origin, 20, 7, seed=1)
    assert batch(origin, 20, [3, 7], seed=1)[1] == alone
    for other in ((20, 8, 1), (20, 7, 2), (21, 7, 1)):
        assert replicate(origin, *other)["estimate"] != alone["estimate"]
    half = source(scenario("three-way", size="0.5x"))
    assert replicate(half, 20, 7, seed=1)["estimate"] != alone["estimate"]


@pytest.mark.parametrize("people", ["generated", "resampled"])
@pytest.mark.parametrize(
    ("effect", "model"),
    [("exercise", "paper"), ("three-way", "varying"), ("drug-by-intensity", "varying")],
)
def test_the_test_of_a_replicate_is_that_of_eih(effect, model, people):
    """Estimate, standard error, df and p are those of the model fitted to the drawn rows."""
    origin = source(scenario(effect, model=model, people=people))
    row = replicate(origin, 25, 3, seed=9)
    sequence = np.random.SeedSequence(9, spawn_key=(origin.scenario.key, 25, 3))
    study = draw(origin, 25, np.random.default_rng(sequence))
    found = eih.lmm(origin.scenario.formula, study, ci=None).coefficient(EFFECTS[effect].term)
    for name in ("estimate", "se", "df", "p"):
        assert row[name] == pytest.approx(found[name], rel=1e-4)


def test_a_failed_fit_is_counted():
    """Two people cannot give the three-way term: a failure without numbers, and no finding."""
    table = simulate([scenario("three-way")], [2], sims=3, seed=1)
    assert set(table.status) == {"not fitted"}
    assert table[["estimate", "se", "df", "p"]].isna().all(axis=None)
    row = power_table(table).iloc[0]
    assert (row.sims, row.failed, row.significant, row.power) == (3, 3, 0, 0)


@pytest.mark.parametrize(
    ("effect", "n", "sims"), [("three-way", 39, 400), ("exercise", 20, 250), ("fitness", 39, 600)]
)
def test_without_an_effect_one_in_twenty_studies_finds_one(effect, n, sims):
    """The rate of false alarms is the nominal 5 %, up to what so many replicates can tell."""
    table = simulate([scenario(effect, size=0)], [n], sims=sims, seed=11)
    low, high = share_limits(0.05, sims)
    assert low <= (table.p < 0.05).mean() <= high
    assert stats.kstest(table.p, "uniform").pvalue > RARE


def test_power_of_the_varying_model_is_that_of_a_paired_test():
    """For an effect between two conditions, people are the unit: the t test of their differences."""
    n, sims, size = 20, 250, -5
    table = simulate([scenario("exercise", model="varying", size=size)], [n], sims=sims, seed=4)
    scores = eih.difference_scores(
        eih.load_trials("heat").query("drug == 'saline'"), "exercise", by=[]
    ).difference
    noncentrality = abs(size) / scores.std() * np.sqrt(n)
    critical = stats.t.isf(0.025, n - 1)
    expected = stats.nct.sf(critical, n - 1, noncentrality)
    low, high = share_limits(expected, sims)
    assert low - 0.02 <= (table.p < 0.05).mean() <= high + 0.02


# Many replicates.


@pytest.fixture(scope="module")
def small():
    """Simulate a few studies of two scenarios, in this process."""
    return simulate([scenario("fitness"), scenario("three-way")], [15, 30], sims=25, seed=2)


def test_two_processes_give_the_numbers_of_one(small):
    """The table is the same to the last digit, in the same order."""
    again = simulate([scenario("fitness"), scenario("three-way")], [15, 30], 25, 2, jobs=2)
    assert again.equals(small)


def test_the_size_of_batches_does_not_matter(small, monkeypatch):
    """Cut into batches of three, the table is the same."""
    monkeypatch.setattr(power_runs, "BATCH", 3)
    again = simulate([scenario("fitness"), scenario("three-way")], [15, 30], 25, 2)
    assert again.equals(small)


@pytest.fixture(scope="module")
def cluster():
    """Start a Dask scheduler with two workers on this machine."""
    distributed = pytest.importorskip("distributed", reason="pip install 'eih[cluster]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, protocol="tcp", dashboard_address=":0"
    ) as running:
        yield running


def test_a_cluster_gives_the_same_numbers(small, cluster):
    """Two workers of a Dask cluster give the table of one process, to the last digit."""
    again = simulate(
        [scenario("fitness"), scenario("three-way")],
        [15, 30],
        25,
        2,
        scheduler=cluster.scheduler_address,
    )
    assert again.equals(small)


def test_a_cluster_without_workers_is_refused(monkeypatch):
    """After waiting for them, one line says what is missing."""
    distributed = pytest.importorskip("distributed", reason="pip install 'eih[cluster]'")
    monkeypatch.setattr(power_runs, "SECONDS_TO_ANSWER", 1)
    with (
        distributed.LocalCluster(n_workers=0, protocol="tcp", dashboard_address=":0") as empty,
        pytest.raises(ValueError, match=r"scheduler at tcp://\S+ has no workers"),
    ):
        simulate([scenario("fitness")], [20], 1, 1, scheduler=empty.scheduler_address)


def test_an_unreachable_scheduler_is_one_line(monkeypatch):
    """Nobody answers at the address."""
    pytest.importorskip("distributed", reason="pip install 'eih[cluster]'")
    monkeypatch.setattr(power_runs, "SECONDS_TO_ANSWER", 1)
    with pytest.raises(
        ValueError, match="Cannot reach a Dask scheduler at 'tcp://127.0.0.1:9'"
    ) as e:
        simulate([scenario("fitness")], [20], 1, 1, scheduler="tcp://127.0.0.1:9")
    assert "\n" not in str(e.value)


def test_a_scheduler_needs_an_address():
    """A word is no address."""
    pytest.importorskip("distributed", reason="pip install 'eih[cluster]'")
    with pytest.raises(ValueError, match="Invalid scheduler 'here'. Its address looks like tcp://"):
        simulate([scenario("fitness")], [20], 1, 1, scheduler="here")


def test_a_missing_dask_is_one_line(monkeypatch):
    """Without the optional package the message says how to get it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"needs the package 'distributed'.*pip install 'eih\[cl"):
        simulate([scenario("fitness")], [20], 1, 1, scheduler="tcp://127.0.0.1:8786")


# What is kept.


@pytest.fixture
def path(tmp_path):
    """Return the name of a results file."""
    return tmp_path / "power.tsv"


COMMAND = "--effect fitness --n 12,20 --sims 30 --seed 5 --jobs 1 --to {}"


def break_off(monkeypatch, after, error):
    """Let the batch after some others fail."""
    real, calls = power_runs.batch, []

    def failing(*given):
        calls.append(given)
        if len(calls) > after:
            raise error
        return real(*given)

    monkeypatch.setattr(power_runs, "batch", failing)
    return calls


def test_a_run_writes_rows_and_recipe(path, capsys):
    """The file has every replicate; the recipe the seed, the versions and the call."""
    assert call(COMMAND.format(path)) == 0
    table, recipe = read_replicates(path), read_recipe(path)
    assert table.equals(simulate([scenario("fitness")], [12, 20], 30, 5))
    assert recipe["seed"] == 5
    assert recipe["replicates"] == len(table) == 60
    assert recipe["packages"]["numpy"] == np.__version__
    assert recipe["calls"] == ["eih power --effect fitness --n 12,20 --sims 30 --seed 5"]
    assert not path.with_name("power.tsv.part").exists()
    assert "60 replicates" in capsys.readouterr().out


def test_an_interrupted_run_goes_on_where_it_stopped(path, monkeypatch, capsys):
    """After Ctrl-C two batches (20 and 10) are there; the same call computes the rest and gives the same file."""
    with monkeypatch.context() as broken:
        break_off(broken, 2, KeyboardInterrupt())
        assert call(COMMAND.format(path)) == 130
    assert "30 finished studies are kept" in capsys.readouterr().err
    part = path.with_name("power.tsv.part")
    assert len(part.read_text().splitlines()) == 2 + 30
    calls = break_off(monkeypatch, 99, None)
    assert call(COMMAND.format(path)) == 0
    assert sum(len(numbers) for _, _, numbers, _ in calls) == 60 - 30
    assert not part.exists()
    assert read_replicates(path).equals(simulate([scenario("fitness")], [12, 20], 30, 5))


def test_a_line_cut_short_is_computed_again(path, monkeypatch):
    """What a kill left half written is dropped, the lines before it count."""
    with monkeypatch.context() as broken:
        break_off(broken, 2, KeyboardInterrupt())
        call(COMMAND.format(path))
    part = path.with_name("power.tsv.part")
    lines = part.read_text().splitlines(keepends=True)
    part.write_text("".join(lines[:-1]) + lines[-1][:-9])
    assert call(COMMAND.format(path)) == 0
    assert read_replicates(path).equals(simulate([scenario("fitness")], [12, 20], 30, 5))


def test_a_later_call_adds_to_the_file(path, monkeypatch):
    """More replicates and other sizes are added; what is there is not computed again."""
    call(COMMAND.format(path))
    calls = break_off(monkeypatch, 99, None)
    call(COMMAND.format(path).replace("--sims 30", "--sims 40") + " --size 0,1x")
    assert sum(len(numbers) for _, _, numbers, _ in calls) == 2 * 10 + 2 * 40
    assert len(read_replicates(path)) == 160
    assert len(read_recipe(path)["calls"]) == 2
    call(COMMAND.format(path).replace("12,20", "12"))  # brings nothing new
    assert len(read_recipe(path)["calls"]) == 2


def damage(line, cell, text):
    """Return a function that puts another text into a cell of a file."""

    def change(content):
        lines = content.split("\n")
        cells = lines[line - 1].split("\t")
        cells[cell] = text
        lines[line - 1] = "\t".join(cells)
        return "\n".join(lines)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (damage(5, 7, "many"), r"line 5: estimate is no number"),
        (damage(5, 7, "n/a"), r"line 5: estimate is no number"),
        (damage(5, 8, "-1.0"), r"line 5: se is not positive"),
        (damage(5, 10, "1.5"), r"line 5: p is not within 0 and 1"),
        (damage(5, 11, "fine"), r"line 5: has no known status"),
        (damage(5, 0, "luck"), r"line 5: has no known effect"),
        (damage(5, 5, "0"), r"line 5: replicate is no count"),
        (damage(5, 4, "12.5"), r"line 5: n is no count"),
        (damage(5, 11, "ok\tok"), r"line 5: has not as many cells"),
        (damage(5, 5, "2"), r"n = 12 stands there twice, with different numbers"),
        (damage(2, 0, "Effect"), r"line 2: not the columns of eih power"),
        (damage(1, 0, "# {"), r"line 1: no recipe of eih power"),
        (lambda content: "", r"line 1: no recipe of eih power"),
    ],
)
def test_a_damaged_part_file_is_refused_and_left_alone(path, monkeypatch, change, message):
    """One line names the file and the place; not a byte of it is changed."""
    with monkeypatch.context() as broken:
        break_off(broken, 1, KeyboardInterrupt())
        call(COMMAND.format(path))
    part = path.with_name("power.tsv.part")
    part.write_text(change(part.read_text()))
    before = part.read_bytes()
    with pytest.raises(DataError, match=message) as error:
        call(COMMAND.format(path))
    assert "\n" not in str(error.value)
    assert part.read_bytes() == before


def test_bytes_that_are_no_text_are_refused(path):
    """A part file of another kind is named and left alone."""
    part = path.with_name("power.tsv.part")
    part.write_bytes(b"\x89PNG\xff\x00")
    with pytest.raises(DataError, match=r"power\.tsv\.part: cannot be read"):
        call(COMMAND.format(path))
    assert part.read_bytes() == b"\x89PNG\xff\x00"


def test_a_packed_file_has_the_same_rows_and_the_same_bytes_each_time(tmp_path):
    """NAME.tsv.gz holds what NAME.tsv holds; made again it does not differ, and a later call adds to it."""
    packed = tmp_path / "power.tsv.gz"
    contents = []
    for _ in range(2):
        call(COMMAND.format(packed))
        contents.append(packed.read_bytes())
        packed.unlink()
        (tmp_path / "power.json").unlink()
    assert contents[0] == contents[1]
    packed.write_bytes(contents[0])
    with pytest.raises(DataError, match=r"power\.tsv\.gz: .*there is no power\.json beside it"):
        call(COMMAND.format(packed))
    packed.unlink()
    call(COMMAND.format(packed))
    call(COMMAND.format(packed).replace("--sims 30", "--sims 40"))
    assert read_replicates(packed).equals(simulate([scenario("fitness")], [12, 20], 40, 5))


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"effect")[:-6]])
def test_a_damaged_packed_file_is_refused(tmp_path, content):
    """Neither other bytes nor a file cut short is taken for results."""
    packed = tmp_path / "power.tsv.gz"
    packed.write_bytes(content)
    with pytest.raises(DataError, match=r"power\.tsv\.gz: cannot be read"):
        read_replicates(packed)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_no_process_outlives_a_killed_run(path):
    """After SIGKILL the workers end within seconds, and what was finished is kept."""
    command = (
        COMMAND.replace("--sims 30", "--sims 5000").replace("--jobs 1", "--jobs 2").format(path)
    )
    run = subprocess.Popen(
        [sys.executable, "-m", "eih", "power", *command.split()], stderr=subprocess.DEVNULL
    )
    part = path.with_name("power.tsv.part")
    wait_until(lambda: part.exists() and part.read_text().count("\n") > 40, seconds=120)
    workers = children(run.pid)
    run.kill()
    run.wait()
    assert workers
    wait_until(lambda: not any(map(runs, workers)), seconds=60)
    assert len(ResultsFile(path, seed=5).rows) >= 40


def test_a_worker_that_starts_when_its_parent_is_gone_ends():
    """A worker that was still loading when its parent was killed ends at its first batch."""
    code = (
        "import time\nfrom eih.beyond import power_runs\n"
        "power_runs.batch = lambda: time.sleep(50)\npower_runs._with_parent(-1)"
    )
    done = subprocess.run([sys.executable, "-c", code])
    assert done.returncode == 1


def runs(process):
    """Whether a process runs; one that has ended may be listed until somebody asks for its status."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def children(parent):
    """Return the processes that a process has started, and those that these have."""
    own = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        if int(fields[1]) == parent:
            number = int(status.parent.name)
            own += [number, *children(number)]
    return own


def wait_until(true, seconds):
    """Wait until something is true; fail if it takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "took too long"
        time.sleep(0.2)


@pytest.mark.parametrize("finished", [True, False])
def test_replicates_of_another_seed_are_refused(path, monkeypatch, finished):
    """A file made with seed 5 takes no replicates of seed 6, and keeps its own."""
    with monkeypatch.context() as broken:
        break_off(broken, 99 if finished else 1, KeyboardInterrupt())
        call(COMMAND.format(path))
    before = {one: one.read_bytes() for one in path.parent.iterdir()}
    with pytest.raises(
        DataError, match="made with seed 5, this call has 6. Its replicates are kept"
    ):
        call(COMMAND.format(path).replace("--seed 5", "--seed 6"))
    assert {one: one.read_bytes() for one in path.parent.iterdir()} == before


def test_replicates_of_other_packages_are_refused(path):
    """The package and both versions are named."""
    call(COMMAND.format(path))
    recipe = json.loads(path.with_suffix(".json").read_text())
    recipe["packages"]["numpy"] = "1.0"
    path.with_suffix(".json").write_text(json.dumps(recipe))
    with pytest.raises(DataError, match=f"made with numpy 1.0, this call has {np.__version__}"):
        call(COMMAND.format(path))


def test_a_file_without_recipe_is_not_touched(path):
    """Somebody else's table is no results file."""
    path.write_text("precious\n")
    with pytest.raises(DataError, match=r"there is no power\.json beside it"):
        call(COMMAND.format(path))
    assert path.read_text() == "precious\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "cannot be read"), ('{"made_by": "hand"}', "no recipe of eih power")],
)
def test_a_damaged_recipe_is_refused(path, text, message):
    """It is named, and the way on."""
    call(COMMAND.format(path))
    path.with_suffix(".json").write_text(text)
    with pytest.raises(DataError, match=rf"power\.json: {message}.*nothing in it was changed"):
        call(COMMAND.format(path))


def test_a_full_disk_is_one_line(path, monkeypatch):
    """What was finished before is kept, and said so."""
    real = ResultsFile.append

    def append(self, rows):
        if len(self.rows):
            raise OSError(28, "No space left on device")
        real(self, rows)

    monkeypatch.setattr(ResultsFile, "append", append)
    with pytest.raises(ValueError, match="No space left on device 20 finished studies are kept"):
        call(COMMAND.format(path))
    assert len(ResultsFile(path, 5).rows) == 20


# The command.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("--effect luck --n 20", "Unknown effect 'luck'"),
        ("--effect drug --n 0", "Invalid n 0. A study has at least 2 participants"),
        ("--effect drug --n 20,x", "Invalid n 'x'. It must be a whole number"),
        ("--effect drug --n 20 --sims 0", "Invalid sims 0. Ask for at least 1 replicate"),
        ("--effect drug --n 20 --seed -1", "Invalid seed -1. It must be a whole number from 0 on"),
        ("--effect drug --n 20 --jobs 0", "Invalid jobs 0. It must be at least 1, or -1"),
        ("--effect drug --n 20 --to nowhere/a.tsv", "there is no folder .*nowhere"),
        (
            "--effect drug --n 20 --to a.txt",
            "Invalid results file 'a.txt'. Its name must end in .tsv",
        ),
    ],
)
def test_bad_input_is_one_line(text, message, tmp_path, monkeypatch):
    """Each mistake is named in one line, and no file is made."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message) as error:
        call(text)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_no_people_at_all_is_refused():
    """A run needs at least one number of participants."""
    with pytest.raises(ValueError, match="Invalid n: none given"):
        simulate([scenario("fitness")], [], 1, 1)


def test_a_run_without_a_file_prints_the_power(capsys):
    """The table has effect, size, number of people and power."""
    assert call("--effect fitness --n 39 --sims 10 --seed 1 --jobs 1 --people resampled") == 0
    out = capsys.readouterr().out
    expected = power_table(simulate([scenario("fitness", people="resampled")], [39], 10, 1)).iloc[0]
    assert f"{expected.power:.3f}" in out
    assert f"{expected.true:.4g}" in out


def test_an_interrupted_run_without_a_file_says_so(monkeypatch, capsys):
    """Nothing was kept."""
    break_off(monkeypatch, 0, KeyboardInterrupt())
    assert call("--effect fitness --n 39 --sims 10 --jobs 1") == 130
    assert "Nothing was kept; with --to FILE.tsv" in capsys.readouterr().err


# What replicates say.


def rows(estimates, p, true=2.0, n=10, status="ok"):
    """Make replicates by hand."""
    table = pd.DataFrame({"estimate": estimates, "p": p})
    fixed = {"effect": "e", "model": "m", "people": "p", "size": "1x", "n": n, "true": true}
    return table.assign(replicate=range(1, len(table) + 1), se=1.0, df=9.0, status=status, **fixed)


def test_power_exaggeration_and_wrong_signs_are_counted():
    """Of five studies three are significant, one of them with the wrong sign."""
    row = power_table(rows([4, 5, -3, 1, 0.5], [0.01, 0.02, 0.04, 0.3, 0.05])).iloc[0]
    assert (row.sims, row.significant, row.power) == (5, 3, 0.6)
    assert row.exaggeration == pytest.approx((4 + 5 + 3) / 3 / 2)
    assert row.wrong_sign == pytest.approx(1 / 3)
    assert row.ci_low < 0.6 < row.ci_high


def test_without_an_effect_nothing_is_exaggerated():
    """Type M and type S need a true effect."""
    row = power_table(rows([4, 5], [0.01, 0.5], true=0.0)).iloc[0]
    assert row.power == 0.5
    assert np.isnan([row.exaggeration, row.wrong_sign]).all()


# R: prop.test(612, 1000, correct = FALSE)$conf.int
def test_the_interval_is_wilsons():
    """612 of 1,000: 0.58142 to 0.64172."""
    row = power_table(rows(np.ones(1000), np.repeat([0.01, 0.5], [612, 388]))).iloc[0]
    assert (row.ci_low, row.ci_high) == pytest.approx((0.58142392, 0.64171888))


@pytest.mark.parametrize("effect", [0.25, 0.5])
def test_the_number_needed_is_that_of_a_known_curve(effect):
    """Counts made from a z test of known size give its sample size back."""
    n = np.array([20, 40, 80, 160])
    power = stats.norm.sf(stats.norm.isf(0.025) - effect * np.sqrt(n))
    counts = pd.DataFrame({"n": n, "sims": 100_000, "significant": np.round(1e5 * power)})
    found = people_needed(
        counts.assign(effect="e", model="m", people="p", size="1x", true=1.0)
    ).iloc[0]
    needed = ((stats.norm.isf(0.025) + stats.norm.isf(0.2)) / effect) ** 2
    assert found.needed == pytest.approx(needed, rel=0.01)
    assert found.ci_low < needed < found.ci_high
    assert found.within


def test_a_number_outside_the_simulated_ones_is_marked():
    """Half a per cent below 80 % with the most people: read off the extended curve."""
    counts = {"n": [20, 39], "sims": 1000, "significant": [300, 550], "size": "1x", "true": 1.0}
    found = people_needed(
        pd.DataFrame({"effect": "e", "model": "m", "people": "p", **counts})
    ).iloc[0]
    assert found.needed > 39
    assert not found.within


def test_without_growth_no_number_is_enough():
    """Power that stays at 5 % is never 80 %."""
    counts = {"n": [20, 80], "sims": 1000, "significant": [50, 51], "size": "1x", "true": 0.1}
    found = people_needed(
        pd.DataFrame({"effect": "e", "model": "m", "people": "p", **counts})
    ).iloc[0]
    assert found.needed == np.inf


# R: c <- qt(0.975, 36); pt(-c, 36, 2.516) + pt(c, 36, 2.516, lower = FALSE)
def test_observed_power_is_that_of_r():
    """For t(36) = 2.516 it is 0.6874, whatever the sign of t."""
    assert power_of_observed([2.516, -2.516], 36) == pytest.approx([0.6873969] * 2, abs=1e-5)


@pytest.mark.parametrize("n", [27, 39, 55])
def test_simulation_and_design_agree_on_the_three_way_term(n):
    """Stored power is that of the design, averaged over the people that a study may draw."""
    table = power_table(read_replicates().query("effect == 'three-way' and people == 'generated'"))
    row = table.query("model == 'paper' and size == '1x' and n == @n").iloc[0]
    own = eih.analysis("heat_exercise_difference_threeway")
    model = eih.lmm(own.formula, own.data(), ci=None)
    by_draw = power_by_draw(model, EFFECTS["three-way"].term, n, draws=1000, seed=3, replace=True)
    low, high = share_limits(np.nanmean(by_draw), row.sims)
    assert low - 0.01 <= row.power <= high + 0.01


def test_a_draw_of_everybody_has_the_power_of_the_sample():
    """Without replacement, all 39 are the sample, in whatever order."""
    own = eih.analysis("heat_exercise_difference_threeway")
    model, term = eih.lmm(own.formula, own.data(), ci=None), EFFECTS["three-way"].term
    expected = power_by_sample_size(model, term, [39]).power.item()
    assert power_by_draw(model, term, 39, draws=3) == pytest.approx([expected] * 3)


def test_the_number_for_a_term_is_the_first_with_that_power():
    """One person fewer has less than 80 %, for each term; a term that never gets there has none."""
    own = eih.analysis("heat_exercise_difference_threeway")
    model = eih.lmm(own.formula, own.data(), ci=None)
    table = people_for_each_term({"printed": model}, range(20, 71)).set_index("term").needed
    term = EFFECTS["three-way"].term
    at = power_by_sample_size(model, term, [int(table[term]) - 1, int(table[term])]).power
    assert at[0] < 0.8 <= at[1]
    assert np.isnan(table["ftp_per_kg"])


def test_power_that_is_always_enough_needs_no_number():
    """Where the smallest study has a power of one already, there is nothing to read off."""
    counts = {"n": [39, 80], "sims": 300, "significant": [300, 300], "size": "1x", "true": 1.0}
    found = people_needed(
        pd.DataFrame({"effect": "e", "model": "m", "people": "p", **counts})
    ).iloc[0]
    assert np.isnan(found.needed)


# The stored results.


def test_the_stored_results_are_what_the_recipe_says():
    """Counts, data and calls of the recipe are those of the rows."""
    stored, recipe = read_replicates(), read_recipe()
    assert len(stored) == recipe["replicates"]
    assert list(recipe["columns"]) == list(stored) == COLUMNS
    assert not stored.duplicated(power_files.KEY).any()
    assert int(stored.status.isin(["not converged", "not fitted"]).sum()) == recipe["failed"]
    assert recipe["data_sha256"] == power_files.identity(recipe["seed"])["data_sha256"]
    keys = set(stored[power_files.KEY[:-1]].drop_duplicates().itertuples(index=False, name=None))
    asked = set()
    for line in recipe["calls"]:
        options = arguments(line.removeprefix("eih power "))
        assert power_command.call_of(options) == line
        for one in power_command._scenarios(options):
            asked |= {
                (one.effect, one.model, one.people, one.size, int(n)) for n in options.n.split(",")
            }
    assert keys == asked


def test_a_sample_of_the_stored_results_comes_out_again():
    """Thirty replicates, recomputed: the same status and the same digits."""
    recipe = read_recipe()
    again = recompute_sample(read_replicates(), recipe["seed"], size=30, largest=39)
    assert again.same.all(), again[~again.same].to_string()


def test_a_changed_number_is_noticed():
    """A stored estimate that was moved by a thousandth does not come out."""
    table = simulate([scenario("fitness")], [20], 4, 3)
    assert recompute_sample(table, 3, size=4).same.all()
    table.loc[2, "estimate"] *= 1.001
    assert recompute_sample(table, 3, size=4).same.tolist() == [True, True, False, True]


def test_stored_false_alarms_of_generated_people_are_nominal():
    """In each of the seven models, 1,000 studies without an effect find one in 5 %."""
    table = power_table(read_replicates().query("size == '0' and people == 'generated'"))
    assert set(table.effect) == set(EFFECTS)
    for row in table.itertuples():
        low, high = share_limits(0.05, row.sims)
        assert low <= row.power <= high, row.effect


# Figures.


@pytest.fixture
def ax():
    """Give empty axes and close them."""
    drawing, axes = plt.subplots()
    yield axes
    plt.close(drawing)


def test_the_power_figure_goes_through_the_table(ax, small):
    """The line of a scenario has its numbers of people and its power."""
    table = power_table(small).query("effect == 'fitness'")
    power_by_people(table, ax=ax)
    line = next(one for one in ax.lines if one.get_label() == "as estimated")
    assert line.get_xdata().tolist() == [15, 30]
    assert line.get_ydata() == pytest.approx(table.power)


def test_every_test_lies_on_the_curve_of_observed_power(ax):
    """The points are those given, the curve passes them for many degrees of freedom."""
    t = np.array([0.5, 1.96, 3])
    tests = pd.DataFrame({"effect": list("abc"), "p": 2 * stats.norm.sf(t)})
    observed_power_by_p(tests.assign(power=power_of_observed(t, 1e4)), ax=ax)
    curve, points = ax.lines[:2]
    assert points.get_ydata() == pytest.approx(
        np.interp(points.get_xdata(), curve.get_xdata(), curve.get_ydata()), abs=0.01
    )


def test_the_figure_of_estimates_counts_them(ax):
    """The legend has both counts, the lines stand at the true effect and the significant mean."""
    estimates_of_studies(rows([4, 5, 1, 0.5], [0.01, 0.02, 0.3, 0.4]), ax=ax)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"not significant (2)", "significant (2)"} <= set(names)
    assert [line.get_xdata()[0] for line in ax.lines] == [2, 4.5]


def test_the_figure_of_observed_power_counts_every_study(ax):
    """The bars hold all studies, the line stands at the power they had."""
    spread_of_observed_power(np.array([0.1, 0.5, 0.52, 0.99]), 0.6, ax=ax)
    assert sum(patch.get_height() for patch in ax.patches) == 4
    assert ax.lines[0].get_xdata()[0] == 0.6


def test_the_columns_of_a_results_table_are_fixed(small):
    """A table from a run has the columns of the file, in their order."""
    assert list(small) == COLUMNS
