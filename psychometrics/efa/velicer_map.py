"""Velicer's minimum average partial (MAP).

Notes
-----
After the first m principal components are taken out of R, the mean of the squared partial
correlations falls as long as common variance is removed and rises afterwards; the m of its minimum,
from 0 to p − 2, is the number of components.

References
----------
Velicer, W. F. (1976). Determining the number of components from the matrix of partial correlations.
Psychometrika, 41, 321–327. doi:10.1007/BF02293557
"""

from __future__ import annotations

import numpy as np

from psychometrics.efa.results import Map
from psychometrics.types import FloatArray


def minimum_average_partial(correlations: FloatArray) -> Map:
    """Find the number of components that leaves the least squared partial correlation.

    Parameters
    ----------
    correlations
        Shape (n_items, n_items), at least two items.
    """
    n_items = correlations.shape[0]
    values, vectors = np.linalg.eigh(correlations)
    loadings = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    averages = []
    for n_components in range(n_items - 1):
        kept = loadings[:, :n_components]
        residual = correlations - kept @ kept.T
        variances = np.diag(residual)
        if (variances <= 1e-10).any():
            break
        squared = residual**2 / np.outer(variances, variances)
        averages.append((squared.sum() - n_items) / (n_items * (n_items - 1)))
    return Map(n_factors=int(np.argmin(averages)), average_squared_partials=np.array(averages))
