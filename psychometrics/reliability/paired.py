"""Two scores of each person: how alike they are, and how far apart.

Notes
-----
With d the differences second − first, s_d their standard deviation and MSE = s_d² / 2 the residual
mean square of the two-way analysis of variance,

    SEM = √MSE = s_d / √2,    SDC = z √2 SEM,    limits of agreement = mean d ± z s_d,

z = 1.96 at 95%. SEM leaves out a shift that all persons share; ``standard_error_agreement`` adds
it, √(MSE + σ²_occasion) with σ²_occasion = max((MSC − MSE) / n, 0). The limits' standard error is
s_d √(1/n + z² / (2(n − 1))).

References
----------
de Vet, H. C. W., Terwee, C. B., Knol, D. L., & Bouter, L. M. (2006). When to use agreement versus
reliability measures. Journal of Clinical Epidemiology, 59, 1033–1039.
doi:10.1016/j.jclinepi.2005.10.015

Bland, J. M., & Altman, D. G. (1999). Measuring agreement in method comparison studies. Statistical
Methods in Medical Research, 8, 135–160. doi:10.1177/096228029900800204
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtri, ndtri, stdtrit

from psychometrics.reliability.density import density
from psychometrics.reliability.intraclass import (
    MeanSquares,
    icc_agreement,
    icc_agreement_of_mean,
    icc_consistency,
    mean_squares,
)
from psychometrics.reliability.paired_results import LimitsOfAgreement, Paired
from psychometrics.types import Estimate, FloatArray, Interval

FEWEST_PAIRS = 3


def paired(first: FloatArray, second: FloatArray, level: float) -> Paired:
    """Compare two scores of each person.

    Parameters
    ----------
    first, second
        Scores of the same persons, shape (n_pairs,); pairs with a missing score are left out.
    level
        Coverage of the intervals.
    """
    both = np.isfinite(first) & np.isfinite(second)
    scores = np.column_stack([first[both], second[both]])
    n_pairs = scores.shape[0]
    if n_pairs < FEWEST_PAIRS:
        return _nothing(n_pairs)
    squares = mean_squares(scores)
    differences = scores[:, 1] - scores[:, 0]
    error = float(np.sqrt(squares.residual))
    shift = max((squares.occasions - squares.residual) / n_pairs, 0.0)
    z = float(ndtri((1.0 + level) / 2.0))
    return Paired(
        n_pairs=n_pairs,
        means=tuple(scores.mean(axis=0).tolist()),
        sds=tuple(scores.std(axis=0, ddof=1).tolist()),
        difference=_mean_difference(differences, level),
        icc_2_1=icc_agreement(squares, level),
        icc_3_1=icc_consistency(squares, level),
        icc_2_k=icc_agreement_of_mean(squares, level),
        correlation=_correlation(scores, level),
        standard_error_of_measurement=_error_of_measurement(squares, level),
        standard_error_agreement=float(np.sqrt(squares.residual + shift)),
        smallest_detectable_change=z * float(np.sqrt(2.0)) * error,
        limits_of_agreement=_limits(differences, z, level),
        density=density(*scores.T),
    )


def mean_with_t_interval(values: FloatArray, level: float) -> Estimate:
    """Estimate a mean with Student's interval.

    Parameters
    ----------
    values
        Shape (n,), at least two.
    level
        Coverage.
    """
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))
    reach = float(stdtrit(values.size - 1, (1.0 + level) / 2.0)) * error
    interval = Interval(lower=mean - reach, upper=mean + reach, level=level)
    return Estimate(estimate=mean, standard_error=error, interval=interval)


def _mean_difference(differences: FloatArray, level: float) -> Estimate:
    return mean_with_t_interval(differences, level)


def _correlation(scores: FloatArray, level: float) -> Estimate:
    if (scores.std(axis=0) == 0.0).any():
        return Estimate(estimate=None, reason="one of the scores does not vary")
    centred = scores - scores.mean(axis=0)
    first, second = (centred / np.linalg.norm(centred, axis=0)).T
    value = float(np.clip(first @ second, -1.0, 1.0))
    n_pairs = scores.shape[0]
    if n_pairs < 4:
        return Estimate(estimate=value, reason="there is no interval: fewer than 4 persons")
    if abs(value) >= 1.0 - 1e-12:
        return Estimate(
            estimate=value, reason="there is no interval: one score is a line of the other"
        )
    z, reach = np.arctanh(value), float(ndtri((1.0 + level) / 2.0)) / np.sqrt(n_pairs - 3)
    interval = Interval(
        lower=float(np.tanh(z - reach)), upper=float(np.tanh(z + reach)), level=level
    )
    return Estimate(estimate=value, interval=interval)


def _error_of_measurement(squares: MeanSquares, level: float) -> Estimate:
    df = squares.n_targets - 1
    sum_of_squares = squares.residual * df
    tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
    lower, upper = (float(np.sqrt(sum_of_squares / chdtri(df, tail))) for tail in tails)
    return Estimate(
        estimate=float(np.sqrt(squares.residual)),
        interval=Interval(lower=lower, upper=upper, level=level),
    )


def _limits(differences: FloatArray, z: float, level: float) -> LimitsOfAgreement:
    n_pairs, sd = differences.size, float(differences.std(ddof=1))
    error = sd * float(np.sqrt(1.0 / n_pairs + z**2 / (2.0 * (n_pairs - 1))))

    def limit(value: float) -> Estimate:
        interval = Interval(lower=value - z * error, upper=value + z * error, level=level)
        return Estimate(estimate=value, standard_error=error, interval=interval)

    mean = float(differences.mean())
    return LimitsOfAgreement(lower=limit(mean - z * sd), upper=limit(mean + z * sd))


def _nothing(n_pairs: int) -> Paired:
    reason = f"{n_pairs} persons have both scores; at least {FEWEST_PAIRS} are needed"
    nothing = Estimate(estimate=None, reason=reason)
    return Paired(
        n_pairs=n_pairs,
        means=(None, None),
        sds=(None, None),
        difference=nothing,
        icc_2_1=nothing,
        icc_3_1=nothing,
        icc_2_k=nothing,
        correlation=nothing,
        standard_error_of_measurement=nothing,
        standard_error_agreement=None,
        smallest_detectable_change=None,
        limits_of_agreement=LimitsOfAgreement(lower=nothing, upper=nothing),
        density=None,
    )
