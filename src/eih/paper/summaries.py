"""What is not a model: counts, paired tests, correlations, slopes. Tables with a ``term`` column.

Columns are the ledger's quantities (``n, mean, sd, t, df, p, d, r, beta …``).
"""

import pandas as pd

from ..models.simple_tests import correlation, t_test
from ..tables.schema import BLOCKS

NO_EXPECTED_CHANGE = 4  # middle of the 1-7 expectation items
LOWEST_STEP = 6.2  # the slider moves by 0.14: 6.00 and 6.14 lie below, 6.28 above
LOWEST_EXERTION = 7  # the paper sets Borg ratings below 7 to 7
MINUTES_PER_BLOCK = 10

THREEWAY = "difference ~ target + drug_order + drug * sex * ftp_per_kg + (1|participant)"
THREEWAY_TERM = "drug[naloxone]:sex[male]:ftp_per_kg"


def _table(rows):
    return pd.DataFrame([{"term": term, **quantities} for term, quantities in rows.items()])


def sample(participants):
    """Count people by sex; mean and SD of age [years]."""
    women = int((participants.sex == "female").sum())
    age = participants.age
    everyone = {"n": len(participants), "n_female": women, "mean": age.mean(), "sd": age.std()}
    return _table(
        {"everyone": everyone, "women": {"n": women}, "men": {"n": len(participants) - women}}
    )


def fitness_range(participants):
    """Return the highest and lowest fitness [W/kg]."""
    fitness = participants.ftp_per_kg
    return _table(
        {"highest": {"ftp_per_kg": fitness.max()}, "lowest": {"ftp_per_kg": fitness.min()}}
    )


def cycling_time(blocks):
    """Return the minutes of cycling in one session: blocks of a session times ten minutes."""
    per_session = blocks.groupby(["participant", "session"]).size()
    return _table({"session": {"total_min": float(per_session.max() * MINUTES_PER_BLOCK)}})


def repeated_measures_sample_size(stated):
    """Find the smallest sample with the stated power (one group, within-factor F test).

    The noncentrality is f² · n · m / (1 − r) with m measurements that correlate by r, the
    parametrisation of G*Power 3.1 (Faul et al., 2007).
    """
    n = 2
    while within_factor_power(n, stated) < stated.power:
        n += 1
    return _table({"within factor": {"n": n, "power": within_factor_power(n, stated)}})


def within_factor_power(n, stated):
    """Return the power of the within-factor F test with ``n`` participants."""
    from scipy.special import fdtri, ncfdtr

    steps = stated.measurements - 1
    df = (n - stated.groups) * steps
    critical = fdtri(steps, df, 1 - stated.alpha)
    noncentrality = stated.f**2 * n * stated.measurements / (1 - stated.r)
    return float(1 - ncfdtr(steps, df, noncentrality, critical))


def paired(blocks, column):
    """Compare high with low exercise within people: paired t-test of the mean over blocks.

    Returns
    -------
    pandas.DataFrame
        Rows ``high - low`` (``n, n_missing, mean_diff, t, df, p, d``), ``high`` and ``low`` (``n, mean,
        sd``). People with a session in which nothing was recorded are left out and counted in
        ``n_missing``. ``d`` is the repeated-measures d, (t/√n)·√(2(1 − r)): the difference in units of
        the SD it would have without the correlation r of the two conditions.
    """
    recorded = blocks.groupby(["participant", "session"])[column].count().unstack().min(axis=1) > 0
    kept = blocks[blocks.participant.map(recorded)]
    means = kept.groupby(["participant", "exercise"], observed=True)[column].mean().unstack()
    test = t_test(means.high - means.low)
    n = len(means)
    r = means.high.corr(means.low)
    difference = {
        "n": n,
        "n_missing": int((~recorded).sum()),
        "mean_diff": (means.high - means.low).mean(),
        **test,
        "d": test["t"] / n**0.5 * (2 * (1 - r)) ** 0.5,
    }
    single = {
        level: {"n": n, "mean": means[level].mean(), "sd": means[level].std()}
        for level in ("high", "low")
    }
    missing = {"not recorded": {"n": difference["n_missing"]}}
    return _table({"high - low": difference, **single, **missing})


