"""The stored surrogate studies prove themselves, and what they say about bias, error rate and power."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from eih.fmri import validation, validation_store
from eih.fmri.validation_store import load_fmri_validation, recheck_fmri_validation
from eih.tables.schema import DataError

STORED = load_fmri_validation(recheck=0)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """Copy the stored studies and their recipe; return the path that is read from now on."""
    source, target = validation_store.results_path(), tmp_path / "fmri_validation.tsv"
    for ending in (".tsv", ".json"):
        target.with_suffix(ending).write_bytes(source.with_suffix(ending).read_bytes())
    monkeypatch.setattr(validation_store, "results_path", lambda: target)
    return target


def forge(path, table):
    """Write a table in the place of the stored one and make the checksum fit."""
    text = table.to_csv(sep="\t", index=False, na_rep="n/a").encode()
    path.write_bytes(text)
    sidecar = path.with_suffix(".json")
    recipe = json.loads(sidecar.read_text())
    sidecar.write_text(json.dumps(recipe | {"sha256": hashlib.sha256(text).hexdigest()}))


def test_the_stored_studies_are_what_this_code_makes():
    """A study of each kind, simulated and analysed anew, agrees in every number."""
    checked = recheck_fmri_validation(STORED, n=1)
    assert checked.kind.tolist() == ["null", "planted"]
    assert checked.gap.max() < 1e-4


def test_a_changed_digit_is_refused(copy):
    """One digit anywhere breaks the checksum."""
    text = copy.read_text()
    at = text.index("0.", 5000)
    copy.write_text(text[: at + 2] + str((int(text[at + 2]) + 1) % 10) + text[at + 3 :])
    with pytest.raises(DataError, match="was changed since it was made"):
        load_fmri_validation(recheck=0)


@pytest.mark.parametrize("column", ["t_found", "p_permutation", "p_random_field", "clusters"])
def test_numbers_of_other_code_are_refused(copy, column):
    """Where the checksum fits but the numbers are a little off, the fresh study tells."""
    forge(copy, STORED.assign(**{column: STORED[column] * 1.01 + 0.01}))
    with pytest.raises(DataError, match="studies differ from fresh ones, the first: null"):
        load_fmri_validation()


def test_the_store_can_be_made_anew(copy, capsys):
    """A few studies of another seed are stored with a recipe that fits them, and load as proven."""
    validation_store.main(["--null", "1", "--planted", "1", "--seed", "7"])
    assert "rows." in capsys.readouterr().out
    made = load_fmri_validation()
    assert made.groupby("kind").replicate.nunique().to_dict() == {"null": 1, "planted": 1}
    recipe = json.loads(copy.with_suffix(".json").read_text())
    assert recipe["seed"] == 7
    assert recipe["sha256"] == hashlib.sha256(copy.read_bytes()).hexdigest()


def test_last_digits_may_differ(copy):
    """Another machine may round otherwise; a millionth does not matter."""
    forge(copy, STORED.assign(t_found=STORED.t_found * (1 + 1e-6)))
    assert len(load_fmri_validation()) == len(STORED)


def test_a_missing_row_is_refused():
    """A study that lost a row is no study of this code."""
    null = STORED[STORED.kind == "null"]
    short = pd.concat([null[null.volume == "whole brain"], STORED[STORED.kind == "planted"]])
    with pytest.raises(DataError, match="relative gap inf"):
        recheck_fmri_validation(short, n=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.unlink(), r"fmri_validation\.tsv: cannot be read"),
        (lambda path: path.with_suffix(".json").unlink(), r"\.json: cannot be read"),
        (lambda path: path.with_suffix(".json").write_text("{"), r"\.json: cannot be read"),
        (lambda path: path.with_suffix(".json").write_text("[]"), "is no recipe"),
        (lambda path: forge(path, STORED.drop(columns="t")), "line 1: the columns must be"),
    ],
    ids=["no file", "no recipe", "broken recipe", "other recipe", "columns"],
)
def test_a_damaged_store_is_refused(copy, change, message):
    """The message names the file and the call that makes it again."""
    change(copy)
    with pytest.raises(DataError, match=message) as caught:
        load_fmri_validation(recheck=0)
    assert "python -m eih.fmri.validation_store" in str(caught.value)


def test_the_recipe_explains_every_column():
    """What a column is stands in the recipe, with seed, counts and packages."""
    recipe = json.loads(validation_store.results_path().with_suffix(".json").read_text())
    assert list(recipe["columns"]) == list(STORED.columns)
    counts = STORED.groupby("kind").replicate.nunique()
    assert (recipe["null"], recipe["planted"]) == (counts["null"], counts["planted"])
    assert {"seed", "call", "packages", "permutations"} <= set(recipe)


def test_permutation_holds_five_per_cent():
    """Every model and volume lies within four Monte Carlo errors of 5 %."""
    rates = validation.familywise_error(STORED).query("method == 'permutation'")
    error = np.sqrt(0.05 * 0.95 / rates.n)
    assert (rates.n >= 200).all()
    assert ((rates.rate - 0.05).abs() < 4 * error).all()


def test_no_correction_is_too_lax():
    """Bonferroni, random field and their smaller p stay at or below 5 % within the error."""
    rates = validation.familywise_error(STORED).query("method != 'permutation'")
    assert (rates.rate < 0.05 + 4 * np.sqrt(0.05 * 0.95 / rates.n)).all()


def test_planted_effects_are_recovered():
    """Bias is within four Monte Carlo errors of none, coverage of 95 %."""
    recovered = validation.recovery(STORED)
    assert (recovered.bias.abs() < 4 * recovered.bias_mc_se).all()
    assert ((recovered.coverage - 0.95).abs() < 4 * np.sqrt(0.0475 / recovered.n)).all()


def test_published_peaks_are_too_high():
    """The winner's curse: weak peaks that are significant lie above what was planted."""
    weak = validation.recovery(STORED).query("noncentrality < 6")
    assert (weak.T_published > weak.noncentrality + 2 * weak.T_published_mc_se).all()


