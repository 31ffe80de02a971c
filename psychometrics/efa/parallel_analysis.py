"""Parallel analysis: which eigenvalues exceed those of uncorrelated data.

Notes
-----
Eigenvalues are compared in order, each with a quantile of the same eigenvalue over random samples
of uncorrelated items; counting stops at the first that does not exceed it (Horn 1965, with a
quantile after Glorfeld 1995). *Components* takes the eigenvalues of the correlation matrix,
*principal axes* those of the matrix with squared multiple correlations in its diagonal (Humphreys &
Montanelli 1975).

The correlation matrix of n normal persons depends on the data through a Wishart matrix with n − 1
degrees of freedom alone, so that matrix is drawn instead of the persons, by Bartlett's
decomposition: W = AAᵀ, A lower triangular with A_ii² ~ χ²(n − 1 − i), i from 0, and standard normal
below the diagonal.

References
----------
Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis.
Psychometrika, 30, 179–185. doi:10.1007/BF02289447

Glorfeld, L. W. (1995). An improvement on Horn's parallel analysis methodology. Educational and
Psychological Measurement, 55, 377–393. doi:10.1177/0013164495055003002

Humphreys, L. G., & Montanelli, R. G. (1975). An investigation of the parallel analysis criterion.
Multivariate Behavioral Research, 10, 193–205. doi:10.1207/s15327906mbr1002_5
"""

from __future__ import annotations

import numpy as np

from psychometrics.efa.results import Retention
from psychometrics.positive_definite import inverse_square, required
from psychometrics.sampling import product
from psychometrics.types import BoolArray, FloatArray


def random_correlations(
    n_persons: int, n_items: int, replicates: int, rng: np.random.Generator
) -> FloatArray:
    """Draw sample correlation matrices of uncorrelated normal items.

    Parameters
    ----------
    n_persons
        At least two.
    n_items, replicates
        Size and number of the matrices.
    rng
        Source of the draws.

    Returns
    -------
    FloatArray
        Shape (replicates, n_items, n_items).
    """
    if n_persons > n_items:
        roots = np.tril(rng.standard_normal((replicates, n_items, n_items)), -1)
        df = n_persons - 1 - np.arange(n_items)
        diagonal = np.arange(n_items)
        roots[:, diagonal, diagonal] = np.sqrt(rng.chisquare(df, (replicates, n_items)))
    else:
        roots = rng.standard_normal((replicates, n_items, n_persons - 1))
    roots /= np.linalg.norm(roots, axis=2, keepdims=True)
    return product(roots, roots.transpose(0, 2, 1))


def component_eigenvalues(correlations: FloatArray) -> FloatArray:
    """Compute eigenvalues in descending order.

    Parameters
    ----------
    correlations
        Shape (…, n_items, n_items).
    """
    return np.asarray(np.linalg.eigvalsh(correlations)[..., ::-1])


def principal_axis_eigenvalues(correlations: FloatArray) -> FloatArray:
    """Compute eigenvalues with squared multiple correlations in the diagonal, descending.

    Parameters
    ----------
    correlations
        Shape (…, n_items, n_items), positive definite.
    """
    inverse_diagonal = np.diagonal(
        required(inverse_square(correlations), "principal axes"), axis1=-2, axis2=-1
    )
    n_items = correlations.shape[-1]
    reduced = correlations - np.eye(n_items) / inverse_diagonal[..., None, :]
    return component_eigenvalues(reduced)


def compare(eigenvalues: FloatArray, random: FloatArray, quantile: float) -> Retention:
    """Compare observed with random eigenvalues.

    Parameters
    ----------
    eigenvalues
        Shape (n_items,), descending.
    random
        Shape (replicates, n_items), each row descending.
    quantile
        Between 0 and 1.
    """
    reference = np.quantile(random, quantile, axis=0)
    return Retention(
        n_factors=leading(eigenvalues > reference),
        eigenvalues=eigenvalues,
        quantile_eigenvalues=reference,
    )


def leading(above: BoolArray) -> int:
    """Count the ``True`` before the first ``False``."""
    return int(np.cumprod(above).sum())
