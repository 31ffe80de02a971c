"""Moments that a model implies, and their derivatives.

With A = (I − B)⁻¹, V = AΨA′ and G = ΛA::

    Σ = ΛVΛ′ + Θ        μ = ν + ΛAα

Every first derivative of Σ has rank two: dΣ/dθ_k = x_k y_k′ + y_k x_k′, with

========  ==============  ======================
element   x               y
========  ==============  ======================
Λ_ij      e_i             (ΛV)_j
B_ij      G_i             (ΛV)_j
Ψ_ij      G_i             G_j (halved if i = j)
Θ_ij      e_i             e_j (halved if i = j)
========  ==============  ======================

so gradients and information matrices are products of thin matrices, and no p(p + 1)/2-sized
derivative matrix is needed unless one is asked for. Moments and first derivatives take any leading
axes: many parameter vectors (replicates) give as many states in one computation.

References
----------
Bollen, K. A. (1989). Structural equations with latent variables. doi:10.1002/9781118619179,
    equations 8.4 to 8.9.
Neudecker, H., & Satorra, A. (1991). Linear structural relations: gradient and Hessian of the
    fitting function. doi:10.1016/0167-7152(91)90178-T.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.model import Matrix
from psychometrics.cfa.parameter_index import GroupLayout, Layout
from psychometrics.positive_definite import inverse_square, required
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    """A group's matrices and moments at a parameter vector, or many of each.

    Attributes
    ----------
    loadings
        Λ, shape (n_items, n_factors).
    total_effects
        A = (I − B)⁻¹, shape (n_factors, n_factors).
    factor_covariance
        V = AΨA′, the covariance of the factors, shape (n_factors, n_factors).
    disturbance_covariance
        Ψ, shape (n_factors, n_factors).
    residual_covariance
        Θ, shape (n_items, n_items).
    covariance
        Σ, shape (n_items, n_items).
    factor_mean
        Aα, shape (n_factors,).
    intercepts
        ν, shape (n_items,).
    mean
        μ, shape (n_items,).
    thresholds
        τ, item by item, shape (n_thresholds,).
    """

    loadings: FloatArray
    total_effects: FloatArray
    factor_covariance: FloatArray
    disturbance_covariance: FloatArray
    residual_covariance: FloatArray
    covariance: FloatArray
    factor_mean: FloatArray
    intercepts: FloatArray
    mean: FloatArray
    thresholds: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Slopes:
    """First derivatives of a group's moments by cell, in the order of :class:`Matrix`.

    Attributes
    ----------
    left, right
        x and y of dΣ = xy′ + yx′, shape (n_cells, n_items).
    mean
        dμ, shape (n_cells, n_items).
    """

    left: FloatArray
    right: FloatArray
    mean: FloatArray


def state_at(layout: GroupLayout, theta: FloatArray) -> GroupState:
    """Compute a group's matrices and moments at parameters of shape (…, n_free)."""
    loadings = layout.filled(Matrix.LOADINGS, theta)
    disturbances = layout.filled(Matrix.FACTOR_COVARIANCES, theta)
    residuals = layout.filled(Matrix.RESIDUAL_COVARIANCES, theta)
    effects = _total_effects(layout, theta)
    covariance = effects @ disturbances @ effects.mT
    factor_mean = np.matvec(effects, layout.filled(Matrix.FACTOR_MEANS, theta))
    intercepts = layout.filled(Matrix.INTERCEPTS, theta)
    return GroupState(
        loadings=loadings,
        total_effects=effects,
        factor_covariance=covariance,
        disturbance_covariance=disturbances,
        residual_covariance=residuals,
        covariance=loadings @ covariance @ loadings.mT + residuals,
        factor_mean=factor_mean,
        intercepts=intercepts,
        mean=intercepts + np.matvec(loadings, factor_mean),
        thresholds=layout.filled(Matrix.THRESHOLDS, theta),
    )


def states_at(layout: Layout, theta: FloatArray) -> tuple[GroupState, ...]:
    """Compute every group's matrices and moments at parameters of shape (n_free,)."""
    return tuple(state_at(group, theta) for group in layout.groups)


def _total_effects(layout: GroupLayout, theta: FloatArray) -> FloatArray:
    constants = layout.constants[Matrix.REGRESSIONS]
    identity = np.eye(constants.shape[0])
    if not len(layout.cells[Matrix.REGRESSIONS]) and not constants.any():
        return identity
    return required(inverse_square(identity - layout.filled(Matrix.REGRESSIONS, theta)), "paths")


