"""What may be chosen for the kinds ``reliability``, ``retest`` and ``agreement``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityOptions:
    """Options of a reliability analysis.

    Attributes
    ----------
    level
        Coverage of the intervals, between 0 and 1.
    cluster
        Column that says who belongs together (clinician, site); standard errors and intervals then
        allow for it.
    """

    level: float = 0.95
    cluster: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetestOptions:
    """Options of a retest analysis.

    Attributes
    ----------
    occasions
        The two values of ``session_number`` to compare; ``None`` takes the two lowest.
    level
        Coverage of the intervals, between 0 and 1.
    """

    occasions: tuple[int, int] | None = None
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementOptions:
    """Options of an agreement analysis.

    Attributes
    ----------
    column
        What tells the two respondents of one sample apart.
    truth
        The value of the column whose scores the other's are compared with, or the id of the form
        where there are two; ``None`` takes the first in sorted order, or the first form.
    level
        Coverage of the intervals, between 0 and 1.
    """

    column: str = "respondent"
    truth: str | None = None
    level: float = 0.95