def paired_power(block_power):
    """Compare power [W]; a block without recording counts as the 0 W that the table has for it."""
    recorded = _zero_where_one_block_is_missing(block_power)
    return paired(recorded, "power")


def paired_relative_power(block_power):
    """Compare power in % FTP; a block without recording counts as the table's 0 W."""
    recorded = _zero_where_one_block_is_missing(block_power)
    return paired(recorded, "relative_power")


def _zero_where_one_block_is_missing(block_power):
    in_session = block_power.groupby(["participant", "session"]).power.transform("count")
    single = block_power.power.isna() & (in_session == len(BLOCKS) - 1)
    return block_power.assign(
        power=block_power.power.mask(single, 0),
        relative_power=block_power.relative_power.mask(single, 0),
    )


def paired_exertion(blocks):
    """Compare Borg ratings, those below 7 set to 7 as in the paper."""
    return paired(blocks.assign(rpe=blocks.rpe.clip(lower=LOWEST_EXERTION)), "rpe")


def exertion_at_scale_end(blocks):
    """Count people who gave the lowest Borg rating at least once after low exercise."""
    low = blocks[(blocks.exercise == "low") & (blocks.rpe < LOWEST_STEP)]
    first = low[(low.session == 1) & (low.block == 1)]
    counts = {"low": low, "low, first block": first}
    return _table({name: {"n": rows.participant.nunique()} for name, rows in counts.items()})


def expectation(participants):
    """Test the mean expectation item against no change (one-sample t-test)."""
    test = t_test(participants.expectation, NO_EXPECTED_CHANGE)
    centred = participants.expectation - NO_EXPECTED_CHANGE
    return _table(
        {
            "expectation": {
                "mean": centred.mean(),
                "se": centred.sem(),
                **test,
                "n": len(centred),
            }
        }
    )


def mean_rating_by_drug(trials):
    """Average ratings per drug, first within and then over people."""
    people = trials.groupby(["drug", "participant"], observed=True).rating.mean()
    means = people.groupby("drug", observed=True).mean()
    return _table({drug: {"mean": mean} for drug, mean in means.items()})


def fitness_correlation(differences):
    """Correlate the difference score with fitness (Pearson)."""
    both = differences[["ftp_per_kg", "difference"]].dropna()
    return _table({"ftp_per_kg": correlation(both.ftp_per_kg, both.difference)})


def fitness_slopes(differences):
    """Regress the difference score on fitness and drug order, for each sex under each drug.

    Returns
    -------
    pandas.DataFrame
        ``term`` such as ``"male, saline"``; ``beta`` [VAS points per W/kg], ``ci_low, ci_high, se, t,
        df, p, n``; ``r`` and ``p_r``, the plain correlation and its p.
    """
    from ..models.linear_models import lm

    rows = {}
    for (sex, drug), group in differences.groupby(["sex", "drug"], observed=True):
        slope = lm("difference ~ ftp_per_kg + drug_order", group).coefficient("ftp_per_kg")
        correlation = fitness_correlation(group).iloc[0]
        rows[f"{sex}, {drug}"] = {
            "beta": slope.estimate,
            **slope[["ci_low", "ci_high", "se", "t", "df", "p"]],
            "n": len(group),
            "r": correlation.r,
            "p_r": correlation.p,
        }
    return _table(rows)


def sex_difference_by_drug(differences):
    """Test whether the difference score differs between the sexes, for each drug (with drug order)."""
    from ..models.linear_models import lm

    rows = {}
    for drug, group in differences.groupby("drug", observed=True):
        sex = lm("difference ~ sex + drug_order", group).coefficient("sex[female]")
        rows[drug] = {"beta": sex.estimate, **sex[["ci_low", "ci_high", "se", "t", "df", "p"]]}
    return _table(rows)


