"""The BIDS data set of events: what it holds, what the validator says, and that it destroys nothing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import eih
from eih.fmri import bids


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write the data set of three participants; sub-46 has a missing rating."""
    folder = tmp_path_factory.mktemp("bids") / "events"
    return eih.fmri.write_events(folder, ["sub-01", "sub-24", "sub-46"])


def contents(folder):
    """Return name → bytes of all files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_file_holds_the_events_of_its_run(written):
    """Read back, a file equals the events of that run, missing ratings as n/a."""
    for participant, session, block in [("sub-01", 1, 1), ("sub-46", 2, 4)]:
        path = written / bids.event_file(participant, session, block)
        read = pd.read_csv(path, sep="\t", na_values="n/a", keep_default_na=False)
        wanted = eih.fmri.events(participant, session, block)
        shared = list(wanted)
        pd.testing.assert_frame_equal(
            read[shared], wanted.astype({"modality": str}), check_dtype=False
        )
        assert list(read)[:3] == ["onset", "duration", "trial_type"]


def test_missing_ratings_are_written_as_bids_wants(tmp_path):
    """All five missing ratings appear as n/a, and no cell is empty."""
    folder = eih.fmri.write_events(tmp_path / "all")
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*_events.tsv"))
    assert text.count("n/a") == eih.load_trials().rating.isna().sum()
    assert "\t\t" not in text


def test_every_column_is_described_and_onsets_are_called_reconstructed(written):
    """The sidecar names each column; onset and timing say that they were not recorded."""
    notes = json.loads((written / "task-peep_events.json").read_text(encoding="utf-8"))
    columns = pd.read_csv(written / bids.event_file("sub-01", 1, 1), sep="\t").columns
    assert set(columns) - set(notes) == set()
    assert "RECONSTRUCTED" in notes["onset"]["Description"]
    assert "RECONSTRUCTED" in notes["timing"]["Levels"]["reconstructed"]
    assert "RECONSTRUCTED" in (written / "README").read_text(encoding="utf-8")


def test_only_the_participants_asked_for_are_written(written):
    """Three people with eight runs each, and the same three in participants.tsv."""
    people = pd.read_csv(written / "participants.tsv", sep="\t").participant_id.tolist()
    assert (
        people
        == sorted(path.name for path in written.glob("sub-*"))
        == ["sub-01", "sub-24", "sub-46"]
    )
    assert len(list(written.rglob("*_events.tsv"))) == 24


def validate(folder):
    """Run the BIDS validator; return its issues."""
    call = [sys.executable, "-c", "import bids_validator_deno as b; b.cli()", str(folder)]
    run = subprocess.run([*call, "--format", "json"], capture_output=True, text=True, check=False)
    return json.loads(run.stdout)["issues"]["issues"]


@pytest.fixture(scope="module")
def validator(need):
    """Skip, or fail where it is promised, if the validator is not installed."""
    from importlib.util import find_spec

    there = find_spec("bids_validator_deno") and find_spec("deno")
    need("bids-validator", there, "Install the extra 'test': pip install -e '.[test]'")
    return validate


def test_the_bids_validator_accepts_the_data_set(validator, written):
    """The official validator finds no error, and nothing to warn of but tags that we do not use."""
    issues = validator(written)
    assert [issue for issue in issues if issue["severity"] == "error"] == []
    assert {issue.get("subCode") for issue in issues} <= {"HEDVersion"}


def test_the_bids_validator_would_see_a_wrong_trial_type(validator, written, tmp_path):
    """It reads the files: a condition that the sidecar does not know is an error."""
    shutil.copytree(written, tmp_path / "broken")
    path = tmp_path / "broken" / bids.event_file("sub-01", 1, 1)
    path.write_text(
        path.read_text(encoding="utf-8").replace("heat_70", "heat_71"), encoding="utf-8"
    )
    errors = {i["code"] for i in validator(tmp_path / "broken") if i["severity"] == "error"}
    assert errors == {"TSV_VALUE_INCORRECT_TYPE"}


def test_an_earlier_data_set_is_replaced(tmp_path):
    """Written again with another seed and fewer people, nothing of the first remains."""
    folder = eih.fmri.write_events(tmp_path / "bids", ["sub-01", "sub-02"])
    eih.fmri.write_events(folder, ["sub-01"], seed=3)
    assert [path.name for path in folder.glob("sub-*")] == ["sub-01"]
    assert "seed 3" in (folder / "README").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["bids"]


@pytest.mark.parametrize(
    "foreign", ["notes.txt", "sub-01/ses-01/func/sub-01_ses-01_task-peep_run-01_bold.nii.gz"]
)
def test_a_folder_with_other_files_is_left_alone(tmp_path, foreign):
    """A file that eih did not write stops everything, and it stays as it was."""
    folder = eih.fmri.write_events(tmp_path / "bids", ["sub-01"])
    (folder / foreign).write_text("mine", encoding="utf-8")
    before = contents(folder)
    with pytest.raises(FileExistsError, match=f"did not write .*{Path(foreign).name}"):
        eih.fmri.write_events(folder, ["sub-01"], seed=3)
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["bids"]


def test_a_bids_data_set_of_someone_else_is_left_alone(tmp_path):
    """The same file names are not enough: the description must say that eih wrote it."""
    folder = tmp_path / "bids"
    folder.mkdir()
    (folder / "dataset_description.json").write_text('{"Name": "theirs"}', encoding="utf-8")
    with pytest.raises(FileExistsError, match="eih did not write"):
        eih.fmri.write_events(folder)
    assert contents(folder) == {"dataset_description.json": b'{"Name": "theirs"}'}


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path):
    """A file of that name is no folder to be replaced."""
    (tmp_path / "bids").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="is no folder"):
        eih.fmri.write_events(tmp_path / "bids")
    assert (tmp_path / "bids").read_text(encoding="utf-8") == "mine"


def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch):
    """If writing stops half-way, an earlier data set is whole and no half one lies beside it."""
    folder = eih.fmri.write_events(tmp_path / "bids", ["sub-01"])
    before = contents(folder)

    def full(beside, target):
        raise OSError("No space left on device")

    monkeypatch.setattr(bids, "_put_in_place", full)
    with pytest.raises(OSError, match="No space left"):
        eih.fmri.write_events(folder, ["sub-02"])
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["bids"]


def test_an_unknown_participant_is_named(tmp_path):
    """Nothing is written for a participant who is not in the tables."""
    with pytest.raises(ValueError, match=r"Unknown participant\(s\) \['sub-05'\]"):
        eih.fmri.write_events(tmp_path / "bids", ["sub-01", "sub-05"])
    assert list(tmp_path.iterdir()) == []
