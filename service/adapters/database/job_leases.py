"""What a worker writes while it runs an analysis, and only while it is the one that runs it.

Beginning writes the worker's name and the attempt into the row. Everything after it holds only
while both still stand there: a worker that was taken for dead and comes back can change nothing.
Steps that are done are rows beside it, so that all that was derived from answers is deleted with
the analysis; the queue knows identifiers and names of steps, no more. A step counts for the release
that did it: another may have other steps, or want something else of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select, update

from service.adapters.database.engine import Database
from service.adapters.database.jobs import UNFINISHED, job_of, json_of, samples_of
from service.adapters.database.sql_helpers import insert_if_new
from service.adapters.database.tables import JOB, JOB_STEP
from service.adapters.database.webhooks import announce
from service.errors import INTERNAL, document
from service.records import Lease, Standing, Status

MAXIMUM_ATTEMPTS = 3


class Attempts:
    """The rows of the analyses that one worker runs.

    Parameters
    ----------
    database
        Where the rows are.
    worker
        An identifier no other worker has.
    release
        Version of the program; steps that another has done are done again.
    """

    def __init__(self, database: Database, worker: str, *, release: str) -> None:
        self._database = database
        self._worker = worker
        self._release = release

    def begin(self, job_id: str) -> Lease | None:
        """Begin an analysis, or begin it again.

        Returns
        -------
        Lease or None
            Nothing when it is finished, cancelled or deleted, or when its worker died each of the
            three times it was begun: then it fails.
        """
        unfinished = (JOB.c.id == job_id, JOB.c.status.in_(UNFINISHED))
        change = (
            update(JOB)
            .where(*unfinished, JOB.c.attempts < MAXIMUM_ATTEMPTS)
            .values(
                status=Status.RUNNING,
                stage="starting",
                worker=self._worker,
                attempts=JOB.c.attempts + 1,
            )
        )
        detail = f"The analysis was begun {MAXIMUM_ATTEMPTS} times, and each time its worker died."
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            row = connection.execute(change.values(started_at=now).returning(JOB)).one_or_none()
            if row is None:
                failed = _end(now, Status.FAILED, error=json_of(document(INTERNAL, detail)))
                ended = update(JOB).where(*unfinished).values(**failed).returning(JOB.c.tenant_id)
                tenant_id = connection.scalar(ended)
                if tenant_id is not None:
                    _drop_steps(connection, job_id)
                    announce(connection, tenant_id, job_id, now)
                return None
            of_others = JOB_STEP.c.release != self._release
            connection.execute(delete(JOB_STEP).where(JOB_STEP.c.job_id == job_id, of_others))
            job = job_of(row, samples_of(connection, [job_id])[job_id])
        return Lease(worker=row.worker, attempt=row.attempts, job=job)

    def holds(self, lease: Lease) -> bool:
        """Whether the analysis is still this worker's to run."""
        with self._database.reading() as connection:
            return connection.scalar(select(JOB.c.id).where(*_held(lease))) is not None

    def is_over(self, lease: Lease) -> bool:
        """Whether the analysis is finished, cancelled or deleted; if not, another may run it."""
        unfinished = select(JOB.c.id).where(JOB.c.id == lease.job.id, JOB.c.status.in_(UNFINISHED))
        with self._database.reading() as connection:
            return connection.scalar(unfinished) is None

    def keep(self, lease: Lease, standing: Standing) -> bool:
        """Write the progress; whether the lease still held."""
        return self._write(lease, done=standing.done, total=standing.total, stage=standing.stage)

    def steps(self, lease: Lease) -> dict[str, dict[str, Any]]:
        """Load what the steps that are done gave, by name."""
        query = select(JOB_STEP.c.name, JOB_STEP.c.result).where(JOB_STEP.c.job_id == lease.job.id)
        with self._database.reading() as connection:
            return {row.name: orjson.loads(row.result) for row in connection.execute(query)}

    def finish_step(self, lease: Lease, step: str, result: bytes) -> bool:
        """Keep what a step gave; whether the lease still held."""
        row = {
            "job_id": lease.job.id,
            "name": step,
            "result": result.decode(),
            "release": self._release,
        }
        with self._database.writing() as connection:
            held = _touch(connection, lease)
            if held:
                insert_if_new(connection, JOB_STEP, row)
        return held

    def succeed(self, lease: Lease, result: bytes) -> bool:
        """Write the result and drop what led to it; whether the lease still held."""
        done = {"done": 1, "total": 1, "stage": "done", "result": result.decode()}
        return self._finish(lease, Status.SUCCEEDED, done)

    def fail(self, lease: Lease, error: Mapping[str, Any]) -> bool:
        """Write the problem document; whether the lease still held."""
        return self._finish(lease, Status.FAILED, {"error": json_of(error)})

    def hand_over(self, lease: Lease) -> bool:
        """Put the analysis back unfinished, as if this attempt had not been begun."""
        back = {"status": Status.QUEUED, "stage": "queued", "worker": None}
        return self._write(lease, attempts=lease.attempt - 1, **back)

    def _finish(self, lease: Lease, status: Status, values: Mapping[str, Any]) -> bool:
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            held = _touch(connection, lease, **_end(now, status, **values))
            if held:
                _drop_steps(connection, lease.job.id)
                announce(connection, lease.job.tenant_id, lease.job.id, now)
        return held

    def _write(self, lease: Lease, **values: Any) -> bool:
        with self._database.writing() as connection:
            return _touch(connection, lease, **values)


def _end(now: int, status: Status, **values: Any) -> dict[str, Any]:
    return {"status": status, "worker": None, "finished_at": now, **values}


def _drop_steps(connection: Connection, job_id: str) -> None:
    connection.execute(delete(JOB_STEP).where(JOB_STEP.c.job_id == job_id))


def _touch(connection: Connection, lease: Lease, **values: Any) -> bool:
    """Write to the row, locking it until the transaction ends; whether the lease held."""
    change = update(JOB).where(*_held(lease)).values(values or {"worker": lease.worker})
    return bool(connection.execute(change).rowcount == 1)


def _held(lease: Lease) -> tuple[Any, ...]:
    return (
        JOB.c.tenant_id == lease.job.tenant_id,
        JOB.c.id == lease.job.id,
        JOB.c.status == Status.RUNNING,
        JOB.c.worker == lease.worker,
        JOB.c.attempts == lease.attempt,
    )
