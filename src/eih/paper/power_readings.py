"""How far the unknown number of power readings per block can move the comparison of power.

The public table has the sum of the readings of each block; the paper's own recordings, with one reading
after the other, are not public. Means need a number of readings, and 600 per block is an assumption.
"""

import numpy as np
import pandas as pd

from .subsets import SECONDS_PER_BLOCK

STATISTICS = ["difference [W]", "t [W]", "d [W]", "t [% FTP]", "d [% FTP]"]


def power_statistics(block_power):
    """Compare high with low exercise in watts and in per cent of threshold power.

    Parameters
    ----------
    block_power : pandas.DataFrame
        Rows of :func:`eih.block_power`; blocks without power are left out, and so are people without
        both intensities.

    Returns
    -------
    pandas.Series
        ``n``, then the five statistics: mean difference [W], t and repeated-measures d for watts, t and
        d for % FTP.

    Examples
    --------
    >>> import eih
    >>> from eih.paper.power_readings import power_statistics
    >>> int(power_statistics(eih.block_power()).n)
    39
    """
    means, ftp = _person_means(block_power)
    return pd.Series([len(ftp), *_statistics(means, ftp)], index=["n", *STATISTICS])


def nearest_reading_counts(block_power, wanted):
    """Find the numbers of readings closest to 600 per block that give the wanted statistics.

    A person's mean over the readings of all high (or low) blocks is their sum divided by their number,
    so one number per person and intensity is free. The sum of squared deviations from 600 is minimised.

    Parameters
    ----------
    block_power : pandas.DataFrame
        As for :func:`power_statistics`.
    wanted : pandas.Series
        The five statistics, as printed.

    Returns
    -------
    pandas.DataFrame
        ``participant, exercise, surrogate_readings`` (per block, on average): possible numbers, not
        measured ones.

    Raises
    ------
    ValueError
        No numbers of readings give these statistics.
    """
    from scipy.optimize import minimize

    means, ftp = _person_means(block_power)
    wanted = wanted[STATISTICS].to_numpy(dtype=float)

    def missed(deviation):
        scaled = means / (1 + deviation.reshape(means.shape) / SECONDS_PER_BLOCK)
        return _statistics(scaled, ftp) / wanted - 1

    found = minimize(
        lambda deviation: (deviation**2).sum(),
        np.zeros(means.size),
        jac=lambda deviation: 2 * deviation,
        constraints={"type": "eq", "fun": missed},
        method="SLSQP",
        options={"maxiter": 50},
    )
    if not found.success or np.abs(missed(found.x)).max() > 1e-6:
        raise ValueError(f"No numbers of readings give {wanted.tolist()} ({found.message}).")
    readings = SECONDS_PER_BLOCK + pd.DataFrame(
        found.x.reshape(means.shape), index=means.index, columns=means.columns
    )
    return readings.stack().rename("surrogate_readings").reset_index()


def with_readings(block_power, readings):
    """Return the blocks with their power recomputed for other numbers of readings.

    Parameters
    ----------
    block_power : pandas.DataFrame
        As for :func:`power_statistics`.
    readings : pandas.DataFrame
        As from :func:`nearest_reading_counts`.
    """
    keys = ["participant", "exercise"]
    number = block_power[keys].merge(readings, on=keys, how="left").surrogate_readings
    scale = SECONDS_PER_BLOCK / number.to_numpy()
    return block_power.assign(
        power=block_power.power * scale, relative_power=block_power.relative_power * scale
    )


def _person_means(block_power):
    """Return power by person (rows) and intensity (columns high, low), and the threshold power."""
    by_person = block_power.groupby(["participant", "exercise"], observed=True).power.mean()
    means = by_person.unstack()[["high", "low"]].dropna()
    means.columns = list(means.columns)
    means.columns.name = "exercise"
    return means, block_power.groupby("participant").ftp.first()[means.index]


def _statistics(means, ftp):
    """Return the five statistics."""
    watts = _paired(means["high"], means["low"])
    relative = _paired(100 * means["high"] / ftp, 100 * means["low"] / ftp)
    return np.array([*watts, *relative[1:]])


def _paired(high, low):
    """Return mean difference, t and repeated-measures d."""
    difference = high.to_numpy() - low.to_numpy()
    d_z = difference.mean() / difference.std(ddof=1)
    r = np.corrcoef(high, low)[0, 1]
    return difference.mean(), d_z * np.sqrt(len(difference)), d_z * np.sqrt(2 * (1 - r))
