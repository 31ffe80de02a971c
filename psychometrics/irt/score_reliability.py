"""How reliable scores on the trait are.

Marginal reliability is ∫ I(θ) / (I(θ) + 1) φ(θ) dθ with the test information I; empirical
reliability is var(EAP) / (var(EAP) + mean(SE²)) over the persons, the variance with n − 1.

References
----------
Green, B. F., Bock, R. D., Humphreys, L. G., Linn, R. L., & Reckase, M. D. (1984). Technical
guidelines for assessing computerized adaptive tests. Journal of Educational Measurement, 21,
347–360. doi:10.1111/j.1745-3984.1984.tb01039.x
"""

from __future__ import annotations

import numpy as np

from psychometrics.irt.trait_scores import TraitScores
from psychometrics.types import FloatArray


def marginal_reliability(information: FloatArray, density: FloatArray) -> float:
    """Return the expected reliability over a standard normal trait.

    Parameters
    ----------
    information
        Each item's information for θ with variance 1, shape (n_items, n_points).
    density
        The trait's weights, shape (n_points,).
    """
    test = information.sum(axis=0)
    return float(density @ (test / (test + 1.0)))


def empirical_reliability(scores: TraitScores) -> float | None:
    """Return the share of the scores' variance that is not error, ``None`` below two persons."""
    if scores.theta.size < 2:
        return None
    between = float(scores.theta.var(ddof=1))
    return between / (between + float(np.mean(scores.standard_error**2)))
