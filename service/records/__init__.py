"""The things the service keeps, as values: rows without SQL."""

from service.records.audit_entry import AuditEntry, AuditRow
from service.records.credentials import (
    ApiKey,
    Assertion,
    Caller,
    CallerKind,
    Client,
    Credential,
    Scope,
    Secret,
)
from service.records.idempotency_claim import Claim, Kept
from service.records.jobs import Job, Lease, Standing, Status
from service.records.samples import (
    Batch,
    Correction,
    Erased,
    KeptResponse,
    PackedResponses,
    PersonResponse,
    RetentionPolicy,
    Sample,
    StoredResponse,
)
from service.records.webhooks import Delivery, DeliveryStatus, Webhook

__all__ = [
    "ApiKey",
    "Assertion",
    "AuditEntry",
    "AuditRow",
    "Batch",
    "Caller",
    "CallerKind",
    "Claim",
    "Client",
    "Correction",
    "Credential",
    "Delivery",
    "DeliveryStatus",
    "Erased",
    "Job",
    "Kept",
    "KeptResponse",
    "Lease",
    "PackedResponses",
    "PersonResponse",
    "RetentionPolicy",
    "Sample",
    "Scope",
    "Secret",
    "Standing",
    "Status",
    "StoredResponse",
    "Webhook",
]
