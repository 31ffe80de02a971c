"""Which change tells the improved from the others, and how well.

Changes above a cutoff are called improvements; cutoffs lie midway between neighbouring changes, and
the best has the largest Youden index, sensitivity + specificity − 1. The area under the curve is
the probability that an improved person's change exceeds another's, ties counted half.

References
----------
Youden, W. J. (1950). doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.
DeLong, E. R., DeLong, D. M., & Clarke-Pearson, D. L. (1988). doi:10.2307/2531595, equations 2 to 5.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from psychometrics.criterion.fisher import critical_value
from psychometrics.longitudinal.responsiveness_results import RocChange
from psychometrics.types import BoolArray, FloatArray, Interval

_SAME = 1e-9
"""Changes that differ by less are the same: prorated scores carry rounding errors."""


def roc_of(changes: FloatArray, improved: BoolArray, *, level: float = 0.95) -> RocChange:
    """Find the best cutoff and the area under the curve.

    Parameters
    ----------
    changes
        Shape (n,).
    improved
        Who improved, shape (n,).
    level
        Coverage of the area's interval.
    """
    rounded = _merged(changes)
    cases, controls = rounded[improved], rounded[~improved]
    if not cases.size or not controls.size:
        return _nothing("The anchor needs persons who improved and persons who did not.")
    values = np.unique(rounded)
    if values.size < 2:
        return _nothing("All changes are the same.")
    cutoffs = (values[1:] + values[:-1]) / 2.0
    sensitivity = 1.0 - np.searchsorted(np.sort(cases), cutoffs) / cases.size
    specificity = np.searchsorted(np.sort(controls), cutoffs) / controls.size
    youden = sensitivity + specificity - 1.0
    best = cutoffs[youden > youden.max() - _SAME]
    auc, variance = _area(cases, controls)
    return RocChange(
        cutoff=float(best[0]),
        auc=auc,
        interval=None if variance is None else _interval(auc, variance, level),
        all_best=tuple(float(one) for one in best),
        reason="The interval needs two persons on each side." if variance is None else None,
    )


def _nothing(reason: str) -> RocChange:
    return RocChange(cutoff=None, auc=None, interval=None, all_best=(), reason=reason)


def _merged(changes: FloatArray) -> FloatArray:
    """Give changes that are the same but for rounding the same value."""
    order = np.argsort(changes, kind="stable")
    ordered = changes[order]
    starts = np.diff(ordered, prepend=-np.inf) > _SAME
    merged = np.empty_like(changes)
    merged[order] = ordered[starts][np.cumsum(starts) - 1]
    return merged


def _area(cases: FloatArray, controls: FloatArray) -> tuple[float, float | None]:
    """Return the area and DeLong's variance, from midranks."""
    m, n = cases.size, controls.size
    both = rankdata(np.concatenate([cases, controls]))
    of_cases = (both[:m] - rankdata(cases)) / n
    of_controls = 1.0 - (both[m:] - rankdata(controls)) / m
    area = float(of_cases.mean())
    if min(m, n) < 2:
        return area, None
    return area, float(of_cases.var(ddof=1) / m + of_controls.var(ddof=1) / n)


def _interval(auc: float, variance: float, level: float) -> Interval:
    reach = critical_value(level) * float(np.sqrt(variance))
    return Interval(lower=max(auc - reach, 0.0), upper=min(auc + reach, 1.0), level=level)
