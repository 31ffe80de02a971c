"""Each person's influence on the estimates of a factor model fitted by maximum likelihood.

Notes
-----
With the casewise scores s_i at the estimates and H the observed information of one person, the
influence of person i on the parameters is H⁻¹ s_i / n, and on a function of them its slope times
that. H is the observed, not the expected, information, so the standard errors that follow hold for
any distribution and for a model that is only approximately right (Huber's sandwich).

References
----------
Yuan, K.-H., & Bentler, P. M. (2002). Psychometrika, 67, 251–259. doi:10.1007/BF02294845
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psychometrics.cfa.fit_result import Fitted, inverted_information
from psychometrics.cfa.implied import GroupState, slopes_at, state_at
from psychometrics.positive_definite import inverse
from psychometrics.types import FloatArray

StateFunction = Callable[[GroupState], FloatArray]
"""A function of a model's matrices, with any leading axes; shape (…)."""

_STEP = 1e-5


def influence_along(fitted: Fitted, centred: FloatArray, slope: FloatArray) -> FloatArray | None:
    """Compute each person's influence on a function of the parameters of a one-group model.

    Parameters
    ----------
    fitted
        A model without means, fitted by robust maximum likelihood (observed information).
    centred
        The answers' deviations from their means, shape (n_persons, n_items).
    slope
        The function's derivatives by the parameters, shape (n_free,).

    Returns
    -------
    FloatArray or None
        Shape (n_persons,); ``None`` when the information is singular.

    Notes
    -----
    A score is (z′Px)(z′Py) − x′Py, so that any sum of weighted scores is one quadratic form of z:
    no score of a single parameter has to be kept for each person.
    """
    inverted = inverted_information(fitted.information)
    if inverted is None:
        return None
    layout, state = fitted.layout.groups[0], fitted.states[0]
    precision = inverse(state.covariance)
    if precision is None:
        return None
    slopes = slopes_at(layout, state)
    by_cell = layout.gather_jacobian(np.eye(len(slopes.left)))
    weights = by_cell @ inverted @ slope / centred.shape[0]
    inner = (slopes.left.T * weights) @ slopes.right
    form = precision @ inner @ precision
    return np.asarray(((centred @ form) * centred).sum(axis=1) - (inner * precision).sum())


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