def test_the_small_volume_gives_power():
    """The weak peaks are found more often in the small volume than in the whole brain."""
    power = validation.detection_power(STORED).query("method == 'permutation'")
    wide = power.pivot(index="peak", columns="volume", values="rate").dropna()
    assert len(wide) == 3
    assert (wide["small volume"] > wide["whole brain"]).all()


def test_uncorrected_maps_are_never_empty_of_noise():
    """At p < 0.001 the median number of voxels is near one in a thousand."""
    shown = validation.null_clusters(STORED)
    assert shown.voxels.between(15, 45).all()
    assert (shown["empty"] < 0.01).all()


def test_rates_are_counted_by_hand():
    """Of four made-up studies two have p at most 0.05: the rate is a half."""
    made = pd.DataFrame(
        {
            "kind": "null",
            "model": "drug",
            "volume": "whole brain",
            "p_permutation": [0.05, 0.01, 0.051, 1],
        }
    ).assign(p_random_field=1.0, p_bonferroni=1.0, p_spm=1.0)
    rates = validation.familywise_error(made).set_index("method")
    assert rates.rate.to_dict() == {
        "permutation": 0.5,
        "random field": 0,
        "Bonferroni": 0,
        "SPM": 0,
    }
    assert rates.mc_se["permutation"] == 0.25


def test_the_number_of_processes_does_not_matter():
    """A study simulated beside another is the same as alone."""
    both = validation.simulate(3, 2, 0, n_jobs=2)
    alone = validation.null_replicate(3, 2)
    pd.testing.assert_frame_equal(
        both[both.replicate == 2].reset_index(drop=True), alone, check_dtype=False, rtol=1e-6
    )


def test_counts_that_make_no_sense_are_refused():
    """No studies at all is no simulation."""
    with pytest.raises(ValueError, match="Invalid numbers"):
        validation.simulate(1, 0, 0)
