"""Infit and outfit of items and persons: mean squared residuals, averaged over the posterior.

With E and V the mean and variance of an answer at θ, outfit is the mean of (x − E)² / V and infit
Σ (x − E)² / Σ V. For an item the sums go over persons, for a person over the items answered, both
within a person over the posterior. Averaging over the posterior instead of inserting an estimate
keeps the expectation at 1. A person's mean squares rest on few answers and scatter widely; above 2
noise outweighs what the answers tell (recalled from Linacre 2002).

References
----------
Wright, B. D., & Masters, G. N. (1982). Rating scale analysis. MESA Press.

Linacre, J. M. (2002). What do infit and outfit, mean-square and standardized mean? Rasch
Measurement Transactions, 16(2), 878.

Adams, R. J., & Wu, M. L. (2007). The mixed-coefficients multinomial logit model: a generalized form
of the Rasch model. In M. von Davier & C. H. Carstensen (Eds.), Multivariate and mixture
distribution Rasch models (pp. 57–75). Springer. doi:10.1007/978-0-387-49839-3_4
"""

from __future__ import annotations

import numpy as np

from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.types import FloatArray, IntArray

MeanSquarePair = tuple[FloatArray, FloatArray]
"""Infit and outfit."""

NOISY = 2.0
_CHUNK = 4096


def item_mean_squares(
    items: ItemParameters, expected_counts: FloatArray, points: FloatArray
) -> MeanSquarePair:
    """Return infit and outfit of each item, shape (n_items,) each.

    Parameters
    ----------
    items
        The fitted items.
    expected_counts
        Persons expected in each category at each point, shape (n_items, width, n_points).
    points
        The grid, shape (n_points,).
    """
    square, variance = _squares(items, points)
    residual = (expected_counts * square).sum(axis=1)
    persons = expected_counts.sum(axis=1)
    known = variance > 1e-12
    ratio = np.where(known, residual / np.where(known, variance, 1.0), persons)
    infit = residual.sum(axis=1) / (persons * variance).sum(axis=1)
    return infit, ratio.sum(axis=1) / persons.sum(axis=1)


def person_mean_squares(
    items: ItemParameters, codes: IntArray, weights: FloatArray, points: FloatArray
) -> MeanSquarePair:
    """Return infit and outfit of each pattern of answers, shape (n_patterns,) each.

    Parameters
    ----------
    items
        The fitted items.
    codes
        Categories 0, 1, …, a missing answer is the items' width; shape (n_patterns, n_items).
    weights
        Posterior weights of each pattern, shape (n_patterns, n_points).
    points
        The grid, shape (n_points,).
    """
    square, variance = _squares(items, points)
    known = variance > 1e-12
    ratio = np.where(known[:, None], square / np.where(known, variance, 1.0)[:, None], 1.0)
    width = square.shape[1]
    residual, scale, outfit = (np.zeros(codes.shape[0]) for _ in range(3))
    for item, column in enumerate(codes.T):
        answered = column < width
        for first in range(0, codes.shape[0], _CHUNK):
            rows = first + np.flatnonzero(answered[first : first + _CHUNK])
            posterior, category = weights[rows], column[rows]
            residual[rows] += (posterior * square[item, category]).sum(axis=1)
            outfit[rows] += (posterior * ratio[item, category]).sum(axis=1)
            scale[rows] += posterior @ variance[item]
    return residual / scale, outfit / (codes < width).sum(axis=1)


def _squares(items: ItemParameters, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (k − E)², shape (n_items, width, n_points), and V, shape (n_items, n_points)."""
    probabilities, mean = items.probabilities(points), items.expected_scores(points)
    steps = np.arange(float(probabilities.shape[1]))
    square = (steps[None, :, None] - mean[:, None, :]) ** 2
    return square, np.asarray((probabilities * square).sum(axis=1))
