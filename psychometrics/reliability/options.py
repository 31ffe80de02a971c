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
