"""The things the service keeps, as values: rows without SQL."""

from service.records.access import (
    ApiKey,
    Assertion,
    Caller,
    CallerKind,
    Client,
    Credential,
    Scope,
    Secret,
)
from service.records.claims import Claim, Kept
from service.records.jobs import Job, Lease, Standing, Status
from service.records.samples import (
    Batch,
    Correction,
    Erased,
    KeptResponse,
    PackedResponses,
    RetentionPolicy,
    Sample,
    StoredResponse,
)
from service.records.trail import AuditEntry, AuditRow

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
    "Erased",
    "Job",
    "Kept",
    "KeptResponse",
    "Lease",
    "PackedResponses",
    "RetentionPolicy",
    "Sample",
    "Scope",
    "Secret",
    "Standing",
    "Status",
    "StoredResponse",
]
