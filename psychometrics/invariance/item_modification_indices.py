"""One item at a time: whether releasing it at a step improves the fit by more than chance.

The modification index of an item is the score test of releasing its parameters at a step in every
group beyond the reference,

    MI = N g′ (A′BA)⁺ g

(``score_test``), robust to non-normal and ordered answers, a chi-square with the rank of A′BA as
degrees of freedom. Its p-value counts as many times as items are looked at (Bonferroni).

References
----------
Satorra, A. (1989). Alternative test criteria in covariance structure analysis: a unified approach.
    doi:10.1007/BF02294453, section 4.
Boos, D. D. (1992). On generalized score tests. doi:10.1080/00031305.1992.10475921, section 4.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.fit import chi_square_tail
from psychometrics.invariance.identification import Design
from psychometrics.invariance.score_test import Extension
from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An item's modification index.

    Attributes
    ----------
    item
        Its number.
    index, df, p_value
        The robust score test.
    """

    item: int
    index: float
    df: int
    p_value: float


def looks(
    extension: Extension, design: Design, n_persons: int, rows: Collection[int]
) -> tuple[Look, ...]:
    """Look at items one by one.

    Parameters
    ----------
    extension
        A step's model with these items' restrictions lifted.
    design
        The ladder.
    n_persons
        In all groups.
    rows
        Rows of the items.

    Returns
    -------
    tuple of Look
        Of the items whose parameters have any information.
    """
    found = (_look(extension, row, design.base.items[row], n_persons) for row in rows)
    return tuple(look for look in found if look is not None)


def corrected(look: Look, n_looks: int) -> float:
    """Return a look's p-value, corrected for all of them."""
    return min(look.p_value * n_looks, 1.0)


def worst(found: Collection[Look]) -> Look | None:
    """Return the look with the smallest p-value (the largest index on a tie)."""
    return min(found, key=lambda look: (look.p_value, -look.index), default=None)


def regular_part(matrix: FloatArray, *, least: float = 1e-8) -> tuple[FloatArray, FloatArray]:
    """Return the eigenvalues of a covariance or an information that are not zero, with vectors.

    Parameters
    ----------
    matrix
        Shape (m, m), positive semidefinite.
    least
        Share of the largest eigenvalue below which one counts as zero.

    Returns
    -------
    tuple of FloatArray
        Shapes (rank,) and (m, rank).
    """
    values, vectors = np.linalg.eigh(matrix)
    kept = values > least * max(float(values.max(initial=0.0)), 0.0)
    return values[kept], vectors[:, kept]


def _look(extension: Extension, row: int, item: int, n_persons: int) -> Look | None:
    own = extension.of(row)
    values, vectors = regular_part(extension.scores[np.ix_(own, own)])
    if not values.size:
        return None
    along = vectors.T @ extension.gradient[own]
    index = float(n_persons * (along**2 / values).sum())
    df = values.size
    p_value = chi_square_tail(index, df)
    return None if p_value is None else Look(item=item, index=index, df=df, p_value=p_value)
