"""Correlation of a score with the normal variable behind an ordinal outcome.

Notes
-----
The outcome's category is the interval into which y* falls; score x and y* are bivariate normal with
correlation ρ (Cox 1974; Olsson, Drasgow & Dorans 1982). The joint likelihood is that of x times
that of the categories given x, and the latter is an ordered probit regression on z = (x − x̄)/s,

    P(y ≤ j | z) = Φ(a_j − b z),    a_j = τ_j / √(1 − ρ²),    b = ρ / √(1 − ρ²),

so that maximum likelihood needs no bounded search: the probit likelihood is concave (Pratt 1981),
and ρ = b / √(1 + b²). There is no maximum when the categories do not overlap on z. The variance of
ρ by the delta method has a part from b and a part from s:

    var ρ = (1 − ρ²)³ var b + ρ² (1 − ρ²)² / (2n).

R's ``polycor::polyserial(ML = TRUE)`` has the same estimate (s with divisor n − 1, as here) and
leaves out the second part, as if s were known. The interval is taken on Fisher's z scale.

References
----------
Cox, N. R. (1974). Estimation of the correlation between a continuous and a discrete variable.
Biometrics, 30, 171–178. doi:10.2307/2529626
Olsson, U., Drasgow, F., & Dorans, N. J. (1982). The polyserial correlation coefficient.
Psychometrika, 47, 337–347. doi:10.1007/BF02294164
Pratt, J. W. (1981). Concavity of the log likelihood. Journal of the American Statistical
Association, 76, 103–106. doi:10.1080/01621459.1981.10477613
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import ndtr, ndtri

from psychometrics.criterion.fisher import interval_around
from psychometrics.criterion.product_moment import obstacle
from psychometrics.criterion.results import Coefficient
from psychometrics.positive_definite import inverse_and_log_determinant
from psychometrics.types import FloatArray, IntArray

METHOD = "Polyserial correlation by maximum likelihood; interval by Fisher's z, delta method"
MOST_CATEGORIES = 10
NO_MAXIMUM = (
    "the score separates the outcome's categories perfectly, so the likelihood has no maximum"
)
_ITERATIONS = 100
_DENSITY = 1.0 / np.sqrt(2.0 * np.pi)


def is_ordinal(outcome: FloatArray) -> bool:
    """Whether an outcome looks like ordered categories: 2 to 10 different whole numbers.

    Parameters
    ----------
    outcome
        Shape (n_persons,), nothing missing.
    """
    values = np.unique(outcome)
    whole = bool((values == np.rint(values)).all())
    return whole and 2 <= values.size <= MOST_CATEGORIES


def polyserial(score: FloatArray, outcome: FloatArray, *, level: float) -> Coefficient:
    """Compute the polyserial correlation.

    Parameters
    ----------
    score
        Shape (n_persons,), nothing missing.
    outcome
        Shape (n_persons,), nothing missing; each different value is a category, in their order.
    level
        Coverage of the interval.
    """
    n_persons = score.size
    reason = obstacle(score, outcome)
    if reason is not None:
        return Coefficient(estimate=None, n_persons=n_persons, method=METHOD, reason=reason)
    standardized = (score - score.mean()) / score.std(ddof=1)
    categories = np.unique(outcome, return_inverse=True)[1].astype(np.int64)
    fit = _ordered_probit(standardized, categories)
    if fit is None:
        return Coefficient(estimate=None, n_persons=n_persons, method=METHOD, reason=NO_MAXIMUM)
    slope, slope_variance = fit
    estimate = slope / np.sqrt(1.0 + slope**2)
    unexplained = 1.0 - estimate**2
    variance = unexplained**3 * slope_variance + (estimate * unexplained) ** 2 / (2.0 * n_persons)
    error = float(np.sqrt(variance))
    return Coefficient(
        estimate=float(estimate),
        interval=interval_around(np.arctanh(estimate), error / unexplained, level=level),
        standard_error=error,
        n_persons=n_persons,
        method=METHOD,
    )


@dataclass(frozen=True, slots=True)
class _Derivatives:
    """Log-likelihood of an ordered probit with its gradient and Hessian."""

    value: float
    gradient: FloatArray
    hessian: FloatArray


def _ordered_probit(x: FloatArray, categories: IntArray) -> tuple[float, float] | None:
    """Fit by Newton's method with step halving; slope and its variance, or ``None``."""
    if _separates(x, categories) or _separates(-x, categories):
        return None
    shares = np.cumsum(np.bincount(categories))[:-1] / x.size
    parameters: FloatArray = np.append(ndtri(shares), 0.0).astype(np.float64)
    current = _derivatives(parameters, x, categories)
    for _ in range(_ITERATIONS):
        inverted = inverse_and_log_determinant(-current.hessian)
        if inverted is None:
            return None
        step: FloatArray = inverted[0] @ current.gradient
        decrement = float(current.gradient @ step)
        if decrement < 1e-16 * x.size:
            return float(parameters[-1]), float(inverted[0][-1, -1])
        accepted = _line_search(parameters, step, current, x, categories)
        if accepted is None:
            return None
        parameters, current = accepted
    return None


