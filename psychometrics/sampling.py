"""Arithmetic of random samples that gives the same bits on every processor.

A linear algebra library orders its sums by processor, so that last digits differ, and eigenvectors
of repeated eigenvalues are arbitrary altogether. A seeded sample must not depend on either: from
the random numbers to the answers only single additions, multiplications, divisions and square roots
are used here, in a stated order, and values are rounded before they are cut into categories.
"""

from __future__ import annotations

import numpy as np

from psychometrics.types import FloatArray, IntArray

DIGITS = 8
"""Decimals kept of a fitted population before anything is drawn from it.

Proper solutions agree to about 1e-10 on all processors, so that they are rounded alike.
"""

CUT_DIGITS = 9
"""Decimals kept of a propensity before it is compared with thresholds."""

_VANISHING = 1e-10


def settled(values: FloatArray, digits: int = DIGITS) -> FloatArray:
    """Round estimates, or propensities, beyond what may differ between processors."""
    return np.asarray(np.round(values, digits)) + 0.0


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """Multiply matrices, each sum from its first term to its last.

    Parameters
    ----------
    left
        Shape (…, n, k).
    right
        Shape (…, k, m).

    Returns
    -------
    FloatArray
        Shape (…, n, m).
    """
    total = left[..., :, :1] * right[..., :1, :]
    for term in range(1, left.shape[-1]):
        total += left[..., :, term, None] * right[..., None, term, :]
    return np.asarray(total)


def triangular_root(matrix: FloatArray) -> FloatArray:
    """Return the lower triangular L with LLᵀ = M, by Cholesky's method.

    Parameters
    ----------
    matrix
        Symmetric and positive semidefinite, shape (p, p). A column whose pivot vanishes is zero, so
        that L exists for a singular matrix too.
    """
    left = np.array(matrix, dtype=np.float64)
    root = np.zeros_like(left)
    for column in range(len(left)):
        pivot = left[column, column]
        if pivot <= _VANISHING * matrix[column, column]:
            continue
        root[column:, column] = left[column:, column] / np.sqrt(pivot)
        left -= root[:, column, None] * root[None, :, column]
    return root


def correlated(normal: FloatArray, root: FloatArray) -> FloatArray:
    """Give independent standard normal numbers, shape (…, p), the covariance of a root L, (p, p).

    The rows of the result are L times those of ``normal``.
    """
    total = np.zeros_like(normal)
    for column in range(root.shape[0]):
        total[..., column:] += normal[..., column, None] * root[column:, column]
    return total


def categories(propensity: FloatArray, thresholds: FloatArray) -> IntArray:
    """Count the thresholds below each propensity.

    Parameters
    ----------
    propensity
        Shape (…, n_items).
    thresholds
        Shape (…, n_items, n_thresholds), to be broadcast.
    """
    rounded = settled(propensity, CUT_DIGITS)[..., None]
    return np.asarray((rounded > settled(thresholds, CUT_DIGITS)).sum(axis=-1))
