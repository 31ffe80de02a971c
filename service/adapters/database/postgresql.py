"""The store for several machines: a PostgreSQL server, 15 or newer, through psycopg 3.

A commit is acknowledged once it is on the server's disk (``synchronous_commit``, on unless the
server's operator switched it off). Connections are tried before they are used, so that a server
that was restarted is met by a new connection and not by a broken one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, text

_KEPT_CONNECTIONS = 4
_MORE_CONNECTIONS = 16
_CONNECT_SECONDS = 5
_WAIT_SECONDS = 10
_SCHEMA_LOCK = 0x616C6C69616E6365 & 0x7FFFFFFFFFFFFFFF
"""An advisory lock's number: the product's name as bytes."""


class PostgresqlStore:
    """A PostgreSQL database (:class:`service.adapters.database.engine.Store`)."""

    def __init__(self, url: URL) -> None:
        self.engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=_KEPT_CONNECTIONS,
            max_overflow=_MORE_CONNECTIONS,
            pool_timeout=_WAIT_SECONDS,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "alliance"},
        )
        self._snapshots = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def queue_engine(self, connections: int) -> Engine:
        """Make an engine of a few connections."""
        return create_engine(
            self.engine.url,
            pool_pre_ping=True,
            pool_size=connections,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "alliance jobs"},
        )

    def prepare(self) -> None:
        """Do nothing: the database is made by the server's operator."""

    def reading(self) -> Connection:
        """Open a connection whose transactions see one state."""
        return self._snapshots.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction; rows that two writers want are locked by the server."""
        with self.engine.begin() as connection:
            yield connection

    def lock_schema(self, connection: Connection) -> None:
        """Wait until no other process migrates."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})

    def forget_deleted(self) -> None:
        """Do nothing: the server's vacuum does it, by itself or when its operator says so."""

    def forget_connections(self) -> None:
        """Leave all connections to the process that opened them."""
        self.engine.dispose(close=False)
