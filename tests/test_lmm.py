"""Mixed models: against R, against known truth, and by properties; then errors and the display."""

import dataclasses
import itertools
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih

REFERENCE = Path(__file__).parent / "reference" / "lme4"

# R's name: ours. Levels are part of R's names.
R_TERMS = {
    "(Intercept)": "(Intercept)",
    "VAS": "target",
    "step": "step",
    "pwc": "ftp_per_kg",
    "pharm_cond1": "drug[naloxone]",
    "exercise_intensity1": "exercise[high]",
    "treatment_order1": "drug_order[naloxone first]",
    "male1": "sex[male]",
}
R_GROUPS = {"subject": "participant", "nth": "nth", "Residual": "residual"}
R_DRUGS = {0: "saline", 1: "naloxone"}

CROSSED = "+ drug_order + (1|participant) + (1|nth)"
MODELS = {  # reference table: data, formula
    "heat_intensity_saline": ("saline", f"rating ~ target {CROSSED}"),
    "heat_exercise_saline": ("saline", f"rating ~ exercise {CROSSED}"),
    "heat_exercise_by_drug": ("heat", f"rating ~ exercise*drug {CROSSED}"),
    "heat_drug_by_intensity": ("heat", f"rating ~ target*drug {CROSSED}"),
    "heat_exercise_by_drug_by_intensity": ("heat", f"rating ~ exercise*drug*target {CROSSED}"),
    "heat_drug_difference_by_step": (
        "by_drug",
        "difference ~ step + drug_order + (1|participant)",
    ),
    "heat_exercise_difference_threeway": (
        "by_exercise",
        "difference ~ target + drug_order + drug*sex*ftp_per_kg + (1|participant)",
    ),
}
FACTORIAL = "rating ~ C(target)*drug + (1|participant) + (1|nth)"

# Relative tolerances. Both programs stop an optimiser, at different points of a flat top; the worst
# gaps seen are 2e-8 (estimate), 8e-7 (SE, t), 8e-6 (df), 6e-6 (limits), 1.2e-4 (a small variance).
TOLERANCES = {"estimate": 1e-4, "se": 1e-4, "t": 1e-4, "df": 1e-3, "ci_low": 1e-3, "ci_high": 1e-3}
UNDERFLOW = 1e-300  # below this R prints 0
RANGE_NOISE = 1e-10  # below this neither program resolves the studentized range

PEOPLE = "+ (1|person)"


def reference(name):
    return pd.read_csv(REFERENCE / f"{name}.tsv", sep="\t")


@cache
def table(name):
    heat = eih.load_trials(modality="heat")
    return {
        "heat": heat,
        "saline": heat[heat.drug == "saline"],
        "by_drug": eih.difference_scores(heat, "drug").assign(step=lambda d: (d.target - 10) / 20),
        "by_exercise": eih.relevel(eih.difference_scores(heat, "exercise"), sex="female"),
    }[name]


@cache
def fitted(name):
    data, formula = MODELS[name]
    return eih.lmm(formula, table(data))


@cache
def factorial():
    return eih.lmm(FACTORIAL, table("heat"), ci=None)


def simulated(seed=1, n_people=30, slope=2.0, gain=3.0, sd_people=4.0):
    """Twelve outcomes a person: 50 + slope * dose + gain in condition b, people and noise."""
    rng = np.random.default_rng(seed)
    rows = itertools.product(range(n_people), "ab", (0, 1, 2), (1, 2))
    data = pd.DataFrame(rows, columns=["person", "condition", "dose", "repeat"])
    people = rng.normal(0, sd_people, n_people)[data.person]
    mean = 50 + slope * data.dose + gain * (data.condition == "b") + people
    return data.assign(
        person=data.person.map("p{:02d}".format),
        condition=pd.Categorical(data.condition),
        y=mean + rng.normal(0, 3, len(data)),
    )


# Against R.


@pytest.mark.parametrize("name", MODELS)
def test_terms_are_those_of_lme4_in_its_order(name):
    """The coefficients carry our names of R's terms, in R's order."""
    translated = [
        ":".join(R_TERMS[p] for p in t.split(":")) for t in reference(f"{name}.fixed").term
    ]
    ours = fitted(name).table.term
    assert [sorted(t.split(":")) for t in ours] == [sorted(t.split(":")) for t in translated]


