"""Means and covariances of complete answers, and the asymptotic covariance of both.

Convention: covariances divide by N, as maximum likelihood and lavaan do, not by N − 1. Covariances
are strung out as the lower triangle column by column: (1, 1), (2, 1), …, (p, 1), (2, 2), ….

References
----------
Browne, M. W. (1984). Asymptotically distribution-free methods for the analysis of covariance
structures. British Journal of Mathematical and Statistical Psychology, 37, 62–83.
doi:10.1111/j.2044-8317.1984.tb00789.x
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.correlation.categories import numbered
from psychometrics.errors import EstimationError
from psychometrics.types import FloatArray

_STEP = "means and covariances"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMoments:
    """First and second moments of complete answers.

    Attributes
    ----------
    means
        Shape (n_items,).
    covariance
        Divided by N, shape (n_items, n_items).
    n_persons
        N.
    """

    means: FloatArray
    covariance: FloatArray
    n_persons: int


def sample_moments(answers: FloatArray, *, items: Sequence[int] | None = None) -> SampleMoments:
    """Return means and covariance matrix.

    Parameters
    ----------
    answers
        Complete, shape (n_persons, n_items).
    items
        Numbers of the items, for messages.

    Returns
    -------
    SampleMoments
        Moments of the sample.

    Raises
    ------
    EstimationError
        There are no two persons, an answer is missing, or an item is constant.
    """
    if len(answers) < 2:
        raise EstimationError(_STEP, "at least two complete rows are needed")
    if not np.isfinite(answers).all():
        raise EstimationError(_STEP, "an answer is missing; select complete rows before")
    constant = np.ptp(answers, axis=0) == 0
    if constant.any():
        item = numbered(answers, items)[int(np.argmax(constant))]
        raise EstimationError(_STEP, f"item {item} is constant; leave it out")
    means = answers.mean(axis=0)
    deviations = answers - means
    return SampleMoments(
        means=means,
        covariance=deviations.T @ deviations / len(answers),
        n_persons=len(answers),
    )


def casewise_moments(answers: FloatArray) -> FloatArray:
    """Return each person's deviation from the means and from the covariances.

    Their cross-product divided by N is the asymptotically distribution-free estimate of N times the
    covariance of means and covariances (lavaan's NACOV or Γ for continuous answers).

    Parameters
    ----------
    answers
        Complete, shape (n_persons, n_items).

    Returns
    -------
    FloatArray
        Shape (n_persons, n_items + n_items (n_items + 1) / 2); every column sums to zero.

    References
    ----------
    Browne (1984), equation 3.4.
    """
    deviations = answers - answers.mean(axis=0)
    columns, rows = np.triu_indices(answers.shape[1])
    products = deviations[:, rows] * deviations[:, columns]
    return np.hstack((deviations, products - products.mean(axis=0)))


def moments_nacov(answers: FloatArray) -> FloatArray:
    """Return N times the asymptotic covariance of means and covariances, distribution-free.

    Parameters
    ----------
    answers
        Complete, shape (n_persons, n_items).

    Returns
    -------
    FloatArray
        Means first, then covariances; shape (n_moments, n_moments).

    References
    ----------
    Browne (1984), see the module.
    """
    casewise = casewise_moments(answers)
    return np.asarray(casewise.T @ casewise / len(answers))
