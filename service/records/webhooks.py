"""Whom the service calls when an analysis is finished, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is called.

    Attributes
    ----------
    id, tenant_id
        Identifiers.
    url
        Where.
    created_at
        Milliseconds since 1970.
    """

    id: str
    tenant_id: str
    url: str
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one webhook.

    Attributes
    ----------
    id
        The same at each attempt, so that a receiver knows a repetition.
    webhook_id, analysis_id
        To whom, and of what.
    status
        Where it stands.
    attempts
        How often it was tried.
    next_at
        When it is tried next, in milliseconds since 1970; has no meaning once it is over.
    created_at
        When the analysis was finished.
    outcome
        What came of the last attempt; ``None`` before it.
    """

    id: str
    webhook_id: str
    analysis_id: str
    status: DeliveryStatus
    attempts: int
    next_at: int
    created_at: int
    outcome: str | None
