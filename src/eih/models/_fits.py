"""From a design to a fit: mixedlm's matrices and its optimum, with our words where it cannot be."""

from ._checks import check_separable
from ._covariances import fit_covariances, has_covariances


def prepare(design, *, reml=True):
    """Make the matrices of a mixed model.

    Parameters
    ----------
    design : Design
        Formula and rows.
    reml : bool, default True

    Returns
    -------
    mixedlm LmerMod
        Nothing is fitted yet.
    """
    from mixedlm import LmerMod

    return LmerMod(design.parsed, design.frame, REML=reml, na_action=None, control=_control())


def fit_prepared(design, prepared):
    """Fit what :func:`prepare` made.

    Parameters
    ----------
    design : Design
        Has the names of the terms.
    prepared : mixedlm LmerMod

    Returns
    -------
    model, twin : mixedlm LmerResult
        See :class:`eih.models.mixed_models.MixedModel`.

    Raises
    ------
    ValueError
        The rows cannot tell the terms apart, or have a group for each row.
    """
    from mixedlm.models.checks import ModelCheckError

    check_separable(design.formula, prepared.matrices.X, design.names)
    try:
        if has_covariances(prepared.matrices):
            return fit_covariances(prepared)
        return prepared.fit(), None
    except ModelCheckError as error:
        raise ValueError(
            f"Cannot fit {design.formula!r}. {error} "
            "Give each group several rows, or take out a random effect."
        ) from None


def _control():
    """Turn off the checks of mixedlm that ours replace; more effects than rows stays an error."""
    from mixedlm import lmerControl

    return lmerControl(
        check_conv=False,
        check_singular=False,
        check_nlev_gtreq_5="ignore",
        check_nlev_gtr_1="ignore",
        check_scaleX="ignore",
        check_rankX="ignore",
        check_nobs_vs_rankZ="stop",
    )
