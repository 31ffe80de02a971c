"""Reliability of the scores in the very persons whose correlation is disattenuated."""

from __future__ import annotations

import numpy as np

from psychometrics.reliability.alpha import alpha, feldt_interval
from psychometrics.types import Estimate, FloatArray

ONE_ITEM = "the scale has fewer than two items"
TOO_FEW = "fewer than two persons answered all items of the scale"
NO_VARIANCE = "the items' sum does not vary"


def alpha_of(answers: FloatArray, *, level: float) -> Estimate:
    """Compute alpha and its interval from the complete rows.

    Parameters
    ----------
    answers
        The scale's items after recoding, shape (n_persons, n_items), missing is ``nan``.
    level
        Coverage of the interval.
    """
    complete = answers[np.isfinite(answers).all(axis=1)]
    n_persons, n_items = complete.shape
    if n_items < 2:
        return Estimate(estimate=None, reason=ONE_ITEM)
    if n_persons < 2:
        return Estimate(estimate=None, reason=TOO_FEW)
    estimate = alpha(np.cov(complete, rowvar=False))
    if estimate is None:
        return Estimate(estimate=None, reason=NO_VARIANCE)
    interval = feldt_interval(estimate, n_persons=n_persons, n_items=n_items, level=level)
    return Estimate(estimate=estimate, interval=interval)
