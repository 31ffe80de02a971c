"""Estimates with items and factors of unit variance, and their standard errors.

λ*_ij = λ_ij √(v_jj / σ_ii) and b*_ij = b_ij √(v_jj / v_ii), with v the factors' and σ the items'
implied variances; errors by the delta method.

References
----------
Bollen, K. A. (1989). Structural equations with latent variables. doi:10.1002/9781118619179,
    equation 4.36 ff.
"""

from __future__ import annotations

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import GroupState, covariance_jacobian, slopes_at
from psychometrics.cfa.model import Matrix, Parameterization
from psychometrics.cfa.parameter_index import GroupLayout
from psychometrics.positive_definite import inverse_square, required
from psychometrics.types import FloatArray, IntArray


def standardized_loadings(fitted: Fitted, *, group: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return standardized loadings and their standard errors, each (n_items, n_factors).

    Where a variance is not positive they are ``nan``.
    """
    state, layout = fitted.states[group], fitted.layout.groups[group]
    items, factors = item_variances(fitted, group=group), np.diagonal(state.factor_covariance)
    values = _scaled(state.loadings, factors, items)
    item_slopes = _item_variance_slopes(fitted, layout, state)
    return values, _errors(
        fitted, layout, Matrix.LOADINGS, values, (item_slopes, items), _factor_slopes(layout, state)
    )


def standardized_regressions(fitted: Fitted, *, group: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return standardized second-order loadings and errors, each (n_factors, n_factors)."""
    state, layout = fitted.states[group], fitted.layout.groups[group]
    factors = np.diagonal(state.factor_covariance)
    regressions = np.eye(factors.size) - required(inverse_square(state.total_effects), "paths")
    values = _scaled(regressions, factors, factors)
    slopes = _factor_slopes(layout, state)
    return values, _errors(fitted, layout, Matrix.REGRESSIONS, values, (slopes[0], factors), slopes)


def item_variances(fitted: Fitted, *, group: int = 0) -> FloatArray:
    """Return the variances of the items, or of y*; one under the delta parameterization."""
    state = fitted.states[group]
    if fitted.layout.model.parameterization is Parameterization.DELTA:
        return np.ones(state.loadings.shape[0])
    return np.diagonal(state.covariance)


def _scaled(values: FloatArray, columns: FloatArray, rows: FloatArray) -> FloatArray:
    ratio = columns[None, :] / rows[:, None]
    with np.errstate(invalid="ignore"):
        return np.where(ratio > 0.0, values * np.sqrt(np.where(ratio > 0.0, ratio, 1.0)), np.nan)


def _item_variance_slopes(fitted: Fitted, layout: GroupLayout, state: GroupState) -> FloatArray:
    """Return derivatives of the items' variances, shape (n_items, n_cells)."""
    n_items, n_cells = state.loadings.shape[0], layout.positions.size
    if fitted.layout.model.parameterization is Parameterization.DELTA:
        return np.zeros((n_items, n_cells))
    every = np.arange(n_items)
    return covariance_jacobian(slopes_at(layout, state), every, every)


def _factor_slopes(layout: GroupLayout, state: GroupState) -> tuple[FloatArray, FloatArray]:
    """Return derivatives of the factors' variances, shape (n_factors, n_cells), and variances."""
    effects, spread = state.total_effects, state.factor_covariance
    slopes = np.zeros((spread.shape[0], layout.positions.size))
    regression = layout.cells[Matrix.REGRESSIONS]
    factor = layout.cells[Matrix.FACTOR_COVARIANCES]
    first = len(layout.cells[Matrix.LOADINGS])
    middle = first + len(regression)
    slopes[:, first:middle] = 2.0 * effects[:, regression.rows] * spread[:, regression.columns]
    both = effects[:, factor.rows] * effects[:, factor.columns]
    slopes[:, middle : middle + len(factor)] = both * np.where(
        factor.rows == factor.columns, 1.0, 2.0
    )
    return slopes, np.diagonal(spread)


def _errors(
    fitted: Fitted,
    layout: GroupLayout,
    matrix: Matrix,
    values: FloatArray,
    rows: tuple[FloatArray, FloatArray],
    columns: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Return delta-method errors of the free elements of a standardized matrix."""
    errors = np.full(values.shape, np.nan)
    if fitted.parameter_covariance is None:
        return errors
    cells = layout.cells[matrix]
    i, j = cells.rows, cells.columns
    (row_slopes, row_variances), (column_slopes, column_variances) = rows, columns
    relative = column_slopes[j] / column_variances[j, None] - row_slopes[i] / row_variances[i, None]
    jacobian = 0.5 * values[i, j, None] * relative
    first = _first_cell(layout, matrix)
    with np.errstate(invalid="ignore"):
        own = np.sqrt(column_variances[j] / row_variances[i])
    jacobian[np.arange(i.size), first + np.arange(i.size)] += own
    by_parameter = layout.gather_jacobian(jacobian)
    errors[i, j] = _roots(by_parameter, fitted.parameter_covariance)
    return errors


def _first_cell(layout: GroupLayout, matrix: Matrix) -> int:
    sizes = []
    for other in Matrix:
        if other is matrix:
            break
        sizes.append(len(layout.cells[other]))
    return sum(sizes)


def _roots(jacobian: FloatArray, covariance: FloatArray) -> FloatArray:
    variances = ((jacobian @ covariance) * jacobian).sum(axis=1)
    return np.sqrt(np.where(variances >= 0.0, variances, np.nan))


def r_squared(fitted: Fitted, *, group: int = 0) -> FloatArray:
    """Return the share of each item's variance that the factors explain, shape (n_items,)."""
    residuals = residual_variances(fitted, group=group)
    share = 1.0 - residuals / item_variances(fitted, group=group)
    return np.where(residuals >= 0.0, share, np.nan)


def residual_variances(fitted: Fitted, *, group: int = 0) -> FloatArray:
    """Return the items' residual variances, shape (n_items,); under delta, what remains of one."""
    state = fitted.states[group]
    if fitted.layout.model.parameterization is Parameterization.DELTA:
        common = state.loadings @ state.factor_covariance @ state.loadings.T
        return 1.0 - np.diagonal(common)
    return np.diagonal(state.residual_covariance)


def residual_errors(fitted: Fitted, *, group: int = 0) -> FloatArray:
    """Return standard errors of the free residual variances, ``nan`` elsewhere; (n_items,)."""
    cells = fitted.layout.groups[group].cells[Matrix.RESIDUAL_COVARIANCES]
    own = cells.rows == cells.columns
    errors = np.full(fitted.layout.model.n_items, np.nan)
    positions: IntArray = cells.positions[own]
    errors[cells.rows[own]] = fitted.standard_errors[positions]
    return errors


def residual_correlations(fitted: Fitted, *, group: int = 0) -> FloatArray:
    """Return sample less implied correlations, shape (n_items, n_items)."""
    return _correlations(fitted.samples[group].covariance) - _correlations(
        fitted.states[group].covariance
    )


def _correlations(covariance: FloatArray) -> FloatArray:
    scale = np.sqrt(np.diagonal(covariance))
    return np.asarray(covariance / np.outer(scale, scale))
