"""How long answers are kept, and deleting those that are older."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from service.adapters.database.audit import Note, unnoted
from service.adapters.database.engine import Database
from service.adapters.database.erasure import erase_responses, lock_samples
from service.adapters.database.idempotency import drop_expired
from service.adapters.database.removal import remove_batches
from service.adapters.database.tables import BATCH, JOB, SAMPLE, TENANT
from service.errors import NotFoundError
from service.identifiers import now_ms
from service.records import Erased, RetentionPolicy, Status

DAY_MS = 24 * 3600 * 1000

_FINISHED = tuple(status for status in Status if status.finished)


class RetentionStore:
    """Each tenant's policy, and its application.

    Parameters
    ----------
    database
        Where everything is.
    default_days
        For tenants without a policy of their own; 0 keeps everything.
    note
        Notes each policy that is changed, and each tenant that loses something.
    """

    def __init__(self, database: Database, default_days: int, note: Note = unnoted) -> None:
        self._database = database
        self._default_days = default_days
        self._note = note

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

    def apply(self) -> Sequence[tuple[RetentionPolicy, Erased]]:
        """Delete what is older than its tenant's policy allows, and answers kept for a day.

        Returns
        -------
        sequence
            What was deleted, of tenants that lost something.
        """
        done = []
        for policy in self.policies():
            if policy.days > 0:
                with self._database.writing() as connection:
                    erased = _expire(connection, policy)
                    if erased.responses or erased.analyses:
                        self._note(connection, policy.tenant_id, None)
                if erased.responses or erased.analyses:
                    done.append((policy, erased))
        with self._database.writing() as connection:
            forgotten = drop_expired(connection)
        if done or forgotten:
            self._database.forget_deleted()
        return done

    def _policy(self, row: Any) -> RetentionPolicy:
        days = row.retention_days
        return RetentionPolicy(
            tenant_id=row.id,
            tenant=row.name,
            days=self._default_days if days is None else days,
            own=days is not None,
        )


_TENANTS = select(TENANT.c.id, TENANT.c.name, TENANT.c.retention_days).order_by(TENANT.c.name)


def _expire(connection: Connection, policy: RetentionPolicy) -> Erased:
    """Delete a tenant's batches, and finished analyses, from before its limit."""
    limit = now_ms() - policy.days * DAY_MS
    old = BATCH.c.created_at < limit
    of_old = select(BATCH.c.sample_key).where(old)
    samples = lock_samples(connection, policy.tenant_id, SAMPLE.c.key.in_(of_old))
    erased = erase_responses(
        connection, policy.tenant_id, samples, lambda key: remove_batches(connection, key, old)
    )
    finished = connection.execute(
        delete(JOB).where(
            JOB.c.tenant_id == policy.tenant_id,
            JOB.c.status.in_(_FINISHED),
            JOB.c.finished_at < limit,
        )
    )
    return Erased(
        responses=erased.responses,
        samples=erased.samples,
        analyses=erased.analyses + finished.rowcount,
    )
