"""Tenants and their API keys; the keys themselves are never stored."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from service.adapters.database.engine import Database
from service.adapters.database.tables import API_KEY, TENANT
from service.identifiers import now_ms, uuid7
from service.records import ApiKey, Scope


class KeyStore:
    """API keys by their prefix."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, tenant: str, scopes: Iterable[Scope], prefix: str, digest: bytes) -> ApiKey:
        """Keep a key's digest; the tenant is made when there is none of this name."""
        key_id, created_at = str(uuid7()), now_ms()
        with self._database.writing() as connection:
            tenant_id = _tenant_id(connection, tenant)
            connection.execute(
                insert(API_KEY).values(
                    id=key_id,
                    tenant_id=tenant_id,
                    prefix=prefix,
                    digest=digest,
                    scopes=orjson.dumps(sorted(scopes)).decode(),
                    created_at=created_at,
                )
            )
        return ApiKey(
            id=key_id,
            prefix=prefix,
            tenant_id=tenant_id,
            tenant=tenant,
            scopes=frozenset(scopes),
            created_at=created_at,
        )

    def find(self, prefix: str) -> tuple[ApiKey, bytes] | None:
        """Find a key that is valid, with its digest."""
        query = _KEYS.where(API_KEY.c.prefix == prefix, API_KEY.c.revoked_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (_key(row), row.digest)

    def list(self, tenant: str | None = None) -> list[ApiKey]:
        """List all keys, revoked ones too, or those of one tenant."""
        query = _KEYS.order_by(API_KEY.c.id)
        if tenant is not None:
            query = query.where(TENANT.c.name == tenant)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke(self, prefix: str) -> bool:
        """Make a key invalid for good; whether there was a valid one."""
        change = (
            update(API_KEY)
            .where(API_KEY.c.prefix == prefix, API_KEY.c.revoked_at.is_(None))
            .values(revoked_at=now_ms())
        )
        with self._database.writing() as connection:
            return connection.execute(change).rowcount == 1


_KEYS = select(API_KEY, TENANT.c.name.label("tenant")).join(TENANT)


def _tenant_id(connection: Connection, name: str) -> str:
    found = connection.scalar(select(TENANT.c.id).where(TENANT.c.name == name))
    if found is not None:
        return str(found)
    tenant_id = str(uuid7())
    connection.execute(insert(TENANT).values(id=tenant_id, name=name, created_at=now_ms()))
    return tenant_id


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        id=row.id,
        prefix=row.prefix,
        tenant_id=row.tenant_id,
        tenant=row.tenant,
        scopes=frozenset(Scope(scope) for scope in orjson.loads(row.scopes)),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
