"""Analyses as rows: submitted by web processes, claimed by workers.

A row is the record of its analysis. A worker claims it with one UPDATE that can succeed for one
worker only, keeps its heartbeat fresh, and may write to it only while it is the one that holds it:
a worker that was taken for dead and comes back can change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import func, insert, select, update

from service.adapters.database.engine import Database
from service.adapters.database.tables import JOB
from service.errors import INTERNAL, NotFoundError, document
from service.identifiers import now_ms
from service.records import Job, Lease, Standing, Status

MAXIMUM_ATTEMPTS = 3
_UNFINISHED = (Status.QUEUED, Status.RUNNING)


class JobTable:
    """The queue's side of submitting, looking and cancelling (:class:`service.ports.JobQueue`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, job: Job) -> None:
        """Accept an analysis; when this returns it is not lost any more."""
        row = {
            "id": job.id,
            "tenant_id": job.tenant_id,
            "kind": job.kind,
            "samples": _text(job.samples),
            "options": _text(job.options),
            "instrument_id": job.instrument["id"],
            "instrument_version": job.instrument["version"],
            "instrument_sha256": job.instrument["sha256"],
            "status": job.standing.status,
            "done": 0,
            "total": 0,
            "stage": job.standing.stage,
            "attempts": 0,
            "created_at": job.created_at,
        }
        with self._database.writing() as connection:
            connection.execute(insert(JOB).values(row))

    def find(self, tenant_id: str, job_id: str) -> Job:
        """Return an analysis with its result."""
        query = select(JOB).where(JOB.c.tenant_id == tenant_id, JOB.c.id == job_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _no_such_job()
        return _job(row, result=row.result)

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
            return [_job(row) for row in connection.execute(query)]

    def unfinished(self, tenant_id: str) -> int:
        """Count the tenant's analyses that wait or run."""
        query = select(func.count()).where(
            JOB.c.tenant_id == tenant_id, JOB.c.status.in_(_UNFINISHED)
        )
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def cancel(self, tenant_id: str, job_id: str) -> None:
        """Cancel an analysis; one that is finished stays as it is."""
        self.standing(tenant_id, job_id)
        change = (
            update(JOB)
            .where(JOB.c.tenant_id == tenant_id, JOB.c.id == job_id)
            .where(JOB.c.status.in_(_UNFINISHED))
            .values(status=Status.CANCELLED, worker=None, finished_at=now_ms())
        )
        with self._database.writing() as connection:
            connection.execute(change)


class JobClaims:
    """The queue's side of running.

    Parameters
    ----------
    database
        Where the rows are.
    worker
        An identifier no other worker has.
    time_to_live
        Seconds without a heartbeat after which a worker counts as dead.
    """

    def __init__(self, database: Database, *, worker: str, time_to_live: float) -> None:
        self._database = database
        self._worker = worker
        self._time_to_live_ms = int(1000 * time_to_live)

    def claim(self) -> Lease | None:
        """Take the oldest analysis that waits, if there is one."""
        oldest = select(JOB.c.id).where(JOB.c.status == Status.QUEUED).order_by(JOB.c.id).limit(1)
        with self._database.reading() as connection:
            if connection.scalar(oldest) is None:
                return None
        now = now_ms()
        change = (
            update(JOB)
            .where(JOB.c.id == oldest.scalar_subquery(), JOB.c.status == Status.QUEUED)
            .values(
                status=Status.RUNNING,
                stage="starting",
                worker=self._worker,
                attempts=JOB.c.attempts + 1,
                heartbeat_at=now,
                started_at=now,
            )
            .returning(JOB)
        )
        with self._database.writing() as connection:
            row = connection.execute(change).one_or_none()
        return None if row is None else _lease(row)

    def keep(self, lease: Lease, standing: Standing) -> bool:
        """Write heartbeat and progress; whether the lease still holds."""
        return self._write(
            lease,
            heartbeat_at=now_ms(),
            done=standing.done,
            total=standing.total,
            stage=standing.stage,
        )

    def holds(self, lease: Lease) -> bool:
        """Whether the lease still holds, without writing."""
        query = select(JOB.c.id).where(*_held(lease))
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

    def succeed(self, lease: Lease, result: Mapping[str, Any]) -> bool:
        """Write the result; whether the lease still held."""
        finished = {"done": 1, "total": 1, "stage": "done"}
        return self._finish(lease, Status.SUCCEEDED, result=_text(result), **finished)

    def fail(self, lease: Lease, error: Mapping[str, Any]) -> bool:
        """Write the problem document; whether the lease still held."""
        return self._finish(lease, Status.FAILED, error=_text(error))

    def hand_over(self, lease: Lease) -> bool:
        """Put the analysis back unfinished, as if it had not been begun."""
        return self._write(
            lease,
            status=Status.QUEUED,
            stage="queued",
            worker=None,
            attempts=lease.attempt - 1,
        )

    def requeue_dead(self) -> int:
        """Put back what dead workers held; what was begun three times fails. Returns how many."""
        dead = (
            JOB.c.status == Status.RUNNING,
            JOB.c.heartbeat_at < now_ms() - self._time_to_live_ms,
        )
        with self._database.reading() as connection:
            if connection.scalar(select(JOB.c.id).where(*dead).limit(1)) is None:
                return 0
        detail = f"The analysis was begun {MAXIMUM_ATTEMPTS} times, and each time its worker died."
        with self._database.writing() as connection:
            failed = connection.execute(
                update(JOB)
                .where(*dead, JOB.c.attempts >= MAXIMUM_ATTEMPTS)
                .values(
                    status=Status.FAILED,
                    worker=None,
                    finished_at=now_ms(),
                    error=_text(document(INTERNAL, detail)),
                )
            )
            requeued = connection.execute(
                update(JOB).where(*dead).values(status=Status.QUEUED, stage="queued", worker=None)
            )
        return failed.rowcount + requeued.rowcount

    def _finish(self, lease: Lease, status: Status, **values: Any) -> bool:
        return self._write(lease, status=status, worker=None, finished_at=now_ms(), **values)

    def _write(self, lease: Lease, **values: Any) -> bool:
        change = update(JOB).where(*_held(lease)).values(**values)
        with self._database.writing() as connection:
            return connection.execute(change).rowcount == 1


_COLUMNS_WITHOUT_RESULT = [column for column in JOB.c if column.name != "result"]


def _held(lease: Lease) -> tuple[Any, ...]:
    return (
        JOB.c.tenant_id == lease.job.tenant_id,
        JOB.c.id == lease.job.id,
        JOB.c.status == Status.RUNNING,
        JOB.c.worker == lease.worker,
        JOB.c.attempts == lease.attempt,
    )


def _no_such_job() -> NotFoundError:
    return NotFoundError("There is no such analysis.")


def _standing(row: Any) -> Standing:
    return Standing(status=Status(row.status), done=row.done, total=row.total, stage=row.stage)


def _lease(row: Any) -> Lease:
    return Lease(worker=row.worker, attempt=row.attempts, job=_job(row))


def _job(row: Any, result: str | None = None) -> Job:
    return Job(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=row.kind,
        samples=tuple(orjson.loads(row.samples)),
        options=orjson.loads(row.options),
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


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()
