"""False alarms: what shuffled labels must give."""

import numpy as np
import pandas as pd
import pytest

import eih


def ratings(sd_people, n_people=30, n_trials=20, seed=1):
    """Ratings of people who differ by `sd_people`, with noise of SD 1 and a label without meaning."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame(
        {
            "participant": [f"p{k:02d}" for k in range(n_people)],
            "group": ["a", "b"] * (n_people // 2),
            "own": rng.normal(0, 1, n_people) * sd_people,
        }
    )
    data = people.merge(pd.DataFrame({"trial": range(n_trials)}), how="cross")
    return data.assign(rating=data.own + rng.normal(0, 1, len(data)))


def test_the_test_of_people_keeps_its_error_rate():
    """One mean per person: about one shuffle in twenty is a false alarm."""
    p = eih.false_alarms(ratings(sd_people=2), label="group", n_shuffles=4000)
    assert (p.p_people < 0.05).mean() == pytest.approx(0.05, abs=0.015)


def test_the_test_of_trials_does_not():
    """Every trial a witness: most shuffles are false alarms where people differ."""
    p = eih.false_alarms(ratings(sd_people=2), label="group", n_shuffles=1000)
    assert (p.p_trials < 0.05).mean() > 0.5


def test_p_is_that_of_the_plain_t_test():
    """With the first shuffle undone, p is scipy's."""
    from scipy import stats

    data = ratings(sd_people=1)
    alarms = eih.false_alarms(data, label="group", n_shuffles=1, seed=5)
    labels = data.groupby("participant").group.first()
    first = np.random.default_rng(5).permuted(np.array([(labels == "a").to_numpy()]), axis=1)[0]
    shuffled = data.participant.map(dict(zip(labels.index, first, strict=True)))
    trials = stats.ttest_ind(data.rating[shuffled], data.rating[~shuffled]).pvalue
    means = data.groupby("participant").rating.mean()
    people = stats.ttest_ind(means[first], means[~first]).pvalue
    assert alarms.iloc[0].tolist() == pytest.approx([trials, people])


def test_the_same_seed_gives_the_same_shuffles():
    """Pages do not change from build to build."""
    data = ratings(sd_people=1)
    one, two = (eih.false_alarms(data, label="group", n_shuffles=20) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("label", ["trial", "participant"])
def test_a_label_of_trials_is_refused(label):
    """Only what belongs to a person can be shuffled over people."""
    with pytest.raises(ValueError, match=rf"Invalid label '{label}'\. It needs two values"):
        eih.false_alarms(ratings(sd_people=1), label=label)
