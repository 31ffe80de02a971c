"""A fitted model: estimates, their covariance, and the statistics that indices are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.discrepancy import Discrepancy
from psychometrics.cfa.estimate import Minimum
from psychometrics.cfa.fit import Statistic, chi_square_tail, srmr
from psychometrics.cfa.implied import GroupState
from psychometrics.cfa.parameter_index import Layout
from psychometrics.cfa.robust_test import MomentParts
from psychometrics.types import FloatArray

SINGULAR = 1e-8
"""Smallest eigenvalue of an information matrix (unit diagonal) that still counts as regular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledTest:
    """A test statistic corrected for non-normal or ordered answers: T / scaling + shift.

    Attributes
    ----------
    chi_square
        The corrected statistic.
    df
        Degrees of freedom of its reference distribution.
    scaling_factor
        What the uncorrected statistic was divided by.
    shift
        What was added after that.
    """

    chi_square: float
    df: int
    scaling_factor: float
    shift: float = 0.0

    @property
    def p_value(self) -> float | None:
        """Probability of a larger value under the model."""
        return chi_square_tail(self.chi_square, self.df)

    @property
    def statistic(self) -> Statistic:
        """The corrected statistic, as indices take it."""
        return Statistic(chi_square=self.chi_square, df=self.df)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """Statistics of a model and of the independence model.

    Attributes
    ----------
    model, baseline
        Uncorrected.
    scaled_model, scaled_baseline
        Corrected, where the estimator corrects and the correction exists.
    scaled_rmsea
        The statistic from which the scaled RMSEA is made.
    robust_model, robust_baseline
        Those from which the robust indices are made, each with its scaling.
    """

    model: Statistic
    baseline: Statistic
    scaled_model: ScaledTest | None = None
    scaled_baseline: ScaledTest | None = None
    scaled_rmsea: Statistic | None = None
    robust_model: Statistic | None = None
    robust_baseline: Statistic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMoments:
    """What a group's answers say of the moments that the model explains.

    Attributes
    ----------
    covariance
        Covariances, or correlations of y* for ordered answers; shape (n_items, n_items).
    mean
        Shape (n_items,); ``None`` where means are no part of the model.
    n_persons
        Number of persons.
    """

    covariance: FloatArray
    mean: FloatArray | None
    n_persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A model and its estimates.

    Attributes
    ----------
    discrepancy
        What was minimised: the model and the sample.
    minimum
        The parameter vector and how it was found.
    states
        Each group's matrices and implied moments.
    samples
        Each group's sample moments.
    information
        Information of one person about the parameters, shape (n_free, n_free).
    parameter_covariance
        Covariance of the estimates, shape (n_free, n_free); ``None`` when the information is
        singular.
    tests
        Statistics of fit.
    srmr
        Standardized root mean square residual, averaged over groups by their persons.
    effective_persons
        Factor between 2f and chi-square, by which the RMSEA divides: persons under ML, one less
        for each group under WLSMV.
    moment_parts
        What difference tests of ordered answers need.
    log_likelihood, saturated_log_likelihood
        Where there is a likelihood.
    """

    discrepancy: Discrepancy
    minimum: Minimum
    states: tuple[GroupState, ...]
    samples: tuple[SampleMoments, ...]
    information: FloatArray
    parameter_covariance: FloatArray | None
    tests: Tests
    srmr: float
    effective_persons: int
    moment_parts: MomentParts | None = None
    log_likelihood: float | None = None
    saturated_log_likelihood: float | None = None

    @property
    def layout(self) -> Layout:
        """The model."""
        return self.discrepancy.layout

    @property
    def n_persons(self) -> int:
        """Number of persons in all groups."""
        return sum(sample.n_persons for sample in self.samples)

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.samples)

    @property
    def theta(self) -> FloatArray:
        """Estimates, shape (n_free,)."""
        return self.minimum.theta

    @property
    def standard_errors(self) -> FloatArray:
        """Standard errors, shape (n_free,); ``nan`` when the information is singular."""
        if self.parameter_covariance is None:
            return np.full(self.theta.size, np.nan)
        return np.sqrt(np.diagonal(self.parameter_covariance))


def observed_information(discrepancy: Discrepancy, minimum: Minimum) -> FloatArray:
    """Return the exact Hessian at a minimum, ``nan`` where it is not defined."""
    if minimum.exact_hessian is not None:
        return minimum.exact_hessian
    expansion = discrepancy.expand(minimum.theta, exact=True)
    if expansion is None:
        return np.full((minimum.theta.size, minimum.theta.size), np.nan)
    return expansion.hessian


def inverted_information(information: FloatArray) -> FloatArray | None:
    """Invert an information matrix, shape (n_free, n_free), or say by ``None`` it is singular.

    It is first scaled to a unit diagonal, so that the verdict does not depend on units.
    """
    scale = np.sqrt(np.diagonal(information).clip(min=0.0))
    if not np.isfinite(information).all() or (scale <= 0.0).any():
        return None
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    if values[0] < SINGULAR:
        return None
    return np.asarray((vectors / values) @ vectors.T / np.outer(scale, scale))


def average_srmr(states: Sequence[GroupState], samples: Sequence[SampleMoments]) -> float:
    """Return the SRMR of continuous answers, averaged over groups by their persons.

    Means count where they belong to the model (``SampleMoments.mean``).
    """
    total = 0.0
    for state, sample in zip(states, samples, strict=True):
        total += sample.n_persons * srmr(
            sample.covariance,
            state.covariance,
            sample_mean=sample.mean,
            implied_mean=state.mean,
        )
    return total / sum(sample.n_persons for sample in samples)


def parameter_covariance(
    inverse: FloatArray | None, scores: FloatArray | None, n_persons: int
) -> FloatArray | None:
    """Return the covariance matrix of the estimates, shape (n_free, n_free).

    Parameters
    ----------
    inverse
        I⁻¹, the inverted information of one person, or ``None`` where it is singular.
    scores
        J, the mean cross-product of the casewise scores, for the sandwich I⁻¹ J I⁻¹ / N (Huber,
        1967); ``None`` for the plain I⁻¹ / N.
    n_persons
        N.
    """
    if inverse is None:
        return None
    return inverse / n_persons if scores is None else inverse @ scores @ inverse / n_persons
