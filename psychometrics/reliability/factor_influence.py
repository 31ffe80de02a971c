"""Each person's influence on the estimates of a factor model fitted by maximum likelihood.

Notes
-----
With the casewise scores s_i at the estimates and H the observed information of one person, the
influence of person i on the parameters is H⁻¹ s_i / n. H is the observed, not the expected,
information, so the standard errors that follow hold for any distribution and for a model that is
only approximately right (Huber's sandwich).

References
----------
Yuan, K.-H., & Bentler, P. M. (2002). Psychometrika, 67, 251–259. doi:10.1007/BF02294845
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psychometrics.cfa.fitted import Fitted, inverted_information
from psychometrics.cfa.implied import GroupState, slopes_at, state_at
from psychometrics.types import FloatArray

StateFunction = Callable[[GroupState], FloatArray]
"""A function of a model's matrices, with any leading axes; shape (…)."""

_STEP = 1e-5


def parameter_influence(fitted: Fitted, centred: FloatArray) -> FloatArray | None:
    """Compute each person's influence on the parameters of a one-group model.

    Parameters
    ----------
    fitted
        A model without means, fitted by robust maximum likelihood (observed information).
    centred
        The answers' deviations from their means, shape (n_persons, n_items).

    Returns
    -------
    FloatArray or None
        Shape (n_persons, n_free); ``None`` when the information is singular.
    """
    inverse = inverted_information(fitted.information)
    if inverse is None:
        return None
    layout, state = fitted.layout.groups[0], fitted.states[0]
    precision = np.linalg.inv(state.covariance)
    slopes = slopes_at(layout, state)
    weighted = centred @ precision
    expected = ((slopes.left @ precision) * slopes.right).sum(axis=1)
    scores = (weighted @ slopes.left.T) * (weighted @ slopes.right.T) - expected
    return np.asarray(layout.gather_jacobian(scores) @ inverse / centred.shape[0])


def gradient(fitted: Fitted, function: StateFunction) -> FloatArray:
    """Differentiate a function of the model's matrices by the parameters, shape (n_free,).

    All parameters are moved up and down at once, as one stack of states.
    """
    theta = fitted.theta
    steps = _STEP * np.maximum(np.abs(theta), 1.0)
    moved = theta + np.concatenate([np.diag(steps), -np.diag(steps)])
    values = function(state_at(fitted.layout.groups[0], moved))
    n_free = theta.size
    return np.asarray((values[:n_free] - values[n_free:]) / (2.0 * steps))
