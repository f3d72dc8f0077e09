"""Specifications: the grid is whole, planted effects come back, the paper's row is the paper's."""

import itertools

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import eih
from eih.beyond.choices import CHOICES
from eih.beyond.effects import EFFECTS
from eih.beyond.specification_rows import chosen_trials, scale_ends, specification_rows
from eih.beyond.specifications import effect_may_vary
from eih.models import mixed_models
from eih.threads import one_thread

GRID = eih.specification_grid()
PAPER = GRID[GRID.is_paper]
PLANTED = {"drug": 5.0, "exercise": 2.0, "drug_by_intensity": 8.0, "exercise_by_drug": 1.0}
PAPERS_TERM = {  # where the paper's model is not of single ratings
    "fitness": "ftp_per_kg",
    "sex_by_fitness_by_drug": "drug[naloxone]:sex[male]:ftp_per_kg",
}


def made_up_trials(n_people=16):
    """Ratings with known effects: people differ in level and in drug effect, both evenly about the mean."""
    rows = []
    for i in range(n_people):
        own_drug = [-6.0, -2.0, 2.0, 6.0][(i // 4) % 4]
        person = {"participant": f"made-{i:02d}", "sex": ["male", "female"][i % 2], "age": 30}
        person |= {"ftp": 200, "ftp_per_kg": 2 + 0.1 * i, "expectation": 4.0}
        first = "naloxone" if (i // 2) % 2 else "saline"
        person["drug_order"] = f"{first} first"
        for drug, exercise, target in itertools.product(
            ("saline", "naloxone"), ("low", "high"), (30, 50, 70)
        ):
            n, h, step = drug == "naloxone", exercise == "high", (target - 50) / 20
            mean = 40 + (i % 4) + target / 2 - 25 + n * (5 + own_drug + 4 * step)
            mean += h * 2 + n * h * 1 - n * 0.5  # averaged over exercise the drug adds 5
            turned = np.roll((-3.0, 1.0, 2.0), i + n + h + target // 20)  # zero on average
            for nth, noise in enumerate(turned, start=1):
                cell = {"drug": drug, "exercise": exercise, "target": target, "nth": nth}
                session = 1 if drug == first else 2
                rows.append(
                    {
                        **person,
                        **cell,
                        "session": session,
                        "modality": "heat",
                        "rating": mean + noise,
                    }
                )
    frame = pd.DataFrame(rows)
    levels = {"sex": ["male", "female"], "drug_order": ["saline first", "naloxone first"]}
    levels |= {"drug": ["saline", "naloxone"], "exercise": ["low", "high"]}
    columns = {name: pd.Categorical(frame[name], categories=own) for name, own in levels.items()}
    return frame.assign(**columns)


def chosen(effect, **options):
    """Return the heat specifications of an effect that take some options."""
    keep = (GRID.effect == effect) & (GRID.modality == "heat") & (GRID.coding != "at low exercise")
    for name, option in options.items():
        keep &= GRID[name] == option
    return GRID[keep]


def test_no_specification_stands_twice():
    """Each way through the choices is one row."""
    assert not GRID.duplicated([*CHOICES, "effect", "modality"]).any()


def test_each_option_has_a_reason_and_is_taken():
    """No option stands in the table of choices without a specification that takes it."""
    table = eih.specification_choices()
    assert (table.specifications > 0).all()
    assert table.reason.str.len().min() > 20


def test_the_grid_takes_no_option_that_the_table_does_not_explain():
    """Every value in the grid is an option with a reason, or the dash."""
    for name, options in CHOICES.items():
        assert set(GRID[name]) <= {*options, "-"}


@pytest.mark.parametrize("effect", EFFECTS)
def test_heat_and_pressure_are_analysed_in_the_same_ways(effect):
    """The grid of pressure is that of heat."""
    own = GRID[GRID.effect == effect]
    heat, pressure = (
        rows.drop(columns="modality").reset_index(drop=True) for _, rows in own.groupby("modality")
    )
    assert heat.equals(pressure)


@pytest.mark.parametrize("effect", PLANTED)
@pytest.mark.parametrize("level", ["trial", "mean", "person"])
def test_a_planted_effect_comes_back_from_every_specification(effect, level):
    """On balanced made-up ratings every estimate on the raw scale is the planted effect."""
    grid = chosen(effect, level=level, scale="raw", people="all", ends="kept")
    grid = grid[grid.method != "ML"]
    results = eih.run_specifications(grid, made_up_trials())
    assert (results.failure == "").all()
    assert_allclose(results.estimate, PLANTED[effect], atol=1e-5)


@pytest.mark.parametrize("scale", ["raw", "logit"])
def test_censored_ratings_give_an_effect_back_that_the_end_of_the_scale_hides(scale):
    """Where a fifth of the ratings stand at 101, kept ones show less than the planted drug effect."""
    noise = np.random.default_rng(1).normal(45, 6, len(made_up_trials()))
    pushed = made_up_trials().assign(rating=lambda rows: (rows.rating + noise).clip(1, 101))
    assert 0.15 < (pushed.rating == 101).mean() < 0.25
    options = {"level": "trial", "random": "slopes", "target": "factor", "order": "none"}
    options |= {"scale": scale, "people": "all", "method": "ML"}
    grid = pd.concat([chosen("drug", ends=ends, **options) for ends in ("kept", "censored")])
    kept, censored = eih.run_specifications(grid, pushed).itertuples()
    assert np.isnan(censored.df)
    assert kept.estimate < 0.9 * censored.estimate
    if scale == "raw":
        assert kept.estimate < 4
        assert censored.estimate == pytest.approx(5, abs=0.6)


def test_the_ends_of_the_logit_scale_are_the_lowest_and_highest_rating():
    """Real ratings of 1 and 101, turned into logits, stand at the ends that the Tobit model is given."""
    way = {"modality": "heat", "ends": "censored", "scale": "logit", "people": "all"}
    ratings = chosen_trials(way).rating
    assert_allclose(scale_ends(way), [ratings.min(), ratings.max()])
    assert scale_ends(way | {"scale": "raw"}) == (1, 101)


def test_censored_ratings_are_for_single_ratings_and_maximum_likelihood():
    """Neither means nor REML are crossed with censoring."""
    own = GRID[GRID.ends == "censored"]
    assert set(own.level) == {"trial"}
    assert set(own.method) == {"ML"}


def test_mixed_models_bring_their_criterion():
    """It is the deviance of the fit; a test of persons has none."""
    options = {"scale": "raw", "people": "all", "ends": "kept", "order": "none"}
    mixed = chosen("drug", level="mean", random="slopes", target="number", method="ML", **options)
    persons = chosen("drug", level="person", method="least squares", **options)
    results = eih.run_specifications(pd.concat([mixed, persons]), made_up_trials())
    means = eih.mean_ratings(made_up_trials(), ["drug", "exercise", "target"])
    fit = eih.lmm(
        "rating ~ exercise * drug + target + (drug|participant)", means, reml=False, ci=None
    )
    assert results.criterion.iloc[0] == pytest.approx(fit.criterion)
    assert np.isnan(results.criterion.iloc[1])


def test_the_drug_effect_at_low_exercise_is_the_smaller_one_of_the_planted_two():
    """Without exercise the made-up drug adds 4.5, averaged over exercise 5."""
    grid = GRID[(GRID.effect == "drug") & (GRID.coding == "at low exercise") & GRID.is_paper]
    results = eih.run_specifications(grid[grid.modality == "heat"], made_up_trials())
    assert_allclose(results.estimate, 4.5, atol=1e-6)


def test_slopes_make_the_drug_effect_as_uncertain_as_a_t_test_of_persons():
    """Where people differ in the drug effect, slopes give SE and df of the paired t-test; intercepts do not."""
    options = {"scale": "raw", "people": "all", "ends": "kept", "order": "none"}
    ways = [
        chosen("drug", level="trial", random=random, target="factor", method="REML", **options)
        for random in ("intercepts", "slopes")
    ]
    ways.append(chosen("drug", level="person", method="least squares", **options))
    intercepts, slopes, t_test = eih.run_specifications(
        pd.concat(ways), made_up_trials()
    ).itertuples()
    assert_allclose([slopes.se, slopes.df], [t_test.se, t_test.df], rtol=1e-3)
    assert intercepts.se < 0.5 * t_test.se
    assert intercepts.df > 10 * t_test.df


@pytest.mark.parametrize(
    "index",
    [row.Index for row in PAPER.itertuples() if row.modality in EFFECTS[row.effect].analyses],
    ids=lambda index: "-".join(GRID.loc[index, ["effect", "modality"]]),
)
def test_the_papers_specification_gives_the_papers_analysis(index):
    """The row marked as the paper's equals eih.recompute of that analysis."""
    way = PAPER.loc[index]
    effect = EFFECTS[way.effect]
    found = eih.run_specifications(PAPER.loc[[index]]).iloc[0]
    term = PAPERS_TERM.get(way.effect, effect.term)
    factor = effect.factor if way.effect not in PAPERS_TERM else 1
    printed = eih.recompute(effect.analyses[way.modality]).loc[term]
    wanted = [printed.beta * factor, printed.se * abs(factor), printed.df, printed.p]
    assert_allclose(found[["estimate", "se", "df", "p"]].astype(float), wanted, rtol=1e-4)


# R 4.2.2, lme4 1.1-31, lmerTest 3.1-3, REML; women, saline, low and "saline first" as reference:
# lmer(difference ~ target + drug_order + drug*sex*ftp_per_kg + (drug|participant))
# lmer(rating ~ exercise*drug + target + drug_order + (drug*exercise|participant) + (1|nth))
@pytest.mark.parametrize(
    ("effect", "level", "random", "wanted"),
    [
        ("sex_by_fitness_by_drug", "mean", "slopes", (-13.1248, 6.645176, 34.99999, 0.05618718)),
        ("exercise_by_drug", "trial", "maximal", (0.2662496, 1.44635785, 38.06549, 0.8549256)),
    ],
)
def test_random_slopes_give_the_numbers_of_lmertest(effect, level, random, wanted):
    """Estimate, SE, Satterthwaite df and p of two specifications with slopes equal those of R."""
    choices = {"order": "drug order", "target": "number", "ends": "kept", "scale": "raw"}
    choices |= {"people": "all", "method": "REML"}
    found = eih.run_specifications(chosen(effect, level=level, random=random, **choices)).iloc[0]
    assert_allclose(found[["estimate", "se", "df", "p"]].astype(float), wanted, rtol=1e-3)


def test_a_fit_that_cannot_be_done_is_a_row_with_its_reason():
    """With one person every model fails: the rows stay, without numbers, and are counted."""
    grid = chosen("drug", level="trial", scale="raw", people="all", ends="kept", method="REML")
    results = eih.run_specifications(grid, made_up_trials(1))
    assert len(results) == len(grid)
    assert results.failure.str.startswith("ValueError: ").all()
    assert results.estimate.isna().all()
    assert eih.specification_shares(results).failed.tolist() == [len(grid)]


def test_a_structure_that_does_not_converge_makes_way_for_the_next(monkeypatch):
    """The maximal structure falls back and says so; without any that converges the row is a failure."""

    class Unsettled:
        converged, n_obs = False, 1

    def lmm(formula, data, **options):
        return Unsettled() if refused(formula) else fit(formula, data, **options)

    fit = mixed_models.lmm
    monkeypatch.setattr(mixed_models, "lmm", lmm)
    grid = chosen("drug", level="trial", random="maximal", target="number", order="none")
    grid = grid[(grid.scale == "raw") & (grid.people == "all") & (grid.ends == "kept")].head(1)
    refused = lambda formula: "drug * exercise|" in formula  # noqa: E731
    assert eih.run_specifications(grid, made_up_trials()).random_used.iloc[0] == (
        "(drug + exercise|participant)"
    )
    refused = lambda formula: True  # noqa: E731
    lost = eih.run_specifications(grid, made_up_trials()).iloc[0]
    assert lost.failure.startswith("did not converge: ")
    assert not lost.converged


def test_dropped_ends_leave_no_rating_at_either_end():
    """Dropping takes out 1 and 101, also where the scale is logit."""
    way = {"modality": "heat", "scale": "logit", "people": "all"}
    kept, dropped = (chosen_trials(way | {"ends": ends}) for ends in ("kept", "dropped"))
    ends = eih.load_trials("heat").rating.isin([1, 101]).sum()
    assert len(kept) - len(dropped) == ends


def test_logit_ratings_keep_order_and_standard_deviation():
    """The transformed ratings rise with the raw ones and vary as much."""
    way = {"modality": "heat", "ends": "kept", "people": "all"}
    raw, logit = (chosen_trials(way | {"scale": scale}).rating for scale in ("raw", "logit"))
    assert_allclose(raw.std(), logit.std())
    assert (np.diff(logit.groupby(raw).first().sort_index()) > 0).all()


def test_the_people_left_out_are_those_named():
    """Power is missing for two people; the extremes are the fittest and the least fit."""
    way = {"modality": "heat", "ends": "kept", "scale": "raw"}
    everyone = set(eih.load_participants().participant)
    left = [
        everyone - set(chosen_trials(way | {"people": people}).participant)
        for people in ("power recorded", "without extremes")
    ]
    fitness = eih.load_participants().set_index("participant").ftp_per_kg
    assert left == [{"sub-24", "sub-30"}, {fitness.idxmin(), fitness.idxmax()}]


def test_the_session_of_a_mean_is_the_day_of_its_drug():
    """Means carry the session in which that drug was given."""
    way = chosen("drug", level="mean").iloc[0].to_dict()
    means = specification_rows(way | {"modality": "heat"})
    days = eih.load_blocks().drop_duplicates(["participant", "drug"])
    joined = means.merge(days[["participant", "drug", "session"]], on=["participant", "drug"])
    assert (joined.session_x == joined.session_y).all()


def test_what_may_vary_has_the_tested_effect_among_the_slopes():
    """For the interaction with the drug, slopes of its parts are not enough; maximal ones are."""
    rows = GRID[(GRID.effect == "exercise_by_drug") & (GRID.level == "trial")]
    varies = effect_may_vary(rows)
    assert varies.groupby(rows.random).all().to_dict() == {
        "intercepts": False,
        "maximal": True,
        "slopes": False,
    }


def test_one_thread_lets_go_again():
    """Within the block matrix routines use one thread, afterwards as many as before."""
    from threadpoolctl import threadpool_info

    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    with one_thread():
        assert set(threads()) == {1}
    assert threads() == before
