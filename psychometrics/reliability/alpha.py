"""Coefficient alpha and Feldt's interval.

Notes
-----
From the covariance matrix S of k items,

    α = k / (k − 1) · (1 − tr S / Σ_ij s_ij).

For normal items with compound symmetry (1 − α) / (1 − α̂) follows F(n − 1, (n − 1)(k − 1)), so

    lower = 1 − (1 − α̂) F_{(1+level)/2},    upper = 1 − (1 − α̂) F_{(1−level)/2}.

References
----------
Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16,
297–334, equation 2. doi:10.1007/BF02310555

Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for coefficient alpha.
Applied Psychological Measurement, 11, 93–103, equation 6. doi:10.1177/014662168701100107
"""

from __future__ import annotations

import numpy as np
from scipy.special import fdtri

from psychometrics.types import FloatArray, Interval


def alpha(covariance: FloatArray) -> float | None:
    """Compute coefficient alpha.

    Parameters
    ----------
    covariance
        Shape (n_items, n_items); a correlation matrix gives standardized alpha.

    Returns
    -------
    float or None
        ``None`` for fewer than two items or a sum without variance.
    """
    n_items = covariance.shape[0]
    total_variance = float(covariance.sum())
    trace = float(np.trace(covariance))
    if n_items < 2 or total_variance <= 1e-12 * max(1.0, trace):
        return None
    return float(n_items / (n_items - 1) * (1.0 - trace / total_variance))


def feldt_interval(
    estimate: float, *, n_persons: int, n_items: int, level: float = 0.95
) -> Interval:
    """Compute Feldt's confidence interval for coefficient alpha.

    Parameters
    ----------
    estimate
        Coefficient alpha in the sample.
    n_persons, n_items
        At least two each.
    level
        Coverage, between 0 and 1.
    """
    df1 = n_persons - 1
    df2 = df1 * (n_items - 1)
    upper_quantile, lower_quantile = fdtri(df1, df2, [(1.0 + level) / 2.0, (1.0 - level) / 2.0])
    return Interval(
        lower=float(1.0 - (1.0 - estimate) * upper_quantile),
        upper=float(1.0 - (1.0 - estimate) * lower_quantile),
        level=level,
    )


def alpha_if_item_deleted(covariance: FloatArray) -> tuple[float | None, ...]:
    """Compute alpha without each item in turn.

    Parameters
    ----------
    covariance
        Shape (n_items, n_items).
    """
    n_items = covariance.shape[0]
    kept = [np.delete(np.arange(n_items), item) for item in range(n_items)]
    return tuple(alpha(covariance[np.ix_(rows, rows)]) for rows in kept)
