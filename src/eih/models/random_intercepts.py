"""What random intercepts do: shift the level of each group, shrunken; make rows of a group alike.

A model with ``(1|participant) + (1|nth)`` gives the rows the covariance
``V = sd_1² Z_1 Z_1' + sd_2² Z_2 Z_2' + sd² I``, with Z_k telling which row belongs to which level.
Everything here is worked out from that one line, beside mixedlm, so that each can check the other.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class RandomIntercepts:
    """The rows of a mixed model whose random effects are all intercepts.

    Attributes
    ----------
    outcome : array of shape (n_rows,)
        The left side of the formula.
    fixed : array of shape (n_rows, n_terms)
        Columns of the fixed effects.
    members : dict of str to DataFrame of shape (n_rows, n_levels)
        For each grouping factor 1 where the row belongs to the level, else 0.
    """

    outcome: np.ndarray
    fixed: np.ndarray
    members: dict


def random_intercepts(fit):
    """Take a fitted model apart into outcome, fixed columns and group membership.

    Raises
    ------
    ValueError
        The model has a random slope.
    """
    frame, parsed = fit.design.frame, fit.design.parsed
    members = {}
    for effect in parsed.random:
        if list(effect.expr) or not effect.has_intercept:
            raise ValueError(
                f"Cannot use {fit.formula!r}: it has a random slope. "
                "Give a model whose random effects are all intercepts, such as (1|participant)."
            )
        factors = list(effect.grouping_factors)
        level = frame[factors].astype(str).agg(":".join, axis=1)
        members[":".join(factors)] = pd.get_dummies(level, dtype=float)
    return RandomIntercepts(
        outcome=frame[parsed.response].to_numpy(dtype=float),
        fixed=fit.design.columns(frame),
        members=members,
    )


def group_shifts(fit, group):
    """Compare each group's own mean with the shift that the model gives it.

    Parameters
    ----------
    fit : MixedModel
        From :func:`eih.lmm`, with random intercepts only.
    group : str
        A grouping factor of its formula, such as ``"participant"``.

    Returns
    -------
    pandas.DataFrame
        One row per level: the level (column named like the group), ``n`` (rows), ``own`` (mean of what the
        fixed effects leave over), ``shift`` (the model's estimate, drawn towards zero). Both in units of
        the outcome, relative to the fixed effects.

    Raises
    ------
    ValueError
        The model has a random slope, or no such grouping factor.

    Notes
    -----
    The shifts are ``sd² Z' V⁻¹ (y - X b)``. With one grouping factor that is ``own`` times
    ``n sd² / (n sd² + residual variance)``: the fewer rows and the noisier they are, the smaller.

    Examples
    --------
    >>> import eih
    >>> saline = eih.load_trials(modality="heat").query("drug == 'saline'")
    >>> people = eih.group_shifts(eih.lmm("rating ~ target + (1|participant)", saline), "participant")
    >>> bool((people["shift"].abs() < people["own"].abs()).all())
    True
    """
    rows = random_intercepts(fit)
    if group not in rows.members:
        raise ValueError(
            f"Unknown group {group!r} in {fit.formula!r}. It has: {', '.join(rows.members)}."
        )
    left = rows.outcome - rows.fixed @ fit.estimates
    variance = fit.variances.set_index("group").variance
    inverse = np.linalg.inv(implied_covariance(rows, variance))
    member = rows.members[group]
    return pd.DataFrame(
        {
            group: member.columns,
            "n": member.sum().astype(int).to_numpy(),
            "own": (member.T @ left / member.sum()).to_numpy(),
            "shift": variance[group] * (member.T.to_numpy() @ (inverse @ left)),
        }
    )


def implied_covariance(rows, variance):
    """Return V, of shape (n_rows, n_rows), for variances by group and for ``residual``."""
    covariance = variance["residual"] * np.eye(len(rows.outcome))
    for group, member in rows.members.items():
        covariance += variance[group] * (member.to_numpy() @ member.to_numpy().T)
    return covariance
