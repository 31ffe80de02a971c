"""Inverses of symmetric positive definite matrices, straight from LAPACK."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from psychometrics.types import FloatArray


def inverse_and_log_determinant(matrix: FloatArray) -> tuple[FloatArray, float] | None:
    """Invert a symmetric matrix by its Cholesky factor.

    Parameters
    ----------
    matrix
        Symmetric, shape (p, p).

    Returns
    -------
    tuple of FloatArray and float, or None
        The inverse and log-determinant; ``None`` when the matrix is not positive definite.
    """
    factor, failed = lapack.dpotrf(matrix, lower=1, clean=1)
    if failed:
        return None
    log_determinant = 2.0 * float(np.log(np.diagonal(factor)).sum())
    inverse, failed = lapack.dpotri(factor, lower=1)
    if failed or not np.isfinite(log_determinant):
        return None
    lower = np.tril(inverse, -1)
    return lower + lower.T + np.diag(np.diagonal(inverse)), log_determinant


def solve_definite(matrix: FloatArray, right: FloatArray) -> FloatArray | None:
    """Solve a symmetric system, shapes (m, m) and (m,); ``None`` when it is not definite."""
    factor, failed = lapack.dpotrf(matrix, lower=1)
    if failed:
        return None
    solution, failed = lapack.dpotrs(factor, right, lower=1)
    return None if failed or not np.isfinite(solution).all() else np.asarray(solution)


def smallest_eigenvalue(matrix: FloatArray) -> float:
    """Return the smallest eigenvalue of a symmetric matrix, shape (m, m)."""
    return float(np.linalg.eigvalsh(matrix)[0]) if matrix.size else np.inf
