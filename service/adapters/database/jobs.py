"""Analyses as rows: the record of each, from its submission to its end.

Submitting writes the row and, within the same transaction, a note in the table ``submission``.
Workers pass notes on to the queue and remove them, so that an analysis is acknowledged exactly when
it is committed, and web processes need nothing of the queue.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Select, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from service.adapters.database.engine import Database
from service.adapters.database.idempotency import complete, compressed
from service.adapters.database.samples import NO_SAMPLE
from service.adapters.database.tables import JOB, JOB_SAMPLE, JOB_STEP, SAMPLE, SUBMISSION
from service.adapters.database.webhooks import announce
from service.errors import ConflictError, NotFoundError
from service.identifiers import time_in
from service.records import Job, Kept, Standing, Status

UNFINISHED = (Status.QUEUED, Status.RUNNING)


class JobTable:
    """Submits, finds and cancels analyses (:class:`service.interfaces.JobQueue`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, job: Job, kept: Kept = None) -> None:
        """Accept an analysis; when this returns it is not lost any more.

        Raises
        ------
        ConflictError
            If ``kept`` claims an idempotency key that another request has taken meanwhile, or there
            is an analysis of this identifier.
        NotFoundError
            If the tenant lacks one of the samples.
        """
        row = {
            "id": job.id,
            "tenant_id": job.tenant_id,
            "kind": job.kind,
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
        }
        answer = compressed(kept)
        try:
            with self._database.acting(job.instrument) as connection:
                keys = _locked_samples(connection, job.tenant_id, job.samples)
                now = self._database.now_ms(connection)
                connection.execute(insert(JOB).values({**row, "created_at": now}))
                uses = [
                    {"job_id": job.id, "position": position, "sample_key": key}
                    for position, key in enumerate(keys)
                ]
                connection.execute(insert(JOB_SAMPLE), uses)
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
            return job_of(row, samples_of(connection, [job_id])[job_id], result=row.result)

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
        """List analyses in the order the database took them, without their results."""
        with self._database.reading() as connection:
            query = _listed(tenant_id, limit).order_by(JOB.c.created_at, JOB.c.id)
            if after:
                query = query.where(_order > _place_of(connection, tenant_id, after))
            return _jobs(connection, query)

    def newest(
        self, tenant_id: str, *, limit: int, before: str = "", sample_id: str | None = None
    ) -> Sequence[Job]:
        """List analyses, the newest first, from before an identifier, without their results."""
        query = _listed(tenant_id, limit).order_by(JOB.c.created_at.desc(), JOB.c.id.desc())
        if sample_id is not None:
            query = query.where(_uses(tenant_id, sample_id))
        with self._database.reading() as connection:
            if before:
                query = query.where(_order < _place_of(connection, tenant_id, before))
            return _jobs(connection, query)

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
        )
        with self._database.acting() as connection:
            now = self._database.now_ms(connection)
            over = change.values(status=Status.CANCELLED, worker=None, finished_at=now)
            if connection.execute(over).rowcount:
                connection.execute(delete(JOB_STEP).where(JOB_STEP.c.job_id == job_id))
                connection.execute(delete(SUBMISSION).where(SUBMISSION.c.job_id == job_id))
                announce(connection, tenant_id, job_id, now)


def forget_jobs(connection: Connection, tenant_id: str, sample_id: str) -> int:
    """Delete all analyses of a sample, within the transaction that deletes what they read.

    An analysis that is running loses its row, and its process is ended by its worker. Returns how
    many there were.
    """
    doomed = delete(JOB).where(JOB.c.tenant_id == tenant_id, _uses(tenant_id, sample_id))
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


def samples_of(connection: Connection, job_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the samples of some analyses, by analysis and in the order they were named."""
    query = (
        select(JOB_SAMPLE.c.job_id, SAMPLE.c.id)
        .join(SAMPLE)
        .where(JOB_SAMPLE.c.job_id.in_(list(job_ids)))
        .order_by(JOB_SAMPLE.c.position)
    )
    found: dict[str, tuple[str, ...]] = dict.fromkeys(job_ids, ())
    for row in connection.execute(query):
        found[row.job_id] += (row.id,)
    return found


def _uses(tenant_id: str, sample_id: str) -> ColumnElement[bool]:
    """Whether an analysis uses a sample of the tenant."""
    mine = (SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id == sample_id)
    return JOB.c.id.in_(select(JOB_SAMPLE.c.job_id).join(SAMPLE).where(*mine))


def _locked_samples(connection: Connection, tenant_id: str, sample_ids: Sequence[str]) -> list[int]:
    """Return the keys of samples, which nobody deletes or erases until the transaction ends.

    An erasure locks the samples first: it either sees the analysis, or is over before it begins.
    """
    query = (
        select(SAMPLE.c.id, SAMPLE.c.key)
        .where(SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id.in_(sample_ids))
        .order_by(SAMPLE.c.key)
        .with_for_update(read=True, key_share=True)
    )
    keys = {row.id: row.key for row in connection.execute(query)}
    if len(keys) < len(set(sample_ids)):
        raise NotFoundError(NO_SAMPLE)
    return [keys[sample_id] for sample_id in sample_ids]


_COLUMNS_WITHOUT_RESULT = [column for column in JOB.c if column.name != "result"]
_order = tuple_(JOB.c.created_at, JOB.c.id)
"""An analysis' place in lists: the time is the database's."""


def _listed(tenant_id: str, limit: int) -> Select[Any]:
    return select(*_COLUMNS_WITHOUT_RESULT).where(JOB.c.tenant_id == tenant_id).limit(limit)


def _place_of(connection: Connection, tenant_id: str, job_id: str) -> Any:
    """Return the place of an analysis; of one that is deleted, by the time in its identifier."""
    query = select(JOB.c.created_at).where(JOB.c.tenant_id == tenant_id, JOB.c.id == job_id)
    found = connection.scalar(query)
    return tuple_(literal(time_in(job_id) if found is None else found), literal(job_id))


def _jobs(connection: Connection, query: Select[Any]) -> list[Job]:
    rows = connection.execute(query).all()
    samples = samples_of(connection, [row.id for row in rows])
    return [job_of(row, samples[row.id]) for row in rows]


def _no_such_job() -> NotFoundError:
    return NotFoundError("There is no such analysis.")


def _standing(row: Any) -> Standing:
    return Standing(status=Status(row.status), done=row.done, total=row.total, stage=row.stage)


def job_of(row: Any, samples: tuple[str, ...], result: str | None = None) -> Job:
    """Read a row; without its result unless that is given."""
    return Job(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=row.kind,
        samples=samples,
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
