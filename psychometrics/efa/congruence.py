"""How well found factors match the published key, and found factors each other.

Notes
-----
Tucker's coefficient of two loading columns is φ = xᵀy / √(xᵀx yᵀy): .85–.94 fair, above .95 equal
(Lorenzo-Seva & ten Berge 2006). Here y is the key itself, 1 for a subscale's items and 0 otherwise.

References
----------
Lorenzo-Seva, U., & ten Berge, J. M. F. (2006). Tucker's congruence coefficient as a meaningful
index of factor similarity. Methodology, 2, 57–64. doi:10.1027/1614-2241.2.2.57
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from psychometrics.types import FloatArray, IntArray


def tucker(loadings: FloatArray, others: FloatArray) -> FloatArray:
    """Compute the congruence of every column of one matrix with every column of another.

    Parameters
    ----------
    loadings, others
        Shapes (n_items, n_factors) and (n_items, n_others).

    Returns
    -------
    FloatArray
        Shape (n_factors, n_others); zero where a column is zero.
    """
    lengths = np.linalg.norm(loadings, axis=0)[:, None] * np.linalg.norm(others, axis=0)
    products = loadings.T @ others
    return np.asarray(
        np.where(lengths > 0.0, products / np.where(lengths > 0.0, lengths, 1.0), 0.0)
    )


def matched(congruences: FloatArray) -> IntArray:
    """Match factors one to one so that the absolute congruences are highest.

    Parameters
    ----------
    congruences
        Square, shape (n_factors, n_factors).

    Returns
    -------
    IntArray
        For each column the row matched with it.
    """
    rows, columns = linear_sum_assignment(-np.abs(congruences))
    order = np.empty(columns.size, dtype=np.int64)
    order[columns] = rows
    return order
