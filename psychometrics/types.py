"""Words that every module of the engine shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
"""An array of floats; missing is ``nan``."""

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Progress = Callable[[int, int, str], None]
"""Called with (done, total, stage) as long work goes on."""


def no_progress(done: int, total: int, stage: str) -> None:
    """Ignore progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval.

    Attributes
    ----------
    lower, upper
        Its ends, in the unit of the estimate.
    level
        Coverage, between 0 and 1.
    """

    lower: float
    upper: float
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A point estimate with what is known of its precision.

    Attributes
    ----------
    estimate
        The value, or ``None`` where it cannot be estimated (``reason`` says why).
    standard_error
        Its standard error, where one exists.
    interval
        Its confidence interval, where one exists.
    reason
        Why there is no value, or none of its precision.
    """

    estimate: float | None
    standard_error: float | None = None
    interval: Interval | None = None
    reason: str | None = None


class Convergence(Enum):
    """How an iteration ended; the value is a sentence for people."""

    CONVERGED = "The iteration converged."
    ITERATION_LIMIT = "The iteration limit was reached before convergence."
    NO_DESCENT = "No step lowered the discrepancy although its gradient is not zero."
    NOT_FINITE = "The discrepancy stopped being a finite number."

    @property
    def converged(self) -> bool:
        """Whether the solution may be used."""
        return self is Convergence.CONVERGED
