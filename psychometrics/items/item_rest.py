"""Correlation of each item with the sum of the other items of its scale.

Notes
-----
From the covariance matrix S of the scale's items, for item i and the rest R of the scale,

    r_i = Σ_{j∈R} s_ij / √(s_ii Σ_{j,k∈R} s_jk).

With complete answers this is the correlation of the item with the sum of the others. With missing
answers S is pairwise, as in psych's ``r.drop``.
"""

from __future__ import annotations

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.items.covariance import pairwise_covariance
from psychometrics.types import FloatArray

ROUNDING = 1e-12
"""By how much a correlation of one may exceed it."""


def item_rest_correlations(covariance: FloatArray) -> FloatArray:
    """Correlate each item with the sum of the others.

    Parameters
    ----------
    covariance
        Shape (n_items, n_items), of one scale's items.

    Returns
    -------
    FloatArray
        Shape (n_items,); ``nan`` where the item or its rest does not vary, and where pairwise
        covariances contradict each other, so that the value lies beyond 1.
    """
    variances = np.diag(covariance)
    with_rest = covariance.sum(axis=1) - variances
    rest_variances = covariance.sum() - 2.0 * covariance.sum(axis=1) + variances
    denominator = variances * rest_variances
    known = np.isfinite(denominator) & (denominator > 1e-12)
    correlations = np.full(variances.shape, np.nan)
    correlations[known] = with_rest[known] / np.sqrt(denominator[known])
    return np.where(np.abs(correlations) <= 1.0 + ROUNDING, correlations.clip(-1.0, 1.0), np.nan)


def scale_item_rest(instrument: Instrument, recoded: FloatArray) -> FloatArray:
    """Correlate each item of a form with the rest of its subscale.

    Parameters
    ----------
    instrument
        The form.
    recoded
        Reverse-keyed items turned, shape (n_persons, n_items), missing is ``nan``.

    Returns
    -------
    FloatArray
        Shape (n_items,); ``nan`` for an item without subscale, without a rest, or without variance.
    """
    correlations = np.full(instrument.n_items, np.nan)
    for scale in instrument:
        covariance = pairwise_covariance(recoded[:, scale.columns])
        correlations[scale.columns] = item_rest_correlations(covariance)
    return correlations
