"""Loevinger's scalability coefficient of each item, for monotonicity.

H_i = Σ_j cov(i, j) / Σ_j cov_max(i, j), where cov_max is the covariance that the two items' own
distributions allow at most. Persons with gaps are left out.

References
----------
Mokken, R. J. (1971). A theory and procedure of scale analysis. Mouton.
"""

from __future__ import annotations

import numpy as np

from psychometrics.types import FloatArray, IntArray


def scalability(codes: IntArray) -> FloatArray:
    """Return H of each item, ``nan`` for one without variation, shape (n_items,).

    Parameters
    ----------
    codes
        Complete rows, categories 0, 1, …, shape (n_persons, n_items).
    """
    ranked = np.sort(codes, axis=0).astype(np.float64)
    observed = np.atleast_2d(np.cov(codes.astype(np.float64), rowvar=False, ddof=0))
    largest = np.atleast_2d(np.cov(ranked, rowvar=False, ddof=0))
    off = ~np.eye(codes.shape[1], dtype=np.bool_)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((observed * off).sum(axis=1) / (largest * off).sum(axis=1))
