"""Unrotated factors by minimum residuals or maximum likelihood.

Notes
-----
Both discrepancies are minimized over the uniquenesses ψ alone; the loadings follow from the leading
m eigenvectors (Jöreskog 1967; Harman & Jones 1966):

* minres: eigenvalues λ of R − Ψ, F = ½ Σ_{a>m} λ_a², ∂F/∂ψ_i = −Σ_{a>m} λ_a v_ia²,
  Λ = V_m (Λ_m)^½;
* ML: eigenvalues of Ψ^−½ R Ψ^−½, F = Σ_{a>m} (λ_a − ln λ_a − 1), by θ = ln ψ
  ∂F/∂θ_i = −Σ_{a>m} (λ_a − 1) v_ia², Λ = Ψ^½ V_m (Λ_m − I)^½.

Both gradients are the negative diagonal of a matrix V φ(λ) Vᵀ whose derivative is known from the
divided differences of φ (Daleckii & Krein), so Newton's method reaches the minimum to machine
precision; many matrices (bootstrap samples) are refined at once. factor_analyzer's
L-BFGS with numerical gradients finds the neighbourhood: alone it stops up to 5e-5 short. As there
and in psych, no uniqueness falls below .005; one at that bound is a Heywood case.

References
----------
Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis. Psychometrika, 32,
443–482. doi:10.1007/BF02289658

Harman, H. H., & Jones, W. H. (1966). Factor analysis by minimizing residuals (minres).
Psychometrika, 31, 351–368. doi:10.1007/BF02289468
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from factor_analyzer import FactorAnalyzer

from psychometrics.types import BoolArray, Convergence, FloatArray, IntArray

LOWEST_UNIQUENESS = 0.005
TOLERANCE = 1e-9
NEWTON_STEPS = 200
HALVINGS = 30
LONGEST_STEP = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """Unrotated factors of one or many correlation matrices.

    Attributes
    ----------
    loadings
        Shape (…, n_items, n_factors).
    uniquenesses
        Shape (…, n_items), at least .005.
    converged
        Whether the gradient vanished, shape (…).
    """

    loadings: FloatArray
    uniquenesses: FloatArray
    converged: BoolArray

    @property
    def convergence(self) -> Convergence:
        """How the iteration ended, over all matrices."""
        return Convergence.CONVERGED if self.converged.all() else Convergence.ITERATION_LIMIT


class Discrepancy(Protocol):
    """A discrepancy between correlations and a factor model, profiled over the loadings."""

    @property
    def name(self) -> str:
        """Name the method as factor_analyzer does."""

    @property
    def bound(self) -> float:
        """Give the lowest parameter, that of a uniqueness of .005."""

    def parameters(self, uniquenesses: FloatArray) -> FloatArray:
        """Turn uniquenesses into the parameters iterated on."""

    def uniquenesses(self, parameters: FloatArray) -> FloatArray:
        """Turn the parameters iterated on into uniquenesses."""

    def matrix(self, correlations: FloatArray, parameters: FloatArray) -> FloatArray:
        """Build the matrices whose eigenvalues count, shape (b, n_items, n_items)."""

    def residual(self, values: FloatArray, n_factors: int) -> tuple[FloatArray, FloatArray]:
        """Give φ of each eigenvalue and its share of the discrepancy, ascending, (b, n_items)."""

    def curvature(self, values: FloatArray, ratios: FloatArray) -> FloatArray:
        """Weigh φ's divided differences for the Hessian, shape (b, n_items, n_items)."""

    def loadings(self, values: FloatArray, vectors: FloatArray, psi: FloatArray) -> FloatArray:
        """Compute loadings from the leading eigenvalues and vectors."""


@dataclass(frozen=True, slots=True)
class MinimumResiduals:
    """Unweighted least squares off the diagonal (minres)."""

    name: str = "minres"
    bound: float = LOWEST_UNIQUENESS

    def parameters(self, uniquenesses: FloatArray) -> FloatArray:
        """Iterate on the uniquenesses themselves."""
        return uniquenesses

    def uniquenesses(self, parameters: FloatArray) -> FloatArray:
        """Iterate on the uniquenesses themselves."""
        return parameters

    def matrix(self, correlations: FloatArray, parameters: FloatArray) -> FloatArray:
        """Build R − Ψ."""
        return np.asarray(correlations - _diagonal(parameters))

    def residual(self, values: FloatArray, n_factors: int) -> tuple[FloatArray, FloatArray]:
        """Leave out the leading positive eigenvalues."""
        left = np.where(_small(values, n_factors, 0.0), values, 0.0)
        return left, 0.5 * left**2

    def curvature(self, values: FloatArray, ratios: FloatArray) -> FloatArray:
        """Use the divided differences as they are."""
        return ratios

    def loadings(self, values: FloatArray, vectors: FloatArray, psi: FloatArray) -> FloatArray:
        """Scale the leading eigenvectors of R − Ψ."""
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :])


