"""Samples: what they are, not what is in them (see ``responses``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from schemas.definition import Definition
from service.adapters.database.engine import Database
from service.adapters.database.idempotency import complete, compressed
from service.adapters.database.tables import SAMPLE
from service.errors import ConflictError, NotFoundError
from service.identifiers import now_ms, uuid7
from service.records import Claim, Sample

NO_SAMPLE = "There is no such sample."


class SampleStore:
    """A tenant's samples."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        tenant_id: str,
        *,
        name: str,
        setting: str,
        definition: Definition,
        sample_id: str | None = None,
        claim: Claim | None = None,
    ) -> Sample:
        """Make an empty sample, with the definition as it is now.

        Under the claim of an idempotency key, its identifier is the answer that is kept.

        Raises
        ------
        ConflictError
            If there is a sample of the identifier that was chosen.
        """
        sample = Sample(
            id=str(uuid7()) if sample_id is None else sample_id,
            tenant_id=tenant_id,
            name=name,
            setting=setting,
            definition=definition.document,
            instrument=definition.rule,
            n_responses=0,
            created_at=now_ms(),
        )
        kept = compressed(None if claim is None else (claim, sample.id.encode()))
        try:
            with self._database.acting(sample.instrument) as connection:
                connection.execute(insert(SAMPLE).values(_row(sample)))
                complete(connection, kept)
        except IntegrityError:
            raise ConflictError("There is a sample of this identifier.") from None
        return sample

    def find(self, tenant_id: str, sample_id: str) -> Sample:
        """Find a sample.

        Raises
        ------
        NotFoundError
            If the tenant has none of this identifier.
        """
        query = _SAMPLES.where(SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id == sample_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError(NO_SAMPLE)
        return _sample(row)

    def list(self, tenant_id: str, *, limit: int, after: str = "") -> Sequence[Sample]:
        """List samples in the order the database took them, from after an identifier."""
        query = _SAMPLES.where(SAMPLE.c.tenant_id == tenant_id).order_by(SAMPLE.c.key)
        with self._database.reading() as connection:
            if after:
                key = _key_of(connection, tenant_id, after)
                is_later = SAMPLE.c.id > after if key is None else SAMPLE.c.key > key
                query = query.where(is_later)
            return [_sample(row) for row in connection.execute(query.limit(limit))]

    def newest(
        self, tenant_id: str, *, limit: int, before: str = "", instrument: str | None = None
    ) -> Sequence[Sample]:
        """List samples, the newest first, from before an identifier; of one definition, if named.

        Parameters
        ----------
        tenant_id
            Whose.
        limit, before
            How many, and from before which.
        instrument
            Hash of the definition.
        """
        query = _SAMPLES.where(SAMPLE.c.tenant_id == tenant_id).order_by(SAMPLE.c.key.desc())
        if instrument is not None:
            query = query.where(SAMPLE.c.instrument_sha256 == instrument)
        with self._database.reading() as connection:
            if before:
                key = _key_of(connection, tenant_id, before)
                is_earlier = SAMPLE.c.id < before if key is None else SAMPLE.c.key < key
                query = query.where(is_earlier)
            return [_sample(row) for row in connection.execute(query.limit(limit))]

    def names(self, tenant_id: str, sample_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the names of those of some samples that are still there, by identifier."""
        query = select(SAMPLE.c.id, SAMPLE.c.name).where(
            SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id.in_(sample_ids)
        )
        with self._database.reading() as connection:
            return {row.id: row.name for row in connection.execute(query)}


_SAMPLES = select(SAMPLE)


def _key_of(connection: Connection, tenant_id: str, sample_id: str) -> int | None:
    """Return the place of a sample in lists; ``None`` if it is deleted."""
    mine = (SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id == sample_id)
    return connection.scalar(select(SAMPLE.c.key).where(*mine))


def _row(sample: Sample) -> dict[str, Any]:
    return {
        "id": sample.id,
        "tenant_id": sample.tenant_id,
        "name": sample.name,
        "setting": sample.setting,
        "instrument_id": sample.instrument["id"],
        "instrument_version": sample.instrument["version"],
        "instrument_sha256": sample.instrument["sha256"],
        "definition": orjson.dumps(sample.definition).decode(),
        "n_responses": sample.n_responses,
        "created_at": sample.created_at,
    }


def _sample(row: Row[Any]) -> Sample:
    return Sample(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        setting=row.setting,
        definition=orjson.loads(row.definition),
        instrument={
            "id": row.instrument_id,
            "version": row.instrument_version,
            "sha256": row.instrument_sha256,
        },
        n_responses=row.n_responses,
        created_at=row.created_at,
    )
