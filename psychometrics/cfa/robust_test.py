"""What tests of moment structures are made of, and traces of their products.

With W the weights, Γ = N avar(moments), Δ the moments' derivatives and f a group's share of the
persons, the parts are C = W^½ΓW^½ and X = f^½W^½Δ for each group, and E⁻¹ = (X′X)⁻¹ over all.

References
----------
Satorra, A. (2000). Scaled and adjusted restricted tests in multi-sample analysis of moment
    structures. doi:10.1007/978-1-4615-4603-0_17, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.positive_definite import pseudo_inverse
from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentParts:
    """The parts of a model's test at its estimates.

    Attributes
    ----------
    slopes
        Δ for each group, (n_moments, n_parameters).
    roots
        f^½ and the diagonal of W^½, multiplied, for each group, (n_moments,).
    covariances
        C for each group, (n_moments, n_moments).
    inverse
        E⁻¹, shape (n_parameters, n_parameters).
    """

    slopes: tuple[FloatArray, ...]
    roots: tuple[FloatArray, ...]
    covariances: tuple[FloatArray, ...]
    inverse: FloatArray

    @property
    def root_slopes(self) -> tuple[FloatArray, ...]:
        """X for each group, (n_moments, n_parameters)."""
        pairs = zip(self.roots, self.slopes, strict=True)
        return tuple(root[:, None] * slopes for root, slopes in pairs)

    @property
    def middle(self) -> FloatArray:
        """X′CX over all groups: the covariance of the scores, (n_parameters, n_parameters)."""
        total = np.zeros_like(self.inverse)
        for C, X in zip(self.covariances, self.root_slopes, strict=True):
            total += X.T @ C @ X
        return total


def traces(parts: MomentParts) -> tuple[float, float]:
    """Return tr(UΓ) and tr(UΓ)² without any product of two moments × moments matrices."""
    count = sum(C.shape[0] for C in parts.covariances)
    squares = sum(float((C * C).sum()) for C in parts.covariances)
    once, twice = np.zeros_like(parts.inverse), np.zeros_like(parts.inverse)
    for C, X in zip(parts.covariances, parts.root_slopes, strict=True):
        CX = C @ X
        once += X.T @ CX
        twice += CX.T @ CX
    projected = parts.inverse @ once
    second = squares - 2.0 * float((parts.inverse * twice).sum())
    return count - float(np.trace(projected)), second + float((projected * projected.T).sum())


def difference_traces(smaller: MomentParts, larger: MomentParts) -> tuple[float, float]:
    """Return tr(UΓ) and tr(UΓ)² of the restriction that leads from a larger model to a smaller.

    Notes
    -----
    The restriction's Jacobian A is orthogonal to the regression of the smaller model's derivatives
    on the larger's (lavaan's ``A.method = "delta"``), each at its own estimates.
    """
    large, small = np.concatenate(larger.slopes), np.concatenate(smaller.slopes)
    regression = np.linalg.lstsq(large, small, rcond=None)[0]
    vectors, _, _ = np.linalg.svd(regression, full_matrices=True)
    A = vectors[:, regression.shape[1] :].T
    PA = larger.inverse @ A.T
    S = PA @ pseudo_inverse(A @ PA) @ PA.T
    product = S @ larger.middle
    return float(np.trace(product)), float((product * product.T).sum())