@dataclass(frozen=True, slots=True)
class MaximumLikelihood:
    """The normal likelihood."""

    name: str = "ml"
    bound: float = float(np.log(LOWEST_UNIQUENESS))

    def parameters(self, uniquenesses: FloatArray) -> FloatArray:
        """Iterate on logarithms."""
        return np.asarray(np.log(uniquenesses))

    def uniquenesses(self, parameters: FloatArray) -> FloatArray:
        """Undo the logarithm."""
        return np.asarray(np.exp(parameters))

    def matrix(self, correlations: FloatArray, parameters: FloatArray) -> FloatArray:
        """Build Ψ^−½ R Ψ^−½."""
        scale = np.exp(-0.5 * parameters)
        return np.asarray(scale[:, :, None] * correlations * scale[:, None, :])

    def residual(self, values: FloatArray, n_factors: int) -> tuple[FloatArray, FloatArray]:
        """Leave out the leading eigenvalues above one."""
        small = _small(values, n_factors, 1.0)
        safe = np.maximum(values, np.finfo(float).tiny)
        return (
            np.where(small, values - 1.0, 0.0),
            np.where(small, values - np.log(safe) - 1.0, 0.0),
        )

    def curvature(self, values: FloatArray, ratios: FloatArray) -> FloatArray:
        """Account for θ entering both sides of R."""
        return np.asarray(0.5 * (values[:, :, None] + values[:, None, :]) * ratios)

    def loadings(self, values: FloatArray, vectors: FloatArray, psi: FloatArray) -> FloatArray:
        """Scale the leading eigenvectors back by the uniquenesses."""
        scaled = vectors * np.sqrt(np.maximum(values - 1.0, 0.0))[:, None, :]
        return np.asarray(np.sqrt(psi)[:, :, None] * scaled)


def extract(correlations: FloatArray, n_factors: int, discrepancy: Discrepancy) -> Factors:
    """Extract unrotated factors from one correlation matrix.

    Parameters
    ----------
    correlations
        Shape (n_items, n_items), positive definite.
    n_factors
        At least one, with non-negative degrees of freedom.
    discrepancy
        What is minimized.

    Returns
    -------
    Factors
        Loadings of shape (n_items, n_factors), each column with a non-negative sum.
    """
    start = _first_uniquenesses(correlations, n_factors, discrepancy)
    refined = refine(correlations[None], start[None], n_factors, discrepancy)
    loadings = refined.loadings[0]
    signs = np.where(loadings.sum(axis=0) < 0.0, -1.0, 1.0)
    return Factors(
        loadings=loadings * signs,
        uniquenesses=refined.uniquenesses[0],
        converged=refined.converged[0],
    )


def _first_uniquenesses(
    correlations: FloatArray, n_factors: int, discrepancy: Discrepancy
) -> FloatArray:
    analyzer = FactorAnalyzer(
        n_factors, rotation=None, method=discrepancy.name, is_corr_matrix=True
    )
    with warnings.catch_warnings():
        # it calls scikit-learn by an argument's former name, and warns where refine goes on
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", UserWarning)
        analyzer.fit(correlations.copy())
    return np.asarray(np.clip(analyzer.get_uniquenesses(), LOWEST_UNIQUENESS, 1.0))


def refine(
    correlations: FloatArray, uniquenesses: FloatArray, n_factors: int, discrepancy: Discrepancy
) -> Factors:
    """Bring uniquenesses to the minimum of the discrepancy by Newton's method.

    Parameters
    ----------
    correlations
        Shape (b, n_items, n_items).
    uniquenesses
        Where to start, shape (b, n_items).
    n_factors
        How many factors.
    discrepancy
        What is minimized.
    """
    parameters = discrepancy.parameters(uniquenesses).copy()
    converged = np.zeros(len(parameters), dtype=np.bool_)
    rows = np.arange(len(parameters))
    for _ in range(NEWTON_STEPS):
        moved, going = _newton_step(correlations[rows], parameters[rows], n_factors, discrepancy)
        parameters[rows] = moved
        converged[rows[~going]] = True
        rows = rows[going]
        if not rows.size:
            break
    psi = discrepancy.uniquenesses(parameters)
    values, vectors = _eigen(discrepancy.matrix(correlations, parameters))
    leading = np.asarray(values[:, : -n_factors - 1 : -1])
    axes = np.asarray(vectors[:, :, : -n_factors - 1 : -1])
    return Factors(
        loadings=discrepancy.loadings(leading, axes, psi), uniquenesses=psi, converged=converged
    )


