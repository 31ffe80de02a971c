"""A reliability coefficient with each person's influence on it.

Notes
-----
Coefficients here are smooth functions of sample moments. The influence of person i is the
derivative of the coefficient in the direction of that person's moments, divided by n: influences
sum to zero, and for any distribution of the answers

    SE² = Σ_i influence_i²,

the distribution-free delta method (Yuan & Bentler 2002; for alpha Maydeu-Olivares et al. 2007).
With G clusters influences are summed within clusters first, and G / (G − 1) multiplies the sum of
squares.

Intervals are symmetric on the scale of ln(1 − ρ) (Bonett 2002), so no upper end exceeds 1:

    1 − (1 − ρ̂) exp(± z SE / (1 − ρ̂)).

References
----------
Yuan, K.-H., & Bentler, P. M. (2002). On robustness of the normal-theory based asymptotic
distributions of three reliability coefficient estimates. Psychometrika, 67, 251–259.
doi:10.1007/BF02294845

Maydeu-Olivares, A., Coffman, D. L., & Hartmann, W. M. (2007). Asymptotically distribution-free
(ADF) interval estimation of coefficient alpha. Psychological Methods, 12, 157–176.
doi:10.1037/1082-989X.12.2.157

Bonett, D. G. (2002). Sample size requirements for testing and estimating coefficient alpha. Journal
of Educational and Behavioral Statistics, 27, 335–340. doi:10.3102/10769986027004335
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from psychometrics.types import Estimate, FloatArray, IntArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A value and its influence function.

    Attributes
    ----------
    value
        The coefficient in the sample.
    influence
        Each person's influence on it, shape (n_persons,).
    """

    value: float
    influence: FloatArray


def standard_error(influence: FloatArray, clusters: IntArray | None = None) -> float:
    """Compute the standard error from influences.

    Parameters
    ----------
    influence
        Shape (n_persons,).
    clusters
        Number of each person's cluster, from 0, shape (n_persons,); ``None`` if persons are
        independent.
    """
    if clusters is None:
        return float(np.sqrt((influence**2).sum()))
    sums = np.bincount(clusters, weights=influence)
    return float(np.sqrt((sums**2).sum() * sums.size / (sums.size - 1)))


def estimate(
    coefficient: Coefficient, *, level: float, clusters: IntArray | None = None
) -> Estimate:
    """Give a coefficient its standard error and interval.

    Parameters
    ----------
    coefficient
        Below 1, or there is no interval.
    level
        Coverage, between 0 and 1.
    clusters
        As for :func:`standard_error`.
    """
    error = standard_error(coefficient.influence, clusters)
    if not np.isfinite(error):
        return Estimate(estimate=coefficient.value)
    return Estimate(
        estimate=coefficient.value,
        standard_error=error,
        interval=_interval(coefficient.value, error, level),
    )


def _interval(value: float, error: float, level: float) -> Interval | None:
    left = 1.0 - value
    if left <= 0.0:
        return None
    reach = float(ndtri((1.0 + level) / 2.0)) * error / left
    return Interval(
        lower=float(1.0 - left * np.exp(reach)),
        upper=float(1.0 - left * np.exp(-reach)),
        level=level,
    )
