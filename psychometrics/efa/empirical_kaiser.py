"""The empirical Kaiser criterion.

Notes
-----
Without factors the largest of p eigenvalues tends to (1 + √(p/n))²; after j − 1 factors the
variance left is shared by the other p − j + 1, so the j-th eigenvalue is compared with

    max{ (p − Σ_{i<j} λ_i) / (p − j + 1) · (1 + √(p/n))², 1 }.

References
----------
Braeken, J., & van Assen, M. A. L. M. (2017). An empirical Kaiser criterion. Psychological Methods,
22, 450–466, equation 2. doi:10.1037/met0000074
"""

from __future__ import annotations

import numpy as np

from psychometrics.efa.parallel_analysis import leading
from psychometrics.efa.results import EmpiricalKaiser
from psychometrics.types import FloatArray


def empirical_kaiser(eigenvalues: FloatArray, n_persons: int) -> EmpiricalKaiser:
    """Compare each eigenvalue with what is left for it.

    Parameters
    ----------
    eigenvalues
        Of the correlation matrix, shape (n_items,), descending.
    n_persons
        Persons behind the correlations.
    """
    n_items = eigenvalues.size
    left = n_items - np.concatenate([[0.0], np.cumsum(eigenvalues)[:-1]])
    shared = left / np.arange(n_items, 0, -1)
    reference = np.maximum(shared * (1.0 + np.sqrt(n_items / n_persons)) ** 2, 1.0)
    return EmpiricalKaiser(
        n_factors=leading(eigenvalues > reference), reference_eigenvalues=reference
    )
