"""Rotation of factors by gradient projection, and promax.

Notes
-----
With unrotated loadings A and a transformation T whose columns have unit length,

    Λ = A (Tᵀ)⁻¹,    Φ = TᵀT,    ΛΦΛᵀ = AAᵀ,

the identity every rotation keeps; orthogonal rotations have Φ = I. T is moved along the negative
gradient of the criterion, projected on the constraint, with step halving (Jennrich 2001, 2002),
from the identity as GPArotation does, for many loading matrices at once. Kaiser normalization
(:func:`kaiser_normalized`) rotates rows of unit length and gives them their length back afterwards.

References
----------
Jennrich, R. I. (2001). A simple general procedure for orthogonal rotation. Psychometrika, 66,
289–306. doi:10.1007/BF02294840

Jennrich, R. I. (2002). A simple general method for oblique rotation. Psychometrika, 67, 7–19.
doi:10.1007/BF02294706

Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor analysis. Psychometrika,
23, 187–200. doi:10.1007/BF02289233

Hendrickson, A. E., & White, P. O. (1964). Promax: A quick method for rotation to oblique simple
structure. British Journal of Statistical Psychology, 17, 65–70.
doi:10.1111/j.2044-8317.1964.tb00244.x
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from psychometrics.efa.rotation_criteria import Criterion
from psychometrics.positive_definite import inverse_square, required, solve_square
from psychometrics.types import BoolArray, FloatArray, IntArray

TOLERANCE = 1e-7
ITERATIONS = 5000
HALVINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """Rotated loadings of many matrices; only :meth:`arranged` reorders them.

    Attributes
    ----------
    loadings
        Shape (b, n_items, n_factors).
    factor_correlations
        Shape (b, n_factors, n_factors).
    value
        The criterion reached, shape (b,); ``nan`` where there is none.
    converged
        Shape (b,).
    """

    loadings: FloatArray
    factor_correlations: FloatArray
    value: FloatArray
    converged: BoolArray

    def arranged(self, order: IntArray, signs: FloatArray) -> Rotated:
        """Reorder and reflect factors: loadings and correlations move together.

        Parameters
        ----------
        order
            New order of the factors, integers of shape (b, n_factors).
        signs
            ±1 for the factors in their new order, shape (b, n_factors).
        """
        loadings = np.take_along_axis(self.loadings, order[:, None, :], axis=2)
        correlations = np.take_along_axis(self.factor_correlations, order[:, :, None], axis=1)
        correlations = np.take_along_axis(correlations, order[:, None, :], axis=2)
        return Rotated(
            loadings=loadings * signs[:, None, :],
            factor_correlations=correlations * signs[:, :, None] * signs[:, None, :],
            value=self.value,
            converged=self.converged,
        )

    def by_variance(self) -> Rotated:
        """Put factors in the order of the variance they explain, with non-negative column sums.

        The variance of factor j is (ΦΛᵀΛ)_jj, as in psych.
        """
        products = self.loadings.transpose(0, 2, 1) @ self.loadings
        explained = np.einsum("bjk,bkj->bj", self.factor_correlations, products)
        order = np.argsort(-explained, axis=1, kind="stable")
        sums = np.take_along_axis(self.loadings.sum(axis=1), order, axis=1)
        return self.arranged(order, np.where(sums < 0.0, -1.0, 1.0))

    def __getitem__(self, index: int) -> tuple[FloatArray, FloatArray]:
        """Give the loadings and factor correlations of one matrix."""
        return self.loadings[index], self.factor_correlations[index]


def unrotated(loadings: FloatArray) -> Rotated:
    """Leave loadings as they are, with uncorrelated factors.

    Parameters
    ----------
    loadings
        Shape (b, n_items, n_factors).
    """
    count, _, n_factors = loadings.shape
    return Rotated(
        loadings=loadings,
        factor_correlations=np.tile(np.eye(n_factors), (count, 1, 1)),
        value=np.full(count, np.nan),
        converged=np.ones(count, dtype=np.bool_),
    )


def rotate_obliquely(
    loadings: FloatArray, criterion: Criterion, start: FloatArray | None = None
) -> Rotated:
    """Rotate to correlated factors.

    Parameters
    ----------
    loadings
        Unrotated, shape (b, n_items, n_factors).
    criterion
        What is minimized.
    start
        First transformations, shape (b, n_factors, n_factors) with unit columns; the identity
        otherwise.
    """
    found = _descend(_Problem(loadings, criterion, _oblique), start)
    return Rotated(
        loadings=_oblique.rotated(loadings, found.transformation),
        factor_correlations=found.transformation.transpose(0, 2, 1) @ found.transformation,
        value=found.value,
        converged=found.converged,
    )


def rotate_orthogonally(
    loadings: FloatArray, criterion: Criterion, start: FloatArray | None = None
) -> Rotated:
    """Rotate to uncorrelated factors; parameters as for :func:`rotate_obliquely`."""
    found = _descend(_Problem(loadings, criterion, _orthogonal), start)
    rotated = unrotated(_orthogonal.rotated(loadings, found.transformation))
    return Rotated(
        loadings=rotated.loadings,
        factor_correlations=rotated.factor_correlations,
        value=found.value,
        converged=found.converged,
    )


def unit_rows(loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Scale rows to unit length; also give the lengths, shape (b, n_items, 1). Zero rows stay."""
    lengths = np.sqrt((loadings**2).sum(axis=2, keepdims=True))
    lengths = np.where(lengths > 0.0, lengths, 1.0)
    return loadings / lengths, lengths


