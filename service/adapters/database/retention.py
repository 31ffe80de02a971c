"""How long answers and results are kept, and deleting those that are older.

What is old is deleted in steps of some batches or analyses, each a transaction of its own, so that
requests wait for none of them for long. Each step leaves everything whole: counts, the analyses of
what is gone, and a note in the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, delete, select, update

from service.adapters.database.audit import Note, unnoted
from service.adapters.database.engine import Database
from service.adapters.database.erasure import erase_responses, lock_samples
from service.adapters.database.idempotency import drop_expired
from service.adapters.database.response_deletion import remove_batches
from service.adapters.database.tables import BATCH, JOB, SAMPLE, TENANT
from service.errors import NotFoundError
from service.identifiers import now_ms
from service.records import Erased, RetentionPolicy, Status

DAY_MS = 24 * 3600 * 1000

BATCHES_AT_ONCE = 500
RESPONSES_AT_ONCE = 100_000
ANALYSES_AT_ONCE = 100

_FINISHED = tuple(status for status in Status if status.finished)
_NOTHING = Erased(responses=0, samples=0, analyses=0)
_TENANTS = select(TENANT.c.id, TENANT.c.name, TENANT.c.retention_days).order_by(TENANT.c.name)


class RetentionStore:
    """Each tenant's policy, and its application.

    Parameters
    ----------
    database
        Where everything is.
    default_days
        For tenants without a policy of their own; 0 keeps everything.
    note
        Notes each policy that is changed, and each step in which a tenant loses something.
    result_days
        After how many days finished analyses are deleted, of every tenant; 0 keeps them as long as
        the answers.
    """

    def __init__(
        self,
        database: Database,
        default_days: int,
        note: Note = unnoted,
        *,
        result_days: int = 0,
    ) -> None:
        self._database = database
        self._default_days = default_days
        self._note = note
        self._result_days = result_days

    def policies(self) -> Sequence[RetentionPolicy]:
        """List what holds for each tenant, by name."""
        with self._database.reading() as connection:
            return [self._policy(row) for row in connection.execute(_TENANTS)]

    def policy(self, tenant_id: str) -> RetentionPolicy:
        """Return what holds for a tenant that exists."""
        with self._database.reading() as connection:
            return self._policy(connection.execute(_TENANTS.where(TENANT.c.id == tenant_id)).one())

    def decide(self, tenant: str, days: int | None) -> None:
        """Give a tenant a policy of its own, or (``None``) the deployment's again.

        Raises
        ------
        NotFoundError
            If there is no tenant of this name.
        """
        change = update(TENANT).where(TENANT.c.name == tenant).values(retention_days=days)
        with self._database.writing() as connection:
            if connection.execute(change).rowcount == 0:
                raise NotFoundError("There is no tenant of this name.")
            tenant_id = connection.scalar(select(TENANT.c.id).where(TENANT.c.name == tenant))
            self._note(connection, tenant_id, None)

    def apply(self, now: int | None = None) -> Sequence[tuple[RetentionPolicy, Erased]]:
        """Delete what is older than its tenant's policy allows, and answers kept for a day.

        Parameters
        ----------
        now
            The time, in milliseconds since 1970, if the caller knows better than its clock. Where
            the database has a clock of its own, the earlier of the two counts.

        Returns
        -------
        sequence
            What was deleted, of tenants that lost something.
        """
        with self._database.reading() as connection:
            now = min(now_ms() if now is None else now, self._database.now_ms(connection))
        done = []
        for policy in self.policies():
            erased = _sum(self._old_batches(policy, now), self._old_analyses(policy, now))
            if erased.responses or erased.analyses:
                done.append((policy, erased))
        with self._database.writing() as connection:
            drop_expired(connection, now)
        self._database.forget_deleted()
        return done

    def _old_batches(self, policy: RetentionPolicy, now: int) -> Erased:
        """Delete a tenant's batches from before its limit, with the analyses of their samples."""
        erased, after = _NOTHING, 0
        while policy.days:
            with self._database.reading() as connection:
                keys = _oldest(connection, policy.tenant_id, now - policy.days * DAY_MS, after)
            if not keys:
                break
            with self._database.writing() as connection:
                step = _without(connection, policy.tenant_id, keys)
                if step.responses:
                    self._note(connection, policy.tenant_id, None)
            erased, after = _sum(erased, step), keys[-1]
        return erased

    def _old_analyses(self, policy: RetentionPolicy, now: int) -> Erased:
        """Delete a tenant's analyses that were finished before its limit, or the results'."""
        days = min((days for days in (policy.days, self._result_days) if days), default=0)
        old = (
            JOB.c.tenant_id == policy.tenant_id,
            JOB.c.status.in_(_FINISHED),
            JOB.c.finished_at < now - days * DAY_MS,
        )
        some = select(JOB.c.id).where(*old).limit(ANALYSES_AT_ONCE)
        gone = 0
        while days:
            with self._database.reading() as connection:
                ids = connection.scalars(some).all()
            if not ids:
                break
            with self._database.writing() as connection:
                step = connection.execute(delete(JOB).where(JOB.c.id.in_(ids))).rowcount
                if step:
                    self._note(connection, policy.tenant_id, None)
            gone += step
        return Erased(responses=0, samples=0, analyses=gone)

    def _policy(self, row: Any) -> RetentionPolicy:
        days = row.retention_days
        return RetentionPolicy(
            tenant_id=row.id,
            tenant=row.name,
            days=self._default_days if days is None else days,
            own=days is not None,
        )


def _oldest(connection: Connection, tenant_id: str, before_ms: int, after: int) -> Sequence[int]:
    """Return the keys of some batches from before a time, at least one if there are any."""
    query = (
        select(BATCH.c.key, BATCH.c.accepted)
        .join(SAMPLE, SAMPLE.c.key == BATCH.c.sample_key)
        .where(SAMPLE.c.tenant_id == tenant_id, BATCH.c.created_at < before_ms, BATCH.c.key > after)
        .order_by(BATCH.c.key)
        .limit(BATCHES_AT_ONCE)
    )
    rows = connection.execute(query).all()
    sizes = accumulate(row.accepted for row in rows)
    few = [row.key for row, size in zip(rows, sizes, strict=True) if size <= RESPONSES_AT_ONCE]
    return few or [row.key for row in rows[:1]]


def _without(connection: Connection, tenant_id: str, keys: Sequence[int]) -> Erased:
    """Delete some of a tenant's batches."""
    chosen = BATCH.c.key.in_(keys)
    of_them = SAMPLE.c.key.in_(select(BATCH.c.sample_key).where(chosen))
    samples = lock_samples(connection, tenant_id, of_them)
    return erase_responses(
        connection, tenant_id, samples, lambda key: remove_batches(connection, key, chosen)
    )


def _sum(one: Erased, other: Erased) -> Erased:
    return Erased(
        responses=one.responses + other.responses,
        samples=one.samples + other.samples,
        analyses=one.analyses + other.analyses,
    )
