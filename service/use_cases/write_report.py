"""Gather what a report is written from: a finished analysis, its samples' names, its form."""

from __future__ import annotations

from dataclasses import replace

from schemas.definition import kept_definition
from service.errors import ConflictError
from service.interfaces import JobQueue, Samples
from service.records import Job, Status
from service.reports.record import Audience, ReportedSample, ReportRecord
from service.serializers import moment
from service.use_cases.analysis_registry import KINDS
from service.use_cases.validity.verdict import published

KIND = "validity"


def report_record(
    queue: JobQueue,
    samples: Samples,
    tenant_id: str,
    analysis_id: str,
    audience: Audience = Audience.OWNER,
) -> ReportRecord:
    """Return what the report of an analysis is written from.

    Raises
    ------
    NotFoundError
        If the tenant has no such analysis.
    ConflictError
        If it is of another kind or has not succeeded.
    """
    job = queue.find(tenant_id, analysis_id)
    _refuse_without_report(job)
    found = [samples.find(tenant_id, sample) for sample in job.samples]
    record = ReportRecord(
        id=job.id,
        created_at=moment(job.created_at),
        definition=found[0].definition,
        sha256=str(job.instrument["sha256"]),
        samples=tuple(ReportedSample(name=one.name, setting=one.setting) for one in found),
        options=job.options,
        result=job.result or {},
    )
    return made_for(record, audience)


def made_for(record: ReportRecord, audience: Audience) -> ReportRecord:
    """Return what a report for an audience is written from."""
    if audience is Audience.OWNER:
        return record
    result = published(
        record.result,
        kept_definition(record.definition).instrument,
        KINDS[KIND].load_options(record.options),
    )
    return replace(record, result=result, audience=audience)


def _refuse_without_report(job: Job) -> None:
    if job.kind != KIND:
        raise ConflictError(f"There are reports of the kind {KIND} only; this is {job.kind}.")
    status = job.standing.status
    if not status.finished:
        raise ConflictError(f"The analysis is {status}; its report exists once it has succeeded.")
    if status is not Status.SUCCEEDED:
        raise ConflictError(f"The analysis {_ENDS[status]}, so there is no report of it.")
    if job.result is None:
        raise ConflictError("The result of this analysis is kept no more; ask for it again.")


_ENDS = {Status.FAILED: "failed", Status.CANCELLED: "was cancelled"}
