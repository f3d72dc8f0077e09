"""Linear mixed models: lme4 formulas through mixedlm, with lmerTest's degrees of freedom.

mixedlm fits (crossed random effects, REML). This module checks the input, names the
terms, and takes Satterthwaite degrees of freedom for coefficients, means and contrasts alike;
mixedlm's own marginal means would use the residual ones. What R's lme4, lmerTest and emmeans give
is in ``tests/reference/lme4``.
"""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ._checks import check_option
from ._display import number, paper_table
from ._fits import fit_prepared, prepare
from ._formula import Design, build_design
from ._terms import column_names
from .fitted import FittedModel, rows_used, wald_limits
from .satterthwaite import derivatives_of, satterthwaite

_HOW_LIMITS = {"profile": " CI from the likelihood profile.", "wald": " CI from t.", None: ""}


@dataclass(frozen=True, repr=False, eq=False)
class MixedModel(FittedModel):
    """A fitted linear mixed model; made by :func:`lmm`.

    Attributes
    ----------
    design : Design
        Formula and rows.
    model : mixedlm LmerResult
        The fit, for everything else that mixedlm can do with it.
    ci : {"profile", "wald", None}
        Kind of interval in the table.
    twin : mixedlm LmerResult or None
        The same fit in other units of its random effects, where these may be correlated: see
        :mod:`eih.models._covariances`.
    """

    design: Design
    model: object
    ci: str | None = "profile"
    twin: object = None

    @property
    def estimates(self):
        """Fixed-effect coefficients, of shape (n_terms,)."""
        return self.model.beta

    @cached_property
    def covariance(self):
        """Covariance of the fixed-effect coefficients."""
        return self.model.vcov()

    @property
    def converged(self):
        """Whether the optimiser found the optimum."""
        return bool(self.model.converged)

    @cached_property
    def singular(self):
        """Whether a variance is estimated as zero, or a correlation as one."""
        return bool(self._well_scaled.isSingular())

    @property
    def criterion(self):
        """The REML criterion; the deviance with ``reml=False``."""
        return float(self.model.deviance)

    @property
    def n_groups(self):
        """Number of levels of each grouping factor, as a dict."""
        return dict(self.model.ngrps())

    @cached_property
    def variances(self):
        """The variance components, in columns ``group``, ``variance``, ``sd``.

        A row per random effect in formula order: an intercept by the name of its group, a slope as
        ``participant: target``. The last row is ``residual``. Correlations of random slopes are in
        ``.model.VarCorr()``.
        """
        estimated = self.model.VarCorr()
        rows = []
        for effect, block in zip(self.design.parsed.random, estimated.groups.values(), strict=True):
            group = ":".join(effect.grouping_factors)
            names = column_names(effect.expr, effect.has_intercept, self.design.levels)
            for name, variance in zip(names, block.variance.values(), strict=True):
                rows.append((group if name == "(Intercept)" else f"{group}: {name}", variance))
        rows.append(("residual", estimated.residual))
        frame = pd.DataFrame(rows, columns=["group", "variance"])
        return frame.assign(sd=np.sqrt(frame["variance"]))

    def _df(self, weights):
        return satterthwaite(self._well_scaled, weights, self.covariance, self._derivatives)

    @property
    def _well_scaled(self):
        return self.twin or self.model

    @cached_property
    def _derivatives(self):
        return derivatives_of(self._well_scaled)

    def _limits(self, table):
        return _profile_limits(self) if self.ci == "profile" else wald_limits(table, self.ci)

    def _view(self):
        groups = "".join(f"; {name}: {count}" for name, count in self.n_groups.items())
        parts = (
            f"{row.group} {number(row.variance)} ({number(row.sd)})"
            for row in self.variances.itertuples()
        )
        method = "REML" if self.model.REML else "maximum likelihood"
        notes = [
            rows_used(self, groups),
            f"Variance (SD): {', '.join(parts)}.",
            f"Fitted by {method}; df by Satterthwaite.{_HOW_LIMITS[self.ci]}",
        ]
        if not self.converged:
            notes.append("The fit did not converge: do not use these numbers.")
        elif self.singular:
            notes.append("Singular fit: a variance is estimated as zero, or a correlation as one.")
        return paper_table(self.table, title=f"Linear mixed model: {self.formula}", notes=notes)


