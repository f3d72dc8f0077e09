"""What an analysis is: data, model or summary, and the reported results that it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

_MODEL_COLUMNS = {"estimate": "beta"}  # our table -> the ledger's quantity, where the names differ


@dataclass(frozen=True)
class Analysis:
    """One analysis of the paper.

    Attributes
    ----------
    name : str
        Short stable name.
    section : str
        Section of the article, such as ``s2-3``.
    chapter : str
        Notebook that shows it.
    question : str
        What it asks, in one sentence.
    data : callable
        Returns the rows that it uses.
    formula : str or None
        Model formula; with ``(1|…)`` a mixed model, without an ordinary linear model.
    summarise : callable or None
        For what is not a model: takes the rows, returns a table with a ``term`` column and one column
        per quantity.
    answers : dict of str to str
        Term → ids of the reported results (separated by spaces) that print it.
    """

    name: str
    section: str
    chapter: str
    question: str
    data: Callable
    formula: str | None = None
    summarise: Callable | None = None
    answers: dict = field(default_factory=dict)

    def run(self):
        """Fit the model (or compute the summary) afresh and return the result object or table."""
        if self.formula is None:
            return self.summarise(self.data())
        from ..models.linear_models import lm
        from ..models.mixed_models import lmm

        fit = lmm if "|" in self.formula else lm
        return fit(self.formula, self.data())

    def values(self):
        """Return the recomputed quantities: index ``term``, one column per quantity."""
        result = self.run()
        if self.formula is not None:
            result = result.table.rename(columns=_MODEL_COLUMNS).assign(n=result.n_obs)
        return result.set_index("term")
