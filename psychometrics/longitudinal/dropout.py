"""Who is seen until when, and whether those who leave differ from those who stay.

A person leaves after the last occasion on which there is a response. At every occasion t but the
last, d_t is the mean of those who leave after t minus that of those who are seen later, divided by
the standard deviation at t; the d_t are pooled with weights 1/(1/n_leave + 1/n_stay). Dropout that
depends on what was seen is at random (Rubin, 1976): full information likelihood allows for it when
what it depends on belongs to the model.

References
----------
Rubin, D. B. (1976). Inference and missing data. doi:10.1093/biomet/63.3.581.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from psychometrics.criterion.fisher import critical_value
from psychometrics.longitudinal.panel import Panel
from psychometrics.longitudinal.trajectory_results import Departure, Dropout
from psychometrics.types import FloatArray, Interval

FEW_LEAVERS = 5
"""With fewer no difference is told."""


def dropout_of(panel: Panel, variables: Mapping[str, FloatArray]) -> Dropout:
    """Describe dropout.

    Parameters
    ----------
    panel
        Persons and occasions.
    variables
        Scores and outcomes by name, each of shape (n_persons, n_occasions).
    """
    present = panel.rows >= 0
    return Dropout(
        by_occasion=tuple(int(n) for n in present.sum(axis=0)),
        leavers=tuple(departure(name, values, panel) for name, values in variables.items()),
    )


def departure(name: str, values: FloatArray, panel: Panel, *, level: float = 0.95) -> Departure:
    """Compare those who leave with those who stay in one variable."""
    n_occasions = panel.n_occasions
    seen = panel.rows >= 0
    last = n_occasions - 1 - np.argmax(seen[:, ::-1], axis=1)
    total = weight = 0.0
    n_leavers = 0
    for t in range(n_occasions - 1):
        known = np.isfinite(values[:, t])
        leave, stay = values[known & (last == t), t], values[known & (last > t), t]
        sd = np.std(values[known, t], ddof=1) if known.sum() > 1 else 0.0
        if not leave.size or not stay.size or sd < 1e-12:
            continue
        precision = 1.0 / (1.0 / leave.size + 1.0 / stay.size)
        total += precision * float(leave.mean() - stay.mean()) / float(sd)
        weight += precision
        n_leavers += leave.size
    if n_leavers < FEW_LEAVERS:
        return Departure(variable=name, difference=None, interval=None, n_leavers=n_leavers)
    d, reach = total / weight, critical_value(level) / float(np.sqrt(weight))
    return Departure(
        variable=name,
        difference=d,
        interval=Interval(lower=d - reach, upper=d + reach, level=level),
        n_leavers=n_leavers,
    )


def differs(found: Departure) -> bool:
    """Whether the interval of a difference excludes zero."""
    ends = found.interval
    return ends is not None and (ends.lower > 0.0 or ends.upper < 0.0)
