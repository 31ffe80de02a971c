"""How the probability of each category depends on the trait.

With the predictor m = aθ (or a'θ), intercepts d_h and categories k = 0, …, K − 1:

graded (Samejima)
    P(X ≥ h) = σ(m + d_h), d_1 > d_2 > …; difficulties b_h = −d_h / a.
generalized partial credit (Muraki)
    P(X = k) ∝ exp(k m + d_k), d_0 = 0; difficulties b_h = (d_{h−1} − d_h) / a.

The logistic metric is used without the constant 1.7. The logarithm of both probabilities is concave
in (a, d). Derivatives are by (m, d_1, …, d_{K−1}); the caller multiplies those by m with θ.

References
----------
Samejima, F. (1969). Estimation of latent ability using a response pattern of graded scores.
Psychometrika Monograph 17. doi:10.1007/BF03372160

Muraki, E. (1992). A generalized partial credit model: application of an EM algorithm. Applied
Psychological Measurement, 16, 159–176. doi:10.1177/014662169201600206
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from psychometrics.types import FloatArray


class ItemModel(Protocol):
    """A family of category probabilities.

    In every method ``predictor`` has shape (n_items, n_points); ``intercepts`` has shape
    (n_items, width − 1) with ``-inf`` after an item's last category; ``counts`` has shape
    (n_items, width, n_points).
    """

    def admissible(self, intercepts: FloatArray) -> bool:
        """Whether all probabilities are positive."""
        ...

    def log_probabilities(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return log P of each category, shape (n_items, width, n_points); ``-inf``: none such."""
        ...

    def predictor_derivative(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return ∂ log P / ∂m, shape (n_items, width, n_points)."""
        ...

    def gradient(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return the derivatives of log P, shape (n_items, width, n_points, width)."""
        ...

    def hessian(
        self, predictor: FloatArray, intercepts: FloatArray, counts: FloatArray
    ) -> FloatArray:
        """Return Σ_k counts × second derivatives of log P, (n_items, n_points, width, width)."""
        ...

    def difficulties(self, slope: float, intercepts: FloatArray) -> FloatArray:
        """Return an item's difficulties from its finite intercepts, shape (n_categories − 1,)."""
        ...

    def difficulty_jacobian(self, slope: float, intercepts: FloatArray) -> FloatArray:
        """Return the difficulties' derivatives by (a, d), shape (n − 1, n)."""
        ...


def _bounds(predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
    """Return η_0 = ∞, η_h = m + d_h, η_K = −∞, shape (n_items, width + 1, n_points)."""
    inner = predictor[:, None, :] + intercepts[:, :, None]
    edge = np.full((inner.shape[0], 1, inner.shape[2]), np.inf)
    return np.concatenate([edge, inner, -edge], axis=1)


def _gaps(intercepts: FloatArray) -> FloatArray:
    """Return d_k − d_{k+1} of each category that has both bounds, else ∞, (n_items, width)."""
    gaps = np.full((intercepts.shape[0], intercepts.shape[1] + 1), np.inf)
    inner = np.isfinite(intercepts[:, 1:])
    gaps[:, 1:-1][inner] = (intercepts[:, :-1] - np.where(inner, intercepts[:, 1:], 0.0))[inner]
    return gaps


def _odds(intercepts: FloatArray) -> FloatArray:
    """Return 1 / (exp(gap) − 1) of each category, 0 for an infinite gap, (n_items, width)."""
    gaps = _gaps(intercepts)
    return np.asarray(-np.exp(-gaps) / np.expm1(-gaps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """Samejima's graded response model."""

    def admissible(self, intercepts: FloatArray) -> bool:
        """Whether the intercepts descend."""
        return bool((_gaps(intercepts) > 0.0).all())

    def log_probabilities(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return log P = log σ(η_k) + log σ(−η_{k+1}) + log(1 − exp(d_{k+1} − d_k))."""
        bounds = _bounds(predictor, intercepts)
        within = np.log(-np.expm1(-_gaps(intercepts)))
        found = log_expit(bounds[:, :-1]) + log_expit(-bounds[:, 1:]) + within[:, :, None]
        return np.asarray(found)

    def predictor_derivative(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return ∂ log P_k / ∂m = 1 − σ(η_k) − σ(η_{k+1})."""
        below = expit(_bounds(predictor, intercepts))
        return np.asarray(1.0 - below[:, :-1] - below[:, 1:])

    def gradient(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return ∂ log P_k: by d_k 1 − σ(η_k) + t_k, by d_{k+1} −σ(η_{k+1}) − t_k."""
        below = expit(_bounds(predictor, intercepts))
        odds = _odds(intercepts)[:, :, None]
        n_items, width, n_points = below.shape[0], below.shape[1] - 1, below.shape[2]
        found = np.zeros((n_items, width, n_points, width))
        found[..., 0] = 1.0 - below[:, :-1] - below[:, 1:]
        for category in range(width):
            if category > 0:
                found[:, category, :, category] = 1.0 - below[:, category] + odds[:, category]
            if category < width - 1:
                found[:, category, :, category + 1] = -below[:, category + 1] - odds[:, category]
        return found

    def hessian(
        self, predictor: FloatArray, intercepts: FloatArray, counts: FloatArray
    ) -> FloatArray:
        """Return the tridiagonal second derivatives, bordered by those with m."""
        share = expit(_bounds(predictor, intercepts)[:, 1:-1])
        slope = share * (1.0 - share) * (counts[:, 1:] + counts[:, :-1])
        odds = _odds(intercepts)
        coupling = (odds * (1.0 + odds))[:, :, None] * counts
        n_items, width, n_points = counts.shape
        found = np.zeros((n_items, n_points, width, width))
        found[..., 0, 0] = -slope.sum(axis=1)
        for bound in range(1, width):
            own = slope[:, bound - 1]
            found[..., 0, bound] = found[..., bound, 0] = -own
            found[..., bound, bound] = -own - coupling[:, bound] - coupling[:, bound - 1]
            if bound < width - 1:
                found[..., bound, bound + 1] = found[..., bound + 1, bound] = coupling[:, bound]
        return found

    def difficulties(self, slope: float, intercepts: FloatArray) -> FloatArray:
        """Return b_h = −d_h / a."""
        return -intercepts / slope

    def difficulty_jacobian(self, slope: float, intercepts: FloatArray) -> FloatArray:
        """Return ∂b/∂(a, d)."""
        size = intercepts.size
        return np.column_stack([intercepts / slope**2, -np.eye(size) / slope])


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialCredit:
    """Muraki's generalized partial credit model; with one slope, Masters' partial credit model."""

    def admissible(self, intercepts: FloatArray) -> bool:
        """Whether no intercept is undefined: any order of them gives probabilities."""
        return not bool(np.isnan(intercepts).any())

    def log_probabilities(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return k m + d_k less the logarithm of the sum over categories."""
        n_items = predictor.shape[0]
        steps = np.arange(intercepts.shape[1] + 1.0)
        full = np.concatenate([np.zeros((n_items, 1)), intercepts], axis=1)
        weights = steps[None, :, None] * predictor[:, None, :] + full[:, :, None]
        return np.asarray(weights - logsumexp(weights, axis=1, keepdims=True))

    def predictor_derivative(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return ∂ log P_k / ∂m = k − E(X)."""
        probability = np.exp(self.log_probabilities(predictor, intercepts))
        steps = np.arange(float(probability.shape[1]))
        return np.asarray(
            steps[None, :, None] - np.einsum("k,jkq->jq", steps, probability)[:, None, :]
        )

    def gradient(self, predictor: FloatArray, intercepts: FloatArray) -> FloatArray:
        """Return ∂ log P_k: by m k − E(X), by d_h [k = h] − P_h."""
        probability = np.exp(self.log_probabilities(predictor, intercepts))
        n_items, width, n_points = probability.shape
        steps = np.arange(float(width))
        found = np.zeros((n_items, width, n_points, width))
        mean = np.einsum("k,jkq->jq", steps, probability)
        found[..., 0] = steps[None, :, None] - mean[:, None, :]
        found[..., 1:] = -np.moveaxis(probability[:, 1:], 1, 2)[:, None]
        for category in range(1, width):
            found[:, category, :, category] += 1.0
        return found

    def hessian(
        self, predictor: FloatArray, intercepts: FloatArray, counts: FloatArray
    ) -> FloatArray:
        """Return −n times the covariance matrix of (X, [X = 1], …, [X = K − 1])."""
        probability = np.exp(self.log_probabilities(predictor, intercepts))
        width = probability.shape[1]
        features = np.eye(width)
        features[:, 0] = np.arange(width)
        mean = np.einsum("kf,jkq->jqf", features, probability)
        square = np.einsum("kf,kg,jkq->jqfg", features, features, probability, optimize=True)
        covariance = square - mean[..., :, None] * mean[..., None, :]
        return np.asarray(-counts.sum(axis=1)[:, :, None, None] * covariance)

    def difficulties(self, slope: float, intercepts: FloatArray) -> FloatArray:
        """Return b_h = (d_{h−1} − d_h) / a."""
        return -np.diff(intercepts, prepend=0.0) / slope

    def difficulty_jacobian(self, slope: float, intercepts: FloatArray) -> FloatArray:
        """Return ∂b/∂(a, d)."""
        steps = np.eye(intercepts.size) - np.eye(intercepts.size, k=-1)
        return np.column_stack([steps @ intercepts / slope**2, -steps / slope])
