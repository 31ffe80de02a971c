"""Tenants and their API keys; the keys themselves are never stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, Row, case, insert, or_, select, update

from service.adapters.database.audit import Note, unnoted
from service.adapters.database.engine import Database
from service.adapters.database.sql_helpers import insert_if_new
from service.adapters.database.tables import API_KEY, TENANT
from service.errors import NotFoundError
from service.identifiers import now_ms, uuid7
from service.records import ApiKey, Caller, CallerKind, Credential, Scope, Secret

LAST_USE_MS = 60_000
"""The last use is written at most this often."""


class KeyStore:
    """API keys by their prefix.

    Parameters
    ----------
    database
        Where they are.
    note
        Notes each key that is made or changed.
    """

    def __init__(self, database: Database, note: Note = unnoted) -> None:
        self._database = database
        self._note = note

    def add(
        self,
        tenant: str,
        scopes: Iterable[Scope],
        prefix: str,
        digest: bytes,
        *,
        expires_at: int | None = None,
    ) -> ApiKey:
        """Keep a key's digest; the tenant is made when there is none of this name."""
        with self._database.writing() as connection:
            connection.execute(
                insert(API_KEY).values(
                    id=str(uuid7()),
                    tenant_id=tenant_id(connection, tenant),
                    prefix=prefix,
                    digest=digest,
                    scopes=orjson.dumps(sorted(scopes)).decode(),
                    created_at=now_ms(),
                    expires_at=expires_at,
                )
            )
            return self._noted(connection, prefix)

    def rotate(
        self, prefix: str, digest: bytes, *, former_expires_at: int, expires_at: int | None = None
    ) -> ApiKey:
        """Give a key a new secret; the former one works for a while.

        Parameters
        ----------
        prefix
            Which key; the prefix stays.
        digest
            Of the key with its new secret.
        former_expires_at
            Until when the former secret works, and at most as long as it would have.
        expires_at
            When the key expires from now on; as before if left out.

        Raises
        ------
        NotFoundError
            If there is no valid key of this prefix.
        """
        ends = API_KEY.c.expires_at
        former = case((ends < former_expires_at, ends), else_=former_expires_at)
        change = (
            update(API_KEY)
            .where(API_KEY.c.prefix == prefix)
            .values(
                former_digest=API_KEY.c.digest,
                former_expires_at=former,
                digest=digest,
                expires_at=ends if expires_at is None else expires_at,
            )
        )
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            if connection.execute(change.where(*valid(now))).rowcount == 0:
                raise NotFoundError(_NO_KEY)
            return self._noted(connection, prefix)

    def find(self, prefix: str) -> Credential | None:
        """Find what a presented key must match, unless it was revoked."""
        query = select(API_KEY).where(API_KEY.c.prefix == prefix, API_KEY.c.revoked_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else _credential(row, self._database.now_ms(connection))

    def list(self, tenant: str | None = None) -> list[ApiKey]:
        """List all keys, revoked ones too, or those of one tenant."""
        query = _KEYS.order_by(API_KEY.c.id)
        if tenant is not None:
            query = query.where(TENANT.c.name == tenant)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke(self, prefix: str) -> None:
        """Make a key invalid for good, with its former secret.

        Raises
        ------
        NotFoundError
            If there is no valid key of this prefix.
        """
        change = update(API_KEY).where(API_KEY.c.prefix == prefix)
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            revoked = change.where(*valid(now)).values(revoked_at=now)
            if connection.execute(revoked).rowcount == 0:
                raise NotFoundError(_NO_KEY)
            self._noted(connection, prefix)

    def note_use(self, key_ids: Collection[str], at: int) -> None:
        """Write when keys were used, for those whose last use was not written within a minute."""
        change = update(API_KEY).where(
            API_KEY.c.id.in_(key_ids),
            or_(API_KEY.c.last_used_at.is_(None), API_KEY.c.last_used_at <= at - LAST_USE_MS),
        )
        with self._database.writing() as connection:
            connection.execute(change.values(last_used_at=at))

    def _noted(self, connection: Connection, prefix: str) -> ApiKey:
        key = _key(connection.execute(_KEYS.where(API_KEY.c.prefix == prefix)).one())
        self._note(connection, key.tenant_id, key.id)
        return key


_KEYS = select(API_KEY, TENANT.c.name.label("tenant")).join(TENANT)
_NO_KEY = "There is no valid key with this prefix."


def tenant_id(connection: Connection, name: str) -> str:
    """Return a tenant's identifier; it is made when there is none of this name."""
    row = {"id": str(uuid7()), "name": name, "created_at": now_ms()}
    insert_if_new(connection, TENANT, row)
    return str(connection.scalar(select(TENANT.c.id).where(TENANT.c.name == name)))


def valid(now: int) -> tuple[Any, ...]:
    """Conditions on a key that is neither revoked nor expired."""
    return (
        API_KEY.c.revoked_at.is_(None),
        or_(API_KEY.c.expires_at.is_(None), API_KEY.c.expires_at > now),
    )


def caller_of(row: Row[Any]) -> Caller:
    """Say who calls with the key in a row of its table."""
    return Caller(
        kind=CallerKind.KEY, id=row.id, tenant_id=row.tenant_id, scopes=_scopes(row.scopes)
    )


def _credential(row: Row[Any], now: int) -> Credential:
    secrets = [Secret(digest=row.digest, expires_at=row.expires_at)]
    if row.former_digest is not None:
        secrets.append(Secret(digest=row.former_digest, expires_at=row.former_expires_at))
    return Credential(caller=caller_of(row), secrets=tuple(secrets), found_at=now)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        prefix=row.prefix,
        tenant_id=row.tenant_id,
        tenant=row.tenant,
        scopes=_scopes(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        former_expires_at=row.former_expires_at,
        last_used_at=row.last_used_at,
    )


def _scopes(stored: str) -> frozenset[Scope]:
    return frozenset(Scope(scope) for scope in orjson.loads(stored))
