"""The one place where matrices are inverted, solved, factored and their determinants taken.

A matrix that is singular, or not positive definite where it has to be, has none of these: ``None``
is returned, and the caller refuses or gives ``null`` with the reason (:func:`required` does the
former). No constant is ever added to such a matrix to make it pass. ``tests/test_architecture.py``
finds a module that calls NumPy's or SciPy's routines itself.

Two rules, by what the matrix is. One that is made of answers is singular where the smallest
eigenvalue, scaled to a unit diagonal, lies below :data:`SINGULAR`. On the way of an iteration what
LAPACK can factor is taken, as the step is judged by where it leads.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from psychometrics.errors import EstimationError
from psychometrics.types import FloatArray

SINGULAR = 1e-10
"""Smallest eigenvalue of a matrix with unit diagonal that still counts as positive definite."""


def is_definite(matrix: FloatArray) -> bool:
    """Whether a symmetric matrix of answers, shape (p, p), is positive definite by the rule."""
    diagonal = np.diagonal(matrix)
    if not np.isfinite(matrix).all() or (diagonal <= 0.0).any():
        return False
    scale = np.sqrt(diagonal)
    return smallest_eigenvalue(matrix / np.outer(scale, scale)) >= SINGULAR


def inverse(matrix: FloatArray) -> FloatArray | None:
    """Invert a symmetric matrix of answers; ``None`` when it is not positive definite."""
    found = inverse_and_log_determinant(matrix) if is_definite(matrix) else None
    return None if found is None else found[0]


def log_determinant(matrix: FloatArray) -> float | None:
    """Return a symmetric matrix's log-determinant; ``None`` when it is not positive definite."""
    found = inverse_and_log_determinant(matrix) if is_definite(matrix) else None
    return None if found is None else found[1]


def required(found: FloatArray | None, step: str) -> FloatArray:
    """Return what was found, or refuse.

    Raises
    ------
    EstimationError
        Naming the step.
    """
    if found is None:
        raise EstimationError(
            step,
            "a matrix is singular; some item follows from the others, or there are too few persons",
        )
    return found


def inverse_and_log_determinant(matrix: FloatArray) -> tuple[FloatArray, float] | None:
    """Invert a symmetric matrix by its Cholesky factor, on the way of an iteration.

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


def cholesky(matrix: FloatArray) -> FloatArray | None:
    """Return the lower triangular L with LL′ = M, shape (…, p, p); ``None`` where there is none."""
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        return None


def solve_square(matrix: FloatArray, right: FloatArray) -> FloatArray | None:
    """Solve systems that need not be symmetric, shapes (…, m, m) and (…, m, k) or (m,).

    ``None`` where one of them is singular.
    """
    try:
        found = np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return None
    return _found(np.asarray(found, dtype=np.float64))


def inverse_square(matrix: FloatArray) -> FloatArray | None:
    """Invert matrices that need not be symmetric, (…, m, m); ``None`` where one is singular."""
    try:
        found = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return None
    return _found(np.asarray(found, dtype=np.float64))


def _found(found: FloatArray) -> FloatArray | None:
    """Give one system's solution if it is finite; of many the caller looks at each."""
    return found if found.ndim > 2 or np.isfinite(found).all() else None


def log_determinants(matrices: FloatArray) -> FloatArray | None:
    """Return log-determinants, shape (…,); ``None`` where one is not positive."""
    signs, logs = np.linalg.slogdet(matrices)
    return np.asarray(logs) if (signs > 0.0).all() and np.isfinite(logs).all() else None


def pseudo_inverse(matrix: FloatArray, *, symmetric: bool = False) -> FloatArray:
    """Return the Moore–Penrose inverse, where the formula asks for it and a rank is expected."""
    return np.asarray(np.linalg.pinv(matrix, hermitian=symmetric))


def smallest_eigenvalue(matrix: FloatArray) -> float:
    """Return the smallest eigenvalue of a symmetric matrix, shape (m, m)."""
    return float(np.linalg.eigvalsh(matrix)[0]) if matrix.size else np.inf