def _separates(x: FloatArray, categories: IntArray) -> bool:
    """Whether no value of a category lies above any of the next: the slope would be infinite."""
    groups = [x[categories == one] for one in range(categories.max() + 1)]
    return all(lower.max() <= upper.min() for lower, upper in pairwise(groups))


def _line_search(
    parameters: FloatArray,
    step: FloatArray,
    current: _Derivatives,
    x: FloatArray,
    categories: IntArray,
) -> tuple[FloatArray, _Derivatives] | None:
    """Halve the step until thresholds stay in order and the likelihood does not fall."""
    for halvings in range(40):
        tried = parameters + step * 0.5**halvings
        if (np.diff(tried[:-1]) <= 0.0).any():
            continue
        there = _derivatives(tried, x, categories)
        if there.value >= current.value - 1e-12 * abs(current.value):
            return tried, there
    return None


def _derivatives(parameters: FloatArray, x: FloatArray, categories: IntArray) -> _Derivatives:
    """Differentiate Σ log[Φ(u) − Φ(l)], u = a_j − b x and l = a_{j−1} − b x."""
    n_thresholds = parameters.size - 1
    cuts = np.concatenate([[-np.inf], parameters[:-1], [np.inf]])
    shift = parameters[-1] * x
    upper, lower = cuts[categories + 1] - shift, cuts[categories] - shift
    probability = np.maximum(_between(lower, upper), 1e-300)
    up, low = _density(upper) / probability, _density(lower) / probability
    # rows: derivative of u and of l by the parameters
    of_upper = np.zeros((x.size, n_thresholds + 1))
    of_lower = np.zeros((x.size, n_thresholds + 1))
    rows = np.arange(x.size)
    has_upper, has_lower = categories < n_thresholds, categories > 0
    of_upper[rows[has_upper], categories[has_upper]] = 1.0
    of_lower[rows[has_lower], categories[has_lower] - 1] = 1.0
    of_upper[:, -1] = np.where(has_upper, -x, 0.0)
    of_lower[:, -1] = np.where(has_lower, -x, 0.0)
    scores = of_upper * up[:, None] - of_lower * low[:, None]
    curve_up = np.where(has_upper, upper, 0.0) * up
    curve_low = np.where(has_lower, lower, 0.0) * low
    hessian = (
        -(of_upper.T * curve_up) @ of_upper
        + (of_lower.T * curve_low) @ of_lower
        - scores.T @ scores
    )
    return _Derivatives(
        value=float(np.log(probability).sum()), gradient=scores.sum(axis=0), hessian=hessian
    )


def _between(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Probability between two quantiles, from the nearer tail so that nothing cancels."""
    turned = lower > 0.0
    return np.asarray(
        np.where(turned, ndtr(-lower) - ndtr(-upper), ndtr(upper) - ndtr(lower)), dtype=np.float64
    )


def _density(quantile: FloatArray) -> FloatArray:
    return np.asarray(_DENSITY * np.exp(-0.5 * quantile**2))
