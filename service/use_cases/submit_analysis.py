"""Accept an analysis: everything that can be checked is checked before it is queued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.faults import Fault, RefusedInputError
from schemas.pointers import pointer
from service.identifiers import now_ms, uuid7
from service.ports import JobQueue, Samples
from service.records import Job, Sample
from service.use_cases.kinds import KINDS, Kind


def submit_analysis(
    queue: JobQueue,
    samples: Samples,
    tenant_id: str,
    *,
    kind: str,
    sample_ids: Sequence[str],
    options: Mapping[str, Any],
) -> Job:
    """Queue an analysis of a tenant's samples.

    Raises
    ------
    RefusedInputError
        If kind or options are wrong, or the samples do not go together.
    NotFoundError
        If the tenant lacks one of the samples.
    """
    _kind(kind).load_options(options)
    found = [samples.find(tenant_id, sample_id) for sample_id in sample_ids]
    faults = [*_repeated(sample_ids), *_of_another_instrument(found)]
    if faults:
        raise RefusedInputError(faults)
    job = Job(
        id=str(uuid7()),
        tenant_id=tenant_id,
        kind=kind,
        samples=tuple(sample_ids),
        options=options,
        instrument=found[0].instrument,
        created_at=now_ms(),
    )
    queue.submit(job)
    return job


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


def _of_another_instrument(samples: Sequence[Sample]) -> Iterator[Fault]:
    detail = "Must be of the same instrument and version as the first sample."
    for number, sample in enumerate(samples):
        if sample.instrument != samples[0].instrument:
            yield Fault(pointer=pointer("samples", number), code="other-instrument", detail=detail)
