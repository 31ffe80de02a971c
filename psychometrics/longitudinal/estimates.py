"""Estimates of named parameters of a fitted model, and of functions of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from psychometrics.cfa.fit_result import Fitted
from psychometrics.criterion.fisher import critical_value
from psychometrics.distribution_free import FISHER, interval_by_error
from psychometrics.longitudinal.results import Effect
from psychometrics.margin import above
from psychometrics.types import FloatArray, Interval


def position(fitted: Fitted, label: str) -> int:
    """Return the place of a label in the parameter vector."""
    return fitted.layout.model.labels.index(label)


def effect(fitted: Fitted, label: str, *, level: float = 0.95) -> Effect:
    """Return a parameter with its standard error and Wald interval."""
    place = position(fitted, label)
    return wald(float(fitted.theta[place]), float(fitted.standard_errors[place]), level=level)


def wald(estimate: float, standard_error: float, *, level: float = 0.95) -> Effect:
    """Return an estimate with its Wald interval; without an error it has none."""
    if not np.isfinite(standard_error):
        return Effect(
            estimate=estimate, reason="The information is singular; there is no standard error."
        )
    reach = critical_value(level) * standard_error
    return Effect(
        estimate=estimate,
        standard_error=standard_error,
        interval=Interval(lower=estimate - reach, upper=estimate + reach, level=level),
    )


def two_sided(estimate: float, standard_error: float) -> float | None:
    """Return the two-sided p-value of Wald's z, ``None`` without a standard error."""
    if not np.isfinite(standard_error) or standard_error <= 0.0:
        return None
    return float(2.0 * ndtr(-abs(estimate) / standard_error))


def delta_error(fitted: Fitted, gradient: Mapping[str, float]) -> float:
    """Return the standard error of a function of parameters by the delta method.

    Parameters
    ----------
    fitted
        The model and its estimates.
    gradient
        Derivative of the function by label; zero for labels that are not named.

    Returns
    -------
    float
        ``nan`` when the information is singular.
    """
    if fitted.parameter_covariance is None:
        return float("nan")
    g: FloatArray = np.zeros(fitted.theta.size)
    for label, slope in gradient.items():
        g[position(fitted, label)] = slope
    return float(np.sqrt(max(float(g @ fitted.parameter_covariance @ g), 0.0)))


def variance(fitted: Fitted, label: str) -> Effect:
    """Return a variance with its Wald interval; a value or an end below zero is named."""
    found = effect(fitted, label)
    if (found.estimate or 0.0) < 0.0:
        return replace(found, caution=_NEGATIVE)
    ends = found.interval
    return replace(found, caution=_BELOW) if ends is not None and ends.lower < 0.0 else found


def correlation(fitted: Fitted, covariance: str, first: str, second: str) -> Effect:
    """Return the correlation c / √(ab) of a covariance and two variances, named by label.

    The interval is Wald's, as lavaan's ``standardizedSolution``; where an end of it would leave ±1,
    Fisher's with the same standard error, and none where that exceeds the range. There is no
    value outside: the solution is improper.
    """
    c, a, b = (float(fitted.theta[position(fitted, one)]) for one in (covariance, first, second))
    if a <= 0.0 or b <= 0.0:
        return Effect(estimate=None, reason="A variance is not positive.")
    root = np.sqrt(a * b)
    r = float(c / root)
    error = delta_error(fitted, {covariance: 1.0 / root, first: -0.5 * r / a, second: -0.5 * r / b})
    if above(abs(r), 1.0) is not False:
        return Effect(estimate=None, reason=_BEYOND)
    found = wald(r, error)
    return _within_range(found, error, df=float(fitted.n_persons - 1))


def _within_range(found: Effect, error: float, *, df: float) -> Effect:
    ends = found.interval
    if ends is None or max(-ends.lower, ends.upper) <= 1.0:
        return found
    if error >= 1.0:
        return replace(found, interval=None, reason=_BEYOND_RANGE)
    return replace(found, interval=interval_by_error(found.estimate or 0.0, error, FISHER, df=df))


_NEGATIVE = "The variance is negative: the solution is improper."
_BELOW = (
    "The interval reaches below zero, as Wald intervals may, and a variance does not: the answers "
    "do not tell whether persons differ."
)
_BEYOND_RANGE = "There is no interval: the standard error exceeds the correlation's range."
_BEYOND = "The correlation exceeds one: the solution is improper."
