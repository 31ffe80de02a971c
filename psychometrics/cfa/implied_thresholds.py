"""Thresholds and correlations that a model implies for ordered answers.

The categories of item i cut y*_i, which has no unit of its own. With δ_i the factor that gives it
one,

    κ_ik = δ_i (τ_ik − μ_i)        ρ_ij = δ_i δ_j Σ_ij

Under the delta parameterization δ_i = 1 and the diagonal of Σ is one by definition; under theta
δ_i = Σ_ii^(−1/2).

References
----------
Muthén, B., & Asparouhov, T. (2002). Latent variable analysis with categorical outcomes:
    multiple-group and growth modeling in Mplus. Mplus web notes 4, equations 9 to 23.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from psychometrics.cfa.implied import GroupState, covariance_jacobian, slopes_at
from psychometrics.cfa.model import Matrix, Parameterization
from psychometrics.cfa.parameter_index import GroupLayout
from psychometrics.types import FloatArray, IntArray


@lru_cache(maxsize=32)
def pairs(n_items: int) -> tuple[IntArray, IntArray]:
    """Return rows and columns of the distinct pairs, column by column of the lower triangle."""
    columns, rows = np.triu_indices(n_items, 1)
    return rows, columns


def implied_moments(
    layout: GroupLayout, state: GroupState, parameterization: Parameterization
) -> FloatArray:
    """Return κ item by item, then ρ by :func:`pairs`; shape (n_moments,)."""
    unit = _units(state, parameterization)
    rows, columns = pairs(unit.size)
    items = layout.threshold_items
    cuts = unit[items] * (state.thresholds - state.mean[items])
    return np.concatenate([cuts, unit[rows] * unit[columns] * state.covariance[rows, columns]])


def _units(state: GroupState, parameterization: Parameterization) -> FloatArray:
    """Return the factors that give y* unit variance; ``nan`` where a variance is not positive."""
    variances = np.diagonal(state.covariance)
    if parameterization is Parameterization.DELTA:
        return np.ones(variances.size)
    return np.asarray(np.where(variances > 0.0, variances, np.nan) ** -0.5)


def moment_slopes(
    layout: GroupLayout, state: GroupState, parameterization: Parameterization
) -> FloatArray:
    """Return derivatives of :func:`implied_moments` by cell, shape (n_moments, n_cells)."""
    slopes = slopes_at(layout, state)
    unit = _units(state, parameterization)
    rows, columns = pairs(unit.size)
    items = layout.threshold_items
    cuts = -unit[items, None] * slopes.mean.T[items]
    own = layout.cells[Matrix.THRESHOLDS]
    first = layout.positions.size - len(own)
    cuts[own.rows, first + np.arange(len(own))] = unit[items[own.rows]]
    scale = unit[rows] * unit[columns]
    correlations = scale[:, None] * covariance_jacobian(slopes, rows, columns)
    if parameterization is Parameterization.THETA:
        every = np.arange(unit.size)
        relative = 0.5 * unit[:, None] ** 2 * covariance_jacobian(slopes, every, every)
        kappa = unit[items] * (state.thresholds - state.mean[items])
        cuts -= kappa[:, None] * relative[items]
        rho = scale * state.covariance[rows, columns]
        correlations -= rho[:, None] * (relative[rows] + relative[columns])
    return np.concatenate([cuts, correlations])


def correlation_matrix(correlations: FloatArray, n_items: int) -> FloatArray:
    """Return a correlation matrix, shape (n_items, n_items), from its distinct elements.

    They come in the order of :func:`pairs`, shape (n_pairs,).
    """
    rows, columns = pairs(n_items)
    matrix = np.eye(n_items)
    matrix[rows, columns] = matrix[columns, rows] = correlations
    return matrix


def normal_weights(P: FloatArray) -> FloatArray:
    """Return normal theory's weights of distinct correlations, P_ik P_jl + P_il P_jk.

    ``P`` has shape (n_items, n_items), the result (n_pairs, n_pairs).
    """
    i, j = pairs(P.shape[0])
    return P[np.ix_(i, i)] * P[np.ix_(j, j)] + P[np.ix_(i, j)] * P[np.ix_(j, i)]
