"""Statistics of change between two occasions.

With D the changes, their mean D̄ and standard deviation S_D (n − 1), S_1 the standard deviation at
the first occasion, I the improved and U the unchanged::

    standardized response mean   D̄ / S_D        interval: noncentral t, exact under normality
    effect size                  D̄ / S_1        delta method: s² = S_D² / (n S_1²) + ES² / 2(n − 1)
    Guyatt's index               D̄_I / S_U      delta method, the two groups apart
    smallest detectable change   1.96 S_U = 1.96 √2 SEM,  SEM = S_U / √2

and Spearman's correlation r with the interval tanh(artanh r ± z s), s² = (1 + r²/2) / (n − 3).

References
----------
Liang, M. H., Fossel, A. H., & Larson, M. G. (1990). doi:10.1097/00005650-199007000-00008 (SRM).
Kazis, L. E., Anderson, J. J., & Meenan, R. F. (1989). doi:10.1097/00005650-198903001-00015 (ES).
Guyatt, G., Walter, S., & Norman, G. (1987). doi:10.1016/0021-9681(87)90069-5.
Bonett, D. G., & Wright, T. A. (2000). doi:10.1007/BF02294183, equation for Spearman's.
de Vet, H. C. W., et al. (2006). doi:10.1186/1477-7525-4-54 (smallest detectable change).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq
from scipy.special import nctdtr, ndtri
from scipy.stats import rankdata

from psychometrics.criterion.fisher import critical_value, interval_around, is_perfect
from psychometrics.longitudinal.estimates import wald
from psychometrics.longitudinal.responsiveness_results import MeanChange
from psychometrics.longitudinal.results import Effect
from psychometrics.types import FloatArray, Interval

_FLAT = 1e-12
_REACHES = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)
"""How far from its normal approximation a noncentrality is searched for."""
CONSTANT = "All changes are the same."


def sd(values: FloatArray) -> float:
    """Return the standard deviation with n − 1; zero for a single value."""
    return float(values.std(ddof=1)) if values.size > 1 else 0.0


def mean_change(changes: FloatArray, *, level: float = 0.95) -> MeanChange | None:
    """Return mean and spread of changes, shape (n,); ``None`` without two of them."""
    n = changes.size
    if n < 2:
        return None
    mean, spread = float(changes.mean()), sd(changes)
    reach = critical_value(level, df=n - 1) * spread / float(np.sqrt(n))
    return MeanChange(
        mean=mean,
        sd=spread,
        interval=Interval(lower=mean - reach, upper=mean + reach, level=level),
    )


def standardized_response_mean(changes: FloatArray, *, level: float = 0.95) -> Effect:
    """Return D̄ / S_D of changes, shape (n,)."""
    n, spread = changes.size, sd(changes)
    if n < 3 or spread < _FLAT:
        return Effect(estimate=None, reason=CONSTANT if n > 2 else "Fewer than three changes.")
    value = float(changes.mean()) / spread
    root = float(np.sqrt(n))
    tail = (1.0 - level) / 2.0
    ends = [_noncentrality(value * root, n - 1, p) / root for p in (1.0 - tail, tail)]
    if not np.isfinite(ends).all():
        return Effect(estimate=value, reason="The noncentral t distribution is out of reach.")
    return Effect(estimate=value, interval=Interval(lower=ends[0], upper=ends[1], level=level))


def _noncentrality(t: float, df: int, p: float) -> float:
    """Return δ with P(T_df(δ) ≤ t) = p."""

    def excess(delta: float) -> float:
        return float(nctdtr(df, delta, t)) - p

    centre = t - float(ndtri(p)) * float(np.sqrt(1.0 + t**2 / (2.0 * df)))
    for reach in _REACHES:
        low, high = excess(centre - reach), excess(centre + reach)
        if not np.isfinite([low, high]).all():
            break
        if low * high < 0.0:
            return float(brentq(excess, centre - reach, centre + reach, xtol=1e-11))
    return float("nan")


def effect_size(changes: FloatArray, first: FloatArray) -> Effect:
    """Return D̄ / S_1 of changes and scores at the first occasion, shape (n,) each."""
    n, spread = changes.size, sd(first)
    if n < 3 or spread < _FLAT:
        return Effect(estimate=None, reason="The scores at the first occasion do not vary.")
    value = float(changes.mean()) / spread
    variance = sd(changes) ** 2 / (n * spread**2) + value**2 / (2.0 * (n - 1))
    return wald(value, float(np.sqrt(variance)))


def guyatt(improved: FloatArray, unchanged: FloatArray) -> Effect:
    """Return D̄_I / S_U of the changes of both groups."""
    spread = sd(unchanged)
    if improved.size < 2 or unchanged.size < 2:
        return Effect(estimate=None, reason="Fewer than two persons are improved or unchanged.")
    if spread < _FLAT:
        return Effect(estimate=None, reason="The unchanged all change alike.")
    value = float(improved.mean()) / spread
    variance = sd(improved) ** 2 / (improved.size * spread**2)
    variance += value**2 / (2.0 * (unchanged.size - 1))
    return wald(value, float(np.sqrt(variance)))


def smallest_detectable_change(unchanged: FloatArray) -> float | None:
    """Return 1.96 S_U of the changes of the unchanged, ``None`` with fewer than two."""
    return critical_value(0.95) * sd(unchanged) if unchanged.size > 1 else None


def spearman(first: FloatArray, second: FloatArray, *, level: float = 0.95) -> Effect:
    """Return Spearman's correlation of two variables without gaps, shape (n,) each."""
    n = first.size
    if n < 4:
        return Effect(estimate=None, reason="Fewer than four pairs.")
    x, y = rankdata(first), rankdata(second)
    if min(np.ptp(x), np.ptp(y)) < _FLAT:
        return Effect(estimate=None, reason="One of the two does not vary.")
    r = float(np.clip(np.corrcoef(x, y)[0, 1], -1.0, 1.0))
    found = Effect(estimate=r)
    if is_perfect(r):
        return replace(found, reason="It is perfect, which has no interval.")
    error = float(np.sqrt((1.0 + r**2 / 2.0) / (n - 3)))
    return replace(found, interval=interval_around(float(np.arctanh(r)), error, level=level))
