"""The one model representation: a parameter table.

A model describes, for each group, y* = ν + Λη + ε and η = α + Bη + ζ with Cov(ζ) = Ψ and
Cov(ε) = Θ (Jöreskog's LISREL notation, all-y); for ordered answers, y* is latent and cut by the
thresholds τ. The table lists the elements that are not zero: fixed, free, or equal to each other,
which they are when they carry the same label. Everything else about a model (its moments, their
derivatives, its degrees of freedom) follows from the table.

References
----------
Bollen, K. A. (1989). Structural equations with latent variables. Wiley.
    doi:10.1002/9781118619179, chapter 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum


class Matrix(Enum):
    """A parameter matrix of one group; the value is its name in labels."""

    LOADINGS = "loading"
    REGRESSIONS = "regression"
    FACTOR_COVARIANCES = "factor covariance"
    RESIDUAL_COVARIANCES = "residual covariance"
    INTERCEPTS = "intercept"
    FACTOR_MEANS = "factor mean"
    THRESHOLDS = "threshold"


SYMMETRIC = frozenset({Matrix.FACTOR_COVARIANCES, Matrix.RESIDUAL_COVARIANCES})


class Parameterization(Enum):
    """How the latent answers y* behind ordered categories get their unit.

    ``DELTA``: total variances are one, residual variances are what the factors leave. ``THETA``:
    residual variances are parameters, fixed at one unless the table says otherwise.
    """

    DELTA = "delta"
    THETA = "theta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One row of the table.

    Attributes
    ----------
    matrix, row, column
        The element, counted from zero: items × factors for loadings, outcome × predictor for
        regressions, ``row >= column`` in symmetric matrices, item × number of the threshold for
        thresholds; ``column`` is zero for intercepts and means.
    value
        The value of a fixed element; a hint for where to start a free one (``nan``: none).
    label
        ``None`` for a fixed element; elements of the same label are one parameter.
    group
        Group, counted from zero.
    """

    matrix: Matrix
    row: int
    column: int = 0
    value: float = float("nan")
    label: str | None = None
    group: int = 0

    @property
    def free(self) -> bool:
        """Whether the element is estimated."""
        return self.label is not None


def free(
    matrix: Matrix, row: int, column: int = 0, *, group: int = 0, start: float = float("nan")
) -> Parameter:
    """Return a free element whose label is its own place."""
    label = f"{matrix.value} {row},{column} @ {group}"
    return Parameter(matrix=matrix, row=row, column=column, value=start, label=label, group=group)


def fixed(matrix: Matrix, row: int, column: int = 0, *, value: float, group: int = 0) -> Parameter:
    """Return an element fixed at a value."""
    return Parameter(matrix=matrix, row=row, column=column, value=value, group=group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A parameter table with the names of what it relates.

    Attributes
    ----------
    name
        The contract's name, for example ``three-factor``.
    items
        Item numbers, in the order of the rows of Λ.
    factors
        Factor names, in the order of the columns of Λ.
    table
        The elements that are not fixed at zero.
    n_groups
        Number of groups.
    parameterization
        ``None`` for continuous answers.
    """

    name: str
    items: tuple[int, ...]
    factors: tuple[str, ...]
    table: tuple[Parameter, ...]
    n_groups: int = 1
    parameterization: Parameterization | None = None

    @property
    def n_items(self) -> int:
        """Number of observed variables."""
        return len(self.items)

    @property
    def n_factors(self) -> int:
        """Number of factors."""
        return len(self.factors)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the free parameters, in the order of the parameter vector."""
        return tuple(dict.fromkeys(row.label for row in self.table if row.label is not None))

    @property
    def n_free(self) -> int:
        """Number of free parameters, equal ones counted once."""
        return len(self.labels)

    @property
    def has_means(self) -> bool:
        """Whether intercepts or factor means belong to the model."""
        means = (Matrix.INTERCEPTS, Matrix.FACTOR_MEANS)
        return any(row.matrix in means for row in self.table)

    def rows(self, matrix: Matrix, *, group: int = 0) -> Iterator[Parameter]:
        """Iterate over the elements of one matrix of one group, in the table's order."""
        return (row for row in self.table if row.matrix is matrix and row.group == group)

    def with_rows(self, *rows: Parameter) -> Model:
        """Return the model with further elements."""
        return replace(self, table=self.table + rows)

    def mapped(self, change: Callable[[Parameter], Parameter]) -> Model:
        """Return the model with every element of the table changed by a function."""
        return replace(self, table=tuple(change(row) for row in self.table))


def in_groups(model: Model, n_groups: int, *, equal: frozenset[Matrix] = frozenset()) -> Model:
    """Repeat a single-group model in every group.

    Parameters
    ----------
    model
        A model of one group.
    n_groups
        Number of groups.
    equal
        Matrices whose free elements are the same parameters in all groups.

    Returns
    -------
    Model
        The configural model when ``equal`` is empty.
    """

    def placed(row: Parameter, group: int) -> Parameter:
        if row.label is None or row.matrix in equal:
            return replace(row, group=group)
        return replace(row, group=group, label=f"{row.label} @ {group}" if group else row.label)

    table = tuple(placed(row, group) for group in range(n_groups) for row in model.table)
    return replace(model, table=table, n_groups=n_groups)


def released(model: Model, *matrices: Matrix) -> Model:
    """Free what one group suffices to identify, in every group but the first.

    Parameters
    ----------
    model
        A model of several groups.
    matrices
        Which elements: variances (not covariances) of symmetric matrices, all listed elements of
        others. A fixed value becomes the start.

    Returns
    -------
    Model
        With free elements in place of fixed or equal ones.
    """

    def change(row: Parameter) -> Parameter:
        off_diagonal = row.matrix in SYMMETRIC and row.row != row.column
        if row.group == 0 or row.matrix not in matrices or off_diagonal:
            return row
        return free(row.matrix, row.row, row.column, group=row.group, start=row.value)

    return model.mapped(change)
