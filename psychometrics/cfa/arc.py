"""Steps along which the items' variances move straight.

When a loading grows without bound (a Heywood case on its way to infinity), its square has to be
taken from the residual variance. In loadings and residual variances that valley is curved and
straight steps must be tiny; when residual variances follow such that each item's implied variance
moves as its linearisation says, the valley is straight.

References
----------
Absil, P.-A., Mahony, R., & Sepulchre, R. (2008). Optimization algorithms on matrix manifolds.
    doi:10.1515/9781400830244, section 4.1: a retraction agrees with the straight step to first
    order, which is what the methods of ``estimate`` need.
"""

from __future__ import annotations

import numpy as np

from psychometrics.cfa.implied import slopes_at, state_at
from psychometrics.cfa.layout import GroupLayout, Layout
from psychometrics.cfa.model import Matrix
from psychometrics.types import FloatArray, IntArray


def along_arc(layout: Layout, theta: FloatArray, step: FloatArray) -> FloatArray:
    """Return θ − step, with residual variances that keep the items' variances on their course.

    Parameters
    ----------
    layout
        The model; residual variances that are equal to others move straight.
    theta, step
        Shape (n_free,).
    """
    moved = theta - step
    uses = np.bincount(np.concatenate([group.positions for group in layout.groups]))
    for group in layout.groups:
        rows, positions = _own_residuals(group, uses)
        before, after = _common(group, theta), _common(group, moved)
        course = before - _linear_change(group, theta, step)
        moved[positions] += (course - after)[rows]
    return moved


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
