"""The likelihood of ratings that end at the ends of a scale, with people who differ (Tobit, mixed).

A rating within the scale has a normal density. One at an end stands for everything beyond it and has the
probability of that. The random effects of a person are integrated out by Laplace's approximation: the
likelihood is replaced by the normal curve that has its peak and curvature there. Where no rating is at an
end it *is* that curve, and the approximation is exact.
"""

from dataclasses import dataclass, field

import numpy as np

_LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Parts:
    """Log density of each row, its derivatives with respect to the mean, and these by log SD.

    ``value, first, second, third`` and ``value_by_sd, first_by_sd, second_by_sd``, of shape (n_rows,).
    """

    value: np.ndarray
    first: np.ndarray
    second: np.ndarray
    third: np.ndarray
    value_by_sd: np.ndarray
    first_by_sd: np.ndarray
    second_by_sd: np.ndarray


def censored_normal(mean, log_sd, outcome, side):
    """Return the log density of censored normal outcomes, with derivatives.

    Parameters
    ----------
    mean : array of shape (n_rows,)
        Expected value without the ends of the scale.
    log_sd : float
        Log of the residual standard deviation.
    outcome : array of shape (n_rows,)
        The outcome; for a censored one the end where it stands.
    side : array of int, shape (n_rows,)
        0 within the scale, -1 at its lower end, 1 at its upper end.

    Returns
    -------
    Parts

    Examples
    --------
    >>> low = censored_normal(np.array([0.0]), 0.0, np.array([0.0]), np.array([-1]))
    >>> float(np.exp(low.value).round(3)[0])
    0.5
    """
    from scipy.special import log_ndtr

    sd = np.exp(log_sd)
    sign = np.where(side < 0, -1.0, 1.0)
    t = sign * (mean - outcome) / sd
    inside = side == 0
    log_tail = log_ndtr(t)
    mills = np.exp(-0.5 * t**2 - _LOG_ROOT_TWO_PI - log_tail)
    slope = -mills * (t + mills)  # of mills
    # Derivatives with respect to t, of the log density of t or of the log probability of its tail.
    value = np.where(inside, -0.5 * t**2 - _LOG_ROOT_TWO_PI - log_sd, log_tail)
    first = np.where(inside, -t, mills)
    second = np.where(inside, -1.0, slope)
    third = np.where(inside, 0.0, -(slope * (t + mills) + mills * (1 + slope)))
    return Parts(
        value,
        sign * first / sd,
        second / sd**2,
        sign * third / sd**3,
        -t * first - inside,
        -sign * (t * second + first) / sd,
        -(t * third + 2 * second) / sd**2,
    )


@dataclass
class Laplace:
    """Minus the approximate log likelihood of a model, and its gradient.

    Attributes
    ----------
    fixed : array of shape (n_rows, n_terms)
        Columns of the fixed effects, rows sorted by group.
    random : array of shape (n_rows, n_random)
        Columns of the random effects of a group.
    first_rows : array of int, shape (n_groups,)
        Where each group begins.
    outcome, side : array of shape (n_rows,)
        See :func:`censored_normal`.
    shifts : array of shape (n_groups, n_random)
        Standardised random effects at the peak, for the parameters last asked for.
    """

    fixed: np.ndarray
    random: np.ndarray
    first_rows: np.ndarray
    outcome: np.ndarray
    side: np.ndarray
    shifts: np.ndarray = field(init=False)

    def __post_init__(self):
        """Begin at zero, and note the group of each row."""
        sizes = np.diff(np.append(self.first_rows, len(self.outcome)))
        self.group = np.repeat(np.arange(len(sizes)), sizes)
        self.shifts = np.zeros((len(sizes), self.random.shape[1]))
        self.triangle = np.tril_indices(self.random.shape[1])

    def __call__(self, parameters):
        """Return minus the log likelihood and its gradient.

        Parameters
        ----------
        parameters : array
            Fixed effects; the root of the random effects' covariance, a lower triangle by rows; log SD.

        Returns
        -------
        float, array
        """
        n_terms, size = self.fixed.shape[1], self.random.shape[1]
        root = np.zeros((size, size))
        root[self.triangle] = parameters[n_terms:-1]
        log_sd = parameters[-1]
        columns = self.random @ root
        parts, curvature = self._peak(self.fixed @ parameters[:n_terms], columns, log_sd)
        inverse = np.linalg.inv(curvature)
        log_likelihood = (
            parts.value.sum()
            - 0.5 * (self.shifts**2).sum()
            - 0.5 * np.linalg.slogdet(curvature)[1].sum()
        )

        turned = np.einsum("iq,iqr->ir", columns, inverse[self.group])
        half_spread = 0.5 * np.einsum("iq,iq->i", turned, columns)
        pull = self._summed((half_spread * parts.third)[:, None] * columns)
        pull = np.einsum("gqr,gr->gq", inverse, pull)[self.group]  # through the place of the peak
        at_pull = (columns * pull).sum(axis=1)
        by_mean = parts.first + half_spread * parts.third + parts.second * at_pull
        by_root = self.random.T @ (
            by_mean[:, None] * self.shifts[self.group]
            + parts.first[:, None] * pull
            + parts.second[:, None] * turned
        )
        by_log_sd = (
            parts.value_by_sd + half_spread * parts.second_by_sd + parts.first_by_sd * at_pull
        ).sum()
        gradient = np.concatenate([self.fixed.T @ by_mean, by_root[self.triangle], [by_log_sd]])
        return -log_likelihood, -gradient

    def _peak(self, expected, columns, log_sd):
        """Find the most likely random effects (Newton) and the curvature there; both are concave."""

        def look(shifts):
            mean = expected + (columns * shifts[self.group]).sum(axis=1)
            parts = censored_normal(mean, log_sd, self.outcome, self.side)
            return parts, self._summed(parts.value) - 0.5 * (shifts**2).sum(axis=1)

        parts, height = look(self.shifts)
        for _ in range(100):
            slope = self._summed(columns * parts.first[:, None]) - self.shifts
            weighed = columns[:, :, None] * (-parts.second[:, None] * columns)[:, None, :]
            curvature = self._summed(weighed) + np.eye(columns.shape[1])
            if np.abs(slope).max() < 1e-9:
                break
            step = np.linalg.solve(curvature, slope[:, :, None])[:, :, 0]
            parts, new = look(self.shifts + step)
            lower = new < height - 1e-9 * np.abs(height)
            while lower.any():  # a step too far for some groups: half of it for them
                step[lower] /= 2
                parts, new = look(self.shifts + step)
                lower = new < height - 1e-9 * np.abs(height)
            self.shifts, height = self.shifts + step, new
        return parts, curvature

    def _summed(self, rows):
        return np.add.reduceat(rows, self.first_rows, axis=0)
