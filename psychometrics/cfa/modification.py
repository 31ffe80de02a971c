"""Modification indices: what freeing one parameter that is fixed at zero would change.

With g the gradient of the discrepancy at a fixed parameter, I its information, J the free ones'
and K between them, and n the factor between discrepancy and chi-square,

    index = n g² / V        expected change = −g / V        V = I − KJ⁻¹K′

(the score or Lagrange multiplier test). Information is the expected one, as in lavaan; indices are
not scaled for non-normality. Under WLSMV lavaan multiplies g by (N − 1) / N once
more than chi-square does, so its indices and changes are smaller by that factor.

References
----------
Sörbom, D. (1989). Model modification. doi:10.1007/BF02294623, equations 4 to 9.
Saris, W. E., Satorra, A., & Sörbom, D. (1987). The detection and correction of specification errors
    in structural equation models. doi:10.2307/271030, for the expected change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from psychometrics.cfa.fit_result import Fitted, inverted_information
from psychometrics.cfa.model import Matrix, Model, Parameter, Parameterization, free
from psychometrics.cfa.parameter_index import layout_of
from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """One parameter that is fixed at zero.

    Attributes
    ----------
    parameter
        The element, as it would stand in the table.
    index
        Expected drop of chi-square.
    expected_change
        Expected value of the parameter.
    """

    parameter: Parameter
    index: float
    expected_change: float


_TELLS_APART = 1e-6
"""Least share of a parameter's information that the free ones do not hold already.

Below it the index is a ratio of two rounding errors: under other kernels another number.
"""


def modifications(fitted: Fitted) -> tuple[Modification, ...]:
    """Return modification indices of cross-loadings and residual covariances, largest first.

    Parameters
    ----------
    fitted
        A converged model; where its information is singular there are no indices.
    """
    model = fitted.layout.model
    candidates = tuple(_candidates(model))
    if not candidates or fitted.parameter_covariance is None:
        return ()
    larger = layout_of(model.with_rows(*candidates))
    theta = np.concatenate([fitted.theta, np.zeros(len(candidates))])
    expansion = fitted.discrepancy.with_layout(larger).expand(theta, exact=False)
    if expansion is None:
        return ()
    k = fitted.theta.size
    within = inverted_information(expansion.hessian[:k, :k])
    if within is None:
        return ()
    across = expansion.hessian[k:, :k]
    own = np.diagonal(expansion.hessian)[k:]
    left = own - ((across @ within) * across).sum(axis=1)
    return _ranked(candidates, expansion.gradient[k:], left, own, fitted.effective_persons)


def _ranked(
    candidates: tuple[Parameter, ...],
    gradient: FloatArray,
    left: FloatArray,
    own: FloatArray,
    n_persons: int,
) -> tuple[Modification, ...]:
    found = [
        Modification(
            parameter=candidate,
            index=float(n_persons * gradient[k] ** 2 / left[k]),
            expected_change=float(-gradient[k] / left[k]),
        )
        for k, candidate in enumerate(candidates)
        if left[k] > _TELLS_APART * own[k]
    ]
    return tuple(sorted(found, key=lambda change: -change.index))


def _candidates(model: Model) -> list[Parameter]:
    """List cross-loadings of first-order factors and covariances of residuals, all groups."""
    found = []
    for group in range(model.n_groups):
        there = {
            (row.matrix, row.row, row.column) for row in model.rows(Matrix.LOADINGS, group=group)
        } | {
            (row.matrix, row.row, row.column)
            for row in model.rows(Matrix.RESIDUAL_COVARIANCES, group=group)
        }
        loading = {row.column for row in model.rows(Matrix.LOADINGS, group=group)}
        places = [(Matrix.LOADINGS, i, k) for k in sorted(loading) for i in range(model.n_items)]
        places += [
            (Matrix.RESIDUAL_COVARIANCES, i, j) for i in range(model.n_items) for j in range(i)
        ]
        found += [
            replace(free(*place, group=group), value=0.0) for place in places if place not in there
        ]
    return found


def standardized_change(fitted: Fitted, change: Modification) -> float | None:
    """Return the expected change with items, factors and residuals of unit variance.

    Notes
    -----
    A residual covariance becomes a correlation of residuals (lavaan's ``sepc.all``); where a
    variance is not positive there is none.
    """
    row = change.parameter
    state = fitted.states[row.group]
    if row.matrix is Matrix.LOADINGS:
        unit = 1.0
        if fitted.layout.model.parameterization is not Parameterization.DELTA:
            unit = float(state.covariance[row.row, row.row])
        ratio = float(state.factor_covariance[row.column, row.column]) / unit
        return change.expected_change * float(np.sqrt(ratio)) if ratio > 0.0 else None
    residuals = np.diagonal(state.residual_covariance)
    if fitted.layout.model.parameterization is Parameterization.DELTA:
        common = state.loadings @ state.factor_covariance @ state.loadings.T
        residuals = 1.0 - np.diagonal(common)
    first, second = residuals[row.row], residuals[row.column]
    if first <= 0.0 or second <= 0.0:
        return None
    return change.expected_change / float(np.sqrt(first * second))
