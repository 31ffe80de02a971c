"""Steps along which the items' variances move straight.

When a loading grows without bound (a Heywood case on its way to infinity), its square has to be
taken from the residual variance. In loadings and residual variances that valley is curved and
straight steps must be tiny; when residual variances follow such that each item's implied variance
moves as its linearisation says, the valley is straight.

So it is one storey higher. Where a factor hangs on another and almost nothing of its own is left,
its regression is large (its disturbance has unit variance), and its items' loadings must shrink as
it grows: they follow such that loadings times the factor's standard deviation move straight.

References
----------
Absil, P.-A., Mahony, R., & Sepulchre, R. (2008). Optimization algorithms on matrix manifolds.
    doi:10.1515/9781400830244, section 4.1: a retraction agrees with the straight step to first
    order, which is what the methods of ``estimate`` need.
"""

from __future__ import annotations

import numpy as np

from psychometrics.cfa.implied import slopes_at, state_at
from psychometrics.cfa.model import SYMMETRIC, Matrix
from psychometrics.cfa.parameter_index import GroupLayout, Layout
from psychometrics.types import FloatArray, IntArray


def along_arc(layout: Layout, theta: FloatArray, step: FloatArray) -> FloatArray:
    """Return θ − step, with loadings and residual variances that keep to their course.

    Parameters
    ----------
    layout
        The model; loadings and residual variances that are equal to others move straight.
    theta, step
        Shape (n_free,).
    """
    moved = along_factors(layout, theta, step)
    uses = _uses(layout)
    for group in layout.groups:
        rows, positions = _own_residuals(group, uses)
        before, after = _common(group, theta), _common(group, moved)
        course = before - _linear_change(group, theta, step)
        moved[positions] += (course - after)[rows]
    return moved


def along_factors(layout: Layout, theta: FloatArray, step: FloatArray) -> FloatArray:
    """Return θ − step, with loadings that keep to their course where factors hang on factors.

    Parameters
    ----------
    layout
        The model; loadings that are equal to others move straight.
    theta, step
        Shape (n_free,).
    """
    moved = theta - step
    uses = _uses(layout)
    for group in layout.groups:
        if len(group.cells[Matrix.REGRESSIONS]) and len(group.cells[Matrix.LOADINGS]):
            positions = group.cells[Matrix.LOADINGS].positions
            own = uses[positions] == 1
            moved[positions[own]] = _loadings(group, theta, moved)[own]
    return moved


def _uses(layout: Layout) -> IntArray:
    """Count in how many places each parameter stands."""
    return np.bincount(np.concatenate([group.positions for group in layout.groups]))


def _loadings(group: GroupLayout, theta: FloatArray, moved: FloatArray) -> FloatArray:
    """Return the loadings that move straight in units of their factor's standard deviation."""
    cells, change = group.cells[Matrix.LOADINGS], moved - theta
    before, after = state_at(group, theta), state_at(group, moved)
    V, A = before.factor_covariance, before.total_effects
    regressions = _placed(group, Matrix.REGRESSIONS, change)
    disturbances = _placed(group, Matrix.FACTOR_COVARIANCES, change)
    drift = 2.0 * np.diagonal(A @ regressions @ V) + np.diagonal(A @ disturbances @ A.T)
    old, new = (np.sqrt(np.diagonal(one.factor_covariance)) for one in (before, after))
    course = theta[cells.positions] * (old + 0.5 * drift / old)[cells.columns]
    course += change[cells.positions] * old[cells.columns]
    return np.asarray(course / new[cells.columns])


def _placed(group: GroupLayout, matrix: Matrix, change: FloatArray) -> FloatArray:
    """Return a parameter matrix's change, its fixed elements zero."""
    cells = group.cells[matrix]
    placed = np.zeros_like(group.constants[matrix])
    placed[cells.rows, cells.columns] = change[cells.positions]
    if matrix in SYMMETRIC:
        placed[cells.columns, cells.rows] = change[cells.positions]
    return placed


def _own_residuals(group: GroupLayout, uses: IntArray) -> tuple[IntArray, IntArray]:
    cells = group.cells[Matrix.RESIDUAL_COVARIANCES]
    own = (cells.rows == cells.columns) & (uses[cells.positions] == 1)
    return cells.rows[own], cells.positions[own]


def _common(group: GroupLayout, theta: FloatArray) -> FloatArray:
    """Return the part of each item's variance that the factors imply, shape (n_items,)."""
    state = state_at(group, theta)
    return np.asarray(((state.loadings @ state.factor_covariance) * state.loadings).sum(axis=1))


def _linear_change(group: GroupLayout, theta: FloatArray, step: FloatArray) -> FloatArray:
    slopes = slopes_at(group, state_at(group, theta))
    by_cell = 2.0 * slopes.left * slopes.right
    sizes = [len(group.cells[matrix]) for matrix in Matrix]
    factors = sum(sizes[: list(Matrix).index(Matrix.RESIDUAL_COVARIANCES)])
    return np.asarray(step[group.positions[:factors]] @ by_cell[:factors])
