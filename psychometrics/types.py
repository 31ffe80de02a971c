"""Words that every module of the engine shares."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import Level, Reason, StandardError

FloatArray = NDArray[np.float64]
"""An array of floats; missing is ``nan``."""

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Progress = Callable[[int, int, str], None]
"""Called with (done, total, stage) as long work goes on."""


def no_progress(done: int, total: int, stage: str) -> None:
    """Ignore progress."""


@result
class Interval:
    """A confidence interval."""

    lower: float = about("Lower limit, in the unit of the estimate.")
    upper: float = about("Upper limit, in the unit of the estimate.")
    level: Level = about(default=0.95)


@result
class Estimate:
    """A point estimate with what is known of its precision."""

    estimate: float | None = about("The value.")
    standard_error: StandardError | None = about(default=None)
    interval: Interval | None = about(default=None)
    reason: Reason | None = about(default=None)


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