@pytest.mark.parametrize("column", TOLERANCES)
@pytest.mark.parametrize("name", MODELS)
def test_coefficients_agree_with_lme4(name, column):
    """Estimate, SE, Satterthwaite df, t and profile limits are those of lme4 and lmerTest."""
    assert_allclose(
        fitted(name).table[column], reference(f"{name}.fixed")[column], rtol=TOLERANCES[column]
    )


@pytest.mark.parametrize("name", MODELS)
def test_p_values_agree_with_lmertest(name):
    """Every p is lmerTest's to 1 %, down to where doubles end."""
    theirs = reference(f"{name}.fixed").p
    assert_allclose(fitted(name).table.p, theirs, rtol=1e-2, atol=UNDERFLOW)


@pytest.mark.parametrize("name", MODELS)
def test_variances_agree_with_lme4(name):
    """Variance components and their standard deviations are those of lme4, residual last."""
    theirs, ours = reference(f"{name}.random"), fitted(name).variances
    assert list(ours.group) == [R_GROUPS[group] for group in theirs.grp]
    assert_allclose(ours[["variance", "sd"]], theirs[["vcov", "sdcor"]], rtol=1e-3)


@pytest.mark.parametrize("name", MODELS)
def test_criterion_and_rows_agree_with_lme4(name):
    """The REML criterion at the optimum and the number of rows are those of lme4."""
    theirs, ours = reference(f"{name}.random"), fitted(name)
    assert ours.n_obs == theirs.nobs[0]
    assert ours.criterion == pytest.approx(theirs.reml[0], rel=1e-6)


@pytest.mark.parametrize(
    ("column", "theirs", "tolerance"),
    [
        ("estimate", "emmean", 1e-4),
        ("se", "SE", 1e-4),
        ("df", "df", 1e-3),
        ("ci_low", "lower.CL", 1e-4),
        ("ci_high", "upper.CL", 1e-4),
    ],
)
def test_means_agree_with_emmeans(column, theirs, tolerance):
    """Marginal means are those of emmeans with Satterthwaite df, in its order."""
    means, expected = (
        factorial().means(["drug", "target"]),
        reference("heat_drug_by_intensity.means"),
    )
    assert list(means.drug) == [R_DRUGS[drug] for drug in expected.pharm_cond]
    assert list(means.target) == list(expected.V)
    assert_allclose(means[column], expected[theirs], rtol=tolerance)


@pytest.mark.parametrize(
    ("column", "theirs", "tolerance"),
    [
        ("estimate", "estimate", 1e-4),
        ("se", "SE", 1e-4),
        ("df", "df", 1e-3),
        ("t", "t.ratio", 1e-4),
    ],
)
def test_contrasts_agree_with_emmeans(column, theirs, tolerance):
    """Pairwise differences are those of emmeans, with its signs and Satterthwaite df."""
    ours, expected = (
        factorial().contrasts(["drug", "target"]),
        reference("heat_drug_by_intensity.tukey"),
    )
    translated = expected.contrast.replace(
        {r"pharm_cond0 V": "saline ", r"pharm_cond1 V": "naloxone "}, regex=True
    )
    assert list(ours.contrast) == list(translated)
    assert_allclose(ours[column], expected[theirs], rtol=tolerance)


def test_tukey_p_agrees_with_emmeans():
    """Tukey's p is that of emmeans: to 1e-3, and small ones to 5 % down to numerical noise."""
    ours = factorial().contrasts(["drug", "target"]).p
    theirs = reference("heat_drug_by_intensity.tukey")["p.value"]
    assert_allclose(ours, theirs, rtol=0, atol=1e-3)
    assert_allclose(ours, theirs, rtol=0.05, atol=RANGE_NOISE)


def test_maximum_likelihood_agrees_with_lmertest():
    """With reml=False the deviance, SE and df are those of lmer(…, REML = FALSE)."""
    # R: m <- lmer(diff ~ VAS + treatment_order + (1|subject), by_drug, REML = FALSE)
    #    coef(summary(m)); deviance(m)   (by_drug as in reference/lme4.R)
    fit = eih.lmm(
        "difference ~ target + drug_order + (1|participant)",
        table("by_drug"),
        reml=False,
        ci="wald",
    )
    assert fit.criterion == pytest.approx(855.074554586, rel=1e-6)
    assert_allclose(fit.table.se, [3.01930687362, 0.04043931767, 2.98547126291], rtol=1e-4)
    assert_allclose(fit.table.df, [96.35620278, 78.00000132, 38.99999709], rtol=1e-3)


