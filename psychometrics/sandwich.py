"""The middle of a sandwich: cross-products of persons' scores, within clusters where there are any.

Scores of every parameter take more memory than the answers they come from, so that those of many
persons are made and multiplied some rows at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from psychometrics.types import FloatArray, IntArray

_ROWS_AT_ONCE = 1 << 14


def cluster_sums(values: FloatArray, codes: IntArray, n_clusters: int | None = None) -> FloatArray:
    """Add up rows within clusters.

    Parameters
    ----------
    values
        One row for each person, shape (n_persons, n_values).
    codes
        Number of each person's cluster, from 0, shape (n_persons,).
    n_clusters
        Number of clusters, where these are not the rows of all.

    Returns
    -------
    FloatArray
        Shape (n_clusters, n_values).
    """
    sums = np.zeros((n_clusters or int(codes.max()) + 1, values.shape[1]))
    np.add.at(sums, codes, values)
    return sums


def cross_products(scores: FloatArray, codes: IntArray | None = None) -> FloatArray:
    """Return Σ ss′ over persons or, with clusters, over clusters.

    Parameters
    ----------
    scores
        Of each person, shape (n_persons, n_scores); they sum to zero at the estimates.
    codes
        Number of each person's cluster, from 0, shape (n_persons,); ``None`` if persons are
        independent of each other.

    Returns
    -------
    FloatArray
        Shape (n_scores, n_scores).

    Notes
    -----
    With G clusters scores are summed within clusters first, and G / (G − 1) multiplies the sum of
    the cross-products, as in lavaan 0.6-14 and in Stata: with clusters of one it is N / (N − 1)
    times the sum over persons. It holds G − 1 independent directions at the most.

    References
    ----------
    Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
    surveys. International Statistical Review, 51, 279–292. doi:10.2307/1402588
    """
    if codes is None:
        return scores.T @ scores
    sums = cluster_sums(scores, codes)
    return np.asarray(finite_sample(codes) * (sums.T @ sums))


def _row_blocks(n_persons: int) -> Iterator[slice]:
    """Cut persons into blocks of which the scores of every parameter stand in memory together."""
    return (slice(at, at + _ROWS_AT_ONCE) for at in range(0, n_persons, _ROWS_AT_ONCE))


def cross_products_by_rows(
    scores: Callable[[slice], FloatArray], n_persons: int, codes: IntArray | None = None
) -> FloatArray:
    """Return :func:`cross_products` of scores that are made some rows at a time.

    Parameters
    ----------
    scores
        Gives the scores of some persons, shape (n_rows, n_scores); of all together they would
        take more memory than the answers.
    n_persons
        Number of persons.
    codes
        As for :func:`cross_products`.
    """
    parts = ((rows, scores(rows)) for rows in _row_blocks(n_persons))
    if codes is None:
        return np.asarray(sum(part.T @ part for _, part in parts))
    n_clusters = int(codes.max()) + 1
    sums = sum(cluster_sums(part, codes[rows], n_clusters) for rows, part in parts)
    return np.asarray(finite_sample(codes) * (np.transpose(sums) @ sums))


def finite_sample(codes: IntArray | None) -> float:
    """Return G / (G − 1), by which sums over clusters are multiplied; 1 without clusters."""
    if codes is None:
        return 1.0
    n_clusters = int(codes.max()) + 1
    return n_clusters / (n_clusters - 1)
