"""Infit and outfit of items: mean squared residuals, averaged over each person's posterior.

With E and V the mean and variance of an answer at θ, outfit is the mean of (x − E)² / V and infit
Σ (x − E)² / Σ V, both sums over persons and, within a person, over the posterior. Averaging over
the posterior instead of inserting an estimate keeps the expectation at 1.

References
----------
Wright, B. D., & Masters, G. N. (1982). Rating scale analysis. MESA Press.

Adams, R. J., & Wu, M. L. (2007). The mixed-coefficients multinomial logit model: a generalized form
of the Rasch model. In M. von Davier & C. H. Carstensen (Eds.), Multivariate and mixture
distribution Rasch models (pp. 57–75). Springer. doi:10.1007/978-0-387-49839-3_4
"""

from __future__ import annotations

import numpy as np

from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.types import FloatArray


def item_mean_squares(
    items: ItemParameters, expected_counts: FloatArray, points: FloatArray
) -> tuple[FloatArray, FloatArray]:
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
    steps = np.arange(float(expected_counts.shape[1]))
    probabilities, mean = items.probabilities(points), items.expected_scores(points)
    variance = np.einsum("k,jkq->jq", steps**2, probabilities) - mean**2
    square = (steps[None, :, None] - mean[:, None, :]) ** 2
    residual = (expected_counts * square).sum(axis=1)
    persons = expected_counts.sum(axis=1)
    known = variance > 1e-12
    ratio = np.where(known, residual / np.where(known, variance, 1.0), persons)
    infit = residual.sum(axis=1) / (persons * variance).sum(axis=1)
    return infit, ratio.sum(axis=1) / persons.sum(axis=1)
