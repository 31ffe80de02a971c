"""The things the service keeps, as values: rows without SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """What an API key may do; ``admin`` may do everything."""

    SCORE = "score"
    SAMPLES = "samples"
    ANALYSES = "analyses"
    EXPORT = "export"
    ADMIN = "admin"


class Status(StrEnum):
    """Where an analysis stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self not in {Status.QUEUED, Status.RUNNING}


class CallerKind(StrEnum):
    """How a caller proves who it is."""

    KEY = "key"
    CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sent a request.

    Attributes
    ----------
    kind, id
        An API key or an OAuth client, and its identifier.
    tenant_id
        Whose it is; all reading and writing is bound to it.
    scopes
        What it may do.
    """

    kind: CallerKind
    id: str
    tenant_id: str
    scopes: frozenset[Scope]

    def allows(self, scope: Scope) -> bool:
        """Whether the caller was given the scope."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What is kept of a secret.

    Attributes
    ----------
    digest
        Its SHA-256.
    expires_at
        Milliseconds since 1970; ``None`` for one that does not expire.
    """

    digest: bytes
    expires_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Whose a secret is, and what it must match: after a rotation, one of two for a while."""

    caller: Caller
    secrets: tuple[Secret, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What people may see of an API key: everything but the key.

    Attributes
    ----------
    id, prefix
        Its identifier, and the part of the key that may be shown.
    tenant_id, tenant
        Whose it is, by identifier and by name.
    scopes
        What it may do.
    created_at, expires_at, revoked_at
        Milliseconds since 1970; ``None`` where it does not expire, or was not revoked.
    former_expires_at
        Until when the secret before the last rotation works; ``None`` when there was none.
    last_used_at
        When it was last used, to the minute; ``None`` if it never was.
    """

    id: str
    prefix: str
    tenant_id: str
    tenant: str
    scopes: frozenset[Scope]
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    former_expires_at: int | None = None
    last_used_at: int | None = None

    def state(self, now: int) -> str:
        """Say in a word whether it is ``valid``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An OAuth client: a program that proves who it is with a key of its own.

    Attributes
    ----------
    id
        Its ``client_id``.
    tenant_id, tenant
        Whose it is, by identifier and by name.
    name
        For people.
    key_set
        Its public keys (RFC 7517).
    scopes
        What it may be granted.
    created_at, revoked_at, last_used_at
        Milliseconds since 1970; ``None`` where it was not revoked, or never got a token.
    """

    id: str
    tenant_id: str
    tenant: str
    name: str
    key_set: Mapping[str, Any]
    scopes: frozenset[Scope]
    created_at: int
    revoked_at: int | None = None
    last_used_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a client has signed to prove who it is; good for one token.

    Attributes
    ----------
    client
        Who signed.
    jti
        Its identifier, which must not come again.
    expires_at
        Until when it must be remembered, in milliseconds since 1970.
    """

    client: Client
    jti: str
    expires_at: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Responses to one instrument that belong together.

    Attributes
    ----------
    id, tenant_id
        Identifiers.
    name, setting
        As given.
    definition
        The instrument's whole definition as it was when the sample was made; later changes of the
        catalogue do not reach it.
    instrument
        The rule's ``id``, ``version`` and ``sha256``.
    n_responses
        Responses stored.
    created_at
        Milliseconds since 1970.
    """

    id: str
    tenant_id: str
    name: str
    setting: str
    definition: Mapping[str, Any]
    instrument: Mapping[str, str]
    n_responses: int
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Responses that came together.

    Attributes
    ----------
    id, tenant_id, sample_id
        Identifiers.
    accepted
        Number of responses.
    created_at
        Milliseconds since 1970.
    """

    id: str
    tenant_id: str
    sample_id: str
    accepted: int
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was deleted.

    Attributes
    ----------
    responses
        Answered forms, with their scores.
    samples
        Samples they were in.
    analyses
        Analyses that had used these samples.
    """

    responses: int
    samples: int
    analyses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How long a tenant's answers are kept.

    Attributes
    ----------
    tenant_id, tenant
        Whose, by identifier and by name.
    days
        After so many days they are deleted; 0 keeps them.
    own
        Whether the tenant has a policy of its own, or follows the deployment.
    """

    tenant_id: str
    tenant: str
    days: int
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """One response as it is stored.

    Attributes
    ----------
    id
        Given by the service.
    batch_id
        The batch it came with.
    external_id
        Its name as given, if any.
    answers
        One for each item, in the form's order; missing is ``None``.
    scores
        One for each scale in the definition's order, then the total; ``None`` where unscorable.
    columns, outcomes
        What stands beside, by name, without what is missing.
    """

    id: str
    batch_id: str
    external_id: str | None
    answers: list[int | None]
    scores: list[float | None]
    columns: Mapping[str, str | float]
    outcomes: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to do a request that came with an idempotency key.

    Attributes
    ----------
    tenant_id, key
        Whose key.
    owner
        Tells this claim from a later one of the same key.
    request_sha256
        Hash of the request: address, media type and body.
    sample_id
        The sample it is about, if there is one; the kept answer goes when the sample goes.
    """

    tenant_id: str
    key: str
    owner: str
    request_sha256: bytes
    sample_id: str | None


Kept = tuple[Claim, bytes] | None
"""An answer to keep with its claim, where the request came with an idempotency key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an analysis stands.

    Attributes
    ----------
    status
        Its state.
    done, total, stage
        Progress within the stage that is named.
    """

    status: Status = Status.QUEUED
    done: int = 0
    total: int = 0
    stage: str = "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An analysis: what was asked, where it stands, what came out.

    Attributes
    ----------
    id, tenant_id
        Identifiers.
    kind, samples, options
        What was asked; the options as given.
    instrument
        The rule's ``id``, ``version`` and ``sha256``.
    priority
        1 to 9; lower ones are begun first.
    standing
        Where it stands.
    attempts
        How often a worker began it.
    created_at, started_at, finished_at
        Milliseconds since 1970.
    result
        The result as JSON values, when it succeeded.
    error
        A problem document, when it failed.
    """

    id: str
    tenant_id: str
    kind: str
    samples: tuple[str, ...]
    options: Mapping[str, Any]
    instrument: Mapping[str, str]
    created_at: int
    priority: int = 5
    standing: Standing = Standing()
    attempts: int = 0
    started_at: int | None = None
    finished_at: int | None = None
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A worker's right to run an analysis; it is void once the row says otherwise.

    Attributes
    ----------
    worker
        Who runs it.
    attempt
        The how manieth beginning this is, from 1.
    job
        What is to be run.
    """

    worker: str
    attempt: int
    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An analysis on its way to the queue.

    Attributes
    ----------
    job_id
        Which.
    priority
        1 to 9; lower ones are begun first.
    """

    job_id: str
    priority: int
