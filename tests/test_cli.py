"""The command line: formats, exit status, one clear line for an error."""

import io
import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from eih.cli import main
from eih.tables.data import data_folder
from eih.tables.schema import TABLES


@pytest.fixture
def folder(tmp_path):
    """Copy the tables to a folder of their own."""
    for table in TABLES:
        shutil.copy(data_folder() / f"{table}.tsv", tmp_path)
    return tmp_path


def test_ledger_as_json(capsys):
    """JSON has a record per printed number, with null where nothing was computed."""
    assert main(["ledger", "--section", "s2-1", "--format", "json"]) == 0
    records = json.loads(capsys.readouterr().out)
    first = next(one for one in records if one["id"] == "r023" and one["quantity"] == "beta")
    assert (first["printed"], first["verdict"]) == ("1.42", "exact")
    assert first["recomputed"] == pytest.approx(1.4243, abs=1e-4)
    assert any(one["recomputed"] is None for one in records)


def test_ledger_as_tsv(capsys):
    """Tab separated text reads back as the same rows."""
    main(["ledger", "--section", "s2-1", "--format", "tsv"])
    table = pd.read_csv(io.StringIO(capsys.readouterr().out), sep="\t", dtype=str)
    assert table.columns[0] == "id"
    assert len(table[table.id == "r023"]) == 7


def test_ledger_as_table(capsys):
    """The table on the screen ends with the counts."""
    main(["ledger", "--section", "s2-5"])
    assert "explained: " in capsys.readouterr().out


def test_a_difference_is_an_exit_status(monkeypatch, capsys):
    """A ledger with a difference that nothing is said about exits with 1."""
    from eih.paper import comparison

    table = comparison.ledger(section="s2-1")
    table.loc[0, ["verdict", "reason"]] = "differs", ""
    monkeypatch.setattr(comparison, "ledger", lambda section=None: table)
    assert main(["ledger", "--format", "json"]) == 1


def test_a_pipe_that_is_closed_early_is_no_error():
    """`eih ledger | head` ends quietly and well, though most of the ledger was not read."""
    command = [sys.executable, "-m", "eih", "ledger", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.read(1)
        running.stdout.close()
        said = running.stderr.read().decode()
        assert (running.wait(), said) == (0, "")


def test_the_tables_are_built_from_the_authors_file(source_text, tmp_path, capsys):
    """The file in, our three tables out, the same as those of the study; each path is told."""
    (tmp_path / "authors.txt").write_bytes(source_text.encode())
    call = ["data", "build", "--from", str(tmp_path / "authors.txt"), "--to", str(tmp_path)]
    assert main(call) == 0
    told = capsys.readouterr().out.split()
    for table in TABLES:
        made = tmp_path / f"{table}.tsv"
        assert str(made) in told
        assert made.read_bytes() == (data_folder() / made.name).read_bytes()


def test_an_unknown_section_is_one_line(capsys):
    """A section that does not exist is one line on the error stream and exit status 1."""
    assert main(["ledger", "--section", "s99"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("eih: Unknown section 's99'")
    assert error.count("\n") == 1


def test_check_of_good_data(capsys):
    """Good tables are counted and exit with 0."""
    assert main(["data", "check"]) == 0
    assert "39 participants, 312 blocks, 5616 trials" in capsys.readouterr().out


def test_check_of_damaged_data(folder, capsys):
    """A damaged table is named with line and rule and exits with 1."""
    path = folder / "trials.tsv"
    path.write_text(path.read_text().replace("\t47.3\t58\n", "\t47.3\t250\n", 1))
    assert main(["data", "check", str(folder)]) == 1
    assert "line 2: rating is 250, but must lie in 1 to 101" in capsys.readouterr().err


def test_build_from_nothing(tmp_path, capsys):
    """A source that is not there is one clear line and exits with 1."""
    assert main(["data", "build", "--from", str(tmp_path / "no.txt"), "--to", str(tmp_path)]) == 1
    assert "no.txt: cannot be read" in capsys.readouterr().err


def test_python_m_eih_from_elsewhere(tmp_path):
    """``python -m eih`` works from any folder."""
    done = subprocess.run(
        [sys.executable, "-m", "eih", "data", "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr


def test_import_is_light():
    """Importing the package loads none of the heavy libraries."""
    code = (
        "import sys, eih; print([m for m in ('pandas', 'scipy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
