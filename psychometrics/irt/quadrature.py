"""The grid over the trait, and the groups' densities on it.

Integrals over the trait are sums over 61 equally spaced points on [−6, 6]; where a fitted model
needs a finer or wider grid, `grid_choice` says so. A group's weights are
w_q ∝ exp(η₁ θ_q + η₂ θ_q²), the normal density with mean −η₁ / (2 η₂) and variance −1 / (2 η₂),
normalized on the grid. In these natural parameters log w is concave; its gradient is T − E(T) and
its Hessian −Cov(T), with T = (θ, θ²).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.types import FloatArray

STANDARD_NORMAL = np.array([0.0, -0.5])
"""Natural parameters of the standard normal density."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Equally spaced points.

    Attributes
    ----------
    limit
        The grid reaches from −limit to limit, in standard deviations of the reference group.
    n_points
        Number of points.
    """

    limit: float = 6.0
    n_points: int = 61

    @property
    def points(self) -> FloatArray:
        """The points, shape (n_points,)."""
        return np.linspace(-self.limit, self.limit, self.n_points)

    @property
    def spacing(self) -> float:
        """Distance of neighbouring points."""
        return 2.0 * self.limit / (self.n_points - 1)


def log_density(points: FloatArray, natural: FloatArray) -> FloatArray:
    """Return the logarithm of a normal density's weights, normalized over the points.

    Parameters
    ----------
    points
        Shape (n_points,).
    natural
        (η₁, η₂).
    """
    kernel = natural[0] * points + natural[1] * points**2
    kernel -= kernel.max()
    return np.asarray(kernel - np.log(np.exp(kernel).sum()))


def sufficient_statistics(points: FloatArray) -> FloatArray:
    """Return T = (θ, θ²) of each point, shape (n_points, 2)."""
    return np.column_stack([points, points**2])


def mean_and_variance(natural: FloatArray) -> FloatArray:
    """Convert natural parameters to (mean, variance)."""
    variance = -0.5 / natural[1]
    return np.array([natural[0] * variance, variance])


def mean_and_variance_jacobian(natural: FloatArray) -> FloatArray:
    """Return the derivatives of (mean, variance) by (η₁, η₂), shape (2, 2)."""
    first, second = natural
    return np.array([[-0.5 / second, 0.5 * first / second**2], [0.0, 0.5 / second**2]])
