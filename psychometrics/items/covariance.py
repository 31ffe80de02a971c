"""Covariances of items when some answers are missing.

Notes
-----
Each pair of items uses the persons who answered both, with the means of those persons and divisor
n_pair − 1 (R's ``cov(use = "pairwise")``). Without missing answers this is the ordinary covariance
matrix.
"""

from __future__ import annotations

import numpy as np

from psychometrics.types import BoolArray, FloatArray, IntArray


def pairwise_counts(answers: FloatArray) -> IntArray:
    """Count the persons who answered both items of each pair, shape (n_items, n_items).

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), missing is ``nan``.
    """
    answered = np.isfinite(answers).astype(np.float64)
    return np.rint(answered.T @ answered).astype(np.int64)


def pairwise_covariance(answers: FloatArray) -> FloatArray:
    """Compute the pairwise covariance matrix, shape (n_items, n_items).

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), missing is ``nan``.

    Returns
    -------
    FloatArray
        ``nan`` for a pair that fewer than two persons answered.
    """
    answered = np.isfinite(answers)
    counts = pairwise_counts(answers)
    centres = _means(answers, answered)
    deviations = np.where(answered, answers - centres, 0.0)
    sums = deviations.T @ answered
    products = deviations.T @ deviations
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = (products - sums * sums.T / counts) / (counts - 1)
    covariance[counts < 2] = np.nan
    return np.asarray((covariance + covariance.T) / 2.0)


def pairwise_correlations(answers: FloatArray) -> FloatArray:
    """Compute correlations, each over the persons who answered both items of the pair.

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), missing is ``nan``.

    Returns
    -------
    FloatArray
        Shape (n_items, n_items); ``nan`` for a pair that fewer than two persons answered, or in
        which an item does not vary among them.
    """
    answered = np.isfinite(answers)
    counts = np.maximum(pairwise_counts(answers), 1)
    deviations = np.where(answered, answers - _means(answers, answered), 0.0)
    sums = deviations.T @ answered
    squares = (deviations**2).T @ answered - sums**2 / counts
    products = deviations.T @ deviations - sums * sums.T / counts
    lengths = squares * squares.T
    known = lengths > 1e-18
    correlations = np.full(lengths.shape, np.nan)
    correlations[known] = np.clip(products[known] / np.sqrt(lengths[known]), -1.0, 1.0)
    return correlations


def _means(answers: FloatArray, answered: BoolArray) -> FloatArray:
    counts = answered.sum(axis=0)
    totals = np.where(answered, answers, 0.0).sum(axis=0)
    return np.asarray(totals / np.maximum(counts, 1))