def test_every_reference_table_is_compared():
    """No table of R can drop out of the comparison."""
    compared = {f"{name}.{part}" for name in MODELS for part in ("fixed", "random")}
    compared |= {f"heat_drug_by_intensity.{part}" for part in ("means", "tukey")}
    compared |= {"heat_fitness_saline.fixed"}  # test_lm.py
    assert {path.stem for path in REFERENCE.glob("*.tsv")} == compared


def test_translation_of_terms_is_total():
    """Every name in the map is a name in R's tables, and the other way round."""
    terms = pd.concat([reference(f"{name}.fixed").term for name in MODELS])
    assert {part for term in terms for part in term.split(":")} == set(R_TERMS)


# Known truth and properties.


@pytest.mark.parametrize("seed", range(5))
def test_known_coefficients_come_back(seed):
    """Estimates lie within their own interval's width of the coefficients that made the data."""
    fit = eih.lmm(f"y ~ dose + condition {PEOPLE}", simulated(seed), ci="profile")
    gap = np.abs(fit.table.estimate - [50, 2, 3])
    assert (gap < fit.table.ci_high - fit.table.ci_low).all()


def test_balanced_variances_are_those_of_the_analysis_of_variance():
    """In balanced data REML gives (MS between - MS within) / n per person, and MS within."""
    data = simulated()
    fit = eih.lmm(f"y ~ C(dose)*condition {PEOPLE}", data, ci=None)
    cells = data.groupby(["dose", "condition"], observed=True).y.transform("mean")
    people = data.groupby("person").y.transform("mean")
    within = ((data.y - cells - people + data.y.mean()) ** 2).sum() / (len(data) - 30 - 5)
    between = ((people - data.y.mean()) ** 2).sum() / 29
    assert_allclose(fit.variances.variance, [(between - within) / 12, within], rtol=1e-5)


def test_balanced_contrast_is_the_difference_of_cell_means():
    """In balanced data marginal means are plain means, and their df the within-person ones."""
    data = simulated()
    contrast = eih.lmm(f"y ~ C(dose)*condition {PEOPLE}", data).contrasts("condition").iloc[0]
    means = data.groupby("condition", observed=True).y.mean()
    assert contrast.estimate == pytest.approx(means["a"] - means["b"])
    assert contrast.df == pytest.approx(len(data) - 30 - 5, rel=1e-4)


def test_means_weight_levels_equally():
    """A factor that is averaged over counts each level once, however many rows it has."""
    data = simulated().query("condition == 'a' or repeat == 1")
    fit = eih.lmm(f"y ~ condition*C(dose) {PEOPLE}", data, ci=None)
    full = fit.means(["dose", "condition"])
    assert_allclose(fit.means("dose").estimate, full.groupby("dose").estimate.mean(), rtol=1e-12)


def test_numbers_are_held_at_their_mean_or_at_given_values():
    """A numeric predictor stands at its mean, or at each value of at."""
    fit = eih.lmm(f"y ~ dose + condition {PEOPLE}", simulated(), ci=None)
    given = fit.means(["condition", "dose"], at={"dose": [0, 1, 2]})
    assert list(given.dose) == [0, 0, 1, 1, 2, 2]
    at_one = given[given.dose == 1]
    assert_allclose(fit.means("condition").estimate, at_one.estimate)


def test_values_in_at_for_an_averaged_number_are_averaged():
    """Values of a predictor that is not in specs are averaged over."""
    fit = eih.lmm(f"y ~ dose + condition {PEOPLE}", simulated(), ci=None)
    averaged = fit.means("condition", at={"dose": [0, 2]})
    assert_allclose(averaged.estimate, fit.means("condition", at={"dose": 1}).estimate)


def test_contrasts_do_not_depend_on_the_order_of_rows():
    """Shuffled rows give the same contrasts."""
    data = simulated()
    formula = f"y ~ C(dose)*condition {PEOPLE}"
    plain, shuffled = (
        eih.lmm(formula, rows, ci=None).contrasts(["condition", "dose"])
        for rows in (data, data.sample(frac=1, random_state=0))
    )
    assert list(plain.contrast) == list(shuffled.contrast)
    assert_allclose(
        plain.drop(columns="contrast"), shuffled.drop(columns="contrast"), rtol=1e-4, atol=1e-9
    )