def kaiser_normalized(rotate: Callable[[FloatArray], Rotated]) -> Callable[[FloatArray], Rotated]:
    """Make a rotation with Kaiser normalization out of one without."""

    def turned(loadings: FloatArray) -> Rotated:
        rows, lengths = unit_rows(loadings)
        rotated = rotate(rows)
        return replace(rotated, loadings=rotated.loadings * lengths)

    return turned


def varimax(loadings: FloatArray, tolerance: float = 1e-5) -> Rotated:
    """Rotate by varimax as R's ``stats::varimax`` does, which psych calls.

    Notes
    -----
    T ← UWᵀ with UDWᵀ = Aᵀ(Λ³ − Λ diag(ΛᵀΛ)/p) until tr D gains less than a share of the tolerance.
    With R's tolerance loadings are up to 1e-3 from the exact maximum, to which 1e-15 leads.

    Parameters
    ----------
    loadings
        Unrotated, shape (b, n_items, n_factors).
    tolerance
        R's by default, so that loadings are R's to rounding.
    """
    count, n_items, n_factors = loadings.shape
    T = np.tile(np.eye(n_factors), (count, 1, 1))
    reached = np.zeros(count)
    pending = np.arange(count)
    for _ in range(1000):
        A = loadings[pending]
        rotated = A @ T[pending]
        centre = (rotated**2).sum(axis=1, keepdims=True) / n_items
        left, values, right = np.linalg.svd(A.transpose(0, 2, 1) @ (rotated**3 - rotated * centre))
        T[pending] = left @ right
        gained = values.sum(axis=1)
        finished = gained < reached[pending] * (1.0 + tolerance)
        reached[pending] = gained
        pending = pending[~finished]
        if not pending.size:
            break
    converged = np.ones(count, dtype=np.bool_)
    converged[pending] = False
    return replace(unrotated(np.asarray(loadings @ T)), converged=converged)


def promax(loadings: FloatArray, power: int = 4) -> Rotated:
    """Rotate by promax: varimax with Kaiser normalization, then a power of its loadings.

    Notes
    -----
    With V the varimax loadings, U = (VᵀV)⁻¹Vᵀ(V ∘ |V|^(m−1)) is scaled so that factors have unit
    variance. This is psych's ``Promax`` and R's ``stats::promax``; with Kaiser normalization around
    it, which the power then sees too, it is psych's ``promax`` and SPSS's.

    Parameters
    ----------
    loadings
        Unrotated, shape (b, n_items, n_factors).
    power
        m, larger for sharper and more correlated factors.
    """
    turned = kaiser_normalized(varimax)(loadings)
    simple = turned.loadings
    moments = simple.transpose(0, 2, 1) @ simple
    cross = simple.transpose(0, 2, 1) @ (simple * np.abs(simple) ** (power - 1))
    transformation = required(solve_square(moments, cross), "promax")
    inverse = required(inverse_square(transformation), "promax")
    scale = np.sqrt((inverse**2).sum(axis=2))
    inverse = inverse / scale[:, :, None]
    return replace(
        turned,
        loadings=(simple @ transformation) * scale[:, None, :],
        factor_correlations=inverse @ inverse.transpose(0, 2, 1),
    )


@dataclass(frozen=True, slots=True)
class _Constraint:
    """What is kept of a transformation, and how a step returns to it."""

    rotated: Callable[[FloatArray, FloatArray], FloatArray]
    slope: Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]
    projected: Callable[[FloatArray, FloatArray], FloatArray]
    returned: Callable[[FloatArray], FloatArray]


