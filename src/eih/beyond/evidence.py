"""What the book found about each claim of the paper, by four questions: reproduced, robust, powered, convergent.

Four questions are put to every claim, each answered *yes*, *partly*, *no* or – where the public data cannot
tell – by a rule that stands here and looks at computed numbers alone. The rules were written before the
table was made.
"""

import pandas as pd

from .evidence_claims import CLAIMS

YES, PARTLY, NO, CANNOT = "yes", "partly", "no", "–"
CRITERIA = ("reproduced", "robust", "powered", "convergent")
COLUMNS = ["claim", "criterion", "level", "value", "detail"]
STANDS, FRAGILE, OPEN = "stands", "fragile", "open"

MOSTLY, HALF = 0.8, 0.5  # from here on "yes", "partly"
CHANCE, FEW = 0.05, 0.2  # of tests of a null: up to here "yes", "partly"
SAME_SIGN = 0.95  # of specifications, or of people
PEOPLE = 39  # in the study

#: The questions and the rules by which they are answered.
RULES = {
    "reproduced": "Printed numbers of the claim. Yes: all come out, to the digit or by one unit of the last. Partly: others "
    "differ and a computation shows why. No: one differs unexplained.",
    "robust": "Specifications in heat that let people differ in the effect. Yes: 95 % have the sign of the paper's and "
    "80 % have p < 0.05; partly: 95 % and 50 %. For a claim of no effect, yes: at most 5 % have p < 0.05; partly: 20 %. "
    "For the stimuli: people whose ratings rise with the target.",
    "powered": "Simulated studies of 39 people that find the effect, if it is as large as estimated and differs between "
    "people; for a claim of no effect, if it is 5 points. Yes: 80 %; partly: 50 %.",
    "convergent": "The same rule as for robust, in pressure. For the brain: reported peaks that lie at least as high in the "
    "map of other pain studies as three of four peaks of pain studies do. Yes: all; partly: some.",
}


def evidence(ledger, specifications, power, rising, peaks, usual, mostly=MOSTLY):
    """Answer the four questions for each claim.

    Parameters
    ----------
    ledger : pandas.DataFrame
        As from :func:`eih.ledger`.
    specifications : pandas.DataFrame
        As from :func:`eih.load_specifications`.
    power : pandas.DataFrame
        As from :func:`eih.beyond.power_tables.power_table`, of the stored studies.
    rising : dict of str to float
        Modality → share of people whose ratings rise with the target, see :func:`rising_people`.
    peaks : pandas.DataFrame
        ``id`` and ``percentile`` of the reported peaks in the map of pain studies, as from
        :func:`eih.locate_peaks`.
    usual : float
        Percentile that three of four peaks of pain studies reach in the map of the others.
    mostly : float, default 0.8
        Share from which a question about an effect is answered with yes.

    Returns
    -------
    pandas.DataFrame
        A row per claim and question: ``claim, criterion, level`` (yes, partly, no, or – where it cannot be
        asked), ``value`` (the share that decided) and ``detail`` (in words). The rules are :data:`RULES`.

    Raises
    ------
    ValueError
        A claim has no rows in one of the tables.
    """
    shares = _shares(specifications)
    rows = []
    for claim in CLAIMS.values():
        answers = (
            _reproduced(claim, ledger),
            _robust(claim, shares, rising, "heat", mostly),
            _powered(claim, power, mostly),
            _converges(claim, peaks, usual)
            if claim.peaks
            else _robust(claim, shares, rising, "pressure", mostly),
        )
        rows += [(claim.name, *pair) for pair in _named(answers)]
    return pd.DataFrame(rows, columns=COLUMNS)


def readings(table):
    """Sum up each claim: it stands, is fragile, or is open.

    Parameters
    ----------
    table : pandas.DataFrame
        As from :func:`evidence`.

    Returns
    -------
    pandas.Series
        Claim → ``stands`` (robust, and no answer is no), ``open`` (whether it is reproduced or robust cannot
        be asked) or ``fragile`` (the others).

    Examples
    --------
    >>> import pandas as pd
    >>> levels = dict(zip(CRITERIA, ["yes", "partly", "yes", "yes"]))
    >>> table = pd.DataFrame({"claim": "drug", "criterion": levels.keys(), "level": levels.values()})
    >>> readings(table).to_dict()
    {'drug': 'fragile'}
    """
    wide = table.pivot(index="claim", columns="criterion", values="level")
    wide = wide.reindex([name for name in CLAIMS if name in wide.index])
    stands = (wide.robust == YES) & (wide != NO).all(axis=1)
    cannot = (wide[["reproduced", "robust"]] == CANNOT).any(axis=1)
    reading = pd.Series(FRAGILE, index=wide.index, name="reading")
    return reading.mask(stands, STANDS).mask(cannot, OPEN)


