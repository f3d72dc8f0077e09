"""Kenward and Roger's correction and profiles of standard deviations, against R."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih

REFERENCE = Path(__file__).parent / "reference" / "small_samples"
MODELS = {
    "everyone": "rating ~ target + drug_order + (1|participant) + (1|nth)",
    "unequal": "rating ~ target + ftp_per_kg + drug_order + (1|participant) + (1|nth)",
}
# Worst gaps seen: 3e-5 (df of the singular fit), 8e-5 (limit of a small SD).
TOLERANCES = {"estimate": 1e-4, "se": 1e-4, "df": 2e-4, "t": 1e-4, "p": 1e-3}


@cache
def fitted(name):
    saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    number = saline.participant.str[-2:].astype(int)
    unequal = (number <= 14) & (saline.trial <= 3 + number)
    return eih.lmm(MODELS[name], saline[unequal] if name == "unequal" else saline, ci=None)


@cache
def corrected(name):
    return eih.kenward_roger(fitted(name))


def reference(name, part):
    return pd.read_csv(REFERENCE / f"{name}.{part}.tsv", sep="\t")


@pytest.mark.parametrize("column", TOLERANCES)
@pytest.mark.parametrize("name", MODELS)
def test_kenward_roger_agrees_with_pbkrtest(name, column):
    """Corrected SE, df, t and p are those of R's pbkrtest, on equal and on unequal numbers of rows."""
    theirs = reference(name, "kenward_roger")[column]
    ours = corrected(name)[column]
    assert_allclose(ours, theirs, rtol=TOLERANCES[column], atol=1e-300)


def test_mixedlm_has_another_kenward_roger():
    """The df of mixedlm's function are not pbkrtest's; should they become so, ours can go."""
    from mixedlm.inference.ddf import kenward_roger_df

    theirs = reference("unequal", "kenward_roger").df
    gap = np.abs(kenward_roger_df(fitted("unequal").model).df / theirs - 1)
    assert gap.max() > 0.01


def test_the_correction_never_narrows():
    """No corrected standard error is below the plain one."""
    for name in MODELS:
        fit = fitted(name)
        assert (corrected(name).se >= fit.table.se * (1 - 1e-9)).all()


def test_kenward_roger_is_the_t_test_of_balanced_groups():
    """With as many rows from everyone, a factor between people has the t-test's t and df."""
    import pingouin

    rng = np.random.default_rng(3)
    people = pd.DataFrame(
        {"person": range(12), "group": list("ab") * 6, "own": rng.normal(0, 2, 12)}
    )
    data = people.merge(pd.DataFrame({"repeat": range(4)}), how="cross")
    data["y"] = data.own + rng.normal(0, 1, len(data))
    means = data.groupby(["person", "group"]).y.mean().unstack()
    t = pingouin.ttest(means.b.dropna(), means.a.dropna(), correction=False).iloc[0]
    corrected = eih.kenward_roger(eih.lmm("y ~ group + (1|person)", data)).iloc[1]
    assert_allclose([corrected.t, corrected.df], [t["T"], t["dof"]], rtol=1e-5)


def test_kenward_roger_needs_reml():
    """The correction is defined for restricted maximum likelihood."""
    data = eih.difference_scores(eih.load_trials(modality="heat"), "drug")
    fit = eih.lmm("difference ~ target + (1|participant)", data, reml=False, ci=None)
    with pytest.raises(ValueError, match=r"Cannot correct .*maximum likelihood\. Use reml=True"):
        eih.kenward_roger(fit)


@pytest.mark.parametrize("name", MODELS)
def test_limits_of_standard_deviations_agree_with_lme4(name):
    """Profile limits of every SD are those of R's confint; a lower limit may be zero."""
    theirs = reference(name, "sd")
    ours = eih.sd_limits(fitted(name))
    assert_allclose(
        ours[["ci_low", "ci_high"]], theirs[["ci_low", "ci_high"]], rtol=1e-3, atol=1e-6
    )


def test_the_profile_of_an_sd_touches_zero_at_its_estimate():
    """The deviance is smallest at the maximum likelihood estimate, which mixedlm finds as well."""
    fit = fitted("everyone")
    refit = eih.lmm(fit.formula, fit.design.frame, reml=False, ci=None).variances.set_index("group")
    for group, sd in refit.sd.items():
        curve = eih.sd_profile(fit, group, [0.9 * sd, sd, 1.1 * sd])
        assert curve.rise[1] == pytest.approx(0, abs=1e-5)
        assert curve.rise[0] > 1e-3 < curve.rise[2]


def test_the_profile_of_a_coefficient_crosses_at_its_limits():
    """At the profile limits of the table the deviance has risen by the 5 % point of chi-square."""
    fit = eih.lmm(MODELS["everyone"], fitted("everyone").design.frame)
    row = fit.coefficient("drug_order[naloxone first]")
    curve = eih.profile_curve(fit, row.term, level=0.999)
    for side, rows in (("ci_low", curve[curve.value < row.estimate]), ("ci_high", curve)):
        rows = rows[rows.value > row.estimate] if side == "ci_high" else rows
        value = np.interp(3.841459, *_rising(rows))
        assert value == pytest.approx(row[side], abs=0.02)


def _rising(rows):
    rows = rows.sort_values("rise")
    return rows.rise, rows.value


def test_an_unknown_group_has_no_profile():
    """The error lists the groups."""
    with pytest.raises(ValueError, match=r"Unknown group 'block' .*participant, nth, residual\."):
        eih.sd_profile(fitted("everyone"), "block", [1])


def test_a_random_slope_is_refused():
    """The algebra holds for intercepts; the error says so."""
    fit = eih.lmm(
        "rating ~ target + (target|participant)", fitted("everyone").design.frame, ci=None
    )
    for ask in (eih.kenward_roger, eih.sd_limits):
        with pytest.raises(ValueError, match=r"it has a random slope\. Give a model"):
            ask(fit)
