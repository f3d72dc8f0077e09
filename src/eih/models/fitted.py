"""What every fitted linear model can be asked: coefficients, marginal means, contrasts.

:class:`FittedModel` turns coefficients, their covariance and a rule for degrees of freedom into
tables. Every answer is a DataFrame at full precision with the same columns whatever the arguments;
only the display rounds. :func:`eih.lm` and :func:`eih.lmm` make such models.
"""

import itertools
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from ._checks import check_option
from ._display import to_html, to_text
from ._words import closest, listed, plain, plural

ADJUSTMENTS = ("tukey", "bonferroni", "holm", "none")


class FittedModel:
    """A fitted linear model; a subclass has the attributes below and says how to get df and limits.

    Attributes
    ----------
    design : Design
        Formula and rows.
    estimates : array of shape (n_terms,)
        Coefficients of the fixed effects.
    covariance : array of shape (n_terms, n_terms)
        Their covariance.
    """

    def _df(self, weights):
        """Return the degrees of freedom of ``weights @ estimates``, one per row of weights."""
        raise NotImplementedError

    def _limits(self, table):
        """Return the lower and the upper 95 % limits of the coefficients."""
        raise NotImplementedError

    def _view(self):
        """Return the PaperTable to show."""
        raise NotImplementedError

    @property
    def formula(self):
        """The formula as given."""
        return self.design.formula

    @property
    def n_obs(self):
        """Number of rows in the model."""
        return len(self.design.frame)

    @property
    def n_dropped(self):
        """Number of rows left out because a model variable has no value there."""
        return self.design.n_dropped

    @cached_property
    def table(self):
        """The coefficients as a DataFrame, a row per term, main effects before interactions.

        Columns: ``term``, ``estimate``, ``ci_low`` and ``ci_high`` (95 %; NaN with ``ci=None``),
        ``se``, ``df``, ``t``, ``p`` (two-sided).
        """
        table = self._tested(np.eye(len(self.estimates)))
        table.insert(0, "term", self.design.names)
        low, high = self._limits(table)
        table.insert(2, "ci_low", low)
        table.insert(3, "ci_high", high)
        return table

    def coefficient(self, term):
        """Look up one row of the table.

        Parameters
        ----------
        term : str
            A name as in the column ``term``, such as ``"drug[naloxone]"``.

        Returns
        -------
        pandas.Series
            ``term, estimate, ci_low, ci_high, se, df, t, p``.

        Raises
        ------
        ValueError
            The model has no such term.
        """
        names = self.design.names
        if term not in names:
            raise ValueError(
                f"Unknown term {term!r} in {self.formula!r}.{closest([term], names)} "
                f"The terms are: {', '.join(names)}."
            )
        return self.table.iloc[names.index(term)]

    def means(self, specs, at=None):
        """Estimate marginal means, as R's emmeans does.

        Parameters
        ----------
        specs : str or list of str
            Predictors whose values get a mean each, such as ``"drug"`` or ``["drug", "target"]``.
        at : dict, optional
            Values for predictors, such as ``{"target": [30, 50, 70]}``. Without it a factor takes
            all its levels and a number its mean over the rows of the model.

        Returns
        -------
        pandas.DataFrame
            A row per combination, the first predictor of `specs` changing fastest: the columns of
            `specs`, then ``estimate, se, df, ci_low, ci_high`` (95 % t interval). Predictors not in
            `specs` are averaged, each level or value with equal weight.

        Raises
        ------
        ValueError
            A name is not a predictor, or a factor has no such level.
        """
        grid, weights = self._grid(self._predictors(specs, "specs"), at)
        means = self._tested(weights)[["estimate", "se", "df"]]
        margin = _t_quantile(means["df"]) * means["se"]
        limits = {"ci_low": means["estimate"] - margin, "ci_high": means["estimate"] + margin}
        return pd.concat([grid, means.assign(**limits)], axis=1)

    def contrasts(self, specs, *, by=None, at=None, adjust="tukey"):
        """Compare all pairs of marginal means, as R's emmeans does.

        Parameters
        ----------
        specs : str or list of str
            Predictors whose means are compared.
        by : str or list of str, optional
            Predictors within whose values they are compared; each value is a family of its own.
        at : dict, optional
            Values for predictors, as in :meth:`means`.
        adjust : {"tukey", "bonferroni", "holm", "none"}
            Adjustment of p for the number of comparisons in a family.

        Returns
        -------
        pandas.DataFrame
            A row per pair: the columns of `by`, then ``contrast`` (``"saline 30 - naloxone 30"``),
            ``estimate, se, df, t, p, ci_low, ci_high``. p is adjusted. The 95 % limits are
            simultaneous within a family with ``"tukey"``, and those of one comparison otherwise.

        Raises
        ------
        ValueError
            A name is not a predictor, a family has only one mean, or `adjust` is not an option.

        Notes
        -----
        Tukey's p is the tail of the studentized range at ``sqrt(2) * abs(t)`` for the number of
        means and the contrast's own degrees of freedom, exact to about 1e-12; for two means it is
        the t test. The limits take the critical value at df rounded to four digits.
        """
        check_option("adjust", adjust, ADJUSTMENTS)
        names = self._predictors(specs, "specs")
        families = [] if by is None else self._predictors(by, "by")
        if shared := [name for name in families if name in names]:
            raise ValueError(
                f"Invalid by: {listed(shared)} also in specs. Compare it, or compare within it."
            )
        grid, weights = self._grid(names + families, at)
        members = [range(len(grid))]
        if families:
            members = grid.groupby(families, observed=True, sort=False).indices.values()
        return pd.concat(
            [
                self._pairs(grid.iloc[rows], weights[rows], names, families, adjust)
                for rows in map(list, members)
            ],
            ignore_index=True,
        )

    def _pairs(self, grid, weights, names, families, adjust):
        """Compare the means of one family."""
        if len(grid) < 2:
            raise ValueError(
                f"Invalid specs {listed(names)}: one mean, and a contrast needs two. "
                f"Give values, such as at={{'{names[0]}': [...]}}."
            )
        first, second = np.triu_indices(len(grid), k=1)
        pairs = self._tested(weights[first] - weights[second])
        pairs["p"] = _adjusted(pairs, adjust, len(grid))
        tukey = adjust == "tukey"
        critical = _tukey_quantile(len(grid), pairs["df"]) if tukey else _t_quantile(pairs["df"])
        pairs["ci_low"] = pairs["estimate"] - critical * pairs["se"]
        pairs["ci_high"] = pairs["estimate"] + critical * pairs["se"]
        labels = [" ".join(map(plain, row)) for row in grid[names].itertuples(index=False)]
        pairs.insert(
            0,
            "contrast",
            [f"{labels[i]} - {labels[j]}" for i, j in zip(first, second, strict=True)],
        )
        family = grid[families].iloc[[0] * len(pairs)].reset_index(drop=True)
        return pd.concat([family, pairs], axis=1)

    def _tested(self, weights):
        """Give estimate, SE, df, t and p of ``weights @ estimates``."""
        from scipy.special import stdtr

        estimate = weights @ self.estimates
        se = np.sqrt(np.einsum("ij,jk,ik->i", weights, self.covariance, weights))
        df = self._df(weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = estimate / se
        p = 2 * stdtr(df, -np.abs(t))
        return pd.DataFrame({"estimate": estimate, "se": se, "df": df, "t": t, "p": p})

    def _predictors(self, names, argument):
        """Check names of predictors; ``target`` may stand for ``C(target)``."""
        names = [names] if isinstance(names, str) else list(names)
        known = self.design.predictors
        unknown = [name for name in names if name not in known and f"C({name})" not in known]
        if unknown or not names or len(set(names)) < len(names):
            raise ValueError(
                f"Invalid {argument} {names!r}. Name fixed effects of {self.formula!r}, each once: "
                f"{', '.join(known)}.{closest(unknown, known)}"
            )
        return names

    def _variable(self, name):
        return name if name in self.design.predictors else f"C({name})"

    def _grid(self, names, at):
        """Combine the values of `names`, the first fastest, with coefficient weights for each."""
        variables = [self._variable(name) for name in names]
        values = self._values(at)
        averaged = [name for name in values if name not in variables]
        # The last column of a product changes fastest: each mean is a block of rows to average.
        order = [*reversed(variables), *averaged]
        rows = pd.DataFrame(itertools.product(*(values[name] for name in order)), columns=order)
        n_means = int(np.prod([len(values[name]) for name in variables]))
        weights = self.design.columns(rows).reshape(n_means, -1, len(self.estimates)).mean(axis=1)
        grid = rows.iloc[:: len(rows) // n_means].reset_index(drop=True)
        factors = {name: used for name, used in self.design.levels.items() if name in variables}
        for variable, levels in factors.items():
            if isinstance(levels[0], str):
                grid[variable] = pd.Categorical(grid[variable], categories=levels)
        return grid[variables].set_axis(names, axis=1), weights

    def _values(self, at):
        """Give the reference values of every predictor."""
        given = {} if at is None else {self._variable(n): n for n in self._predictors(at, "at")}
        values = {}
        for variable in self.design.predictors:
            levels = self.design.levels.get(variable)
            if variable not in given:
                values[variable] = levels or [self.design.frame[variable].mean()]
                continue
            chosen = at[given[variable]]
            values[variable] = [chosen] if np.ndim(chosen) == 0 else list(chosen)
            unknown = [value for value in values[variable] if levels and value not in levels]
            if unknown:
                raise ValueError(
                    f"Unknown {plural(unknown, 'level')} {listed(unknown)} of '{given[variable]}' "
                    f"in at. The levels are: {', '.join(map(plain, levels))}."
                )
        return values

    def __repr__(self):
        """Show the table that a paper would print."""
        return to_text(self._view())

    def _repr_html_(self):
        return to_html(self._view())


def wald_limits(table, ci):
    """Return 95 % t limits from estimate, SE and df, or NaN with ``ci=None``."""
    margin = _t_quantile(table["df"]) * table["se"] if ci else np.nan
    return table["estimate"] - margin, table["estimate"] + margin


def rows_used(fit, groups=""):
    """Write the line of the display that counts rows."""
    line = f"{fit.n_obs} observations{groups}."
    if fit.n_dropped == 1:
        return f"{line} 1 row without a value was left out."
    return f"{line} {fit.n_dropped} rows without a value were left out." if fit.n_dropped else line


def _adjusted(pairs, adjust, n_means):
    p = pairs["p"].to_numpy()
    if adjust == "tukey" and n_means > 2:
        from scipy.stats import studentized_range

        return studentized_range.sf(np.sqrt(2) * pairs["t"].abs(), n_means, pairs["df"])
    if adjust in ("bonferroni", "holm"):
        from statsmodels.stats.multitest import multipletests

        return multipletests(p, method=adjust)[1]
    return p


def _t_quantile(df):
    """Return the two-sided 95 % point of t."""
    from scipy.special import stdtrit

    return stdtrit(df, 0.975)


def _tukey_quantile(n_means, df):
    """Return the simultaneous 95 % point for all pairs of means, in SEs of a difference."""
    if n_means == 2:
        return _t_quantile(df)
    return np.array([_range_quantile(n_means, float(f"{one:.4g}")) for one in df]) / np.sqrt(2)


@lru_cache(maxsize=1024)
def _range_quantile(n_means, df):
    from scipy.stats import studentized_range

    return float(studentized_range.isf(0.05, n_means, df))