def _newton_step(
    correlations: FloatArray, parameters: FloatArray, n_factors: int, discrepancy: Discrepancy
) -> tuple[FloatArray, BoolArray]:
    values, vectors = _eigen(discrepancy.matrix(correlations, parameters))
    phi, shares = discrepancy.residual(values, n_factors)
    gradient = -np.einsum("ba,bia->bi", phi, vectors**2)
    held = (parameters <= discrepancy.bound) & (gradient > 0.0)
    gradient = np.where(held, 0.0, gradient)
    going = np.abs(gradient).max(axis=1) >= TOLERANCE
    if not going.any():
        return parameters, going
    hessian = _hessian(values, vectors, phi, discrepancy)
    step = -_solve_convexly(hessian, gradient, held)
    step /= np.maximum(np.abs(step).max(axis=1, keepdims=True) / LONGEST_STEP, 1.0)
    slope = (gradient * step).sum(axis=1)
    value = shares.sum(axis=1)
    # what a full step would gain is lost in rounding: it is the last, and no value can judge it
    lost = -slope <= 1e-13 * (1.0 + value)

    def enough(rows: IntArray, trial: FloatArray, length: float) -> BoolArray:
        eigenvalues = _eigen(discrepancy.matrix(correlations[rows], trial))[0]
        reached = discrepancy.residual(eigenvalues, n_factors)[1].sum(axis=1)
        lower = reached <= value[rows] + 1e-4 * length * slope[rows]
        return np.asarray(lower | lost[rows])

    moved, improved = _halved(parameters, step, discrepancy.bound, enough)
    going &= ~lost & (improved | (-slope > 1e-10 * (1.0 + value)))
    return moved, going


def _hessian(
    values: FloatArray, vectors: FloatArray, phi: FloatArray, discrepancy: Discrepancy
) -> FloatArray:
    gaps = values[:, :, None] - values[:, None, :]
    close = np.abs(gaps) < 1e-10
    ratios = (phi[:, :, None] - phi[:, None, :]) / np.where(close, 1.0, gaps)
    small = phi != 0.0
    both = (small[:, :, None] & small[:, None, :]).astype(np.float64)
    weights = discrepancy.curvature(values, np.where(close, both, ratios))
    pairs = vectors[:, :, None, :] * vectors[:, None, :, :]
    return np.asarray(np.einsum("bija,bac,bijc->bij", pairs, weights, pairs, optimize=True))


def _solve_convexly(hessian: FloatArray, gradient: FloatArray, held: BoolArray) -> FloatArray:
    free = ~held
    reduced = hessian * (free[:, :, None] & free[:, None, :]) + _diagonal(held.astype(float))
    values, vectors = np.linalg.eigh(reduced)
    floor = 1e-8 * np.abs(values).max(axis=1, keepdims=True)
    along = np.einsum("bia,bi->ba", vectors, gradient) / np.maximum(np.abs(values), floor)
    return np.asarray(np.einsum("bia,ba->bi", vectors, along)) * free


def _halved(
    parameters: FloatArray,
    step: FloatArray,
    bound: float,
    enough: Callable[[IntArray, FloatArray, float], BoolArray],
) -> tuple[FloatArray, BoolArray]:
    """Take each step, halved until it lowers the discrepancy enough; tell which ones did."""
    moved = parameters.copy()
    waiting = np.ones(len(parameters), dtype=np.bool_)
    length = 1.0
    for _ in range(HALVINGS):
        rows = np.flatnonzero(waiting)
        trial = np.maximum(parameters[rows] + length * step[rows], bound)
        better = enough(rows, trial, length)
        moved[rows[better]] = trial[better]
        waiting[rows[better]] = False
        if not waiting.any():
            break
        length *= 0.5
    return moved, ~waiting


def _eigen(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(values, dtype=np.float64), np.asarray(vectors, dtype=np.float64)


def _small(values: FloatArray, n_factors: int, threshold: float) -> BoolArray:
    """Tell the eigenvalues (ascending) that the factors do not reproduce."""
    position = np.arange(values.shape[1]) < values.shape[1] - n_factors
    return np.asarray(position | (values <= threshold))


def _diagonal(values: FloatArray) -> FloatArray:
    return np.asarray(values[:, :, None] * np.eye(values.shape[1]))