def _oblique_slope(
    loadings: FloatArray, rotated: FloatArray, gradient: FloatArray, T: FloatArray
) -> FloatArray:
    inner = rotated.transpose(0, 2, 1) @ gradient @ required(inverse_square(T), "rotation")
    return np.asarray(-inner.transpose(0, 2, 1))


def _orthogonal_slope(
    loadings: FloatArray, rotated: FloatArray, gradient: FloatArray, T: FloatArray
) -> FloatArray:
    return np.asarray(loadings.transpose(0, 2, 1) @ gradient)


def _oblique_projection(slope: FloatArray, T: FloatArray) -> FloatArray:
    return np.asarray(slope - T * (T * slope).sum(axis=1, keepdims=True))


def _orthogonal_projection(slope: FloatArray, T: FloatArray) -> FloatArray:
    inner = T.transpose(0, 2, 1) @ slope
    return np.asarray(slope - T @ (inner + inner.transpose(0, 2, 1)) / 2.0)


def _unit_columns(X: FloatArray) -> FloatArray:
    return np.asarray(X / np.linalg.norm(X, axis=1, keepdims=True))


def _nearest_orthogonal(X: FloatArray) -> FloatArray:
    left, _, right = np.linalg.svd(X)
    return np.asarray(left @ right)


_oblique = _Constraint(
    rotated=lambda A, T: np.asarray(A @ required(inverse_square(T), "rotation").transpose(0, 2, 1)),
    slope=_oblique_slope,
    projected=_oblique_projection,
    returned=_unit_columns,
)
_orthogonal = _Constraint(
    rotated=lambda A, T: np.asarray(A @ T),
    slope=_orthogonal_slope,
    projected=_orthogonal_projection,
    returned=_nearest_orthogonal,
)


@dataclass(slots=True)
class _Descent:
    """Where gradient projection stands, for each matrix."""

    transformation: FloatArray
    value: FloatArray
    slope: FloatArray
    length: FloatArray
    converged: BoolArray


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is rotated, what is made small, and what a transformation must keep."""

    loadings: FloatArray
    criterion: Criterion
    constraint: _Constraint


def _descend(problem: _Problem, start: FloatArray | None) -> _Descent:
    loadings, constraint = problem.loadings, problem.constraint
    count, _, n_factors = loadings.shape
    T = np.tile(np.eye(n_factors), (count, 1, 1)) if start is None else start.copy()
    rotated = constraint.rotated(loadings, T)
    value, gradient = problem.criterion.value_and_gradient(rotated)
    state = _Descent(
        transformation=T,
        value=np.asarray(value),
        slope=constraint.slope(loadings, rotated, gradient, T),
        length=np.ones(count),
        converged=np.zeros(count, dtype=np.bool_),
    )
    pending = np.arange(count)
    for _ in range(ITERATIONS):
        projected = constraint.projected(state.slope[pending], state.transformation[pending])
        steepness = np.linalg.norm(projected, axis=(1, 2))
        finished = steepness < TOLERANCE
        state.converged[pending[finished]] = True
        going = ~finished
        pending, projected, steepness = pending[going], projected[going], steepness[going]
        if not pending.size:
            break
        stuck = _step(problem, state, pending, (projected, steepness))
        state.converged[pending[stuck]] = steepness[stuck] < 1e2 * TOLERANCE
        pending = pending[~stuck]
    return state


def _step(
    problem: _Problem, state: _Descent, rows: IntArray, slope: tuple[FloatArray, FloatArray]
) -> BoolArray:
    """Move some matrices down their projected slopes; tell those that found no lower value."""
    loadings, constraint = problem.loadings, problem.constraint
    projected, steepness = slope
    state.length[rows] *= 2.0
    waiting = np.arange(len(rows))
    for _ in range(HALVINGS + 30):
        at = rows[waiting]
        length = state.length[at]
        moved = constraint.returned(
            state.transformation[at] - length[:, None, None] * projected[waiting]
        )
        rotated = constraint.rotated(loadings[at], moved)
        value, gradient = problem.criterion.value_and_gradient(rotated)
        better = state.value[at] - value > 0.5 * steepness[waiting] ** 2 * length
        accepted = at[better]
        state.transformation[accepted] = moved[better]
        state.value[accepted] = value[better]
        state.slope[accepted] = constraint.slope(
            loadings[accepted], rotated[better], gradient[better], moved[better]
        )
        waiting = waiting[~better]
        if not waiting.size:
            break
        state.length[rows[waiting]] /= 2.0
    stuck = np.zeros(len(rows), dtype=np.bool_)
    stuck[waiting] = True
    return stuck
