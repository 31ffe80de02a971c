"""Deleting answers, and in the same transaction everything that was derived from them.

Derived from the answers of a sample are their scores (in the same rows), the analyses that used it
(their rows go, with results, steps and so reports) and the answers kept for repeated requests (they
hold scores; what stays is that the request was done, so that repeating it brings nothing back).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, delete, select, true, update
from sqlalchemy.sql.elements import ColumnElement

from service.adapters.database.engine import Database
from service.adapters.database.idempotency import ERASED_ANSWER
from service.adapters.database.jobs import forget_job, forget_jobs
from service.adapters.database.response_deletion import remove_person
from service.adapters.database.samples import NO_SAMPLE
from service.adapters.database.tables import IDEMPOTENCY, SAMPLE
from service.errors import NotFoundError
from service.records import Erased


class ErasureStore:
    """Deletes a person's answers, a whole sample, or an analysis."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def person(self, tenant_id: str, person: str, sample_id: str | None = None) -> Erased:
        """Delete every response of a person, in one sample or in all of the tenant's.

        Raises
        ------
        NotFoundError
            If a sample is named that the tenant has not.
        """
        chosen = true() if sample_id is None else SAMPLE.c.id == sample_id
        with self._database.acting() as connection:
            keys = lock_samples(connection, tenant_id, chosen)
            if sample_id is not None and not keys:
                raise NotFoundError(NO_SAMPLE)
            erased = erase_responses(
                connection, tenant_id, keys, lambda key: remove_person(connection, key, person)
            )
        self._database.forget_deleted()
        return erased

    def sample(self, tenant_id: str, sample_id: str) -> None:
        """Delete a sample with its responses, scores, batches, and the analyses that used it.

        Raises
        ------
        NotFoundError
            If the tenant has none of this identifier.
        """
        with self._database.acting() as connection:
            keys = lock_samples(connection, tenant_id, SAMPLE.c.id == sample_id)
            if not keys:
                raise NotFoundError(NO_SAMPLE)
            forget_derived(connection, tenant_id, [sample_id])
            connection.execute(delete(SAMPLE).where(SAMPLE.c.key.in_(list(keys))))
        self._database.forget_deleted()

    def analysis(self, tenant_id: str, analysis_id: str) -> None:
        """Delete a finished analysis with its result, and so its report.

        Raises
        ------
        NotFoundError
            If the tenant has none of this identifier.
        ConflictError
            If it is not finished.
        """
        with self._database.acting() as connection:
            forget_job(connection, tenant_id, analysis_id)
        self._database.forget_deleted()


def erase_responses(
    connection: Connection,
    tenant_id: str,
    samples: Mapping[int, str],
    remove: Callable[[int], int],
) -> Erased:
    """Delete some responses of some samples, and what was derived from the samples that had any.

    Parameters
    ----------
    connection
        Within a transaction that holds the samples' locks.
    tenant_id
        Whose they are.
    samples
        Their identifiers by key.
    remove
        Deletes what goes of the sample of a key, and returns how many responses went.
    """
    touched, removed = [], 0
    for key, sample_id in samples.items():
        count = remove(key)
        if count:
            left = SAMPLE.c.n_responses - count
            connection.execute(update(SAMPLE).where(SAMPLE.c.key == key).values(n_responses=left))
            touched.append(sample_id)
            removed += count
    analyses = forget_derived(connection, tenant_id, touched)
    return Erased(responses=removed, samples=len(touched), analyses=analyses)


def lock_samples(
    connection: Connection, tenant_id: str, samples: ColumnElement[bool]
) -> dict[int, str]:
    """Lock samples, so that no batch comes in meanwhile; their identifiers by key."""
    query = (
        select(SAMPLE.c.key, SAMPLE.c.id)
        .where(SAMPLE.c.tenant_id == tenant_id, samples)
        .order_by(SAMPLE.c.key)
        .with_for_update()
    )
    return {row.key: row.id for row in connection.execute(query)}


def forget_derived(connection: Connection, tenant_id: str, sample_ids: Sequence[str]) -> int:
    """Delete the analyses that used the samples, and the answers kept for repetition.

    Within a transaction that holds the samples' locks. Returns how many analyses there were.
    """
    analyses = 0
    for sample_id in sample_ids:
        analyses += forget_jobs(connection, tenant_id, sample_id)
        connection.execute(
            update(IDEMPOTENCY)
            .where(
                IDEMPOTENCY.c.tenant_id == tenant_id,
                IDEMPOTENCY.c.sample_id == sample_id,
                IDEMPOTENCY.c.answer.is_not(None),
            )
            .values(answer=ERASED_ANSWER)
        )
    return analyses
