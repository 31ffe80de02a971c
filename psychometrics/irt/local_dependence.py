"""Q3: correlations of the items' residuals at the persons' trait estimates.

A residual is an answer less its expectation at the person's EAP. Each pair uses the persons who
answered both items. Under local independence Q3 is about −1/(n_items − 1).

References
----------
Yen, W. M. (1984). Effects of local item dependence on the fit and equating performance of the
three-parameter logistic model. Applied Psychological Measurement, 8, 125–145.
doi:10.1177/014662168400800201
"""

from __future__ import annotations

import numpy as np

from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.irt.response_patterns import ResponsePatterns
from psychometrics.types import FloatArray


def q3(items: ItemParameters, patterns: ResponsePatterns, theta: FloatArray) -> FloatArray:
    """Return the correlations, shape (n_items, n_items); ``nan`` for a pair without variation.

    Parameters
    ----------
    items
        The fitted items.
    patterns
        The answers.
    theta
        EAP of each pattern, shape (n_patterns,).
    """
    return residual_correlations(patterns, items.expected_scores(theta).T)


def residual_correlations(patterns: ResponsePatterns, expected: FloatArray) -> FloatArray:
    """Return the correlations of answers less expectations, (n_patterns, n_items) each."""
    answered = (patterns.codes < patterns.width).astype(np.float64)
    residual = (patterns.codes - expected) * answered
    persons = answered * patterns.counts[:, None]
    weighted = residual * patterns.counts[:, None]
    n = persons.T @ answered
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = weighted.T @ answered / n
        square = (weighted * residual).T @ answered / n - mean**2
        covariance = weighted.T @ residual / n - mean * mean.T
        return np.asarray(covariance / np.sqrt(square * square.T))
