"""Analyses as rows: the record of each, from its submission to its end.

Submitting writes the row and, within the same transaction, a note in the table ``submission``.
Workers pass notes on to the queue and remove them, so that an analysis is acknowledged exactly when
it is committed, and web processes need nothing of the queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from service.adapters.database.engine import Database
from service.adapters.database.idempotency import complete, compressed
from service.adapters.database.tables import JOB, JOB_STEP, SUBMISSION
from service.errors import ConflictError, NotFoundError
from service.identifiers import now_ms
from service.records import Job, Kept, Standing, Status

UNFINISHED = (Status.QUEUED, Status.RUNNING)


class JobTable:
    """The queue's side of submitting, looking and cancelling (:class:`service.ports.JobQueue`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, job: Job, kept: Kept = None) -> None:
        """Accept an analysis; when this returns it is not lost any more.

        Raises
        ------
        ConflictError
            If ``kept`` claims an idempotency key that another request has taken meanwhile, or there
            is an analysis of this identifier.
        """
        row = {
            "id": job.id,
            "tenant_id": job.tenant_id,
            "kind": job.kind,
            "samples": json_of(job.samples),
            "options": json_of(job.options),
            "instrument_id": job.instrument["id"],
            "instrument_version": job.instrument["version"],
            "instrument_sha256": job.instrument["sha256"],
            "priority": job.priority,
            "status": job.standing.status,
            "done": 0,
            "total": 0,
            "stage": job.standing.stage,
            "attempts": 0,
            "created_at": job.created_at,
        }
        answer = compressed(kept)
        try:
            with self._database.writing() as connection:
                connection.execute(insert(JOB).values(row))
                connection.execute(insert(SUBMISSION).values(job_id=job.id))
                complete(connection, answer)
        except IntegrityError:
            raise ConflictError("There is an analysis of this identifier.") from None

    def find(self, tenant_id: str, job_id: str) -> Job:
        """Return an analysis with its result."""
        query = select(JOB).where(JOB.c.tenant_id == tenant_id, JOB.c.id == job_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _no_such_job()
        return job_of(row, result=row.result)

    def standing(self, tenant_id: str, job_id: str) -> Standing:
        """Return where an analysis stands."""
        query = select(JOB.c.status, JOB.c.done, JOB.c.total, JOB.c.stage).where(
            JOB.c.tenant_id == tenant_id, JOB.c.id == job_id
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _no_such_job()
        return _standing(row)

    def list(self, tenant_id: str, *, limit: int, after: str = "") -> Sequence[Job]:
        """List analyses in the order they were submitted, without their results."""
        query = (
            select(*_COLUMNS_WITHOUT_RESULT)
            .where(JOB.c.tenant_id == tenant_id, JOB.c.id > after)
            .order_by(JOB.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [job_of(row) for row in connection.execute(query)]

    def newest(
        self, tenant_id: str, *, limit: int, before: str = "", sample_id: str | None = None
    ) -> Sequence[Job]:
        """List analyses, the newest first, from before an identifier, without their results."""
        query = select(*_COLUMNS_WITHOUT_RESULT).where(JOB.c.tenant_id == tenant_id)
        if before:
            query = query.where(JOB.c.id < before)
        if sample_id is not None:
            query = query.where(_names(sample_id))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(JOB.c.id.desc()).limit(limit))
            return [job_of(row) for row in rows]

    def unfinished(self, tenant_id: str) -> int:
        """Count the tenant's analyses that wait or run."""
        query = select(func.count()).where(
            JOB.c.tenant_id == tenant_id, JOB.c.status.in_(UNFINISHED)
        )
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def by_status(self) -> dict[str, int]:
        """Count the analyses of all tenants by status."""
        query = select(JOB.c.status, func.count()).group_by(JOB.c.status)
        with self._database.reading() as connection:
            counted = {status: int(number) for status, number in connection.execute(query)}
        return {status.value: counted.get(status.value, 0) for status in Status}

    def cancel(self, tenant_id: str, job_id: str) -> None:
        """Cancel an analysis; one that is finished stays as it is."""
        self.standing(tenant_id, job_id)
        change = (
            update(JOB)
            .where(JOB.c.tenant_id == tenant_id, JOB.c.id == job_id)
            .where(JOB.c.status.in_(UNFINISHED))
            .values(status=Status.CANCELLED, worker=None, finished_at=now_ms())
        )
        steps = delete(JOB_STEP).where(JOB_STEP.c.job_id == job_id)
        with self._database.writing() as connection:
            if connection.execute(change).rowcount:
                connection.execute(steps)


def forget_jobs(connection: Connection, tenant_id: str, sample_id: str) -> int:
    """Delete all analyses of a sample, within the transaction that deletes what they read.

    An analysis that is running loses its row, and its process is ended by its worker. Returns how
    many there were.
    """
    doomed = delete(JOB).where(JOB.c.tenant_id == tenant_id, _names(sample_id))
    return connection.execute(doomed).rowcount


def forget_job(connection: Connection, tenant_id: str, job_id: str) -> None:
    """Delete a finished analysis.

    Raises
    ------
    NotFoundError
        If the tenant has none of this identifier.
    ConflictError
        If it is not finished.
    """
    mine = (JOB.c.tenant_id == tenant_id, JOB.c.id == job_id)
    if connection.execute(delete(JOB).where(*mine, JOB.c.status.not_in(UNFINISHED))).rowcount:
        return
    if connection.execute(select(JOB.c.id).where(*mine)).one_or_none() is None:
        raise _no_such_job()
    raise ConflictError("The analysis is not finished; cancel it first.")


def _names(sample_id: str) -> ColumnElement[bool]:
    """Whether an analysis used a sample."""
    return JOB.c.samples.contains(json_of(sample_id), autoescape=True)


_COLUMNS_WITHOUT_RESULT = [column for column in JOB.c if column.name != "result"]


def _no_such_job() -> NotFoundError:
    return NotFoundError("There is no such analysis.")


def _standing(row: Any) -> Standing:
    return Standing(status=Status(row.status), done=row.done, total=row.total, stage=row.stage)


def job_of(row: Any, result: str | None = None) -> Job:
    """Read a row; without its result unless that is given."""
    return Job(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=row.kind,
        samples=tuple(orjson.loads(row.samples)),
        options=orjson.loads(row.options),
        priority=row.priority,
        instrument={
            "id": row.instrument_id,
            "version": row.instrument_version,
            "sha256": row.instrument_sha256,
        },
        standing=_standing(row),
        attempts=row.attempts,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        result=None if result is None else orjson.loads(result),
        error=None if row.error is None else orjson.loads(row.error),
    )


def json_of(value: Any) -> str:
    """Write a value as JSON."""
    return orjson.dumps(value).decode()
