"""Whether a person's answers are likely under the model: l_z*.

With the person's trait θ at the mode of the posterior, w_jk = log P_jk and r_jk = ∂ log P_jk / ∂θ,
the log-likelihood's centred value W = Σ_j Σ_k ([x_j = k] − P_jk) w_jk is standardized allowing for
the estimation of θ (Snijders; for more than two categories Sinharay):

c = Σ P r w / Σ P r², w̃ = w − c r, l_z* = (W + c r₀(θ)) / √(Σ_j Var_j(w̃)),

where r₀(θ) = −θ is the derivative of the standard normal prior's logarithm. Low values are
unlikely answers. The distribution is standard normal for long scales; with few items fewer than 5%
of persons who answer by the model lie below the critical value. Persons with fewer than two answers
are not tested.

References
----------
Snijders, T. A. B. (2001). Asymptotic null distribution of person fit statistics with estimated
person parameter. Psychometrika, 66, 331–342. doi:10.1007/BF02294437

Sinharay, S. (2016). Asymptotically correct standardization of person-fit statistics beyond
dichotomous items. Psychometrika, 81, 992–1013. doi:10.1007/s11336-015-9465-x
"""

from __future__ import annotations

import numpy as np

from psychometrics.irt.item_parameters import ItemParameters
from psychometrics.irt.response_patterns import ResponsePatterns
from psychometrics.types import FloatArray, IntArray

CRITICAL = -1.6448536269514722
"""5% quantile of the standard normal distribution."""
_ITERATIONS = 50
_CHUNK = 4096


def person_fit(items: ItemParameters, patterns: ResponsePatterns, start: FloatArray) -> FloatArray:
    """Return l_z* of each pattern, ``nan`` where it cannot be computed, shape (n_patterns,).

    Parameters
    ----------
    items
        The fitted items, for a standard normal trait.
    patterns
        The answers.
    start
        A trait value of each pattern to start from, shape (n_patterns,).
    """
    found = np.full(start.size, np.nan)
    for first in range(0, start.size, _CHUNK):
        rows = slice(first, first + _CHUNK)
        found[rows] = _standardized(items, patterns.codes[rows], start[rows])
    return found


def _standardized(items: ItemParameters, codes: IntArray, start: FloatArray) -> FloatArray:
    answered = (codes < items.intercepts.shape[1] + 1).T
    theta = posterior_mode(items, codes, start)
    probability = items.probabilities(theta) * answered[:, None]
    logs = np.log(np.where(probability > 0.0, probability, 1.0))
    slope = items.trait_derivative(theta)
    shift = (probability * slope * logs).sum(axis=(0, 1)) / (probability * slope**2).sum(
        axis=(0, 1)
    )
    adjusted = logs - shift * slope
    mean = (probability * adjusted).sum(axis=1)
    variance = ((probability * adjusted**2).sum(axis=1) - mean**2).sum(axis=0)
    chosen = (codes.T[:, None] == np.arange(probability.shape[1])[:, None]) * 1.0
    centred = ((chosen - probability) * logs).sum(axis=(0, 1))
    testable = (answered.sum(axis=0) >= 2) & (variance > 1e-10)
    scale = np.sqrt(np.where(testable, variance, 1.0))
    return np.where(testable, (centred - shift * theta) / scale, np.nan)


def posterior_mode(items: ItemParameters, codes: IntArray, start: FloatArray) -> FloatArray:
    """Return the mode of each posterior, by Fisher's scoring from a start."""
    width = items.intercepts.shape[1] + 1
    answered = (codes < width).T
    chosen = codes.T[:, None] == np.arange(width)[:, None]
    theta = start.copy()
    for _ in range(_ITERATIONS):
        slope = items.trait_derivative(theta)
        gradient = (slope * chosen).sum(axis=(0, 1)) - theta
        information = (items.information(theta) * answered).sum(axis=0) + 1.0
        step = np.clip(gradient / information, -1.0, 1.0)
        theta = theta + step
        if np.abs(step).max(initial=0.0) < 1e-9:
            break
    return theta
