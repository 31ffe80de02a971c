"""The minimal important change by predictive modelling.

With x the changes, y whether a person calls it an improvement, p the proportion improved and the
logistic regression logit P(y = 1) = a + b x::

    predictive                     M = (L − a) / b,   L = ln(p / (1 − p))
    adjusted (2017)                M − (.090 + .103 r) S L
    adjusted (2022, reliability R) M − (.8 / R − .5) S r L

where r is the point-biserial correlation of x and y, and S the standard deviation of x. The
predictive estimate is the change at which the odds after seeing it are the odds before; it is
biased when p is not one half, the more the less reliably improvement is rated.

References
----------
Terluin, B., Eekhout, I., Terwee, C. B., & de Vet, H. C. W. (2015).
    doi:10.1016/j.jclinepi.2015.03.015.
Terluin, B., Eekhout, I., & Terwee, C. B. (2017). doi:10.1016/j.jclinepi.2016.12.015.
Terluin, B., Eekhout, I., & Terwee, C. B. (2022). doi:10.1016/j.jclinepi.2022.04.018.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from psychometrics.longitudinal.results import Effect
from psychometrics.types import FloatArray, Interval

_STEPS = 60
_NEAR = 1e-12
LEAST_SHARE = 0.5
"""Share of bootstrap samples that must give an estimate, else there is no interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Predictive estimates of many samples, ``nan`` where there is none.

    Attributes
    ----------
    predictive, adjusted
        Shape (n_samples,).
    """

    predictive: FloatArray
    adjusted: FloatArray


def estimates_of(
    changes: FloatArray, improved: FloatArray, weights: FloatArray, reliability: float | None
) -> Estimates:
    """Estimate the minimal important change in many weighted samples at once.

    Parameters
    ----------
    changes, improved
        Changes, and 1 for improved or 0, shape (n,).
    weights
        How often each person stands in each sample, shape (n_samples, n).
    reliability
        Of the rated change, for the adjustment of 2022; ``None`` for that of 2017.
    """
    n = weights.sum(axis=1)
    p = weights @ improved / n
    mean = weights @ changes / n
    squares = np.maximum(weights @ changes**2 - n * mean**2, 0.0)
    spread = np.sqrt(squares / (n - 1.0))
    a, b = _logistic(changes, improved, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(p / (1.0 - p))
        covariance = weights @ (changes * improved) / n - mean * p
        r = covariance / np.sqrt(squares / n * p * (1.0 - p))
        predictive = (odds - a) / b
        factor = (0.090 + 0.103 * r) if reliability is None else (0.8 / reliability - 0.5) * r
        adjusted = predictive - factor * spread * odds
    known = np.isfinite(predictive) & np.isfinite(adjusted)
    return Estimates(
        predictive=np.where(known, predictive, np.nan), adjusted=np.where(known, adjusted, np.nan)
    )


def _logistic(
    changes: FloatArray, improved: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fit logit P(y = 1) = a + b x in every sample by Newton's method; ``nan`` without an end."""
    centre, scale = float(changes.mean()), float(changes.std()) or 1.0
    x = (changes - centre) / scale
    n_samples = len(weights)
    p = np.clip(weights @ improved / weights.sum(axis=1), 1e-6, 1.0 - 1e-6)
    a, b = np.log(p / (1.0 - p)), np.zeros(n_samples)
    settled = np.zeros(n_samples, dtype=bool)
    for _ in range(_STEPS):
        fitted = expit(a[:, None] + b[:, None] * x)
        residual, information = weights * (improved - fitted), weights * fitted * (1.0 - fitted)
        g0, g1 = residual.sum(axis=1), residual @ x
        h00, h01, h11 = information.sum(axis=1), information @ x, information @ x**2
        determinant = np.maximum(h00 * h11 - h01**2, 1e-300)
        da, db = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        largest = np.maximum(np.abs(da), np.abs(db))
        shrink = np.minimum(1.0, 2.0 / np.maximum(largest, 1e-300))
        a, b = a + shrink * da, b + shrink * db
        settled = largest < _NEAR * (1.0 + np.abs(b))
        if settled.all():
            break
    separated = ~settled & (np.abs(b) > 1e3)
    a, b = np.where(separated, np.nan, a), np.where(separated, np.nan, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        return a - b * centre / scale, b / scale


def predictive_change(
    changes: FloatArray,
    improved: FloatArray,
    *,
    reliability: float | None,
    replicates: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> tuple[Effect, Effect]:
    """Return the predictive and the adjusted estimate with bootstrap intervals.

    Parameters
    ----------
    changes, improved
        As :func:`estimates_of`.
    reliability
        Of the rated change, or ``None``.
    replicates, rng
        Of the bootstrap of persons.
    level
        Coverage of the percentile intervals.
    """
    n = changes.size
    share = float(improved.mean()) if n else 0.0
    if n < 10 or not 0.0 < share < 1.0:
        nothing = Effect(
            estimate=None, reason="The anchor needs persons who improved and persons who did not."
        )
        return nothing, nothing
    if np.ptp(changes) < 1e-12:
        nothing = Effect(estimate=None, reason="All changes are the same.")
        return nothing, nothing
    found = estimates_of(changes, improved, np.ones((1, n)), reliability)
    draws = rng.multinomial(n, np.full(n, 1.0 / n), size=replicates).astype(np.float64)
    again = estimates_of(changes, improved, draws, reliability)
    return (
        _with_interval(found.predictive[0], again.predictive, level),
        _with_interval(found.adjusted[0], again.adjusted, level),
    )


def _with_interval(estimate: float, draws: FloatArray, level: float) -> Effect:
    if not np.isfinite(estimate):
        return Effect(
            estimate=None,
            reason="The changes separate the improved from the others, or do not tell them apart.",
        )
    known = draws[np.isfinite(draws)]
    if known.size < LEAST_SHARE * draws.size:
        return Effect(estimate=float(estimate), reason="Most bootstrap samples give no estimate.")
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(known, [tail, 1.0 - tail])
    if not lower <= estimate <= upper:
        return Effect(
            estimate=float(estimate),
            reason="The bootstrap samples do not centre on the estimate: there is no interval.",
        )
    return Effect(
        estimate=float(estimate),
        interval=Interval(lower=float(lower), upper=float(upper), level=level),
    )
