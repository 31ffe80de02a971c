"""A reliability coefficient with each person's influence on it.

Notes
-----
Coefficients here are smooth functions of sample moments. The influence of person i is the
derivative of the coefficient in the direction of that person's moments, divided by n: influences
sum to zero, and for any distribution of the answers

    SE² = Σ_i influence_i²,

the distribution-free delta method (Yuan & Bentler 2002; for alpha Maydeu-Olivares et al. 2007).
With G clusters influences are summed within clusters first, and G / (G − 1) multiplies the sum of
squares. :mod:`psychometrics.distribution_free` makes the intervals: on the scale of
logit ρ, so that no end leaves (0, 1), or of ln(1 − ρ) where the estimate is not above zero.

References
----------
Yuan, K.-H., & Bentler, P. M. (2002). On robustness of the normal-theory based asymptotic
distributions of three reliability coefficient estimates. Psychometrika, 67, 251–259.
doi:10.1007/BF02294845

Maydeu-Olivares, A., Coffman, D. L., & Hartmann, W. M. (2007). Asymptotically distribution-free
(ADF) interval estimation of coefficient alpha. Psychological Methods, 12, 157–176.
doi:10.1037/1082-989X.12.2.157
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.distribution_free import (
    FEWEST_PERSONS,
    LOG_COMPLEMENT,
    LOGIT,
    interval_by_influence,
    standard_error,
)
from psychometrics.types import Estimate, FloatArray, IntArray

NOT_KNOWN = "there is no interval: the information about the model is singular"
TOO_FEW = f"there is no interval: it needs at least {FEWEST_PERSONS} persons"
BEYOND_RANGE = "there is no interval: the standard error exceeds the coefficient's range"
NOT_BELOW_ONE = "there is no interval: the estimate is not below one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A value and its influence function.

    Attributes
    ----------
    value
        The coefficient in the sample.
    influence
        Each person's influence on it, shape (n_persons,).
    left_out
        The same with the curvature of leaving the person out, where that matters; the interval
        then rests on it.
    """

    value: float
    influence: FloatArray
    left_out: FloatArray | None = None


def estimate(
    coefficient: Coefficient, *, level: float, clusters: IntArray | None = None
) -> Estimate:
    """Give a coefficient its standard error and interval, or the reason why there is none.

    Parameters
    ----------
    coefficient
        A share of variance.
    level
        Coverage, between 0 and 1.
    clusters
        As for :func:`psychometrics.distribution_free.standard_error`.
    """
    value = coefficient.value
    error = standard_error(coefficient.influence, clusters)
    if not np.isfinite(error):
        return Estimate(estimate=value, reason=NOT_KNOWN)
    if error >= 1.0:
        return Estimate(estimate=value, reason=BEYOND_RANGE)
    reason = _obstacle(coefficient, clusters)
    if reason is not None:
        return Estimate(estimate=value, standard_error=error, reason=reason)
    influence = coefficient.influence if coefficient.left_out is None else coefficient.left_out
    return Estimate(
        estimate=value,
        standard_error=error,
        interval=interval_by_influence(
            value,
            influence,
            LOGIT if value > 0.0 else LOG_COMPLEMENT,
            level=level,
            clusters=clusters,
        ),
    )


def _obstacle(coefficient: Coefficient, clusters: IntArray | None) -> str | None:
    if coefficient.value >= 1.0 - 1e-12:
        return NOT_BELOW_ONE
    if clusters is None and coefficient.influence.size < FEWEST_PERSONS:
        return TOO_FEW
    return None
