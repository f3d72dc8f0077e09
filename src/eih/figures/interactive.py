"""Data of the figures that answer a reader on the page itself: without a kernel, without a network.

Each function turns a table into what ``book/_static/live/figures.js`` draws. Hand the result to
``eih.figure(..., live=...)``: where no script runs (print, JupyterLab, a reader without JavaScript) the picture
stays what it was.
"""

import json
from dataclasses import dataclass

import numpy as np

from ..beyond.choices import CHOICES, NONE
from ..beyond.effects import EFFECTS
from ..tables.schema import TARGETS
from .fitness import regression_band

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_KIND = {
    (modality, target): letter
    for modality, letters in (("heat", "abc"), ("pressure", "def"))
    for target, letter in zip(TARGETS, letters, strict=True)
}


@dataclass(frozen=True)
class Live:
    """What the page's script needs to draw a figure anew: which drawing it is, and its data."""

    kind: str
    data: dict

    def to_html(self):
        """Return the data as a script element that cannot end before its end."""
        text = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text = text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
        return f'<script type="application/json">{text}</script>'


def trial_explorer(trials):
    """Prepare the explorer of ratings: choose a participant, modality, drug and exercise.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials of both modalities as from :func:`eih.load_trials`.

    Returns
    -------
    Live
        ``targets`` and ``people``: name, sex, fitness [W/kg], order of the drugs, and blocks of ``[day, block, drug,
        exercise, ratings]``. In ``ratings`` each trial takes three characters: a to c for heat and d to f for
        pressure at target 30, 50, 70; then the rating to the base 36, ``--`` where it is missing.

    Examples
    --------
    >>> import eih
    >>> from eih.figures import trial_explorer
    >>> trial_explorer(eih.load_trials()).data["people"][0]["blocks"][0][:4]
    [1, 1, 'naloxone', 'low']
    """
    trials = trials.sort_values(["participant", "session", "block", "trial"])
    codes = [
        _KIND[modality, target] + _base36(rating)
        for modality, target, rating in zip(
            trials.modality, trials.target, trials.rating, strict=True
        )
    ]
    keys = ["participant", "session", "block", "drug", "exercise"]
    blocks = trials.assign(code=codes).groupby(keys, observed=True, sort=False).code.agg("".join)
    of_person = blocks.reset_index().groupby("participant", observed=True, sort=False)
    about = trials.drop_duplicates("participant").set_index("participant")
    people = [
        {
            "name": name,
            "sex": str(about.sex[name]),
            "fitness": round(float(about.ftp_per_kg[name]), 3),
            "order": str(about.drug_order[name]),
            "blocks": rows[[*keys[1:], "code"]].astype(object).values.tolist(),
        }
        for name, rows in of_person
    ]
    return Live("trials", {"targets": list(TARGETS), "people": people})


def _base36(rating):
    if np.isnan(rating):
        return "--"
    high, low = divmod(int(rating), 36)
    return _DIGITS[high] + _DIGITS[low]


def fitness_explorer(scores, slopes):
    """Prepare relief against fitness: each point names its participant, a switch changes the drug.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per participant and drug with ``participant, sex, drug, ftp_per_kg, difference``, as from
        ``eih.difference_scores(..., "exercise", by="drug")``.
    slopes : pandas.DataFrame
        ``beta, ci_low, ci_high`` of each sex under each drug, index such as ``"male, saline"``.

    Returns
    -------
    Live
        The points, the lines of least squares with their 95 % bands, and the slopes.
    """
    scores = scores.astype({"drug": str, "sex": str})
    wide = scores.pivot(
        index=["participant", "sex", "ftp_per_kg"], columns="drug", values="difference"
    ).round(2)
    drugs = ["saline", "naloxone"]
    people = [
        {"name": name, "sex": sex, "x": round(x, 3)} | row.dropna().to_dict()
        for (name, sex, x), row in wide[drugs].iterrows()
    ]
    lines = [
        {"sex": sex, "drug": drug} | _line(rows)
        for (sex, drug), rows in scores.groupby(["sex", "drug"])
    ]
    named = [
        dict(zip(("sex", "drug"), name.split(", "), strict=True))
        | {"beta": float(row.beta), "low": float(row.ci_low), "high": float(row.ci_high)}
        for name, row in slopes.iterrows()
    ]
    axes = {
        "x": _room(scores.ftp_per_kg),
        "y": _room(
            np.hstack(
                [scores.difference, *(line[end] for line in lines for end in ("low", "high"))]
            )
        ),
        "xlabel": "Functional threshold power [W/kg]",
        "ylabel": "Relief: low − high exercise [points]",
    }
    return Live(
        "fitness",
        {
            "drugs": drugs,
            "sexes": ["female", "male"],
            "people": people,
            "lines": lines,
            "slopes": named,
            "axes": axes,
        },
    )


def _line(rows):
    at = np.linspace(rows.ftp_per_kg.min(), rows.ftp_per_kg.max(), 20)
    band = regression_band(rows.ftp_per_kg, rows.difference, at).round(2)
    band.columns = ["x", "fit", "low", "high"]
    return band.to_dict("list")


def _room(values):
    edge = 0.04 * (values.max() - values.min())
    return [float(values.min() - edge), float(values.max() + edge)]


def specification_explorer(results):
    """Prepare the curve of specifications: keep the options that you would defend, and see what remains.

    Parameters
    ----------
    results : pandas.DataFrame
        Specifications of heat and pressure as from :func:`eih.load_specifications`.

    Returns
    -------
    Live
        For each effect: label, unit, the choices with their options, ``codes`` (a character per choice of each
        specification: the place of its option, ``-`` where the choice does not arise), and for heat and
        pressure the estimates in hundredths, p in thousandths (rounded down, so that 49 is below 0.05), and
        the place of the paper's own specification.

    Raises
    ------
    ValueError
        Heat and pressure do not have the same specifications.
    """
    results = results[results.converged]
    effects = [
        {"label": EFFECTS[name].label, "unit": EFFECTS[name].unit} | _effect(rows)
        for name, rows in results.groupby("effect", sort=False)
    ]
    return Live("specifications", {"effects": effects})


def _effect(rows):
    varies = {True: "yes", False: "no"}
    rows = rows.assign(**{"people may differ": rows.may_vary.map(varies)})
    known = {**CHOICES, "people may differ": ("yes", "no")}
    options = {
        name: [option for option in those if (rows[name] == option).any()]
        for name, those in known.items()
    }
    by_modality = dict(iter(rows.groupby("modality")))
    heat, pressure = (by_modality[name][list(options)] for name in ("heat", "pressure"))
    if not heat.reset_index(drop=True).equals(pressure.reset_index(drop=True)):
        raise ValueError(
            f"The specifications of '{rows.effect.iloc[0]}' differ between heat ({len(heat)}) and pressure "
            f"({len(pressure)}); the explorer needs the same ones, in the same order. See eih.load_specifications."
        )
    varying = {name: those for name, those in options.items() if heat[name].nunique() > 1}
    taken = {
        name: [those.index(option) if option != NONE else NONE for option in heat[name]]
        for name, those in varying.items()
    }
    codes = "".join(str(code) for row in zip(*taken.values(), strict=True) for code in row)
    choices = [[name, those] for name, those in varying.items()]
    return {"choices": choices, "codes": codes} | {
        name: {
            "estimate": (100 * part.estimate).round().astype(int).tolist(),
            "p": np.floor(1000 * part.p).astype(int).tolist(),
            "paper": int(np.argmax(part.is_paper)),
        }
        for name, part in by_modality.items()
    }