def test_contrasts_change_only_their_sign_with_the_reference_level():
    """Another reference level turns the sign of a contrast and leaves SE, df and p."""
    data = simulated()
    one, other = (
        eih.lmm(f"y ~ C(dose)*condition {PEOPLE}", rows, ci=None).contrasts("condition", by="dose")
        for rows in (data, eih.relevel(data, condition="b"))
    )
    assert set(one.contrast) == {"a - b"}
    assert set(other.contrast) == {"b - a"}
    assert_allclose(one.estimate, -other.estimate, rtol=1e-6)
    assert_allclose(one[["se", "df", "p"]], other[["se", "df", "p"]], rtol=1e-5)


def test_the_unit_of_a_predictor_scales_its_estimate_alone():
    """Measured in hundredths a predictor has a 100 times smaller estimate, and the same t and df."""
    data = simulated()
    one = eih.lmm(f"y ~ dose + condition {PEOPLE}", data).coefficient("dose")
    other = eih.lmm(
        f"y ~ dose + condition {PEOPLE}", data.assign(dose=data.dose * 100)
    ).coefficient("dose")
    columns = ["estimate", "ci_low", "ci_high", "se"]
    assert_allclose(other[columns].astype(float) * 100, one[columns].astype(float), rtol=1e-5)
    assert_allclose(other[["df", "t"]].astype(float), one[["df", "t"]].astype(float), rtol=1e-5)


def test_df_of_coefficients_are_those_of_mixedlm():
    """Satterthwaite df of single coefficients agree with mixedlm's own function."""
    from mixedlm import satterthwaite_df

    fit = eih.lmm(f"y ~ dose + condition {PEOPLE}", simulated(), ci=None)
    assert_allclose(fit.table.df, satterthwaite_df(fit.model).df, rtol=1e-9)


def test_wald_interval_is_symmetric_with_satterthwaite_df():
    """The t interval is the estimate ± t(0.975, df) · SE."""
    from scipy.stats import t

    wald = eih.lmm(f"y ~ dose + condition {PEOPLE}", simulated(), ci="wald").table
    margin = t.ppf(0.975, wald.df) * wald.se
    assert_allclose(wald.ci_high - wald.estimate, margin)
    assert_allclose(wald.estimate - wald.ci_low, margin)


def test_profile_interval_holds_the_likelihood_ratio():
    """At a profile limit the ML deviance with the coefficient held is 3.84 above the minimum."""
    data = simulated()
    limit = eih.lmm(f"y ~ dose + condition {PEOPLE}", data).coefficient("dose").ci_high
    held = data.assign(y=data.y - limit * data.dose)
    free = eih.lmm(f"y ~ dose + condition {PEOPLE}", data, reml=False, ci=None).criterion
    fixed = eih.lmm(f"y ~ condition {PEOPLE}", held, reml=False, ci=None).criterion
    assert fixed - free == pytest.approx(3.841459, abs=1e-4)


def test_columns_stay_without_an_interval():
    """ci=None leaves the limits missing and every column in place."""
    table = eih.lmm(f"y ~ dose {PEOPLE}", simulated(), ci=None).table
    assert list(table) == ["term", "estimate", "ci_low", "ci_high", "se", "df", "t", "p"]
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)
    assert table.drop(columns=["ci_low", "ci_high"]).notna().all(axis=None)


def test_adjustments_are_ordered():
    """Unadjusted p ≤ Tukey ≤ Bonferroni, and unadjusted ≤ Holm ≤ Bonferroni."""
    fit = eih.lmm(f"y ~ C(dose)*condition {PEOPLE}", simulated(slope=0.5, gain=0.5), ci=None)
    p = {
        how: fit.contrasts(["condition", "dose"], adjust=how).p
        for how in ("none", "tukey", "holm", "bonferroni")
    }
    for lower, upper in [
        ("none", "tukey"),
        ("tukey", "bonferroni"),
        ("none", "holm"),
        ("holm", "bonferroni"),
    ]:
        assert (p[lower] <= p[upper] + 1e-12).all()


