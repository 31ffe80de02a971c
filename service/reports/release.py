"""What of a finished analysis may leave the house; every format starts here."""

from __future__ import annotations

from dataclasses import replace

from service.reports.disclosure import withheld
from service.reports.record import ReportRecord


def looked_through(record: ReportRecord) -> ReportRecord:
    """Return the analysis without what it tells of 10 persons or fewer."""
    return replace(record, result=withheld(record.result))
