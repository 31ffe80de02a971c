"""What to use in place of a correlation matrix that is not positive definite.

Polychoric correlations are estimated pair by pair, so their matrix need not be positive definite.
Where a method needs one that is (extraction, eigenvalues, KMO), negative and vanishing eigenvalues
are raised to a small positive number, all are rescaled to their former sum, and the result is
rescaled to a unit diagonal (the rule documented for psych's ``cor.smooth``). Diagonally weighted
least squares needs no inverse and takes the matrix as it is, like lavaan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.types import FloatArray

TOLERANCE = 1e-12
"""Eigenvalues below this are raised to a hundred times it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """A correlation matrix that is positive definite.

    Attributes
    ----------
    correlations
        Shape (n_items, n_items).
    changed
        Whether smoothing was necessary.
    smallest_eigenvalue
        Of the matrix before smoothing.
    cautions
        A sentence that says so, if it was.
    """

    correlations: FloatArray
    changed: bool
    smallest_eigenvalue: float
    cautions: tuple[str, ...]


def smooth(correlations: FloatArray) -> Smoothed:
    """Return a positive definite correlation matrix near the given one.

    Parameters
    ----------
    correlations
        Symmetric with unit diagonal, shape (n_items, n_items).

    Returns
    -------
    Smoothed
        The matrix itself where it is positive definite already.
    """
    eigenvalues, vectors = np.linalg.eigh(correlations)
    smallest = float(eigenvalues[0])
    if smallest >= TOLERANCE:
        return Smoothed(
            correlations=correlations, changed=False, smallest_eigenvalue=smallest, cautions=()
        )
    raised = np.where(eigenvalues < TOLERANCE, 100 * TOLERANCE, eigenvalues)
    raised *= eigenvalues.sum() / raised.sum()
    product = (vectors * raised) @ vectors.T
    scale = 1 / np.sqrt(np.diag(product))
    smoothed = product * scale[:, None] * scale
    np.fill_diagonal(smoothed, 1.0)
    caution = (
        "the correlation matrix is not positive definite "
        f"(smallest eigenvalue {smallest:.3g}); it was smoothed"
    )
    return Smoothed(
        correlations=smoothed, changed=True, smallest_eigenvalue=smallest, cautions=(caution,)
    )
