"""Accept an analysis: everything that can be checked is checked before it is queued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psychometrics.reliability.form_compatibility import why_incomparable
from schemas.definition import kept_definition
from schemas.json_pointers import pointer
from schemas.validation_errors import Fault, RefusedInputError
from service.errors import TooManyRequestsError
from service.identifiers import now_ms, uuid7
from service.interfaces import JobQueue, Samples
from service.records import Claim, Job, Sample
from service.use_cases.analysis_registry import KINDS, Kind
from service.use_cases.two_forms import are_two_forms

_RETRY_SECONDS = 10.0


def submit_analysis(
    queue: JobQueue,
    samples: Samples,
    tenant_id: str,
    *,
    kind: str,
    sample_ids: Sequence[str],
    options: Mapping[str, Any],
    at_most: int,
    job_id: str | None = None,
    priority: int = 5,
    claim: Claim | None = None,
) -> Job:
    """Queue an analysis of a tenant's samples; its identifier may be chosen by the caller.

    Under the claim of an idempotency key, its identifier is the answer that is kept.

    Raises
    ------
    TooManyRequestsError
        If the tenant already has ``at_most`` analyses that wait or run.
    RefusedInputError
        If kind or options are wrong, or the samples do not go together.
    NotFoundError
        If the tenant lacks one of the samples.
    """
    wanted = _kind(kind)
    wanted.load_options(options)
    found = [samples.find(tenant_id, sample_id) for sample_id in sample_ids]
    faults = [*_repeated(sample_ids), *_not_together(found, wanted)]
    if faults:
        raise RefusedInputError(faults)
    job = Job(
        id=str(uuid7()) if job_id is None else job_id,
        tenant_id=tenant_id,
        kind=kind,
        samples=tuple(sample_ids),
        options=options,
        instrument=found[0].instrument,
        created_at=now_ms(),
        priority=priority,
    )
    _check_room(queue, tenant_id, at_most)
    queue.submit(job, None if claim is None else (claim, job.id.encode()))
    return job


def _check_room(queue: JobQueue, tenant_id: str, at_most: int) -> None:
    if queue.unfinished(tenant_id) >= at_most:
        detail = f"At most {at_most} analyses may wait or run; wait for some, or cancel them."
        raise TooManyRequestsError(detail, retry_after=_RETRY_SECONDS)


def _kind(name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None:
        detail = f"Must be one of {', '.join(KINDS)}."
        raise RefusedInputError([Fault(pointer="/kind", code="unknown-kind", detail=detail)])
    return kind


def _repeated(sample_ids: Sequence[str]) -> Iterator[Fault]:
    for number, sample_id in enumerate(sample_ids):
        if sample_id in sample_ids[:number]:
            detail = "A sample before it is the same."
            yield Fault(pointer=pointer("samples", number), code="duplicate", detail=detail)


def _not_together(samples: Sequence[Sample], kind: Kind) -> Iterator[Fault]:
    if kind.joins_forms and are_two_forms(samples):
        first, second = (kept_definition(sample.definition).instrument for sample in samples)
        reason = why_incomparable(first, second)
        if reason is not None:
            detail = f"The two forms {reason}."
            yield Fault(pointer=pointer("samples", 1), code="other-instrument", detail=detail)
        return
    detail = "Must be of the same instrument and version as the first sample."
    if kind.joins_forms:
        detail += " Two forms are compared as two samples, one of each."
    for number, sample in enumerate(samples):
        if sample.instrument != samples[0].instrument:
            yield Fault(pointer=pointer("samples", number), code="other-instrument", detail=detail)
