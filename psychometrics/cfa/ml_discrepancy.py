"""Maximum likelihood for complete answers, from their covariances and means.

With P = Σ⁻¹, residual d = m − μ and R = S + dd′::

    2f = log|Σ| + tr(PR) − log|S| − p

Covariances divide by the number of persons N, as lavaan's do; several groups add up, each weighted
by its share of the persons.

References
----------
Bollen, K. A. (1989). Structural equations with latent variables. doi:10.1002/9781118619179,
    equation 4.67 and appendix 4B.
Savalei, V. (2010). Expected versus observed information in SEM with incomplete normal and nonnormal
    data. doi:10.1037/a0020143, for the two informations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.discrepancy import Expansion, Grouped
from psychometrics.cfa.implied import Slopes, second_derivatives, slopes_at, state_at
from psychometrics.cfa.line_search import along_arc
from psychometrics.cfa.parameter_index import GroupLayout
from psychometrics.positive_definite import inverse_and_log_determinant
from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalMoments:
    """What maximum likelihood needs of a group's complete answers.

    Attributes
    ----------
    covariance
        Divided by the number of persons, shape (n_items, n_items).
    mean
        Shape (n_items,).
    n_persons
        Number of persons.
    log_determinant
        log|S|.
    """

    covariance: FloatArray
    mean: FloatArray
    n_persons: int
    log_determinant: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalDiscrepancy(Grouped[NormalMoments]):
    """The maximum-likelihood discrepancy of complete answers.

    Attributes
    ----------
    layout
        The model; where it has no means they are left out of f (they fit exactly).
    samples
        One for each group.
    """

    def follow(self, theta: FloatArray, step: FloatArray) -> FloatArray:
        """Keep the items' variances on a straight course."""
        return along_arc(self.layout, theta, step)

    def expand(self, theta: FloatArray, *, exact: bool) -> Expansion | None:
        """Return value, gradient and Hessian; the expected one is Fisher's information."""
        n_free = theta.size
        value, gradient, hessian = 0.0, np.zeros(n_free), np.zeros((n_free, n_free))
        for group, sample in zip(self.layout.groups, self.samples, strict=True):
            share = sample.n_persons / self.n_persons
            part = self._expand_group(group, sample, theta, exact=exact)
            if part is None:
                return None
            value += share * part.value
            gradient += share * group.gather_gradient(part.gradient)
            hessian += share * group.gather_hessian(part.hessian)
        return Expansion(value=value, gradient=gradient, hessian=hessian)

    def _expand_group(
        self, group: GroupLayout, sample: NormalMoments, theta: FloatArray, *, exact: bool
    ) -> Expansion | None:
        state = state_at(group, theta)
        inverted = inverse_and_log_determinant(state.covariance)
        if inverted is None:
            return None
        P, log_determinant = inverted
        has_means = self.layout.model.has_means
        d = sample.mean - state.mean if has_means else np.zeros_like(sample.mean)
        R = sample.covariance + np.outer(d, d)
        slopes = slopes_at(group, state)
        PRP, Pd = P @ R @ P, P @ d
        Q = 0.5 * (P - PRP)
        value = 0.5 * (log_determinant + float((P * R).sum()))
        value -= 0.5 * (sample.log_determinant + d.size)
        gradient = 2.0 * ((slopes.left @ Q) * slopes.right).sum(axis=1) - slopes.mean @ Pd
        curvature = (
            covariance_curvature(slopes, P, 2.0 * PRP - P)
            if exact
            else fisher_information(slopes, P)
        )
        if has_means:
            curvature += slopes.mean @ P @ slopes.mean.T
        if exact:
            curvature += _mean_cross(slopes, P, Pd) if has_means else 0.0
            curvature += second_derivatives(group, state, covariance_weight=Q, mean_weight=-Pd)
        return Expansion(value=value, gradient=gradient, hessian=curvature)


def covariance_curvature(slopes: Slopes, P: FloatArray, W: FloatArray) -> FloatArray:
    """Return ½ tr(P dΣ_k W dΣ_l) for all pairs of cells, from the rank-two derivatives.

    ``P`` and ``W`` have shape (n_items, n_items), the result (n_cells, n_cells).
    """
    x, y = slopes.left, slopes.right
    xP, yP, xW, yW = x @ P, y @ P, x @ W, y @ W
    product = (yP @ x.mT) * (xW @ y.mT) + (yP @ y.mT) * (xW @ x.mT)
    product += (xP @ x.mT) * (yW @ y.mT) + (xP @ y.mT) * (yW @ x.mT)
    return np.asarray(0.5 * product)


def fisher_information(slopes: Slopes, P: FloatArray) -> FloatArray:
    """Return ½ tr(P dΣ_k P dΣ_l) for all pairs of cells: the information of one person.

    ``P`` has shape (…, n_items, n_items), the result (…, n_cells, n_cells).
    """
    x, y = slopes.left, slopes.right
    xP = x @ P
    crossed = xP @ y.mT
    return np.asarray((xP @ x.mT) * (y @ P @ y.mT) + crossed * crossed.mT)


def _mean_cross(slopes: Slopes, P: FloatArray, Pd: FloatArray) -> FloatArray:
    """Return d′P dΣ_k P dμ_l, made symmetric: the part of the Hessian that shrinks with d."""
    x, y = slopes.left, slopes.right
    along = (x @ Pd)[:, None] * y + (y @ Pd)[:, None] * x
    cross = along @ P @ slopes.mean.T
    return np.asarray(cross + cross.T)


def saturated_log_likelihood(samples: tuple[NormalMoments, ...]) -> float:
    """Return the log-likelihood of the model that fits every group's moments exactly."""
    total = 0.0
    for sample in samples:
        constant = sample.mean.size * (1.0 + float(np.log(2.0 * np.pi)))
        total -= 0.5 * sample.n_persons * (constant + sample.log_determinant)
    return total
