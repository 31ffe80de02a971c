"""Intraclass correlations of two-way data: agreement and consistency of ratings.

Notes
-----
For n targets rated k times without gaps, with mean squares of targets MSR, of occasions or raters
MSC and of the residual MSE (McGraw & Wong 1996; Shrout & Fleiss' names):

    ICC(2,1) = (MSR − MSE) / (MSR + (k − 1) MSE + k (MSC − MSE) / n)     absolute agreement
    ICC(3,1) = (MSR − MSE) / (MSR + (k − 1) MSE)                         consistency
    ICC(2,k) = (MSR − MSE) / (MSR + (MSC − MSE) / n)                     agreement of the mean of k

The interval of ICC(3,1) is exact for normal errors, those of the agreement coefficients use
Satterthwaite's degrees of freedom. pingouin gives the same to the three decimals it prints.

References
----------
Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater reliability.
Psychological Bulletin, 86, 420–428. doi:10.1037/0033-2909.86.2.420

McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation
coefficients. Psychological Methods, 1, 30–46, tables 4 and 7. doi:10.1037/1082-989X.1.1.30
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from psychometrics.types import Estimate, FloatArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class IccInfluence:
    """Each target's influence on the coefficients, with these occasions taken as they are.

    Attributes
    ----------
    agreement, consistency, agreement_of_mean
        Shape (n_targets,).
    """

    agreement: FloatArray
    consistency: FloatArray
    agreement_of_mean: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSquares:
    """The two-way analysis of variance without replication.

    Attributes
    ----------
    targets, occasions, residual
        MSR, MSC and MSE.
    n_targets, n_occasions
        n and k, at least two each.
    """

    targets: float
    occasions: float
    residual: float
    n_targets: int
    n_occasions: int

    @property
    def varies(self) -> bool:
        """Whether there is anything to correlate."""
        return self.targets + self.residual > 1e-12


def mean_squares(ratings: FloatArray) -> MeanSquares:
    """Decompose ratings.

    Parameters
    ----------
    ratings
        Complete, shape (n_targets, n_occasions), at least two of each.
    """
    n_targets, n_occasions = ratings.shape
    grand = ratings.mean()
    by_target, by_occasion = ratings.mean(axis=1), ratings.mean(axis=0)
    residual = ratings - by_target[:, None] - by_occasion + grand
    return MeanSquares(
        targets=float(n_occasions * ((by_target - grand) ** 2).sum() / (n_targets - 1)),
        occasions=float(n_targets * ((by_occasion - grand) ** 2).sum() / (n_occasions - 1)),
        residual=_not_rounding(
            float((residual**2).sum() / ((n_targets - 1) * (n_occasions - 1))), float(ratings.var())
        ),
        n_targets=n_targets,
        n_occasions=n_occasions,
    )


def icc_influence(ratings: FloatArray, squares: MeanSquares) -> IccInfluence:
    """Compute each target's influence on the intraclass correlations.

    Notes
    -----
    With R, E the mean squares and B = MSC / n the occasions' own variance, a target moves n times
    them by k (x̄_i − x̄)² − R, Σ_j e_ij² / (k − 1) − E and 2 Σ_j (x̄_j − x̄) (x_ij − x̄_j) / (k − 1);
    influences on the coefficients follow by the chain rule.

    Parameters
    ----------
    ratings
        Complete, shape (n_targets, n_occasions).
    squares
        Their mean squares.
    """
    n, k = squares.n_targets, squares.n_occasions
    centred = ratings - ratings.mean(axis=0)
    by_target = centred.mean(axis=1)
    errors = ((centred - by_target[:, None]) ** 2).sum(axis=1) / (k - 1)
    shifts = ratings.mean(axis=0) - ratings.mean()
    R, E, B = squares.targets, squares.residual, squares.occasions / n
    moved = np.stack(
        [
            k * (by_target**2 - (by_target**2).mean()),
            errors - errors.mean(),
            2.0 * centred @ shifts / (k - 1),
        ]
    )

    def along(*denominator: float) -> FloatArray:
        bottom = float(np.dot(denominator, (R, E, B)))
        if bottom <= 0.0:
            return np.zeros(n)  # there is no coefficient
        slopes = (np.array([1.0, -1.0, 0.0]) - (R - E) / bottom * np.array(denominator)) / bottom
        return np.asarray(slopes @ moved / n)

    return IccInfluence(
        agreement=along(1.0, k - 1.0 - k / n, float(k)),
        consistency=along(1.0, k - 1.0, 0.0),
        agreement_of_mean=along(1.0, -1.0 / n, 1.0),
    )


def _not_rounding(residual: float, variance: float) -> float:
    """Make a residual exactly zero that is nothing but rounding."""
    return 0.0 if residual <= 1e-20 * variance else residual


def icc_agreement(squares: MeanSquares, level: float) -> Estimate:
    """Compute ICC(2,1), absolute agreement of single ratings."""
    if not squares.varies:
        return _NO_VARIANCE
    n, k = squares.n_targets, squares.n_occasions
    bias = k * (squares.occasions - squares.residual) / n
    denominator = squares.targets + (k - 1) * squares.residual + bias
    value = (squares.targets - squares.residual) / denominator
    if value >= 1.0:
        return Estimate(estimate=value, reason=NO_RESIDUAL)
    interval = _agreement_interval(squares, value, level)
    return Estimate(
        estimate=value, interval=interval, reason=None if interval else NO_SATTERTHWAITE
    )


def icc_agreement_of_mean(squares: MeanSquares, level: float) -> Estimate:
    """Compute ICC(2,k), absolute agreement of the mean of all ratings."""
    single = icc_agreement(squares, level)
    if single.estimate is None:
        return single
    bias = (squares.occasions - squares.residual) / squares.n_targets
    if squares.targets + bias <= 1e-12:
        return Estimate(estimate=None, reason="the persons' mean scores do not differ")
    value = (squares.targets - squares.residual) / (squares.targets + bias)
    interval = _of_mean(single.interval, squares.n_occasions)
    reason = None if interval else single.reason or BELOW_MEAN
    return Estimate(estimate=value, interval=interval, reason=reason)


def icc_consistency(squares: MeanSquares, level: float) -> Estimate:
    """Compute ICC(3,1), consistency of single ratings."""
    if not squares.varies:
        return _NO_VARIANCE
    k = squares.n_occasions
    value = (squares.targets - squares.residual) / (squares.targets + (k - 1) * squares.residual)
    if squares.residual <= 0.0:
        return Estimate(estimate=value, reason=NO_RESIDUAL)
    df = (squares.n_targets - 1, (squares.n_targets - 1) * (k - 1))
    quantiles = fdtri(*df, [(1.0 + level) / 2.0, (1.0 - level) / 2.0])
    lower, upper = (squares.targets / squares.residual / quantile for quantile in quantiles)
    return Estimate(
        estimate=value,
        interval=Interval(
            lower=float((lower - 1.0) / (lower + k - 1.0)),
            upper=float((upper - 1.0) / (upper + k - 1.0)),
            level=level,
        ),
    )


def _agreement_interval(squares: MeanSquares, value: float, level: float) -> Interval | None:
    n, k = squares.n_targets, squares.n_occasions
    MSR, MSC, MSE = squares.targets, squares.occasions, squares.residual
    a = k * value / (n * (1.0 - value))
    b = 1.0 + k * value * (n - 1.0) / (n * (1.0 - value))
    spread = (a * MSC) ** 2 / (k - 1.0) + (b * MSE) ** 2 / ((n - 1.0) * (k - 1.0))
    v = (a * MSC + b * MSE) ** 2 / spread if spread > 0.0 else 0.0
    if v <= 1e-9:
        return None
    tail = (1.0 + level) / 2.0
    F, G = float(fdtri(n - 1.0, v, tail)), float(fdtri(v, n - 1.0, tail))
    if not np.isfinite([F, G]).all():
        return None
    rest = k * MSC + (k * n - k - n) * MSE
    return Interval(
        lower=n * (MSR - F * MSE) / (F * rest + n * MSR),
        upper=n * (G * MSR - MSE) / (rest + n * G * MSR),
        level=level,
    )


def _of_mean(single: Interval | None, k: int) -> Interval | None:
    """Step an interval up to the mean of k ratings by Spearman and Brown's formula."""
    if single is None or single.lower * (k - 1.0) <= -1.0:
        return None
    lower, upper = (end * k / (1.0 + (k - 1.0) * end) for end in (single.lower, single.upper))
    return Interval(lower=lower, upper=upper, level=single.level)


NO_RESIDUAL = "there is no interval: all scores change alike, without an error"
NO_SATTERTHWAITE = "there is no interval: it would rest on no degrees of freedom"
BELOW_MEAN = "there is no interval: a single score's reaches where the mean's is not defined"
_NO_VARIANCE = Estimate(estimate=None, reason="the scores do not vary")
