"""The ledger: every printed number beside the recomputed one, with a verdict that is computed."""

import math

import pandas as pd

from .analyses import list_analyses, recomputed_number
from .claims import CLAIMS
from .explanations import explanation_of, open_question
from .printed import printed_numbers, reported_results
from .verdicts import (
    CITED,
    DIFFERS,
    EXACT,
    EXPLAINED,
    NOT_PUBLIC,
    NOT_YET,
    ROUNDING,
    VERDICTS,
    compare,
)

LEDGER_COLUMNS = [
    "id",
    "locus",
    "section",
    "effect",
    "quantity",
    "printed",
    "recomputed",
    "verdict",
    "analysis",
    "reason",
]


def ledger(section=None):
    """Compare every printed number with its recomputed value.

    Parameters
    ----------
    section : str, optional
        Keep one section, such as ``"s2-3"``, ``"abstract"`` or ``"response"``. Default: all.

    Returns
    -------
    pandas.DataFrame
        One row per printed number: ``id`` (of the reported result), ``locus`` and ``section`` (where it
        is printed), ``effect``, ``quantity`` (beta, se, ci_low, ci_high, t, df, p, n, …; ``claim`` for
        a statement without a number), ``printed`` (text), ``recomputed`` (full precision; the p value
        for a claim; missing where nothing was computed), ``verdict``, ``analysis`` (name, see
        :func:`eih.list_analyses`) and ``reason`` (why a value differs, what is not public, how a claim was
        tested).

    Raises
    ------
    ValueError
        There is no such section.

    Notes
    -----
    Verdicts are computed at each call from the printed digits alone; none is stored. See
    ``eih.paper.verdicts.VERDICTS`` for what each means.

    Examples
    --------
    >>> import eih
    >>> table = eih.ledger(section="s2-1")
    >>> table[table.quantity == "beta"].verdict.item()
    'exact'
    """
    return judge(numbers_of(section))


def numbers_of(section=None):
    """Join the printed numbers (of one section) with what is known of their results.

    Raises
    ------
    ValueError
        There is no such section.
    """
    results = reported_results()
    if section is not None and section not in set(results.section):
        sections = sorted(set(results.section))
        raise ValueError(f"Unknown section '{section}'. The ledger has: {', '.join(sections)}.")
    if section is not None:
        results = results[results.section == section]
    return printed_numbers().merge(results, on="id")


def judge(numbers):
    """Give each printed number its recomputed value, verdict and reason.

    Parameters
    ----------
    numbers : pandas.DataFrame
        Printed numbers joined with their reported results.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`ledger`.
    """
    answered = _answers()
    rows = [_judge_one(number, answered) for number in numbers.itertuples()]
    judged = pd.DataFrame(
        rows, columns=["recomputed", "verdict", "analysis", "reason"], index=numbers.index
    )
    judged["recomputed"] = judged.recomputed.astype(float)
    return pd.concat([numbers, judged], axis=1)[LEDGER_COLUMNS].reset_index(drop=True)


def _answers():
    """Map each reported id to the analysis and term that answer it."""
    from .analyses import analysis

    return {
        reported_id: (name, term)
        for name in list_analyses().name
        for term, ids in analysis(name).answers.items()
        for reported_id in ids.split()
    }


def _judge_one(number, answered):
    """Return recomputed value, verdict, analysis and reason of one printed number."""
    if number.availability == "not public":
        return None, NOT_PUBLIC, "", f"Needs {number.needs}."
    if number.quantity == "claim":
        return _judge_claim(number)
    name, term = answered.get(number.id, ("", ""))
    value = recomputed_number(name, term, number.quantity) if name else None
    if number.availability == "cited":
        return value, CITED, name, f"{number.needs[:1].upper()}{number.needs[1:]}."
    if value is None:
        return None, NOT_YET, name, ""
    verdict = compare(
        number.printed, value, count=number.quantity in ("n", "df", "n_female", "n_missing")
    )
    if verdict == EXACT:
        return value, EXACT, name, ""
    explained = _explain(number, value)
    if explained:
        return value, EXPLAINED, name, explained
    reason = (
        "Off by one in the last printed place."
        if verdict == ROUNDING
        else open_question(number.id, number.quantity, value)
    )
    return value, verdict, name, reason


def _explain(number, value):
    """Return the reason if an explanation exists and its variant gives the printed value."""
    explanation = explanation_of(number.id, number.quantity)
    if explanation is None:
        return ""
    variant = explanation.variant(number.quantity)
    if compare(number.printed, variant) != EXACT:
        return ""
    return explanation.reason.format(printed=number.printed, recomputed=value, variant=variant)


def _judge_claim(number):
    claim = CLAIMS.get(number.id)
    if claim is None:
        return None, NOT_YET, "", ""
    p = max(claim.rows(claim.terms).p)
    tested = claim.describe(claim.terms)
    if claim.holds(claim.terms):
        return p, EXACT, claim.analysis, f"{tested}."
    if claim.weaker and claim.holds(claim.weaker):
        return (
            p,
            EXPLAINED,
            claim.analysis,
            f"{claim.reason} {tested}; {claim.describe(claim.weaker)}.",
        )
    return p, DIFFERS, claim.analysis, f"{tested}."


def scoreboard(table=None, by=None):
    """Count verdicts.

    Parameters
    ----------
    table : pandas.DataFrame, optional
        A ledger. Default: the whole one.
    by : str, optional
        A ledger column, such as ``"section"``, to count by as well.

    Returns
    -------
    pandas.DataFrame
        ``verdict, numbers, results, meaning`` in fixed order, zeros included: printed numbers with that
        verdict, and reported results of which it is the least favourable one (exact, rounding,
        explained, cited, not public, not yet, differs). With ``by``: one row per value of that column,
        one column per verdict, counting numbers.

    Examples
    --------
    >>> import eih
    >>> list(eih.scoreboard().columns)
    ['verdict', 'numbers', 'results', 'meaning']
    """
    table = ledger() if table is None else table
    if by is not None:
        counts = table.groupby([by, "verdict"], sort=False).size().unstack(fill_value=0)
        return counts.reindex(columns=list(VERDICTS), fill_value=0).reset_index()
    severity = [EXACT, ROUNDING, EXPLAINED, CITED, NOT_PUBLIC, NOT_YET, DIFFERS]
    rank = table.verdict.map(severity.index)
    worst = rank.groupby(table.id).max().map(lambda place: severity[int(place)])
    return pd.DataFrame(
        {
            "verdict": list(VERDICTS),
            "numbers": [int((table.verdict == verdict).sum()) for verdict in VERDICTS],
            "results": [int((worst == verdict).sum()) for verdict in VERDICTS],
            "meaning": list(VERDICTS.values()),
        }
    )


def shown(value, printed):
    """Show a recomputed value with as many decimals as were printed, plus two."""
    from .verdicts import parse_printed

    if value is None or math.isnan(value):
        return ""
    try:
        decimals = parse_printed(printed).decimals
    except ValueError:
        return f"{value:.3g}"
    if value == 0 and decimals > 2:
        return "< 1e-300"  # below what a floating-point number can hold
    if decimals > 6:
        return f"{value:.2g}"
    return f"{value:.{decimals + 2}f}"