def exercise_effect_by_drug(trials):
    """Test high − low exercise under each drug and its difference between drugs (the interaction)."""
    from ..models.mixed_models import lmm

    rows = {}
    for drug in trials.drug.cat.categories:
        model = lmm(
            "rating ~ exercise + drug_order + (1|participant) + (1|nth)",
            trials[trials.drug == drug],
            ci=None,
        )
        rows[drug] = model.coefficient("exercise[high]")
    model = lmm(
        "rating ~ exercise * drug + drug_order + (1|participant) + (1|nth)", trials, ci=None
    )
    rows["difference"] = model.coefficient("exercise[high]:drug[naloxone]")
    return _table(
        {term: {"beta": row.estimate, **row[["se", "t", "df", "p"]]} for term, row in rows.items()}
    )


def drug_effect_by_sex(trials):
    """Estimate naloxone − saline at each target and pooled, in everyone, women and men.

    Mixed models with the target as a factor (pooled: without it); p values are not adjusted.

    Returns
    -------
    pandas.DataFrame
        ``term`` such as ``"female, 30"`` or ``"everyone, pooled"``; ``beta`` [VAS points], ``se, t, df, p``.
    """
    from ..models.mixed_models import lmm

    groups = {"everyone": trials, **dict(iter(trials.groupby("sex", observed=True)))}
    rows = {}
    for group, own in groups.items():
        random = "drug_order + (1|participant) + (1|nth)"
        pooled = lmm(f"rating ~ drug + {random}", own, ci=None).coefficient("drug[naloxone]")
        rows[f"{group}, pooled"] = {"beta": pooled.estimate, **pooled[["se", "t", "df", "p"]]}
        by_target = lmm(f"rating ~ C(target) * drug + {random}", own, ci=None)
        for pair in by_target.contrasts("drug", by="target", adjust="none").itertuples():
            rows[f"{group}, {int(pair.target)}"] = {
                "beta": -pair.estimate,
                "se": pair.se,
                "t": -pair.t,
                "df": pair.df,
                "p": pair.p,
            }
    return _table(rows)


def threeway_power(differences):
    """Find how many participants give the observed three-way effect a power of 80 %.

    Returns
    -------
    pandas.DataFrame
        One row: ``n`` (smallest number with at least 80 %; people beyond the sample repeat it), ``power``
        (with the number that the authors' response prints), ``sample`` and ``power_of_sample``.
    """
    from ..models.expected_power import power_by_sample_size
    from ..models.mixed_models import lmm
    from .printed import printed_numbers

    printed = printed_numbers().set_index(["id", "quantity"]).printed
    model = lmm(THREEWAY, differences, ci=None)
    sample = model.n_groups["participant"]
    sizes = range(sample // 2, 3 * sample)
    power = power_by_sample_size(model, THREEWAY_TERM, sizes).set_index("n").power
    row = {
        "n": int(power.index[power >= 0.8].min()),
        "power": power[int(printed["a063", "n"])],
        "sample": sample,
        "power_of_sample": power[sample],
    }
    return _table({"three-way term": row})


def simple_effects(trials):
    """Contrast the drug × exercise conditions pair by pair, as single comparisons.

    From the paper's model with exercise, drug and their interaction; p values are not adjusted.
    """
    from ..models.mixed_models import lmm

    formula = "rating ~ exercise * drug + drug_order + (1|participant) + (1|nth)"
    model = lmm(formula, trials, ci=None)
    rows = {}
    for compared, by in (("drug", "exercise"), ("exercise", "drug")):
        contrasts = model.contrasts(compared, by=by, adjust="none")
        for contrast in contrasts.itertuples():
            first, second = contrast.contrast.split(" - ")
            rows[f"{second} - {first}, {getattr(contrast, by)}"] = {
                "beta": -contrast.estimate,
                "se": contrast.se,
                "t": -contrast.t,
                "df": contrast.df,
                "p": contrast.p,
            }
    return _table(rows)
