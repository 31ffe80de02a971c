"""What may be chosen for the kind ``reliability``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityOptions:
    """Options of a reliability analysis.

    Attributes
    ----------
    level
        Coverage of the intervals, between 0 and 1.
    """

    level: float = 0.95