def rising_people(trials):
    """Return the share of people whose ratings rise with the target: highest against lowest, on average.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials of one modality, as from :func:`eih.load_trials`.

    Returns
    -------
    float

    Examples
    --------
    >>> import eih
    >>> rising_people(eih.load_trials("heat"))
    1.0
    """
    means = trials.groupby(["participant", "target"], observed=True).rating.mean().unstack()
    return float((means[max(means)] > means[min(means)]).mean())


def wide_table(table):
    """Lay the answers out for reading: a row per claim, a column per question, the reading last.

    Returns
    -------
    pandas.DataFrame
        Index: the claim in words. Columns: the four questions (level and detail), ``reading``.
    """
    cells = (table.level + ": " + table.detail).where(table.detail != "", table.level)
    cells = cells.str.removeprefix(f"{CANNOT}: ")
    wide = table.assign(cell=cells).pivot(index="claim", columns="criterion", values="cell")
    reading = readings(table)
    wide = wide.loc[reading.index, list(CRITERIA)].assign(reading=reading)
    return wide.rename(index={name: claim.words for name, claim in CLAIMS.items()}).rename_axis(
        index=None, columns=None
    )


def _named(answers):
    return [(name, *answer) for name, answer in zip(CRITERIA, answers, strict=True)]


def _reproduced(claim, ledger):
    wanted = pd.MultiIndex.from_tuples(claim.printed)
    rows = ledger[pd.MultiIndex.from_frame(ledger[["effect", "analysis"]]).isin(wanted)]
    if rows.empty:
        raise ValueError(f"No printed number of the claim '{claim.name}' in the ledger.")
    computed = rows[rows.verdict != "not public"]
    if computed.empty:
        return CANNOT, float("nan"), f"{len(rows)} numbers not public"
    fits = computed.verdict.isin(["exact", "rounding"])
    explained = computed.verdict == "explained"
    level = YES if fits.all() else PARTLY if (fits | explained).all() else NO
    detail = f"{fits.sum()} of {len(computed)} numbers"
    return (
        level,
        fits.mean(),
        detail + (f", {explained.sum()} explained" if explained.any() else ""),
    )


def _shares(specifications):
    """Count among specifications that let people differ: the sign of the paper's, and p < 0.05."""
    from .robustness import specification_shares

    shares = specification_shares(specifications, by="may_vary")
    return shares[shares.may_vary].set_index(["effect", "modality"])


def _robust(claim, shares, rising, modality, mostly):
    if claim.peaks:
        return CANNOT, float("nan"), "needs images"
    if not claim.specification:
        share = rising[modality]
        return _level(share, SAME_SIGN, MOSTLY), share, f"in {_percent(share)} of people"
    row = shares.loc[(claim.specification, modality)]
    if claim.null:
        found = row.significant + row.opposite
        level = YES if found <= CHANCE else PARTLY if found <= FEW else NO
        return level, found, f"p < 0.05 in {_percent(found)}"
    level = _level(row.significant, mostly, HALF) if row.same_sign >= SAME_SIGN else NO
    detail = f"same sign in {_percent(row.same_sign)}, p < 0.05 in {_percent(row.significant)}"
    return level, row.significant, detail


def _powered(claim, power, mostly):
    if not claim.power:
        return CANNOT, float("nan"), ""
    effect, model, size = claim.power
    chosen = power.effect.eq(effect) & power.model.eq(model) & power["size"].eq(size)
    rows = power[chosen & power.people.eq("generated") & power.n.eq(PEOPLE)]
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} rows on the power of '{claim.name}'. There must be one.")
    share = rows.power.item()
    return _level(share, mostly, HALF), share, _percent(share)


def _converges(claim, peaks, usual):
    own = peaks[peaks.id.isin(claim.peaks)]
    if len(own) != len(claim.peaks):
        raise ValueError(
            f"The peaks of the claim '{claim.name}' are {claim.peaks}; not all are there."
        )
    usually = own.percentile >= usual
    level = YES if usually.all() else PARTLY if usually.any() else NO
    return level, usually.mean(), f"{usually.sum()} of {len(own)} peaks"


def _level(share, yes, partly):
    return YES if share >= yes else PARTLY if share >= partly else NO


def _percent(share):
    return f"{100 * share:.0f}\u00a0%"