@pytest.mark.parametrize("adjust", ["holm", "bonferroni"])
def test_adjusted_p_is_that_of_statsmodels(adjust):
    """Holm's and Bonferroni's p are those of statsmodels' multipletests."""
    from statsmodels.stats.multitest import multipletests

    fit = eih.lmm(f"y ~ C(dose)*condition {PEOPLE}", simulated(slope=0.5, gain=0.5), ci=None)
    raw = fit.contrasts(["condition", "dose"], adjust="none").p
    assert_allclose(
        fit.contrasts(["condition", "dose"], adjust=adjust).p, multipletests(raw, method=adjust)[1]
    )


def test_tukey_limits_agree_with_tukey_p():
    """A simultaneous interval excludes zero exactly where Tukey's p is below 0.05."""
    fit = eih.lmm(f"y ~ C(dose)*condition {PEOPLE}", simulated(slope=0.5, gain=0.5), ci=None)
    pairs = fit.contrasts(["condition", "dose"])
    excluded = (pairs.ci_low > 0) | (pairs.ci_high < 0)
    assert 0 < excluded.sum() < len(pairs)
    assert list(excluded) == list(pairs.p < 0.05)


def test_tukey_of_two_means_is_the_t_test():
    """With two means in a family there is nothing to adjust."""
    fit = eih.lmm(f"y ~ C(dose)*condition {PEOPLE}", simulated(), ci=None)
    tukey, none = (fit.contrasts("condition", by="dose", adjust=how) for how in ("tukey", "none"))
    assert list(tukey.columns[:2]) == ["dose", "contrast"]
    assert list(tukey.dose) == [0, 1, 2]
    pd.testing.assert_frame_equal(tukey, none)


# Data and terms.


@pytest.mark.parametrize("n", [0, 1, 7])
def test_rows_without_a_value_are_counted(n):
    """n_dropped is the number of rows with a gap in a model variable, wherever the gap is."""
    data = simulated().astype({"dose": float}).assign(other=np.nan)
    data.loc[: n - 1, "y"] = np.nan
    data.loc[n : n + 1, "dose"] = np.nan
    fit = eih.lmm(f"y ~ dose {PEOPLE}", data, ci=None)
    assert (fit.n_dropped, fit.n_obs) == (n + 2, len(data) - n - 2)


def test_unused_categories_are_ignored():
    """A category that no row has changes nothing."""
    data = simulated()
    more = data.assign(condition=data.condition.cat.set_categories(["zero", "a", "none", "b"]))
    one, other = (eih.lmm(f"y ~ condition {PEOPLE}", rows, ci=None).table for rows in (data, more))
    pd.testing.assert_frame_equal(one, other)


def test_the_data_are_left_alone():
    """Fitting does not change the data."""
    data = simulated()
    before = data.copy(deep=True)
    assert not eih.lmm(f"y ~ C(dose) + condition {PEOPLE}", data).table.empty
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.parametrize(
    ("formula", "terms"),
    [
        ("dose*condition", ["(Intercept)", "dose", "condition[b]", "dose:condition[b]"]),
        ("condition:dose + dose", ["(Intercept)", "dose", "condition[b]:dose"]),
        ("0 + condition", ["condition[a]", "condition[b]"]),
        ("0 + condition + C(dose)", ["condition[a]", "condition[b]", "C(dose)[1]", "C(dose)[2]"]),
        ("C(dose) - 1", ["C(dose)[0]", "C(dose)[1]", "C(dose)[2]"]),
        ("I(dose**2) + dose", ["(Intercept)", "I(dose**2)", "dose"]),
        ("late", ["(Intercept)", "late[True]"]),
        ("word", ["(Intercept)", "word[two words]"]),
        ("1", ["(Intercept)"]),
    ],
)
def test_terms_are_named_by_variable_and_level(formula, terms):
    """Terms read variable[level], main effects first."""
    data = simulated().assign(
        late=lambda d: d["repeat"] == 2, word=lambda d: np.where(d.late, "two words", "one")
    )
    assert list(eih.lmm(f"y ~ {formula} {PEOPLE}", data, ci=None).table.term) == terms


def test_factor_made_of_a_number_is_that_factor():
    """C(dose) gives the estimates of a categorical column of the same values."""
    data = simulated()
    one = eih.lmm(f"y ~ C(dose) {PEOPLE}", data, ci=None).table
    other = eih.lmm(
        f"y ~ dose {PEOPLE}", data.assign(dose=pd.Categorical(data.dose)), ci=None
    ).table
    assert_allclose(one.estimate, other.estimate)


