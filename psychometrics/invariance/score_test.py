"""A step's model with some of its restrictions lifted, at the step's own estimates.

At the estimates θ̂ of the restricted model, the larger model's parameters are φ = Kθ̂ + constants.
With g the gradient of the larger discrepancy there, J its information, B the covariance of its
scores (all for one person) and E the columns of the lifted parameters,

    A = E − K(K′JK)⁻¹K′J E

is how the scores of the lifted parameters look once the others have been refitted. Score tests
(``partial_invariance``) and power (``power``) follow from E′g, A′JA and A′BA alone, without fitting
anything.

References
----------
Boos, D. D. (1992). On generalized score tests. doi:10.1080/00031305.1992.10475921, section 4.
Satorra, A. (1989). Alternative test criteria in covariance structure analysis: a unified approach.
    doi:10.1007/BF02294453, equations 4.12 and 4.13.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix, Model, Parameter, free
from psychometrics.cfa.parameter_index import Layout, layout_of
from psychometrics.invariance.identification import MADE_EQUAL, Design
from psychometrics.invariance.options import Step
from psychometrics.invariance.prepared_data import Evidence
from psychometrics.positive_definite import solve_square
from psychometrics.types import FloatArray, IntArray

_Place = tuple[Matrix, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What is known of lifted parameters at a step's estimates.

    Attributes
    ----------
    layout, theta
        The larger model, and its parameters at the step's estimates.
    columns
        Positions of the lifted parameters in ``theta``, shape (m,).
    parameters
        The lifted elements in the base model's rows, one for each of the m columns below.
    gradient
        E′g, shape (m,).
    information
        A′JA, shape (m, m).
    scores
        A′BA, shape (m, m).
    """

    layout: Layout
    theta: FloatArray
    columns: IntArray
    parameters: tuple[Parameter, ...]
    gradient: FloatArray
    information: FloatArray
    scores: FloatArray

    def of(self, row: int, *, group: int | None = None) -> IntArray:
        """Return the columns of one item (by its row), of all groups or of one; (n_columns,)."""
        return np.array(
            [
                k
                for k, one in enumerate(self.parameters)
                if one.row == row and group in (None, one.group)
            ],
            dtype=np.int64,
        )


def extension_of(
    fitted: Fitted, rows: Collection[int], *, design: Design, step: Step, evidence: Evidence
) -> Extension | None:
    """Lift what a step made equal, for some items, in every group but the reference.

    Parameters
    ----------
    fitted
        The step's model.
    rows
        Rows of the items whose restrictions are lifted.
    design, step
        The ladder and the step.
    evidence
        The answers.

    Returns
    -------
    Extension or None
        ``None`` where the restricted model's information is singular.
    """
    lifted = tuple(_lifted(fitted.layout.model, design, step, frozenset(rows)))
    larger = _with_lifted(fitted.layout.model, lifted)
    layout = layout_of(larger)
    K, constants = _embedding(fitted.layout.model, larger)
    theta = K @ fitted.theta + constants
    curvature = evidence.estimation.curvature(layout, theta)
    if curvature is None:
        return None
    labels = {label: place for place, label in enumerate(larger.labels)}
    columns = [labels[one.label] for one in lifted if one.label is not None]
    E = np.eye(len(labels))[:, columns]
    J = curvature.information
    restricted = K.T @ J @ K
    if np.linalg.cond(restricted) > 1e12:
        return None
    solved = solve_square(restricted, K.T @ (J @ E))
    if solved is None:
        return None
    A = E - K @ solved
    return Extension(
        layout=layout,
        theta=theta,
        columns=np.asarray(columns, dtype=np.int64),
        parameters=tuple(design.placement.base(one) for one in lifted),
        gradient=E.T @ curvature.gradient,
        information=A.T @ J @ A,
        scores=A.T @ curvature.scores @ A,
    )


def _lifted(model: Model, design: Design, step: Step, rows: frozenset[int]) -> Iterator[Parameter]:
    """Yield the elements that a step restricts in the groups beyond the reference, now free."""
    matrix = MADE_EQUAL[step]
    if design.n_thresholds is not None and step in {Step.SCALAR, Step.STRICT}:  # fixed at a value
        for group in range(1, design.n_groups):
            for row in sorted(rows):
                column = row if matrix is Matrix.RESIDUAL_COVARIANCES else 0
                yield design.free(matrix, row, column, group=group)
        return
    for element in model.table:
        own = free(matrix, element.row, element.column, group=element.group)
        shared = element.matrix is matrix and element.label not in (None, own.label)
        if shared and design.placement.base(element).row in rows:
            yield own


def _with_lifted(model: Model, lifted: tuple[Parameter, ...]) -> Model:
    changed = {_place(one): one for one in lifted}
    kept = tuple(
        replace(row, label=changed[_place(row)].label) if _place(row) in changed else row
        for row in model.table
    )
    present = {_place(row) for row in model.table}
    added = tuple(one for place, one in changed.items() if place not in present)
    return replace(model, table=kept + added)


def _place(row: Parameter) -> _Place:
    return row.matrix, row.row, row.column, row.group


def _embedding(smaller: Model, larger: Model) -> tuple[FloatArray, FloatArray]:
    """Return K and constants: each of the larger model's parameters at the smaller's estimates."""
    position = {label: place for place, label in enumerate(smaller.labels)}
    before = {_place(row): row for row in smaller.table}
    K = np.zeros((larger.n_free, smaller.n_free))
    constants = np.zeros(larger.n_free)
    places = {label: place for place, label in enumerate(larger.labels)}
    for row in larger.table:
        if row.label is None:
            continue
        old = before.get(_place(row))
        if old is None:
            continue
        if old.label is not None:
            K[places[row.label], position[old.label]] = 1.0
        else:
            constants[places[row.label]] = old.value
    return K, constants
