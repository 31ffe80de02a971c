"""Gather what a report is written from: a finished analysis, its samples' names, its form."""

from __future__ import annotations

from service.errors import ConflictError
from service.ports import JobQueue, Samples
from service.records import Job, Status
from service.rendering import moment
from service.reports.record import ReportedSample, ReportRecord

KIND = "validity"


def report_record(
    queue: JobQueue, samples: Samples, tenant_id: str, analysis_id: str
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
    return ReportRecord(
        id=job.id,
        created_at=moment(job.created_at),
        definition=found[0].definition,
        sha256=str(job.instrument["sha256"]),
        samples=tuple(ReportedSample(name=one.name, setting=one.setting) for one in found),
        options=job.options,
        result=job.result or {},
    )


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
