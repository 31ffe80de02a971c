"""The store for several machines: a PostgreSQL server, 15 or newer, through psycopg 3.

A commit is acknowledged once it is on the server's disk: where the server's operator switched
``synchronous_commit`` off, our sessions switch it on again. Connections are tried before they are
used, so that a server that was restarted is met by a new connection and not by a broken one; one
that vanished without a word is given up after half a minute, and one that may only read (a standby,
amid a failover) is left for the next in the address. Nobody waits longer than half a minute for a
row that another holds, and the server is told to do the same with us: what a machine held that
vanished amid a transaction is free after a quarter of a minute, what a frozen one held after two.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, text

from service.errors import ConfigurationError

_KEPT_CONNECTIONS = 4
_MORE_CONNECTIONS = 16
_WAIT_SECONDS = 10
_SCHEMA_LOCK = 0x616C6C69616E6365 & 0x7FFFFFFFFFFFFFFF
"""An advisory lock's number: the product's name as bytes."""

_ENCODING = "UTF8"

_CONNECTION = {
    "client_encoding": _ENCODING,
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
"""Parameters of libpq, times in seconds but the last in milliseconds; an address may set others."""

_COMMIT_ON_DISK = (
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'"
)
_WAIT_FOR_LOCKS = "SET lock_timeout = '30s'"
_GIVE_US_UP = (
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = 15000; SET idle_in_transaction_session_timeout = '2min'"
)
"""The server's side of a connection; by itself it would wait two hours for who has vanished. It is
quicker than who waits for a lock is to give up, so that those need not."""

_NOW = text("SELECT extract(epoch FROM clock_timestamp()) * 1000")
_READ_ONLY = "25006"


class PostgresqlStore:
    """A PostgreSQL database (:class:`service.adapters.database.engine.Store`)."""

    def __init__(self, url: URL) -> None:
        self.engine = _engine(
            url,
            "alliance",
            pool_size=_KEPT_CONNECTIONS,
            max_overflow=_MORE_CONNECTIONS,
            pool_timeout=_WAIT_SECONDS,
        )
        event.listen(self.engine, "connect", _saying(_WAIT_FOR_LOCKS))
        self._snapshots = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def queue_engine(self, connections: int) -> Engine:
        """Make an engine of a few connections."""
        return _engine(self.engine.url, "alliance jobs", pool_size=connections)

    def prepare(self) -> None:
        """Make nothing, the server's operator has; but see that it can hold every name."""
        with self.engine.connect() as connection:
            encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != _ENCODING:
            raise ConfigurationError(
                f"DATABASE_URL names a database in the encoding {encoding}; make one in "
                f"{_ENCODING} (CREATE DATABASE … ENCODING '{_ENCODING}' TEMPLATE template0)."
            )

    def reading(self) -> Connection:
        """Open a connection whose transactions see one state."""
        return self._snapshots.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction; rows that two writers want are locked by the server."""
        with self.engine.begin() as connection:
            yield connection

    def exists(self) -> bool:
        """Say yes: to connect to a missing one fails."""
        return True

    def lock_schema(self, connection: Connection) -> None:
        """Wait until no other process migrates, however long that takes."""
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})

    def now_ms(self, connection: Connection) -> int:
        """Say what time it is on the server."""
        return int(connection.scalar(_NOW) or 0)

    def forget_deleted(self) -> None:
        """Do nothing: the server's vacuum does it, by itself or when its operator says so."""

    def forget_connections(self) -> None:
        """Leave all connections to the process that opened them."""
        self.engine.dispose(close=False)


def _engine(url: URL, name: str, **pool: Any) -> Engine:
    usual = {one: value for one, value in _CONNECTION.items() if one not in url.query}
    arguments = {"application_name": name, **usual}
    engine = create_engine(url, pool_pre_ping=True, connect_args=arguments, **pool)
    event.listen(engine, "connect", _saying(_COMMIT_ON_DISK))
    event.listen(engine, "connect", _saying(_GIVE_US_UP))
    event.listen(engine, "handle_error", _say_who_is_away)
    event.listen(engine, "checkin", _want_the_usual)
    return engine


def _saying(statement: str) -> Any:
    """Make a listener that says something on each new connection, for as long as it lives."""

    def listen(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.execute(statement).close()
        connection.autocommit = False

    return listen


def _want_the_usual(connection: Any, _record: object) -> None:
    """Begin the next transaction without a word on writing, which a standby would refuse to hear.

    SQLAlchemy leaves a connection that has read with the wish to write.
    """
    if connection is not None:
        connection.read_only = None


def _say_who_is_away(context: ExceptionContext) -> None:
    """Say of whoever cannot be reached, or refuses what is no mere reading, that it is away.

    The queue waits for a server that is away, and knows some of the driver's sentences for it only.
    """
    if context.connection is None:
        context.is_disconnect = True
        return
    refused = getattr(context.original_exception, "sqlstate", None) == _READ_ONLY
    asked = context.connection.get_execution_options().get("postgresql_readonly", False)
    if refused and not asked:
        context.is_disconnect = True