def slopes_at(layout: GroupLayout, state: GroupState) -> Slopes:
    """Differentiate a group's Σ and μ with respect to every free cell but thresholds.

    Thresholds are not moments of y*; their cells have zero rows here.
    """
    n_items = state.covariance.shape[-1]
    unit = np.eye(n_items)
    paths = (state.loadings @ state.total_effects).mT
    spread = (state.loadings @ state.factor_covariance).mT
    cells = layout.cells
    loading, regression = cells[Matrix.LOADINGS], cells[Matrix.REGRESSIONS]
    factor, residual = cells[Matrix.FACTOR_COVARIANCES], cells[Matrix.RESIDUAL_COVARIANCES]
    n_means = len(cells[Matrix.INTERCEPTS]) + len(cells[Matrix.FACTOR_MEANS])
    none = np.zeros((n_means + len(cells[Matrix.THRESHOLDS]), n_items))
    left = [
        unit[loading.rows],
        paths[..., regression.rows, :],
        paths[..., factor.rows, :],
        unit[residual.rows],
    ]
    right = [
        spread[..., loading.columns, :],
        spread[..., regression.columns, :],
        paths[..., factor.columns, :] * _half_on_diagonal(factor.rows, factor.columns),
        unit[residual.columns] * _half_on_diagonal(residual.rows, residual.columns),
    ]
    mean = [
        unit[loading.rows] * state.factor_mean[..., loading.columns, None],
        paths[..., regression.rows, :] * state.factor_mean[..., regression.columns, None],
        np.zeros((len(factor) + len(residual), n_items)),
        unit[cells[Matrix.INTERCEPTS].rows],
        paths[..., cells[Matrix.FACTOR_MEANS].rows, :],
        np.zeros((len(cells[Matrix.THRESHOLDS]), n_items)),
    ]
    return Slopes(
        left=_stacked([*left, none], state),
        right=_stacked([*right, none], state),
        mean=_stacked(mean, state),
    )


def _stacked(blocks: list[FloatArray], state: GroupState) -> FloatArray:
    """Put the cells' rows below each other, those that are the same in every state repeated."""
    leading = state.covariance.shape[:-2]
    if leading:
        blocks = [np.broadcast_to(block, leading + block.shape[-2:]) for block in blocks]
    return np.concatenate(blocks, axis=-2)


def _half_on_diagonal(rows: IntArray, columns: IntArray) -> FloatArray:
    return np.where(rows == columns, 0.5, 1.0)[:, None]


def covariance_jacobian(slopes: Slopes, rows: IntArray, columns: IntArray) -> FloatArray:
    """Return derivatives of chosen elements of Σ by cell, shape (n_elements, n_cells)."""
    left, right = slopes.left.mT, slopes.right.mT
    return left[..., rows, :] * right[..., columns, :] + right[..., rows, :] * left[..., columns, :]


def second_derivatives(
    layout: GroupLayout,
    state: GroupState,
    *,
    covariance_weight: FloatArray,
    mean_weight: FloatArray,
) -> FloatArray:
    """Contract the second derivatives of Σ and μ with weights.

    Parameters
    ----------
    layout, state
        The group and its moments.
    covariance_weight
        A symmetric Q, shape (n_items, n_items).
    mean_weight
        c, shape (n_items,).

    Returns
    -------
    FloatArray
        tr(Q d²Σ) + c′d²μ, shape (n_cells, n_cells). Elements of Θ, ν and τ enter Σ and μ
        linearly and alone, so theirs are zero.
    """
    Q, c = covariance_weight, mean_weight
    A, V, m = state.total_effects, state.factor_covariance, state.factor_mean
    G = state.loadings @ A
    QG, QLV = Q @ G, Q @ (state.loadings @ V)
    N, GQLV, Gc = G.T @ QG, G.T @ QLV, G.T @ c
    cells = layout.cells
    loading, regression = cells[Matrix.LOADINGS], cells[Matrix.REGRESSIONS]
    factor, mean = cells[Matrix.FACTOR_COVARIANCES], cells[Matrix.FACTOR_MEANS]
    i, j = loading.rows[:, None], loading.columns[:, None]
    r, s = regression.rows[:, None], regression.columns[:, None]
    a, b = regression.rows, regression.columns
    f, h = factor.rows, factor.columns
    half = _half_on_diagonal(f, h)[:, 0]

    by_loading = 2.0 * Q[i, loading.rows] * V[j, loading.columns]
    by_path = 2.0 * (QG[i, a] * V[j, b] + QLV[i, b] * A[j, a])
    by_path += c[i] * A[j, a] * m[b]
    by_factor = 2.0 * half * (QG[i, f] * A[j, h] + QG[i, h] * A[j, f])
    path_path = 2.0 * (A[b, r] * GQLV[a, s] + N[r, a] * V[s, b] + GQLV[r, b] * A[s, a])
    path_path += Gc[a] * A[b, r] * m[s] + Gc[r] * A[s, a] * m[b]
    path_factor = 2.0 * half * (N[r, f] * A[s, h] + N[r, h] * A[s, f])

    n_cells = layout.positions.size
    result = np.zeros((n_cells, n_cells))
    n, k = len(loading), len(loading) + len(regression)
    e = k + len(factor)
    start = e + len(cells[Matrix.RESIDUAL_COVARIANCES]) + len(cells[Matrix.INTERCEPTS])
    end = start + len(mean)
    result[:n, :n] = by_loading
    result[:n, n:k] = by_path
    result[:n, k:e] = by_factor
    result[:n, start:end] = c[i] * A[j, mean.rows]
    result[n:k, n:k] = path_path
    result[n:k, k:e] = path_factor
    result[n:k, start:end] = Gc[r] * A[s, mean.rows]
    upper = np.triu(result, 1)
    return np.asarray(upper + upper.T + np.diag(np.diag(result)))
