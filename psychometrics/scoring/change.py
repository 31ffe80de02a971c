"""Change of one person's score, beside what measurement error alone would do.

Notes
-----
With the standard error of measurement SEM of the score, a difference of two scores has standard
error S = √2 SEM, and

    reliable change index = (later − earlier) / S

(Jacobson & Truax 1991). Where no true change happened and errors are normal, the index is standard
normal. It says nothing about whether a change matters, so no judgement is attached.

    smallest detectable change = z S,  z the normal quantile of the level

is what a difference must exceed (de Vet et al. 2006). Around each score of a course it makes a
band, cut at the ends of the scale; a score outside of it differs detectably.

References
----------
Jacobson, N. S., & Truax, P. (1991). Clinical significance. Journal of Consulting and Clinical
Psychology, 59, 12–19. doi:10.1037/0022-006X.59.1.12

Christensen, L., & Mendoza, J. L. (1986). A method of assessing change in a single subject. Behavior
Therapy, 17, 305–308 (the √2). doi:10.1016/S0005-7894(86)80060-0

de Vet, H. C. W., et al. (2006). Minimal changes in health status questionnaires. Health and Quality
of Life Outcomes, 4, 54. doi:10.1186/1477-7525-4-54
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One person's scores on a scale, with the change that could be detected.

    Attributes
    ----------
    scores
        First to last, ``None`` where there is none.
    smallest_detectable_change
        In points.
    band
        Around each score, within the scale's range; ``None`` where there is no score.
    """

    scores: tuple[float | None, ...]
    smallest_detectable_change: float
    band: tuple[Interval | None, ...]


def course(
    scores: Sequence[float | None],
    *,
    measurement_error: float,
    span: tuple[float, float],
    level: float = 0.95,
) -> Course:
    """Set the scores of one person beside what measurement error alone would do.

    Parameters
    ----------
    scores
        Of the same scale and form, first to last; ``None`` is missing.
    measurement_error
        As in :func:`change`.
    span
        Lowest and highest possible score.
    level
        Share of differences without true change that stay within the band.

    Raises
    ------
    OptionError
        The measurement error is not positive.
    """
    # zero difference: its interval reaches as far as a change must to be detected
    reach = change(0.0, 0.0, measurement_error=measurement_error, level=level).interval.upper
    low, high = span
    return Course(
        scores=tuple(scores),
        smallest_detectable_change=reach,
        band=tuple(
            None
            if score is None
            else Interval(
                lower=max(score - reach, low), upper=min(score + reach, high), level=level
            )
            for score in scores
        ),
    )


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
