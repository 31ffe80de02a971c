"""Two scores of each person: how alike they are, and how far apart.

Notes
-----
With d the differences second − first, s_d their standard deviation and MSE = s_d² / 2 the residual
mean square of the two-way analysis of variance,

    SEM = √MSE = s_d / √2,    SDC = z √2 SEM,    limits of agreement = mean d ± z s_d,

z = 1.96 at 95%. SEM leaves out a shift that all persons share; ``standard_error_agreement`` adds
it, √(MSE + σ²_occasion) with σ²_occasion = max((MSC − MSE) / n, 0). The limits' standard error is
s_d √(1/n + z² / (2(n − 1))).

Intervals of the ICCs and of SEM are distribution-free from ten persons on
(:mod:`psychometrics.distribution_free`; logit and log scale): F and χ² intervals hold the truth too
rarely where many scores stand at an end. Those stand beside them as ``normal_theory_interval``, and
in their place below ten persons or without a residual. The interval of a limit of agreement
contains both the exact one for normal differences (Carkeet 2015, noncentral t) and the
distribution-free one.

References
----------
de Vet, H. C. W., Terwee, C. B., Knol, D. L., & Bouter, L. M. (2006). When to use agreement versus
reliability measures. Journal of Clinical Epidemiology, 59, 1033–1039.
doi:10.1016/j.jclinepi.2005.10.015

Carkeet, A. (2015). Exact parametric confidence intervals for Bland-Altman limits of agreement.
Optometry and Vision Science, 92, e71–e80. doi:10.1097/OPX.0000000000000513

Bland, J. M., & Altman, D. G. (1999). Measuring agreement in method comparison studies. Statistical
Methods in Medical Research, 8, 135–160. doi:10.1177/096228029900800204
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtri, nctdtrit, ndtri, stdtrit

from psychometrics.distribution_free import (
    FEWEST_PERSONS,
    FISHER,
    IDENTITY,
    LOG,
    LOGIT,
    interval_by_influence,
)
from psychometrics.reliability.agreement_bins import density
from psychometrics.reliability.intraclass import (
    NO_RESIDUAL,
    MeanSquares,
    icc_agreement,
    icc_agreement_of_mean,
    icc_consistency,
    icc_influence,
    mean_squares,
)
from psychometrics.reliability.paired_results import LimitsOfAgreement, Paired, PairedEstimate
from psychometrics.types import Estimate, FloatArray, Interval

FEWEST_PAIRS = 3
DISTRIBUTION_FREE = "distribution-free"
NORMAL_THEORY = "normal theory"


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
    moved = icc_influence(scores, squares)
    differences = scores[:, 1] - scores[:, 0]
    error = float(np.sqrt(squares.residual))
    shift = max((squares.occasions - squares.residual) / n_pairs, 0.0)
    z = float(ndtri((1.0 + level) / 2.0))
    return Paired(
        n_pairs=n_pairs,
        means=tuple(scores.mean(axis=0).tolist()),
        sds=tuple(scores.std(axis=0, ddof=1).tolist()),
        difference=_mean_difference(differences, level),
        icc_2_1=_icc(icc_agreement(squares, level), moved.agreement, squares, level),
        icc_3_1=_icc(icc_consistency(squares, level), moved.consistency, squares, level),
        icc_2_k=_icc(
            icc_agreement_of_mean(squares, level), moved.agreement_of_mean, squares, level
        ),
        correlation=_correlation(scores, level),
        standard_error_of_measurement=_error_of_measurement(squares, differences, level),
        standard_error_agreement=float(np.sqrt(squares.residual + shift)),
        smallest_detectable_change=z * float(np.sqrt(2.0)) * error,
        limits_of_agreement=_limits(differences, level),
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


def _icc(
    classical: Estimate, influence: FloatArray, squares: MeanSquares, level: float
) -> PairedEstimate:
    """Give an ICC its distribution-free interval beside the one for normal scores."""
    value, interval, method = classical.estimate, classical.interval, NORMAL_THEORY
    enough = squares.n_targets >= FEWEST_PERSONS and squares.residual > 0.0
    if value is not None and enough and -1.0 < value < 1.0:
        scale = LOGIT if value > 0.0 else FISHER
        interval = interval_by_influence(value, influence, scale, level=level)
        method = DISTRIBUTION_FREE
    return PairedEstimate(
        estimate=value,
        interval=interval,
        reason=None if interval else classical.reason,
        interval_method=method if interval else None,
        normal_theory_interval=classical.interval,
    )


def _error_of_measurement(
    squares: MeanSquares, differences: FloatArray, level: float
) -> PairedEstimate:
    df, value = squares.n_targets - 1, float(np.sqrt(squares.residual))
    if squares.residual <= 0.0:
        return PairedEstimate(estimate=0.0, reason=NO_RESIDUAL)
    tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
    lower, upper = (value * float(np.sqrt(df / chdtri(df, tail))) for tail in tails)
    normal = Interval(lower=lower, upper=upper, level=level)
    enough = squares.n_targets >= FEWEST_PERSONS
    influence = value * _influence_on_log_sd(differences)
    return PairedEstimate(
        estimate=value,
        interval=interval_by_influence(value, influence, LOG, level=level) if enough else normal,
        interval_method=DISTRIBUTION_FREE if enough else NORMAL_THEORY,
        normal_theory_interval=normal,
    )


def _influence_on_log_sd(values: FloatArray) -> FloatArray:
    squares = (values - values.mean()) ** 2
    return np.asarray(0.5 * (squares / squares.mean() - 1.0) / values.size)


def _limits(differences: FloatArray, level: float) -> LimitsOfAgreement:
    n_pairs, sd = differences.size, float(differences.std(ddof=1))
    mean, z = float(differences.mean()), float(ndtri((1.0 + level) / 2.0))
    if sd <= 1e-12 * max(1.0, abs(mean)):
        same = Estimate(estimate=mean, reason=NO_RESIDUAL)
        return LimitsOfAgreement(lower=same, upper=same)
    error = sd * float(np.sqrt(1.0 / n_pairs + z**2 / (2.0 * (n_pairs - 1))))

    def limit(away: float) -> Estimate:
        value = mean + away * sd
        moved = (differences - mean) / n_pairs + away * sd * _influence_on_log_sd(differences)
        free = interval_by_influence(value, moved, IDENTITY, level=level)
        # the exact quantiles are those of a noncentral t; scipy has them for positive centres
        quantiles = [
            np.copysign(1.0, away)
            * nctdtrit(n_pairs - 1, abs(away) * np.sqrt(n_pairs), (1.0 + side * level) / 2.0)
            for side in (-np.copysign(1.0, away), np.copysign(1.0, away))
        ]
        exact = [mean + float(quantile) * sd / np.sqrt(n_pairs) for quantile in quantiles]
        interval = Interval(
            lower=min(free.lower, exact[0]), upper=max(free.upper, exact[1]), level=level
        )
        return Estimate(estimate=value, standard_error=error, interval=interval)

    return LimitsOfAgreement(lower=limit(-z), upper=limit(z))


def _nothing(n_pairs: int) -> Paired:
    reason = f"{n_pairs} persons have both scores; at least {FEWEST_PAIRS} are needed"
    nothing = PairedEstimate(estimate=None, reason=reason)
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
