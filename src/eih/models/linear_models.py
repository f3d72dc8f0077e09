"""Ordinary linear models by least squares, in the table form of the mixed models.

What statsmodels can do beyond that table is in ``.model``, made when it is first asked for.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ._checks import check_option, check_separable
from ._display import number, paper_table
from ._formula import Design, build_design
from .fitted import FittedModel, rows_used, wald_limits


@dataclass(frozen=True, repr=False, eq=False)
class LinearModel(FittedModel):
    """A linear model fitted by least squares; made by :func:`lm`.

    Attributes
    ----------
    design : Design
        Formula and rows.
    predictors : pandas.DataFrame
        The columns of the terms.
    ci : {"wald", None}
        Kind of interval in the table.
    """

    design: Design
    predictors: pd.DataFrame
    ci: str | None = "wald"

    @cached_property
    def model(self):
        """The same fit as statsmodels RegressionResults, for everything else that these can do."""
        from statsmodels.regression.linear_model import OLS

        return OLS(self._outcome, self.predictors).fit()

    @cached_property
    def estimates(self):
        """Coefficients, of shape (n_terms,)."""
        return self._inverse @ self._outcome.to_numpy()

    @cached_property
    def covariance(self):
        """Covariance of the coefficients."""
        return self._inverse @ self._inverse.T * self._variance

    @property
    def _outcome(self):
        return self.design.frame[self.design.parsed.response]

    @cached_property
    def _inverse(self):
        """The pseudoinverse of the predictors."""
        return np.linalg.pinv(self.predictors.to_numpy())

    @property
    def _free(self):
        """The residual degrees of freedom."""
        return float(self.n_obs - len(self.estimates))

    @cached_property
    def _variance(self):
        """The residual variance."""
        residuals = (self._outcome - self.predictors.to_numpy() @ self.estimates).to_numpy()
        return residuals @ residuals / self._free

    @property
    def r_squared(self):
        """Explained share of the variance."""
        return float(self.model.rsquared)

    @property
    def sigma(self):
        """Standard deviation of the residuals."""
        return float(np.sqrt(self._variance))

    def _df(self, weights):
        return np.full(len(weights), self._free)

    def _limits(self, table):
        return wald_limits(table, self.ci)

    def _view(self):
        fit = f"R² = {number(self.r_squared)}; residual SD {number(self.sigma)}."
        notes = [rows_used(self), fit]
        return paper_table(self.table, title=f"Linear model: {self.formula}", notes=notes)


def lm(formula, data, *, ci="wald"):
    """Fit an ordinary linear model by least squares.

    Parameters
    ----------
    formula : str
        Such as ``"difference ~ ftp_per_kg + drug_order"``: names joined by ``+ - : *``, ``C(name)``
        for a number taken as a factor, ``I(name**2)``. A factor's first category is the reference.
    data : pandas.DataFrame
        One row per observation. Rows without a value in a model variable are left out and counted;
        categories that do not occur are ignored.
    ci : {"wald", None}
        95 % limits of the coefficients: t intervals, or none (NaN).

    Returns
    -------
    LinearModel
        With ``.table`` (``term, estimate, ci_low, ci_high, se, df, t, p``; the residual df),
        ``.coefficient``, ``.means``, ``.contrasts``, ``.r_squared``, ``.sigma``, ``.n_obs``,
        ``.n_dropped``, ``.model``, and a display like a paper's table.

    Raises
    ------
    TypeError
        The data are not a DataFrame, or the formula is not text.
    ValueError
        The formula cannot be read, has a random effect, names an unknown column, or asks for
        effects that the rows cannot give; or `ci` is not an option.

    See Also
    --------
    eih.lmm : The same with random effects.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> scores = eih.difference_scores(saline, "exercise", by=[])
    >>> fit = eih.lm("difference ~ ftp_per_kg + drug_order", scores)
    >>> print(f"{fit.coefficient('ftp_per_kg').estimate:.2f}")
    6.45
    """
    check_option("ci", ci, ("wald", None))
    design = build_design(formula, data, random=False)
    columns = design.columns(design.frame)
    check_separable(formula, columns, design.names)
    predictors = pd.DataFrame(columns, columns=design.names, index=design.frame.index)
    return LinearModel(design, predictors, ci)
