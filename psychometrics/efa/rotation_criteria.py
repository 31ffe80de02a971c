"""Rotation criteria: what makes a loading matrix simple.

Notes
-----
Each gives the value Q(Λ) and the gradient ∂Q/∂Λ of many loading matrices at once, without Kaiser
normalization.

References
----------
Bernaards, C. A., & Jennrich, R. I. (2005). Gradient projection algorithms and software for
arbitrary rotation criteria in factor analysis. Educational and Psychological Measurement, 65,
676–696. doi:10.1177/0013164404272507

Yates, A. (1987). Multivariate exploratory data analysis. SUNY Press (geomin).

Browne, M. W. (1972). Oblique rotation to a partially specified target. British Journal of
Mathematical and Statistical Psychology, 25, 207–212. doi:10.1111/j.2044-8317.1972.tb00492.x
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from psychometrics.types import BoolArray, FloatArray


class Criterion(Protocol):
    """What a rotation minimizes."""

    def value_and_gradient(self, loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Evaluate loadings of shape (b, n_items, n_factors): shapes (b,) and as the loadings."""


@dataclass(frozen=True, slots=True)
class Quartimin:
    """Direct oblimin with γ = 0: Q = ¼ Σ_i Σ_{j≠k} λ_ij² λ_ik²."""

    def value_and_gradient(self, loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Evaluate the criterion."""
        squared = loadings**2
        others = squared.sum(axis=2, keepdims=True) - squared
        return (squared * others).sum(axis=(1, 2)) / 4.0, loadings * others


@dataclass(frozen=True, slots=True)
class Varimax:
    """The variance of the squared loadings: Q = −¼ Σ_ij (λ_ij² − mean_j)²."""

    def value_and_gradient(self, loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Evaluate the criterion."""
        centred = loadings**2 - (loadings**2).mean(axis=1, keepdims=True)
        return -(centred**2).sum(axis=(1, 2)) / 4.0, -loadings * centred


@dataclass(frozen=True, slots=True)
class Geomin:
    """Q = Σ_i (Π_j (λ_ij² + δ))^(1/m).

    Attributes
    ----------
    delta
        δ, which keeps the criterion smooth at zero loadings.
    """

    delta: float = 0.01

    def value_and_gradient(self, loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Evaluate the criterion."""
        shifted = loadings**2 + self.delta
        n_factors = loadings.shape[2]
        product = np.exp(np.log(shifted).mean(axis=2, keepdims=True))
        return product.sum(axis=(1, 2)), (2.0 / n_factors) * loadings / shifted * product


@dataclass(frozen=True, slots=True)
class ZeroTarget:
    """A partially specified target: Q = Σ of the squared loadings that should be zero.

    Attributes
    ----------
    zeros
        Where loadings should be zero, shape (n_items, n_factors).
    """

    zeros: BoolArray

    def value_and_gradient(self, loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Evaluate the criterion."""
        unwanted = loadings * self.zeros
        return np.asarray((unwanted**2).sum(axis=(1, 2))), 2.0 * unwanted
