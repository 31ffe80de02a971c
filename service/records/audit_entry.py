"""What the audit trail holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """What the audit trail keeps of a request.

    Attributes
    ----------
    at
        Milliseconds since 1970.
    tenant_id, caller_kind, caller_id
        Who; ``None`` for an attempt that failed.
    method, route
        What; the route's pattern, not the address.
    thing
        Identifier of the sample, analysis or instrument the address names, where there is one.
    instrument_id, instrument_version
        By which rule, where one was applied.
    body_mac
        Keyed hash of the body, in hexadecimal; ``None`` where none was read.
    status
        What came of it: the HTTP status.
    request_id
        As in the log.
    """

    at: int
    tenant_id: str | None
    caller_kind: str | None
    caller_id: str | None
    method: str
    route: str
    thing: str | None
    instrument_id: str | None
    instrument_version: str | None
    body_mac: str | None
    status: int
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """An entry as it stands in the trail.

    Attributes
    ----------
    number
        From 1, without a gap.
    entry
        What is kept.
    chain
        Keyed hash over this row and the one before, in hexadecimal.
    """

    number: int
    entry: AuditEntry
    chain: str
