"""The report as JSON: the result with what was analysed."""

from __future__ import annotations

from typing import Any

from service.reports.record import ReportRecord


def report_json(record: ReportRecord) -> dict[str, Any]:
    """Return the result with its metadata, every number in full precision."""
    return {
        "id": record.id,
        "kind": "validity",
        "audience": record.audience.value,
        "created_at": record.created_at,
        "instrument": {
            "id": record.definition["id"],
            "version": record.definition["version"],
            "title": record.definition["title"],
            "sha256": record.sha256,
        },
        "samples": [{"name": one.name, "setting": one.setting} for one in record.samples],
        "options": record.options,
        "result": record.result,
        **({} if record.reading is None else {"reading": record.reading}),
    }
