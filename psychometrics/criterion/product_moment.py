"""Pearson's and Spearman's correlation, and Pearson's with a third variable held constant.

Notes
-----
The intervals are Fisher's, with the standard error of z

    Pearson     1 / √(n − 3)
    partial     1 / √(n − 4)            one variable held constant
    Spearman    √((1 + r²/2) / (n − 3))

Spearman's is Bonett & Wright's, good up to |r| = .95 and better than 1.06/(n − 3)
where r is large. Spearman's correlation is Pearson's of the ranks, ties at their mean rank.

References
----------
Bonett, D. G., & Wright, T. A. (2000). Sample size requirements for estimating Pearson, Kendall and
Spearman correlations. Psychometrika, 65, 23–28. doi:10.1007/BF02294183
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from psychometrics.criterion.fisher import interval_around, is_perfect
from psychometrics.criterion.results import Coefficient, Partial
from psychometrics.types import FloatArray

MINIMUM_PERSONS = 4
"""Fisher's z has no standard error for fewer."""

PEARSON_METHOD = "Pearson's product-moment correlation; interval by Fisher's z"
SPEARMAN_METHOD = "Spearman's rank correlation; interval by Fisher's z, error of Bonett & Wright"
PARTIAL_METHOD = "Pearson's partial correlation given the baseline; interval by Fisher's z"

TOO_FEW = f"fewer than {MINIMUM_PERSONS} persons have both values"
CONSTANT_SCORE = "the alliance score is the same for all persons"
CONSTANT_OUTCOME = "the outcome is the same for all persons"
PERFECT = "the correlation is perfect, so it has no interval"


def obstacle(score: FloatArray, outcome: FloatArray) -> str | None:
    """Say why two variables cannot be correlated, or ``None`` if they can.

    Parameters
    ----------
    score, outcome
        Shape (n_persons,), nothing missing.
    """
    if score.size < MINIMUM_PERSONS:
        return TOO_FEW
    if is_constant(score):
        return CONSTANT_SCORE
    if is_constant(outcome):
        return CONSTANT_OUTCOME
    return None


def is_constant(values: FloatArray) -> bool:
    """Whether values, shape (n_persons,), differ by no more than rounding."""
    return bool(np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())))


def correlation(first: FloatArray, second: FloatArray) -> float:
    """Compute Pearson's correlation of two variables that vary, shape (n_persons,) each."""
    one = (first - first.mean()) / first.std()
    two = (second - second.mean()) / second.std()
    return float(np.clip(one @ two / first.size, -1.0, 1.0))


def pearson(score: FloatArray, outcome: FloatArray, *, level: float) -> Coefficient:
    """Compute Pearson's correlation.

    Parameters
    ----------
    score, outcome
        Shape (n_persons,), nothing missing.
    level
        Coverage of the interval.
    """
    return _coefficient(score, outcome, method=PEARSON_METHOD, curvature=0.0, level=level)


def spearman(score: FloatArray, outcome: FloatArray, *, level: float) -> Coefficient:
    """Compute Spearman's correlation; parameters as for :func:`pearson`."""
    return _coefficient(
        np.asarray(rankdata(score)),
        np.asarray(rankdata(outcome)),
        method=SPEARMAN_METHOD,
        curvature=0.5,
        level=level,
    )


def partial(
    score: FloatArray, outcome: FloatArray, baseline: FloatArray, *, name: str, level: float
) -> Partial:
    """Compute Pearson's correlation with the outcome's baseline held constant.

    Parameters
    ----------
    score, outcome, baseline
        Shape (n_persons,), nothing missing.
    name
        The baseline's column.
    level
        Coverage of the interval.
    """
    reason = _partial_obstacle(score, outcome, baseline)
    if reason is not None:
        return Partial(
            estimate=None, n_persons=score.size, method=PARTIAL_METHOD, reason=reason, baseline=name
        )
    estimate = correlation(_residual(score, baseline), _residual(outcome, baseline))
    perfect = is_perfect(estimate)
    return Partial(
        estimate=estimate,
        interval=None
        if perfect
        else interval_around(np.arctanh(estimate), (score.size - 4) ** -0.5, level=level),
        n_persons=score.size,
        method=PARTIAL_METHOD,
        reason=PERFECT if perfect else None,
        baseline=name,
    )


def _coefficient(
    score: FloatArray, outcome: FloatArray, *, method: str, curvature: float, level: float
) -> Coefficient:
    reason = obstacle(score, outcome)
    if reason is not None:
        return Coefficient(estimate=None, n_persons=score.size, method=method, reason=reason)
    estimate = correlation(score, outcome)
    if is_perfect(estimate):
        return Coefficient(estimate=estimate, n_persons=score.size, method=method, reason=PERFECT)
    error = np.sqrt((1.0 + curvature * estimate**2) / (score.size - 3))
    return Coefficient(
        estimate=estimate,
        interval=interval_around(np.arctanh(estimate), float(error), level=level),
        n_persons=score.size,
        method=method,
    )


def _partial_obstacle(score: FloatArray, outcome: FloatArray, baseline: FloatArray) -> str | None:
    if score.size < MINIMUM_PERSONS + 1:
        return f"fewer than {MINIMUM_PERSONS + 1} persons have all three values"
    reason = obstacle(score, outcome)
    if reason is not None:
        return reason
    if is_constant(baseline):
        return "the baseline is the same for all persons"
    if is_perfect(correlation(score, baseline)) or is_perfect(correlation(outcome, baseline)):
        return "the baseline says the same as the score or the outcome"
    return None


def _residual(values: FloatArray, given: FloatArray) -> FloatArray:
    """Remove the least-squares line on another variable."""
    centred = values - values.mean()
    other = given - given.mean()
    return np.asarray(centred - other * (other @ centred) / (other @ other))
