"""What may be asked of the monitoring of a practice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_CLINICIANS = (
    "A clinician is never a group here: each has few patients, and not the same kinds of them, so "
    "most of the difference between clinicians' means is chance and case mix; and a form that "
    "ranks is answered to please."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringOptions:
    """Options of the monitoring of a practice.

    Attributes
    ----------
    period
        The column that names each response's period (a month, a batch); its values are taken in
        sorted order. ``None`` for the samples, where there are several.
    scales
        Subscales or ``total``; empty for all of them.
    expected
        Forms that were handed out, by period; where a period is left out, its rows count, and a row
        without any answer is a form that was not answered.
    sessions
        First and last session between which everybody should be rated once.
    """

    period: str | None = None
    scales: tuple[str, ...] = ()
    expected: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    sessions: tuple[int, int] = (2, 4)
