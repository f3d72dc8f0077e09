"""The numbers of R that the book shows are those that the tests compare."""

from pathlib import Path

import pandas as pd
import pytest

import eih
from eih.tables.data import data_folder
from eih.tables.schema import DataError

REFERENCE = Path(__file__).parent / "reference" / "lme4"
NAMES = sorted(path.name.split(".")[0] for path in REFERENCE.glob("*.fixed.tsv"))


def test_every_model_of_the_reference_is_shown():
    """No model was left out, none added."""
    assert sorted(eih.lme4_reference().model.unique()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_shown_numbers_are_the_pinned_ones(name):
    """Each cell equals that of tests/reference/lme4, which tests/test_lmm.py compares with ours."""
    pinned = pd.read_csv(REFERENCE / f"{name}.fixed.tsv", sep="\t").rename(
        columns={"term": "r_term"}
    )
    shown = eih.lme4_reference(name)[list(pinned.columns)]
    pd.testing.assert_frame_equal(shown, pinned, check_dtype=False)


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_are_ours(name):
    """The column ``term`` has the names and the order of our own table."""
    assert eih.lme4_reference(name).term.tolist() == eih.recompute(name).index.tolist()


def test_an_unknown_model_is_refused():
    """The error lists the models."""
    with pytest.raises(
        ValueError, match=r"Unknown model 'heat'\. There are: heat_drug_by_intensity"
    ):
        eih.lme4_reference("heat")


def test_a_damaged_file_is_named(tmp_path, monkeypatch):
    """The error says which file and what its columns must be."""
    (tmp_path / "reported").mkdir()
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"lme4_reference\.tsv: cannot be read .*git checkout"):
        eih.lme4_reference()
    (tmp_path / "reported" / "lme4_reference.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(DataError, match=r"lme4_reference\.tsv, line 1: the columns are"):
        eih.lme4_reference()


def test_the_file_is_packaged():
    """It lies where an installed wheel has it as well."""
    assert (data_folder() / "reported" / "lme4_reference.tsv").is_file()
