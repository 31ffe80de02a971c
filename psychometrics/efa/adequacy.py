"""Whether a correlation matrix holds enough to factor: KMO and Bartlett's test of sphericity.

Notes
-----
With Q = R⁻¹ and partial correlations q_ij = −Q_ij / √(Q_ii Q_jj), the Kaiser–Meyer–Olkin measure
is Σ r² / (Σ r² + Σ q²) over the off-diagonal, of all items or of one item's row. Bartlett's
statistic is −(n − 1 − (2p + 5)/6) ln|R| with p(p − 1)/2 degrees of freedom.

References
----------
Kaiser, H. F., & Rice, J. (1974). Little Jiffy, Mark IV. Educational and Psychological Measurement,
34, 111–117. doi:10.1177/001316447403400115

Bartlett, M. S. (1951). The effect of standardization on a χ² approximation in factor analysis.
Biometrika, 38, 337–344. doi:10.1093/biomet/38.3-4.337
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from psychometrics.efa.results import Bartlett
from psychometrics.errors import EstimationError
from psychometrics.positive_definite import inverse as invert
from psychometrics.positive_definite import log_determinant, required
from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingAdequacy:
    """The Kaiser–Meyer–Olkin measure.

    Attributes
    ----------
    overall
        Of all items, 0 to 1.
    items
        Of each item, shape (n_items,).
    """

    overall: float
    items: FloatArray


def sampling_adequacy(correlations: FloatArray) -> SamplingAdequacy:
    """Compute the Kaiser–Meyer–Olkin measure.

    Parameters
    ----------
    correlations
        Shape (n_items, n_items), positive definite, at least two items.
    """
    inverse = required(invert(correlations), "sampling adequacy")
    scale = np.sqrt(np.diag(inverse))
    off_diagonal = ~np.eye(correlations.shape[0], dtype=bool)
    squared = correlations**2 * off_diagonal
    partial = (inverse / np.outer(scale, scale)) ** 2 * off_diagonal
    by_item, by_item_partial = squared.sum(axis=0), partial.sum(axis=0)
    whole = by_item + by_item_partial
    if (whole <= 0.0).any():
        raise EstimationError("sampling adequacy", "an item correlates with no other")
    return SamplingAdequacy(overall=float(by_item.sum() / whole.sum()), items=by_item / whole)


def sphericity(correlations: FloatArray, n_persons: int) -> Bartlett:
    """Test that all correlations are zero.

    Parameters
    ----------
    correlations
        Shape (n_items, n_items), positive definite.
    n_persons
        Persons behind the correlations.
    """
    n_items = correlations.shape[0]
    logarithm = log_determinant(correlations)
    if logarithm is None:
        raise EstimationError("sphericity", "the correlation matrix is singular")
    chi_square = -(n_persons - 1 - (2 * n_items + 5) / 6) * logarithm
    df = n_items * (n_items - 1) // 2
    return Bartlett(chi_square=chi_square, df=df, p_value=float(chdtrc(df, max(chi_square, 0.0))))
