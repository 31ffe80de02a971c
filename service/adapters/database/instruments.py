"""Instruments that tenants made themselves."""

from __future__ import annotations

import orjson
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from schemas.definition import Definition, kept_definition
from service.adapters.database.engine import Database
from service.adapters.database.tables import INSTRUMENT
from service.errors import ConflictError
from service.identifiers import now_ms


class InstrumentStore:
    """Definitions by tenant and id; one that is stored never changes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, tenant_id: str, definition: Definition) -> None:
        """Keep a definition.

        Raises
        ------
        ConflictError
            If the tenant already has one of this id.
        """
        row = {
            "tenant_id": tenant_id,
            **definition.rule,
            "definition": orjson.dumps(dict(definition.document)).decode(),
            "created_at": now_ms(),
        }
        try:
            with self._database.acting(definition.rule) as connection:
                connection.execute(insert(INSTRUMENT).values(row))
        except IntegrityError:
            detail = "There is an instrument of this id; choose another id for a changed form."
            raise ConflictError(detail) from None

    def find(self, tenant_id: str, instrument_id: str) -> Definition | None:
        """Find a tenant's definition."""
        query = select(INSTRUMENT.c.definition).where(
            INSTRUMENT.c.tenant_id == tenant_id, INSTRUMENT.c.id == instrument_id
        )
        with self._database.reading() as connection:
            stored = connection.scalar(query)
        return None if stored is None else kept_definition(orjson.loads(stored))

    def list(self, tenant_id: str) -> list[Definition]:
        """List a tenant's definitions by id."""
        query = (
            select(INSTRUMENT.c.definition)
            .where(INSTRUMENT.c.tenant_id == tenant_id)
            .order_by(INSTRUMENT.c.id)
        )
        with self._database.reading() as connection:
            stored = connection.scalars(query).all()
        return [kept_definition(orjson.loads(definition)) for definition in stored]
