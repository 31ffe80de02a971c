"""Reliability of the scores in the very persons whose correlation is disattenuated."""

from __future__ import annotations

import numpy as np

from psychometrics.criterion.options import Reliability
from psychometrics.errors import EstimationError
from psychometrics.reliability.alpha import alpha_of_answers
from psychometrics.reliability.coefficient import estimate
from psychometrics.reliability.omega import fit_scale, omega, one_factor_model
from psychometrics.types import Estimate, FloatArray

TOO_FEW_ITEMS = "the scale has fewer than two items"
NOT_IDENTIFIED = "fewer than three items do not identify a one-factor model"
TOO_FEW = "fewer than two persons answered all items of the scale"
NO_VARIANCE = "the items' sum does not vary"


def reliability_of(answers: FloatArray, which: Reliability, *, level: float) -> Estimate:
    """Compute a scale's reliability and its interval from the complete rows.

    Parameters
    ----------
    answers
        The scale's items after recoding, shape (n_persons, n_items), missing is ``nan``.
    which
        The coefficient.
    level
        Coverage of the interval.
    """
    complete = answers[np.isfinite(answers).all(axis=1)]
    if complete.shape[1] < 2:
        return Estimate(estimate=None, reason=TOO_FEW_ITEMS)
    if complete.shape[0] < 2:
        return Estimate(estimate=None, reason=TOO_FEW)
    compute = {Reliability.ALPHA: _alpha, Reliability.OMEGA: _omega}[which]
    return compute(complete, level)


def _alpha(answers: FloatArray, level: float) -> Estimate:
    found = alpha_of_answers(answers)
    if found is None:
        return Estimate(estimate=None, reason=NO_VARIANCE)
    return estimate(found, level=level)


def _omega(answers: FloatArray, level: float) -> Estimate:
    """One-factor omega; none where the factor model fails or is improper."""
    n_items = answers.shape[1]
    if n_items < 3:
        return Estimate(estimate=None, reason=NOT_IDENTIFIED)
    try:
        scale = fit_scale(one_factor_model(tuple(range(1, n_items + 1))), answers)
    except EstimationError as error:
        return Estimate(estimate=None, reason=f"{error.step}: {error.reason}")
    if scale.improprieties:
        return Estimate(estimate=None, reason=f"the one-factor model: {scale.improprieties[0]}")
    return estimate(omega(scale), level=level)
