"""Rows and tests for the reviewers' questions."""

import pandas as pd
import pytest

import eih
from eih.tables.schema import DataError


@pytest.fixture(scope="module")
def heat():
    """Return the heat trials."""
    return eih.load_trials(modality="heat")


def test_deviations_from_the_target_are_those_of_person_means(heat):
    """Each cell is the one-sample t-test of a mean per person."""
    from scipy import stats

    row = eih.against_targets(heat).query("drug == 'naloxone' and target == 50").iloc[0]
    own = (
        heat.query("drug == 'naloxone' and target == 50").groupby("participant").rating.mean() - 50
    )
    test = stats.ttest_1samp(own, 0)
    limits = test.confidence_interval()
    assert row.n == 39
    assert row[["difference", "t", "p", "ci_low", "ci_high"]].tolist() == pytest.approx(
        [own.mean(), test.statistic, test.pvalue, limits.low, limits.high]
    )


def test_ratings_at_the_target_deviate_by_nothing(heat):
    """Ratings that scatter evenly around their target give a difference of zero."""
    sign = heat.participant.map(
        {name: (-1) ** k for k, name in enumerate(heat.participant.unique())}
    )
    even = heat[heat.participant != "sub-01"].assign(rating=heat.target + sign)
    table = eih.against_targets(even)
    assert table.difference.abs().max() == pytest.approx(0, abs=1e-9)
    assert (table.ci_low < 0).all()
    assert (table.ci_high > 0).all()


def test_before_and_after_share_the_middle_blocks(heat):
    """Ratings of block 2 stand there twice, those of block 1 and 4 once; the cycling in between fits."""
    saline = heat[heat.drug == "saline"]
    rows = eih.before_and_after(saline)
    assert rows.block.value_counts().nunique() == 1
    own = (
        saline.drop_duplicates(["participant", "block"])
        .set_index(["participant", "block"])
        .exercise
    )
    one = rows.drop_duplicates(["participant", "block", "time"]).set_index(["participant", "block"])
    assert (one.exercise.astype(str) == own.astype(str).loc[one.index]).all()
    before = rows[(rows.time == "before") & (rows.block == 3) & (rows.participant == "sub-05")]
    source = saline[(saline.block == 2) & (saline.participant == "sub-05")]
    assert before.rating.tolist() == source.rating.tolist()


def test_before_and_after_takes_one_drug(heat):
    """Two drug days do not follow each other."""
    with pytest.raises(
        ValueError, match=r"Trials of 2 drugs given\. Blocks follow each other within"
    ):
        eih.before_and_after(heat)


def test_previous_exercise_is_that_of_the_block_before(heat):
    """Blocks 2 to 4 carry the intensity of the block before, in the same session."""
    rows = eih.with_previous_exercise(heat)
    assert len(rows) == len(heat) * 3 / 4
    one = rows.query("participant == 'sub-09' and session == 2 and block == 3").previous_exercise
    source = heat.query("participant == 'sub-09' and session == 2 and block == 2").exercise
    assert set(one) == set(source)
    assert list(rows.previous_exercise.cat.categories) == ["low", "high"]


def test_unanswerable_questions_are_complete():
    """Every question says who asked, what is missing, and what there is instead; none twice."""
    table = eih.unanswerable()
    assert table.question.is_unique
    assert table.question.str.endswith("?").all()
    assert set(table.asked_by) == {"reviewer 1", "reviewer 2", "reviewers 1 and 2"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"unanswerable\.tsv: cannot be read .*git checkout"),
        ("a\tb\n", r"unanswerable\.tsv, line 1: the columns are"),
        (
            "asked_by\tquestion\tneeds\tnearest\nx\tWhy?\tall\tnone\ny\tHow?\t\tnone\n",
            r"unanswerable\.tsv, line 3: a cell is empty",
        ),
    ],
)
def test_a_damaged_list_is_named(tmp_path, monkeypatch, text, message):
    """The error says which file, which line and what is wrong."""
    (tmp_path / "reported").mkdir()
    if text is not None:
        (tmp_path / "reported" / "unanswerable.tsv").write_text(text)
    monkeypatch.setenv("EIH_DATA", str(tmp_path))
    with pytest.raises(DataError, match=message):
        eih.unanswerable()


def test_the_drug_effect_without_the_session_is_the_mean_of_both_orders(heat):
    """With order coded ±1 the intercept weighs both orders alike, and the slope is the session."""
    scores = eih.difference_scores(heat, "drug", by=[])
    naloxone_first = scores.drug_order.map({"naloxone first": 1.0, "saline first": -1.0}).astype(
        float
    )
    fit = eih.lm("difference ~ naloxone_first", scores.assign(naloxone_first=naloxone_first))
    by_order = scores.groupby("drug_order", observed=True).difference.mean()
    by_session = eih.mean_ratings(heat, "session").pivot(
        index="participant", columns="session", values="rating"
    )
    drop = (by_session[1] - by_session[2]).groupby(
        scores.set_index("participant").drug_order, observed=True
    )
    assert fit.coefficient("(Intercept)").estimate == pytest.approx(by_order.mean())
    assert fit.coefficient("naloxone_first").estimate == pytest.approx(drop.mean().mean())
    assert isinstance(by_order, pd.Series)
