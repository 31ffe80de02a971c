"""Change of one person's score, beside what measurement error alone would do.

Notes
-----
With the standard error of measurement SEM of the score, a difference of two scores has standard
error S = √2 SEM, and

    reliable change index = (later − earlier) / S

(Jacobson & Truax 1991). Where no true change happened and errors are normal, the index is standard
normal. It says nothing about whether a change matters, so no bands are attached.

References
----------
Jacobson, N. S., & Truax, P. (1991). Clinical significance. Journal of Consulting and Clinical
Psychology, 59, 12–19. doi:10.1037/0022-006X.59.1.12

Christensen, L., & Mendoza, J. L. (1986). A method of assessing change in a single subject. Behavior
Therapy, 17, 305–308 (the √2). doi:10.1016/S0005-7894(86)80060-0
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from psychometrics.errors import OptionError
from psychometrics.types import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The difference of two scores of one person.

    Attributes
    ----------
    difference
        Later − earlier, in points.
    standard_error
        Of a difference without true change, in points.
    reliable_change_index
        Their ratio.
    interval
        Of the true change.
    """

    difference: float
    standard_error: float
    reliable_change_index: float
    interval: Interval


def standard_error_of_measurement(sd: float, reliability: float) -> float:
    """Compute SD √(1 − reliability).

    Parameters
    ----------
    sd
        Standard deviation of the score in the sample the reliability comes from, not negative.
    reliability
        Between 0 and 1.

    Raises
    ------
    OptionError
        One is outside its range.
    """
    if not 0.0 <= reliability <= 1.0:
        raise OptionError("reliability", "must lie between 0 and 1")
    if not (sd >= 0.0 and math.isfinite(sd)):
        raise OptionError("sd", "must be a number from 0")
    return sd * math.sqrt(1.0 - reliability)


def change(
    earlier: float, later: float, *, measurement_error: float, level: float = 0.95
) -> Change:
    """Compare two scores of one person.

    Parameters
    ----------
    earlier, later
        Scores of the same scale and form.
    measurement_error
        The score's standard error of measurement in points, greater than 0.
    level
        Coverage of the interval, between 0 and 1.

    Raises
    ------
    OptionError
        The measurement error is not positive.
    """
    if not (measurement_error > 0.0 and math.isfinite(measurement_error)):
        raise OptionError("measurement_error", "must be greater than 0")
    difference = later - earlier
    error = math.sqrt(2.0) * measurement_error
    reach = NormalDist().inv_cdf((1.0 + level) / 2.0) * error
    return Change(
        difference=difference,
        standard_error=error,
        reliable_change_index=difference / error,
        interval=Interval(lower=difference - reach, upper=difference + reach, level=level),
    )
