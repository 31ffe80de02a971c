"""The correlation of two variables on the occasions of a person.

With x̃ and ỹ the deviations of N pairs of values from the means of their n persons,

    r = Σ x̃ỹ / √(Σ x̃² Σ ỹ²),   dof = N − n − 1,   t = r √(dof / (1 − r²))

which is the root of the share of an analysis of covariance with the persons as factor. Its interval
is Fisher's on the z scale with n = dof + 2, unrounded. pingouin's ``rm_corr`` gives the same by
fitting that analysis of covariance, in time that grows with the cube of the persons.

References
----------
Bakdash, J. Z., & Marusich, L. R. (2017). Repeated measures correlation.
    doi:10.3389/fpsyg.2017.00456.
Vallat, R. (2018). Pingouin: statistics in Python. doi:10.21105/joss.01026.
"""

from __future__ import annotations

import numpy as np
from scipy.special import stdtr

from psychometrics.criterion.fisher import interval_around, is_perfect
from psychometrics.longitudinal.lagged_results import WithinCorrelation
from psychometrics.types import BoolArray, FloatArray

METHOD = "repeated measures correlation (pingouin)"
LEAST_DOF = 3


def repeated_measures_correlation(
    first: FloatArray, second: FloatArray, *, level: float = 0.95
) -> WithinCorrelation:
    """Correlate two variables within persons.

    Parameters
    ----------
    first, second
        Shape (n_persons, n_occasions), missing is ``nan``.
    level
        Coverage of the interval.
    """
    both = np.isfinite(first) & np.isfinite(second)
    both &= (both.sum(axis=1) > 1)[:, None]
    dof = int(both.sum()) - int(both.any(axis=1).sum()) - 1
    if dof < LEAST_DOF:
        return _nothing("Too few persons have both on two occasions.")
    x, y = _deviations(first, both), _deviations(second, both)
    spread = float((x**2).sum()) * float((y**2).sum())
    if spread < 1e-12:
        return _nothing("One of the two is constant within persons.")
    r = float((x * y).sum() / np.sqrt(spread))
    if is_perfect(r):
        return WithinCorrelation(
            r=float(np.sign(r)),
            interval=None,
            dof=dof,
            p_value=None,
            method=METHOD,
            reason="It is perfect, which has no interval.",
        )
    return WithinCorrelation(
        r=r,
        interval=interval_around(float(np.arctanh(r)), float((dof - 1) ** -0.5), level=level),
        dof=dof,
        p_value=float(2.0 * stdtr(dof, -abs(r) * np.sqrt(dof / (1.0 - r**2)))),
        method=METHOD,
    )


def _nothing(reason: str) -> WithinCorrelation:
    return WithinCorrelation(
        r=None, interval=None, dof=None, p_value=None, method=METHOD, reason=reason
    )


def _deviations(values: FloatArray, used: BoolArray) -> FloatArray:
    """Return deviations from the persons' means, zero where a value is not used."""
    kept = np.where(used, values, 0.0)
    means = kept.sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    return np.where(used, values - means[:, None], 0.0)
