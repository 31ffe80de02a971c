"""Diagonally weighted least squares for thresholds and polychoric correlations.

    f = ½ Σ_m w_m (s_m − σ_m)²,   w_m = 1 / (N avar(s_m))

Groups add up, each weighted by its share of the persons. Chi-square is Σ_g (N_g − 1) 2f_g, and
errors and RMSEA divide by N − G, as in lavaan: one person less for each group than under ML.

When every threshold is a parameter of its own under the delta parameterization, thresholds fit
exactly whatever the correlations are, and the two parts of the problem fall apart; then only
correlations are fitted and tested (``free_thresholds``).

References
----------
Muthén, B., du Toit, S. H. C., & Spisic, D. (1997). Robust inference using weighted least squares
    and quadratic estimating equations in latent variable modeling with categorical and continuous
    outcomes. Equations 6 to 12. https://www.statmodel.com/download/Article_075.pdf
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from psychometrics.cfa.discrepancy import Expansion, Grouped
from psychometrics.cfa.implied import second_derivatives, state_at
from psychometrics.cfa.implied_thresholds import correlation_matrix, implied_moments, moment_slopes
from psychometrics.cfa.line_search import along_factors
from psychometrics.cfa.model import Matrix, Parameterization
from psychometrics.cfa.parameter_index import GroupLayout
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True)
class OrdinalSample:
    """One group's thresholds and correlations, and how precise they are.

    Attributes
    ----------
    moments
        Thresholds item by item, then distinct correlations; shape (n_moments,).
    nacov
        Γ: N times their asymptotic covariance, shape (n_moments, n_moments).
    n_persons
        Number of persons N.
    n_items
        Number of items.
    """

    moments: FloatArray
    nacov: FloatArray
    n_persons: int
    n_items: int

    @property
    def n_correlations(self) -> int:
        """Number of distinct correlations."""
        return self.n_items * (self.n_items - 1) // 2

    @property
    def n_thresholds(self) -> int:
        """Number of thresholds of all items."""
        return self.moments.size - self.n_correlations

    @cached_property
    def weights(self) -> FloatArray:
        """The diagonal of W, shape (n_moments,)."""
        return np.asarray(1.0 / np.diagonal(self.nacov))

    @cached_property
    def standardized_nacov(self) -> FloatArray:
        """W^½ Γ W^½, which has a unit diagonal; shape (n_moments, n_moments)."""
        root = np.sqrt(self.weights)
        return np.asarray(root[:, None] * self.nacov * root)

    @cached_property
    def correlations(self) -> FloatArray:
        """The correlations of y*, shape (n_items, n_items)."""
        return correlation_matrix(self.moments[self.n_thresholds :], self.n_items)


@dataclass(frozen=True)
class WeightedDiscrepancy(Grouped[OrdinalSample]):
    """The least-squares discrepancy of ordered answers.

    Attributes
    ----------
    layout
        A model with thresholds.
    samples
        One for each group.
    """

    @property
    def degrees(self) -> int:
        """N − G: persons less one for each group."""
        return self.n_persons - len(self.samples)

    def chi_square(self, theta: FloatArray) -> float:
        """Return the test statistic at the estimates."""
        total = 0.0
        for group, sample in zip(self.layout.groups, self.samples, strict=True):
            used = self.fitted_moments(sample)
            implied = implied_moments(group, state_at(group, theta), self.parameterization)
            residual = sample.moments[used] - implied[used]
            total += (sample.n_persons - 1) * float(sample.weights[used] @ residual**2)
        return total

    @property
    def parameterization(self) -> Parameterization:
        """How y* gets its unit."""
        return self.layout.model.parameterization or Parameterization.DELTA

    @cached_property
    def free_thresholds(self) -> bool:
        """Whether thresholds fit exactly and move no other moment."""
        return self.saturated_thresholds and self.parameterization is Parameterization.DELTA

    @cached_property
    def saturated_thresholds(self) -> bool:
        """Whether thresholds fit exactly whatever the other parameters are."""
        if any(
            len(group.cells[matrix])
            for group in self.layout.groups
            for matrix in (Matrix.INTERCEPTS, Matrix.FACTOR_MEANS)
        ):
            return False
        positions = np.concatenate(
            [g.cells[Matrix.THRESHOLDS].positions for g in self.layout.groups]
        )
        return (
            positions.size
            == np.unique(positions).size
            == sum(sample.n_thresholds for sample in self.samples)
        )

    @cached_property
    def fitted_positions(self) -> IntArray:
        """Positions of the parameters that fitting moves."""
        every = np.arange(self.layout.model.n_free)
        if not self.free_thresholds:
            return every
        thresholds = [group.cells[Matrix.THRESHOLDS].positions for group in self.layout.groups]
        return np.asarray(np.setdiff1d(every, np.concatenate(thresholds)))

    def fitted_moments(self, sample: OrdinalSample) -> slice:
        """Return which moments are fitted: correlations alone, or thresholds too."""
        return slice(sample.n_thresholds if self.free_thresholds else 0, None)

    def jacobian(self, group: int, theta: FloatArray) -> FloatArray:
        """Return derivatives of a group's fitted moments by fitted parameter."""
        layout, sample = self.layout.groups[group], self.samples[group]
        state = state_at(layout, theta)
        by_cell = moment_slopes(layout, state, self.parameterization)
        gathered = layout.gather_jacobian(by_cell[self.fitted_moments(sample)])
        return gathered[:, self.fitted_positions] if self.free_thresholds else gathered

    def follow(self, theta: FloatArray, step: FloatArray) -> FloatArray:
        """Keep the loadings on their course; the variances of y* are one anyway."""
        return along_factors(self.layout, theta, step)

    def expand(self, theta: FloatArray, *, exact: bool) -> Expansion | None:
        """Return value, gradient and Hessian; the expected one is Gauss and Newton's.

        Notes
        -----
        The exact Hessian is known under the delta parameterization; under theta Gauss and Newton's
        stands in for it.
        """
        moved = self.fitted_positions
        value, gradient, hessian = 0.0, np.zeros(theta.size), np.zeros((theta.size, theta.size))
        for number, (group, sample) in enumerate(
            zip(self.layout.groups, self.samples, strict=True)
        ):
            share = sample.n_persons / self.n_persons
            used = self.fitted_moments(sample)
            state = state_at(group, theta)
            implied = implied_moments(group, state, self.parameterization)[used]
            residual, weights = sample.moments[used] - implied, sample.weights[used]
            slopes = self.jacobian(number, theta)
            weighted = weights * residual
            value += 0.5 * share * float(weighted @ residual)
            gradient[moved] -= share * (weighted @ slopes)
            hessian[np.ix_(moved, moved)] += share * (slopes.T @ (weights[:, None] * slopes))
            if exact and self.parameterization is Parameterization.DELTA:
                hessian -= share * self._curvature(group, sample, theta, weighted)
        if self.free_thresholds:
            resting = np.setdiff1d(np.arange(theta.size), moved)
            hessian[resting, resting] = 1.0
        return (
            Expansion(value=value, gradient=gradient, hessian=hessian)
            if (np.isfinite(value))
            else None
        )

    def _curvature(
        self, group: GroupLayout, sample: OrdinalSample, theta: FloatArray, weighted: FloatArray
    ) -> FloatArray:
        """Contract the second derivatives of the moments with the weighted residuals."""
        correlations = weighted[weighted.size - sample.n_correlations :]
        thresholds = weighted[: weighted.size - sample.n_correlations]
        by_item = np.zeros(sample.n_items)
        if thresholds.size:
            np.subtract.at(by_item, group.threshold_items, thresholds)
        Q = 0.5 * (correlation_matrix(correlations, sample.n_items) - np.eye(sample.n_items))
        second = second_derivatives(
            group, state_at(group, theta), covariance_weight=Q, mean_weight=by_item
        )
        return group.gather_hessian(second)
