"""A parameter table as index arrays: where each free parameter stands in each matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.model import SYMMETRIC, Matrix, Model
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The free elements of one matrix.

    Attributes
    ----------
    rows, columns
        Their places, shape (n_cells,); ``rows >= columns`` in symmetric matrices.
    positions
        Their positions in the parameter vector, shape (n_cells,).
    """

    rows: IntArray
    columns: IntArray
    positions: IntArray

    def __len__(self) -> int:
        """Return the number of free elements."""
        return int(self.rows.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLayout:
    """One group of a model, ready for numbers.

    Attributes
    ----------
    constants
        Each matrix with its fixed elements and zeros elsewhere; thresholds are one vector, item by
        item.
    cells
        The free elements of each matrix.
    positions
        Positions of all cells, in the order of :class:`Matrix`, shape (n_cells,).
    incidence
        Shape (n_cells, n_free); ``None`` when no parameter of this group stands in two cells.
    n_free
        Length of the parameter vector.
    threshold_items
        Row of the item of each threshold, shape (n_thresholds,).
    """

    constants: Mapping[Matrix, FloatArray]
    cells: Mapping[Matrix, Cells]
    positions: IntArray
    incidence: FloatArray | None
    n_free: int
    threshold_items: IntArray

    def filled(self, matrix: Matrix, theta: FloatArray) -> FloatArray:
        """Return a parameter matrix at the parameter vector ``theta``, shape (…, n_free).

        Leading axes stay: many parameter vectors give as many matrices.
        """
        constants, cells = self.constants[matrix], self.cells[matrix]
        values = np.empty(theta.shape[:-1] + constants.shape)
        values[...] = constants
        given = theta[..., cells.positions]
        if constants.ndim == 1:
            values[..., cells.rows] = given
            return values
        values[..., cells.rows, cells.columns] = given
        if matrix in SYMMETRIC:
            values[..., cells.columns, cells.rows] = given
        return values

    def gather_gradient(self, by_cell: FloatArray) -> FloatArray:
        """Sum derivatives by cell, shape (…, n_cells), into parameters, shape (…, n_free)."""
        return self.gather_jacobian(by_cell)

    def gather_hessian(self, by_cell: FloatArray) -> FloatArray:
        """Sum second derivatives by cell into parameters, shape (…, n_free, n_free)."""
        if self.incidence is not None:
            return np.asarray(self.incidence.T @ by_cell @ self.incidence)
        gathered = np.zeros((*by_cell.shape[:-2], self.n_free, self.n_free))
        gathered[..., self.positions[:, None], self.positions] = by_cell
        return gathered

    def gather_jacobian(self, by_cell: FloatArray) -> FloatArray:
        """Turn derivatives by cell, shape (…, n_cells), into those by parameter, (…, n_free)."""
        if self.incidence is not None:
            return np.asarray(by_cell @ self.incidence)
        gathered = np.zeros((*by_cell.shape[:-1], self.n_free))
        gathered[..., self.positions] = by_cell
        return gathered


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A model, ready for numbers.

    Attributes
    ----------
    model
        The table it was made from.
    groups
        One layout for each group.
    """

    model: Model
    groups: tuple[GroupLayout, ...]


def layout_of(model: Model) -> Layout:
    """Compile a parameter table into index arrays."""
    position = {label: number for number, label in enumerate(model.labels)}
    groups = tuple(_group_layout(model, group, position) for group in range(model.n_groups))
    return Layout(model=model, groups=groups)


def _group_layout(model: Model, group: int, position: dict[str, int]) -> GroupLayout:
    threshold_items, threshold_rows = _threshold_order(model, group)
    constants: dict[Matrix, FloatArray] = {}
    cells: dict[Matrix, Cells] = {}
    for matrix in Matrix:
        values = np.zeros(_shape(model, matrix, threshold_items.size))
        places: list[tuple[int, int, int]] = []
        for row in model.rows(matrix, group=group):
            place = (row.row, row.column)
            if matrix is Matrix.THRESHOLDS:
                place = (threshold_rows[place], 0)
            if row.label is not None:
                places.append((*place, position[row.label]))
            else:
                _put(values, place, row.value, symmetric=matrix in SYMMETRIC)
        constants[matrix] = values
        cells[matrix] = _cells(places)
    positions = np.concatenate([cells[matrix].positions for matrix in Matrix])
    return GroupLayout(
        constants=constants,
        cells=cells,
        positions=positions,
        incidence=_incidence(positions, len(position)),
        n_free=len(position),
        threshold_items=threshold_items,
    )


def _shape(model: Model, matrix: Matrix, n_thresholds: int) -> tuple[int, ...]:
    p, q = model.n_items, model.n_factors
    shapes: dict[Matrix, tuple[int, ...]] = {
        Matrix.LOADINGS: (p, q),
        Matrix.REGRESSIONS: (q, q),
        Matrix.FACTOR_COVARIANCES: (q, q),
        Matrix.RESIDUAL_COVARIANCES: (p, p),
        Matrix.INTERCEPTS: (p,),
        Matrix.FACTOR_MEANS: (q,),
        Matrix.THRESHOLDS: (n_thresholds,),
    }
    return shapes[matrix]


def _threshold_order(model: Model, group: int) -> tuple[IntArray, dict[tuple[int, int], int]]:
    """Order thresholds item by item: the item of each, and the row of each (item, number)."""
    places = sorted((row.row, row.column) for row in model.rows(Matrix.THRESHOLDS, group=group))
    items = np.asarray([item for item, _ in places], dtype=np.int64)
    return items, {place: number for number, place in enumerate(places)}


def _put(values: FloatArray, place: tuple[int, int], value: float, *, symmetric: bool) -> None:
    if values.ndim == 1:
        values[place[0]] = value
        return
    values[place] = value
    if symmetric:
        values[place[1], place[0]] = value


def _cells(places: list[tuple[int, int, int]]) -> Cells:
    rows, columns, positions = np.asarray(places, dtype=np.int64).reshape(-1, 3).T
    return Cells(rows=rows.copy(), columns=columns.copy(), positions=positions.copy())


def _incidence(positions: IntArray, n_free: int) -> FloatArray | None:
    if np.unique(positions).size == positions.size:
        return None
    incidence = np.zeros((positions.size, n_free))
    incidence[np.arange(positions.size), positions] = 1.0
    return incidence
