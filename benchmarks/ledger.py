"""Time the ledger, whole process from a cold interpreter, against an R script that does the same.

``python benchmarks/ledger.py`` prints the line. What R has to do is written down by the ledger itself: it
is run once, and each model that it fits, its rows, and each set of contrasts that it asks for are noted.
R gets these rows ready made; ours reads the tables and derives them. R's answers are compared with ours.
"""

import hashlib
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from unittest.mock import patch

import pandas as pd
from measure import Line, alternate, cost_of, no_r, python, r_versions, run

PACKAGES = ("lme4", "lmerTest", "emmeans")
REPEATS = 3
SECONDS = 8


def lines(repeats=REPEATS):
    """Return the lines of the ledger: beside R in processor time, and by the clock."""
    missing = no_r(*PACKAGES)
    with tempfile.TemporaryDirectory() as folder:
        asked, found = record(Path(folder))
        theirs = None if missing else lambda: _in_r(folder)
        ours, r_costs = alternate(_ours, theirs, repeats)
        gap = "" if missing else _gap(folder, found)
    mixed = asked[asked.mixed]
    what = (
        f"ledger, cold: {len(mixed)} mixed models, {(mixed.ci == 'profile').sum()} of them with profile "
        f"intervals, {len(asked) - len(mixed)} ordinary ones"
    )
    peer = "" if missing else f"R: {r_versions(*PACKAGES)}"
    agree = missing if missing else f"R's estimates and limits differ by at most {gap:.1g} SE"
    clock, processor = ([one[place] for one in ours] for place in (0, 1))
    r_clock, r_processor = ([one[place] for one in r_costs] for place in (0, 1))
    waited = median(clock) >= SECONDS > median(processor)
    why = (
        f"it had the processor for {median(processor):.1f} s, others for the rest" if waited else ""
    )
    return [
        Line(f"{what}: processor time", processor, "s", peer, r_processor, at_least=10, more=agree),
        Line(f"{what}: by the clock", clock, "s", peer, r_clock, below=SECONDS, why=why),
    ]


def record(folder):
    """Run the ledger and write down what it fits.

    Parameters
    ----------
    folder : Path
        Gets a table per data set, and ``models.tsv`` and ``contrasts.tsv``.

    Returns
    -------
    asked : pandas.DataFrame
        A row per model: ``model`` (number), ``formula, data, ci, mixed``.
    found : list
        Our fits.
    """
    from eih.models import linear_models, mixed_models
    from eih.models.fitted import FittedModel
    from eih.paper.comparison import ledger

    asked, found, compared = [], [], []

    def noted(fit):
        def fitted(formula, data, **options):
            result = fit(formula, data, **options)
            ci = result.ci or "none"
            place = _write(result.design, folder)
            found.append(result)
            asked.append((len(found), formula, place, ci, "|" in formula))
            return result

        return fitted

    contrasts = FittedModel.contrasts

    def noted_contrasts(fit, specs, *, by=None, **options):
        number = next(place for place, one in enumerate(found, start=1) if one is fit)
        compared.append((number, specs, by or "", options.get("adjust", "tukey")))
        return contrasts(fit, specs, by=by, **options)

    with (
        patch.object(mixed_models, "lmm", noted(mixed_models.lmm)),
        patch.object(linear_models, "lm", noted(linear_models.lm)),
        patch.object(FittedModel, "contrasts", noted_contrasts),
    ):
        ledger()
    models = pd.DataFrame(asked, columns=["model", "formula", "data", "ci", "mixed"])
    pairs = pd.DataFrame(compared, columns=["model", "specs", "by", "adjust"])
    models.to_csv(folder / "models.tsv", sep="\t", index=False)
    pairs.to_csv(folder / "contrasts.tsv", sep="\t", index=False)
    return models, found


def _write(design, folder):
    """Write the rows of a model, once where models share them; factors with their levels in order."""
    frame = design.frame.rename(columns=lambda name: name.removeprefix("C(").removesuffix(")"))
    text = frame.sort_index(axis=1).to_csv(sep="\t", index=False)
    levels = "".join(
        f"{name}\t{'|'.join(map(str, column.cat.categories))}\n"
        for name, column in frame.items()
        if isinstance(column.dtype, pd.CategoricalDtype)
    )
    name = hashlib.sha256((text + levels).encode()).hexdigest()[:8]
    (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    (folder / f"{name}.levels").write_text(levels, encoding="utf-8")
    return name


def _ours():
    return cost_of(lambda: python("-m", "eih", "ledger", "--format", "tsv"))


def _in_r(folder):
    return cost_of(lambda: run(["Rscript", str(Path(__file__).with_suffix(".R")), folder]))


def _gap(folder, found):
    """Return the largest difference of R's estimates and limits from ours, in our standard errors."""
    theirs = pd.read_csv(Path(folder) / "coefficients.tsv", sep="\t")
    gaps = []
    for number, own in theirs.groupby("model"):
        ours = found[number - 1].table
        for name in ("estimate", "ci_low", "ci_high"):
            gaps.append((own[name].to_numpy() - ours[name].to_numpy()) / ours.se.to_numpy())
    return max(pd.Series(gap).abs().max() for gap in gaps)


if __name__ == "__main__":
    began = time.perf_counter()
    for line in lines():
        print(pd.Series(line.row()).to_string())
    print(f"{time.perf_counter() - began:.0f} s in all", file=sys.stderr)
