"""OAuth clients, the assertions they have used, and the access tokens they got.

A token is kept as API keys are: a prefix and a digest. So it can be taken back at once, no process
needs a signing key, and it is looked up in the same way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from service.adapters.database.audit import Note, unnoted
from service.adapters.database.engine import Database
from service.adapters.database.keys import tenant_id
from service.adapters.database.sql_helpers import insert_if_new
from service.adapters.database.tables import ACCESS_TOKEN, ASSERTION, CLIENT, TENANT
from service.errors import NotFoundError, TokenRefusedError
from service.identifiers import now_ms, uuid7
from service.records import Assertion, Caller, CallerKind, Client, Credential, Scope, Secret


class ClientStore:
    """Clients by their ``client_id``.

    Parameters
    ----------
    database
        Where they are.
    note
        Notes each client that is registered or changed.
    """

    def __init__(self, database: Database, note: Note = unnoted) -> None:
        self._database = database
        self._note = note

    def add(
        self, tenant: str, name: str, *, scopes: Iterable[Scope], key_set: Mapping[str, Any]
    ) -> Client:
        """Register a client; the tenant is made when there is none of this name."""
        client_id = str(uuid7())
        with self._database.writing() as connection:
            connection.execute(
                insert(CLIENT).values(
                    id=client_id,
                    tenant_id=tenant_id(connection, tenant),
                    name=name,
                    key_set=orjson.dumps(key_set).decode(),
                    scopes=orjson.dumps(sorted(scopes)).decode(),
                    created_at=now_ms(),
                )
            )
            return self._noted(connection, client_id)

    def find(self, client_id: str) -> Client | None:
        """Find a client that was not revoked."""
        query = _CLIENTS.where(CLIENT.c.id == client_id, CLIENT.c.revoked_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _client(row)

    def list(self, tenant: str | None = None) -> list[Client]:
        """List all clients, revoked ones too, or those of one tenant."""
        query = _CLIENTS.order_by(CLIENT.c.id)
        if tenant is not None:
            query = query.where(TENANT.c.name == tenant)
        with self._database.reading() as connection:
            return [_client(row) for row in connection.execute(query)]

    def replace_keys(self, client_id: str, key_set: Mapping[str, Any]) -> None:
        """Replace a client's keys; tokens it has go on until they expire.

        Raises
        ------
        NotFoundError
            If there is no valid client of this identifier.
        """
        self._change(client_id, key_set=orjson.dumps(key_set).decode())

    def revoke(self, client_id: str) -> None:
        """Make a client invalid for good, with the tokens it has.

        Raises
        ------
        NotFoundError
            If there is no valid client of this identifier.
        """
        self._change(client_id, revoked_at=now_ms())

    def _change(self, client_id: str, **values: Any) -> None:
        change = update(CLIENT).where(CLIENT.c.id == client_id, CLIENT.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            if connection.execute(change.values(**values)).rowcount == 0:
                raise NotFoundError("There is no valid client of this identifier.")
            self._noted(connection, client_id)

    def _noted(self, connection: Connection, client_id: str) -> Client:
        client = _client(connection.execute(_CLIENTS.where(CLIENT.c.id == client_id)).one())
        self._note(connection, client.tenant_id, client.id)
        return client


class TokenStore:
    """Access tokens by their prefix."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now_ms(self) -> int:
        """Say what time it is where tokens and used assertions are kept."""
        with self._database.reading() as connection:
            return self._database.now_ms(connection)

    def add(
        self,
        assertion: Assertion,
        digest: bytes,
        *,
        prefix: str,
        scopes: Iterable[Scope],
        seconds: int,
    ) -> None:
        """Keep a token's digest, and that its assertion was used: both or neither.

        Parameters
        ----------
        assertion
            By which the token was asked for.
        digest, prefix
            Of the token.
        scopes
            What it allows.
        seconds
            How long it works, by the database's clock.

        Raises
        ------
        TokenRefusedError
            If the assertion was used before, by whichever process.
        """
        client_id = assertion.client.id
        used = {
            "client_id": client_id,
            "jti_sha256": hashlib.sha256(assertion.jti.encode()).digest(),
            "expires_at": assertion.expires_at,
        }
        token = {
            "prefix": prefix,
            "digest": digest,
            "client_id": client_id,
            "scopes": orjson.dumps(sorted(scopes)).decode(),
        }
        mine = update(CLIENT).where(CLIENT.c.id == client_id)
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            _forget_expired(connection, now)
            if not insert_if_new(connection, ASSERTION, used):
                detail = "This assertion was used before (`jti`); sign a new one for each token."
                raise TokenRefusedError("invalid_client", detail)
            expires_at = now + 1000 * seconds
            connection.execute(insert(ACCESS_TOKEN).values({**token, "expires_at": expires_at}))
            connection.execute(mine.values(last_used_at=now))

    def find(self, prefix: str) -> Credential | None:
        """Find what a presented token must match, unless its client was revoked."""
        query = (
            select(ACCESS_TOKEN, CLIENT.c.tenant_id)
            .join(CLIENT)
            .where(ACCESS_TOKEN.c.prefix == prefix, CLIENT.c.revoked_at.is_(None))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else _credential(row, self._database.now_ms(connection))


_CLIENTS = select(CLIENT, TENANT.c.name.label("tenant")).join(TENANT)


def _forget_expired(connection: Connection, now: int) -> None:
    """Drop assertions and tokens that no clock here takes any more."""
    for table in (ASSERTION, ACCESS_TOKEN):
        connection.execute(delete(table).where(table.c.expires_at < now))


def _credential(row: Row[Any], now: int) -> Credential:
    caller = Caller(
        kind=CallerKind.CLIENT,
        id=row.client_id,
        tenant_id=row.tenant_id,
        scopes=_scopes(row.scopes),
    )
    secret = Secret(digest=row.digest, expires_at=row.expires_at)
    return Credential(caller=caller, secrets=(secret,), found_at=now)


def _client(row: Row[Any]) -> Client:
    return Client(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant=row.tenant,
        name=row.name,
        key_set=orjson.loads(row.key_set),
        scopes=_scopes(row.scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def _scopes(stored: str) -> frozenset[Scope]:
    return frozenset(Scope(scope) for scope in orjson.loads(stored))