def lmm(formula, data, *, reml=True, ci="profile"):
    """Fit a linear mixed model.

    Parameters
    ----------
    formula : str
        As in lme4: ``"rating ~ target*drug + (1|participant) + (1|nth)"``. Names joined by
        ``+ - : *``, ``C(name)`` for a number taken as a factor, ``I(name**2)``, random effects in
        brackets. A factor's first category is the reference.
    data : pandas.DataFrame
        One row per observation. Rows without a value in a model variable are left out and counted;
        categories that do not occur are ignored.
    reml : bool
        Restricted maximum likelihood (default), or maximum likelihood, to compare fixed effects.
    ci : {"profile", "wald", None}
        95 % limits of the coefficients: likelihood profile, as R's ``confint`` (default; computed
        when the table is first asked for); t interval with Satterthwaite df; or none (NaN), which
        is quickest.

    Returns
    -------
    MixedModel
        With ``.table`` (``term, estimate, ci_low, ci_high, se, df, t, p``), ``.coefficient``,
        ``.variances``, ``.means``, ``.contrasts``, ``.n_obs``, ``.n_dropped``, ``.n_groups``,
        ``.criterion``, ``.converged``, ``.singular``, ``.model``, and a display like a paper's
        table.

    Raises
    ------
    TypeError
        The data are not a DataFrame, or the formula is not text.
    ValueError
        The formula cannot be read, has no random effect, names an unknown column, or asks for
        effects that the rows cannot give; or `ci` is not an option.

    Warns
    -----
    RuntimeWarning
        The fit did not converge, or a likelihood profile could not be computed.

    See Also
    --------
    eih.lm : The same without random effects.

    Notes
    -----
    Degrees of freedom follow Satterthwaite's approximation, as in lmerTest. Profile limits come
    from a maximum likelihood refit, as in lme4, and need not be symmetric about the REML estimate.

    Examples
    --------
    >>> import eih
    >>> heat = eih.load_trials(modality="heat")
    >>> saline = heat[heat.drug == "saline"]
    >>> fit = eih.lmm("rating ~ target + drug_order + (1|participant) + (1|nth)", saline, ci="wald")
    >>> target = fit.coefficient("target")
    >>> print(f"{target.estimate:.2f}, t({target.df:.2f}) = {target.t:.2f}")
    1.42, t(1358.65) = 51.84
    """
    check_option("ci", ci, tuple(_HOW_LIMITS))
    design = build_design(formula, data, random=True)
    model, twin = fit_prepared(design, prepare(design, reml=reml))
    if not model.converged:
        warnings.warn(
            f"The fit of {formula!r} did not converge ({model.message}): do not use its numbers. "
            "Take out a random effect, or rescale the predictors.",
            RuntimeWarning,
            stacklevel=2,
        )
    return MixedModel(design, model, ci, twin)


def _profile_limits(fit):
    """Return profile limits of the coefficients; NaN, with a warning, where there is no profile."""
    from .profile_limits import profile_limits

    if not fit.converged:
        return np.nan, np.nan
    try:
        return profile_limits(fit.model).T
    except (RuntimeError, np.linalg.LinAlgError):
        pass  # a random slope, or an unusual likelihood: mixedlm's own way is slow and thorough
    try:
        with warnings.catch_warnings():  # the refit by maximum likelihood is meant, see lmm
            warnings.filterwarnings("ignore", message="Likelihood profiling uses an ML refit")
            profiles = fit.model.profile(n_points=3)
    except (RuntimeError, ValueError, np.linalg.LinAlgError) as error:
        warnings.warn(
            f"No profile limits for {fit.formula!r} ({error}). ci_low and ci_high are NaN; "
            "ci='wald' gives limits.",
            RuntimeWarning,
            stacklevel=5,  # the line that asks for the table
        )
        return np.nan, np.nan
    ordered = [profiles[name] for name in fit.model.matrices.fixed_names]
    return [profile.ci_lower for profile in ordered], [profile.ci_upper for profile in ordered]