def test_without_intercept_the_coefficients_are_the_means():
    """Without an intercept each coefficient of a factor is its marginal mean."""
    fit = eih.lmm(f"y ~ 0 + condition {PEOPLE}", simulated(), ci="wald")
    columns = ["estimate", "se", "df", "ci_low", "ci_high"]
    assert_allclose(fit.table[columns], fit.means("condition")[columns])


@pytest.mark.parametrize(
    ("random", "groups"),
    [
        ("(1|person) + (1|repeat)", ["person", "repeat", "residual"]),
        ("(1 + condition|person)", ["person", "person: condition[b]", "residual"]),
        ("(dose||person)", ["person", "person: dose", "residual"]),
        ("(1|person/condition)", ["person", "person:condition", "residual"]),
    ],
)
def test_variances_name_group_and_slope(random, groups):
    """Each random effect has its row, the residual the last one."""
    assert (
        list(eih.lmm(f"y ~ dose + condition + {random}", simulated(), ci=None).variances.group)
        == groups
    )


def test_groups_are_counted():
    """n_groups counts the levels of each grouping factor that the rows have."""
    fit = eih.lmm(
        "y ~ dose + (1|person) + (1|repeat)", simulated().query("person < 'p20'"), ci=None
    )
    assert fit.n_groups == {"person": 20, "repeat": 2}


# Trouble in the fit.


def test_a_zero_variance_is_said_without_a_warning():
    """A variance estimated as zero is a result: the fit says so in its display, and nowhere else."""
    data = simulated(sd_people=0).assign(y=lambda d: d.y - d.groupby("person").y.transform("mean"))
    fit = eih.lmm(f"y ~ dose {PEOPLE}", data)
    assert fit.singular
    assert fit.variances.variance[0] == pytest.approx(0, abs=1e-8)
    assert "Singular fit" in repr(fit)


def test_a_fit_that_did_not_converge_warns_and_has_no_limits(monkeypatch):
    """Without convergence there is a warning, no interval, and a line in the display."""
    import mixedlm

    fit = mixedlm.LmerMod.fit
    monkeypatch.setattr(
        mixedlm.LmerMod,
        "fit",
        lambda self: dataclasses.replace(fit(self), converged=False, message="stuck"),
    )
    with pytest.warns(
        RuntimeWarning, match=r"'y ~ dose .*' did not converge \(stuck\): do not use"
    ):
        result = eih.lmm(f"y ~ dose {PEOPLE}", simulated())
    assert not result.converged
    assert result.table.ci_low.isna().all()
    assert "did not converge" in repr(result)


def test_a_failed_profile_warns_and_leaves_the_rest(monkeypatch):
    """Where the likelihood cannot be profiled the limits are missing; a warning names the reader's line."""
    fit = eih.lmm(f"y ~ dose {PEOPLE}", simulated())

    def fail(*_, **__):
        raise RuntimeError("no bracket")

    monkeypatch.setattr("eih.models.profile_limits.profile_limits", fail)
    monkeypatch.setattr(type(fit.model), "profile", fail)
    with pytest.warns(RuntimeWarning, match=r"No profile limits .*no bracket.*ci='wald'") as told:
        table = fit.table
    assert told[0].filename == __file__
    assert table.ci_low.isna().all()
    assert table.estimate.notna().all()


