"""What use cases ask of the world; adapters give it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from psychometrics.types import FloatArray
from schemas.responses.response_batch import ResponseBlock, Value
from service.records import (
    Assertion,
    Batch,
    Client,
    Correction,
    Job,
    Kept,
    KeptResponse,
    PackedResponses,
    PersonResponse,
    Sample,
    Scope,
    Standing,
    StoredResponse,
)


class JobQueue(Protocol):
    """Accepts analyses, says where they stand, and cancels them.

    A worker runs what was submitted. It survives the death of any process, is begun at most three
    times, and what is finished is finished for good. Methods that name an analysis raise
    :class:`service.errors.NotFoundError` when the tenant has none of this identifier.
    """

    def submit(self, job: Job, kept: Kept = None) -> None:
        """Accept an analysis; when this returns it is not lost any more.

        ``kept`` claims an idempotency key and keeps an answer under it, all or nothing.
        """
        ...

    def find(self, tenant_id: str, job_id: str) -> Job:
        """Return an analysis with its result."""
        ...

    def standing(self, tenant_id: str, job_id: str) -> Standing:
        """Return where an analysis stands, cheaply."""
        ...

    def list(self, tenant_id: str, *, limit: int, after: str = "") -> Sequence[Job]:
        """List analyses in the order they were submitted, without their results."""
        ...

    def newest(
        self, tenant_id: str, *, limit: int, before: str = "", sample_id: str | None = None
    ) -> Sequence[Job]:
        """List analyses, of one sample if it is named, the newest first, without their results."""
        ...

    def unfinished(self, tenant_id: str) -> int:
        """Count the tenant's analyses that wait or run."""
        ...

    def by_status(self) -> Mapping[str, int]:
        """Count the analyses of all tenants by status."""
        ...

    def cancel(self, tenant_id: str, job_id: str) -> None:
        """Cancel an analysis; one that is finished stays as it is."""
        ...


class Samples(Protocol):
    """Finds a tenant's samples."""

    def find(self, tenant_id: str, sample_id: str) -> Sample:
        """Find a sample; :class:`service.errors.NotFoundError` if the tenant has none."""
        ...

    def list(self, tenant_id: str, *, limit: int, after: str = "") -> Sequence[Sample]:
        """List samples in the order they were made, from after an identifier."""
        ...

    def newest(
        self, tenant_id: str, *, limit: int, before: str = "", instrument: str | None = None
    ) -> Sequence[Sample]:
        """List samples, of one definition if its hash is given, the newest first."""
        ...

    def names(self, tenant_id: str, sample_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the names of those of some samples that are still there, by identifier."""
        ...


class Responses(Protocol):
    """Keeps and loads the responses of a tenant's samples."""

    def pack(self, block: ResponseBlock, scores: FloatArray) -> PackedResponses:
        """Bring responses and their scores into the form in which they are kept."""
        ...

    def add(self, batch: Batch, packed: PackedResponses, kept: Kept) -> None:
        """Store a batch, all of it or nothing."""
        ...

    def batches(
        self, tenant_id: str, sample_id: str, *, limit: int, after: str = ""
    ) -> Sequence[Batch]:
        """List batches in the order they came, from after an identifier."""
        ...

    def answers(self, tenant_id: str, sample_id: str, n_items: int) -> FloatArray:
        """Load all answers of a sample, shape (n_responses, n_items), missing is ``nan``."""
        ...

    def columns(self, tenant_id: str, sample_id: str) -> dict[str, list[Value]]:
        """Load what stands beside the answers, by name and in the same order."""
        ...

    def contents(
        self, tenant_id: str, sample_id: str, n_items: int
    ) -> tuple[FloatArray, dict[str, list[Value]]]:
        """Load both of one moment, whatever is added meanwhile."""
        ...


class Corrections(Protocol):
    """Keeps single responses, by the names they came with."""

    def find(self, tenant_id: str, sample_id: str, name: str) -> KeptResponse:
        """Find a response; :class:`service.errors.NotFoundError` if the tenant has none."""
        ...

    def replace(
        self,
        tenant_id: str,
        sample_id: str,
        name: str,
        correction: Correction,
        *,
        rule: Mapping[str, str],
        expected: Container[str] | None = None,
    ) -> KeptResponse:
        """Write a response anew, if it is of an expected version."""
        ...


class Persons(Protocol):
    """Finds the responses of a person."""

    def responses(
        self, tenant_id: str, person: str, *, sample_id: str | None, instrument: str | None
    ) -> Sequence[PersonResponse]:
        """List them in the order they came; refuses more than can be one person's."""
        ...


class OpenSample(Protocol):
    """A sample's contents, as they were when it was opened."""

    def has_names(self) -> bool:
        """Whether any response came with a name of its own."""
        ...

    def columns(self) -> Sequence[str]:
        """Name the columns that any response gives."""
        ...

    def n_responses(self) -> int:
        """Count the responses."""
        ...

    def batches(self) -> Iterator[Batch]:
        """Read the batches in the order they came."""
        ...

    def responses(self) -> Iterator[StoredResponse]:
        """Read the responses in the order they came."""
        ...


class Contents(Protocol):
    """Gives out what is stored."""

    def sample(self, tenant_id: str, sample_id: str) -> AbstractContextManager[OpenSample]:
        """Open a tenant's sample."""
        ...


class Clients(Protocol):
    """Finds OAuth clients."""

    def find(self, client_id: str) -> Client | None:
        """Find a client that was not revoked."""
        ...


class Tokens(Protocol):
    """Keeps access tokens."""

    def now_ms(self) -> int:
        """Say what time it is where they are kept."""
        ...

    def add(
        self,
        assertion: Assertion,
        digest: bytes,
        *,
        prefix: str,
        scopes: Iterable[Scope],
        seconds: int,
    ) -> None:
        """Keep a token; :class:`service.errors.TokenRefusedError` if its assertion was used."""
        ...
