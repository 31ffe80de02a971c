"""Records as the JSON values that go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from service.records import (
    AuditRow,
    Batch,
    Delivery,
    DeliveryStatus,
    Job,
    Sample,
    Standing,
    Webhook,
)


class Identified(Protocol):
    """What has an identifier, by which the next page is found."""

    @property
    def id(self) -> str:
        """The identifier."""
        ...


_Record = TypeVar("_Record", bound=Identified)


def sample_json(sample: Sample) -> dict[str, Any]:
    """Render a sample."""
    return {
        "id": sample.id,
        "name": sample.name,
        "setting": sample.setting,
        "instrument": sample.instrument,
        "n_responses": sample.n_responses,
        "created_at": moment(sample.created_at),
    }


def batch_json(batch: Batch) -> dict[str, Any]:
    """Render a batch."""
    return {
        "id": batch.id,
        "sample": batch.sample_id,
        "accepted": batch.accepted,
        "created_at": moment(batch.created_at),
    }


def standing_json(standing: Standing) -> dict[str, Any]:
    """Render where an analysis stands."""
    return {
        "status": standing.status,
        "progress": {
            "done": standing.done,
            "total": standing.total,
            "stage": standing.stage,
        },
    }


def job_summary_json(job: Job) -> dict[str, Any]:
    """Render an analysis without its result."""
    return {
        "id": job.id,
        "kind": job.kind,
        "samples": job.samples,
        "options": job.options,
        "instrument": job.instrument,
        "priority": job.priority,
        **standing_json(job.standing),
        "attempts": job.attempts,
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
        "finished_at": moment(job.finished_at),
    }


def job_json(job: Job) -> dict[str, Any]:
    """Render an analysis."""
    return {**job_summary_json(job), "result": job.result, "error": job.error}


def audit_json(row: AuditRow) -> dict[str, Any]:
    """Render an entry of the audit trail."""
    entry = row.entry
    return {
        "number": row.number,
        "at": moment(entry.at),
        "tenant": entry.tenant_id,
        "caller": {"kind": entry.caller_kind, "id": entry.caller_id},
        "method": entry.method,
        "route": entry.route,
        "thing": entry.thing,
        "instrument": {"id": entry.instrument_id, "version": entry.instrument_version},
        "body_hmac_sha256": entry.body_mac,
        "status": entry.status,
        "request_id": entry.request_id,
        "chain": row.chain,
    }


def webhook_json(webhook: Webhook) -> dict[str, Any]:
    """Render a webhook without its secret."""
    return {"id": webhook.id, "url": webhook.url, "created_at": moment(webhook.created_at)}


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """Render a delivery."""
    waiting = delivery.status is DeliveryStatus.WAITING
    return {
        "id": delivery.id,
        "analysis": delivery.analysis_id,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "outcome": delivery.outcome,
        "created_at": moment(delivery.created_at),
        "next_at": moment(delivery.next_at) if waiting else None,
    }


def page(
    name: str, found: Sequence[_Record], limit: int, render: Callable[[_Record], dict[str, Any]]
) -> dict[str, Any]:
    """Render a part of a list; a full page may be followed by another."""
    return {
        name: [render(record) for record in found],
        "next": found[-1].id if len(found) == limit else None,
    }


def moment(milliseconds: int | None) -> str | None:
    """Render a time as ISO 8601, UTC."""
    if milliseconds is None:
        return None
    return (
        datetime.fromtimestamp(milliseconds / 1000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