def test_profiling_is_silent():
    """mixedlm's remark on its maximum likelihood refit does not reach the reader."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fitted("heat_exercise_by_drug").table.ci_low.notna().all()


# Errors: what came, the rule, the way on.


@pytest.mark.parametrize(
    ("formula", "change", "message"),
    [
        (
            "y ~ doze + (1|person)",
            {},
            r"Unknown column 'doze' .*Did you mean 'dose'\? The data have: person,",
        ),
        ("y ~ a + C(b) + (1|person)", {}, r"Unknown columns 'a', 'b' in formula"),
        ("y ~ dose + (1|someone)", {}, r"Unknown column 'someone'"),
        ("y ~ dose", {}, r"'y ~ dose' for eih.lmm: it has no random effect .*use eih.lm\."),
        (
            "y dose + (1|person)",
            {},
            r"Invalid formula 'y dose .*Expected '~', got a name at position 2\.",
        ),
        (
            "y ~ dose + (1|person",
            {},
            r"Expected '\)', got the end at position 20\. Write it like 'rating ~",
        ),
        ("y ~ np.log(dose) + (1|person)", {}, r"make any other transformation a column first"),
        ("y/dose ~ 1 + (1|person)", {}, r"the outcome is one column\. Make a ratio"),
        ("condition ~ dose + (1|person)", {}, r"Invalid outcome 'condition' of type category"),
        ("y ~ 0 + (1|person)", {}, r"neither an intercept nor a predictor"),
        (
            "y ~ condition + condition:dose + (1|person)",
            {},
            r"condition:dose needs dose .*Write condition\*dose",
        ),
        ("y ~ dose*dose + (1|person)", {}, r"dose:dose repeats a variable.*I\(name\*\*2\)"),
        (
            "y ~ dose + C(dose) + (1|person)",
            {},
            r"Inseparable term .*fixed by the other terms in these 360 rows",
        ),
        (
            "y ~ condition + (1|person)",
            {"condition": "a"},
            r"Factor 'condition' has only the level 'a' in these 360 rows",
        ),
        (
            "y ~ (condition|person)",
            {"condition": "a"},
            r"Factor 'condition' has only the level 'a'",
        ),
        (
            "y ~ dose + (1|person)",
            {"dose": 30.0},
            r"Variable 'dose' has only the value 30 in these 360 rows",
        ),
        (
            "y ~ dose + (1|person)",
            {"person": "p01"},
            r"Grouping factor 'person' has only the level 'p01' .*at least two",
        ),
        (
            "y ~ dose + (1|person)",
            {"y": np.nan},
            r"none of the 360 rows has a value .*\(missing: y in 360\)",
        ),
        ("y ~ dose + (1|person)", {"y": np.inf}, r"Invalid values in 'y': 360 infinite"),
    ],
)
def test_a_model_that_cannot_be_is_refused(formula, change, message):
    """The error names what came, the rule it breaks, and what to do."""
    with pytest.raises(ValueError, match=message):
        eih.lmm(formula, simulated().assign(**change))


def test_an_empty_subset_is_refused():
    """No rows: the selection is to be checked."""
    with pytest.raises(ValueError, match=r"Empty data: 0 rows\. Check the condition"):
        eih.lmm(f"y ~ dose {PEOPLE}", simulated().query("dose > 5"))


def test_one_row_a_group_is_refused():
    """A random effect for each row cannot be told from the residual."""
    with pytest.raises(ValueError, match=r"Cannot fit .*Give each group several rows"):
        eih.lmm(f"y ~ dose {PEOPLE}", simulated().iloc[::13].drop_duplicates("person"))


@pytest.mark.parametrize("data", [[1, 2], {"y": [1]}, None])
def test_data_that_are_no_dataframe_are_refused(data):
    """Only DataFrames are data."""
    with pytest.raises(
        TypeError, match=rf"Invalid data of type {type(data).__name__}\. A model needs a pandas"
    ):
        eih.lmm(f"y ~ dose {PEOPLE}", data)


def test_a_formula_that_is_no_text_is_refused():
    """Only text is a formula."""
    with pytest.raises(TypeError, match=r"Invalid formula 3\. A formula is text, like"):
        eih.lmm(3, simulated())


@pytest.mark.parametrize("ci", ["boot", True, ["wald"]])
def test_an_unknown_interval_is_refused(ci):
    """The error lists the kinds of interval."""
    with pytest.raises(ValueError, match=r"Invalid ci .*Choose one of 'profile', 'wald', None\."):
        eih.lmm(f"y ~ dose {PEOPLE}", simulated(), ci=ci)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda fit: fit.means("condtion"),
            r"Invalid specs \['condtion'\].*each once: dose, condition\. Did you mean 'condition'\?",
        ),
        (lambda fit: fit.means([]), r"Invalid specs \[\]\. Name fixed effects"),
        (lambda fit: fit.means(["dose", "dose"]), r"Invalid specs .*each once"),
        (lambda fit: fit.means("person"), r"Invalid specs \['person'\]"),
        (
            lambda fit: fit.means("condition", at={"doze": 1}),
            r"Invalid at \['doze'\].*Did you mean 'dose'",
        ),
        (
            lambda fit: fit.means("condition", at={"condition": ["c"]}),
            r"Unknown level 'c' of 'condition' in at\. The levels are: a, b\.",
        ),
        (
            lambda fit: fit.contrasts("dose"),
            r"Invalid specs 'dose': one mean, and a contrast needs two.*at=\{'dose'",
        ),
        (
            lambda fit: fit.contrasts("condition", by="condition"),
            r"Invalid by: 'condition' also in specs",
        ),
        (
            lambda fit: fit.contrasts("condition", adjust="fdr"),
            r"Invalid adjust 'fdr'\. Choose one of 'tukey', 'bonferroni'",
        ),
        (
            lambda fit: fit.contrasts("condition", adjust=None),
            r"Invalid adjust None\. Choose one of 'tukey'",
        ),
        (
            lambda fit: fit.coefficient("condition"),
            r"Unknown term 'condition' .*The terms are: \(Intercept\), dose, condition\[b\]\.",
        ),
    ],
)
def test_a_question_the_model_cannot_answer_is_refused(ask, message):
    """The error names what came and what can be asked."""
    fit = eih.lmm(f"y ~ dose + condition {PEOPLE}", simulated(), ci=None)
    with pytest.raises(ValueError, match=message):
        ask(fit)


# The display.


def test_text_is_the_table_of_a_paper():
    """Rounded estimate, interval, SE, df, t and p, then rows, groups, variances and methods."""
    # The numbers are R's (reference/lme4/heat_intensity_saline), rounded by hand.
    assert repr(fitted("heat_intensity_saline")) == "\n".join(
        [
            "Linear mixed model: rating ~ target + drug_order + (1|participant) + (1|nth)",
            "",
            "Term                        Estimate           95 % CI     SE      df      t        p",
            "(Intercept)                   -24.11  [-30.04, -18.18]   3.04    63.1  -7.93  < 0.001",
            "target                         1.424    [1.370, 1.478]  0.027  1358.7  51.84  < 0.001",
            "drug_order[naloxone first]    -10.22   [-17.10, -3.34]   3.51    37.0  -2.91    0.006",
            "",
            "1402 observations; participant: 39; nth: 9. 2 rows without a value were left out.",
            "Variance (SD): participant 110.33 (10.50), nth 3.71 (1.93), residual 281.40 (16.77).",
            "Fitted by REML; df by Satterthwaite. CI from the likelihood profile.",
        ]
    )


def test_html_shows_every_cell_of_the_text():
    """Both renderers show the same cells and notes."""
    fit = fitted("heat_intensity_saline")
    html = fit._repr_html_()
    cells = [
        cell
        for line in repr(fit).splitlines()[3:6]
        for cell in line.replace("<", "&lt;").split("  ")
        if cell
    ]
    assert len(cells) == 21
    assert all(f">{cell.strip()}</td>" in html for cell in cells)
    assert "2 rows without a value were left out." in html


def test_html_is_escaped():
    """A level with markup in its name is shown, not obeyed."""
    data = simulated().assign(condition=lambda d: d.condition.cat.rename_categories(["a", "<b>&"]))
    html = eih.lmm(f"y ~ condition {PEOPLE}", data, ci=None)._repr_html_()
    assert "condition[&lt;b&gt;&amp;]" in html
    assert "<b>" not in html


def test_display_has_no_interval_column_without_interval():
    """Without limits there is nothing to head a column with."""
    assert "95 % CI" not in repr(eih.lmm(f"y ~ dose {PEOPLE}", simulated(), ci=None))


def test_small_estimates_keep_two_digits_of_their_standard_error():
    """A predictor in large units still shows digits."""
    data = simulated().assign(dose=lambda d: d.dose * 1e5)
    line = repr(eih.lmm(f"y ~ dose {PEOPLE}", data, ci=None)).splitlines()[4].split()
    assert len(line[2].lstrip("0.")) == 2
    assert float(line[1]) == pytest.approx(2e-5, rel=0.2)


def test_single_dropped_row_is_in_the_singular():
    """One row was left out, two were."""
    data = simulated()
    data.loc[0, "y"] = np.nan
    assert " 1 row without a value was left out." in repr(
        eih.lmm(f"y ~ dose {PEOPLE}", data, ci=None)
    )
