"""Intervals of correlations on Fisher's z scale.

Notes
-----
With z = artanh(r) and its standard error s, the interval is tanh(z ± q s), where q is a quantile of
the normal distribution, or of Student's t where the standard error itself rests on few units. The
ends never leave (−1, 1).

References
----------
Fisher, R. A. (1921). On the "probable error" of a coefficient of correlation deduced from a small
sample. Metron, 1, 3–32.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri, stdtrit

from psychometrics.types import Interval

PERFECT = 1.0 - 1e-12
"""From here on a correlation counts as perfect: z is infinite and has no interval."""


def is_perfect(correlation: float) -> bool:
    """Whether Fisher's z of a correlation does not exist."""
    return abs(correlation) >= PERFECT


def critical_value(level: float, *, df: float | None = None) -> float:
    """Two-sided quantile of the normal distribution, or of Student's t with ``df``."""
    upper = 0.5 + level / 2.0
    return float(ndtri(upper) if df is None else stdtrit(df, upper))


def interval_around(
    z: float, standard_error: float, *, level: float, df: float | None = None
) -> Interval:
    """Compute the interval of a correlation around its Fisher z.

    Parameters
    ----------
    z
        Centre, finite.
    standard_error
        Of ``z``.
    level
        Coverage.
    df
        Degrees of freedom of the standard error; ``None`` for the normal distribution.
    """
    reach = critical_value(level, df=df) * standard_error
    return Interval(lower=float(np.tanh(z - reach)), upper=float(np.tanh(z + reach)), level=level)
