"""Connections and transactions, the same for the embedded store and for a server.

Everything else in this package says what it wants in SQLAlchemy's words; what the two stores do
differently stands in ``sqlite``, ``postgresql`` and ``sql_helpers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.adapters.database.postgresql import PostgresqlStore
from service.adapters.database.sqlite import SqliteStore
from service.errors import ConfigurationError, UnavailableError

_AWAY = (OperationalError, InterfaceError)


NoteRequest = Callable[[Connection, Mapping[str, str] | None], None]

NOTE_REQUEST: ContextVar[NoteRequest | None] = ContextVar("note_request", default=None)
"""Writes the audit entry of the request that is being answered; ``None`` outside of requests."""


class Store(Protocol):
    """What differs between the databases."""

    engine: Engine

    def queue_engine(self, connections: int) -> Engine:
        """Make an engine for the queue's own transactions in this database."""
        ...

    def prepare(self) -> None:
        """Make the place of the data, where it is ours to make; see to it where it is not."""
        ...

    def reading(self) -> Connection:
        """Open a connection whose transactions see one state and change nothing."""
        ...

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a connection within a transaction; writers that must queue do it here."""
        ...

    def exists(self) -> bool:
        """Whether there is a database; an embedded one is a file that may not be there yet."""
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Let no one else migrate until the transaction ends."""
        ...

    def now_ms(self, connection: Connection) -> int:
        """Say what time it is where the data are, in milliseconds since 1970."""
        ...

    def forget_deleted(self) -> None:
        """Overwrite what the files still hold of deleted rows, where that is ours to do."""
        ...

    def forget_connections(self) -> None:
        """Leave all connections to the process that opened them: for use after a fork."""
        ...


class Database:
    """One database, by its address; connections are opened when they are first needed.

    Parameters
    ----------
    url
        ``postgresql://user@host/name``, or ``sqlite:////var/lib/alliance/alliance.db``.

    Raises
    ------
    ConfigurationError
        If it is neither.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._store = _store(url)

    def queue_engine(self, connections: int) -> Engine:
        """Make an engine for the queue, which keeps its tables here and begins by its own rules."""
        return self._store.queue_engine(connections)

    def prepare(self) -> None:
        """Make the folder of an embedded database; look whether a server's is fit for use.

        Raises
        ------
        ConfigurationError
            If it cannot be made or written, or is not.
        UnavailableError
            If the server is away.
        """
        with away_is_said():
            self._store.prepare()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database and changes nothing.

        Raises
        ------
        UnavailableError
            If the database is away.
        """
        with away_is_said(), self._store.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end, or undone when an error leaves it.

        Raises
        ------
        UnavailableError
            If the database is away or its disk is full; nothing was written then, unless the
            connection broke while the database was committing.
        """
        with away_is_said(), self._store.writing() as connection:
            yield connection

    def exists(self) -> bool:
        """Whether there is a database; an embedded one is a file that may not be there yet."""
        return self._store.exists()

    @contextmanager
    def acting(self, rule: Mapping[str, str] | None = None) -> Iterator[Connection]:
        """Open a transaction that does what a request asks for; see :meth:`writing`.

        The request's audit entry is written in it, as the last thing before it is committed.

        Parameters
        ----------
        rule
            The rule (``id``, ``version``) that the request is about, if the store knows it.
        """
        with self.writing() as connection:
            yield connection
            note = NOTE_REQUEST.get()
            if note is not None:
                note(connection, rule)

    def lock_schema(self, connection: Connection) -> None:
        """Let no other process migrate until this transaction ends."""
        self._store.lock_schema(connection)

    def now_ms(self, connection: Connection) -> int:
        """Say what time it is where the data are, in milliseconds since 1970."""
        return self._store.now_ms(connection)

    def forget_deleted(self) -> None:
        """Overwrite what the embedded store's files still hold of deleted rows.

        A server does that when it vacuums the table.
        """
        with away_is_said():
            self._store.forget_deleted()

    def is_reachable(self) -> bool:
        """Whether a query is answered and the tables are there."""
        try:
            with self.reading() as connection:
                connection.execute(text("SELECT count(*) FROM alembic_version"))
        except (UnavailableError, DBAPIError):
            return False
        return True

    def forget_connections(self) -> None:
        """Leave all connections to the process that opened them: for use after a fork."""
        self._store.forget_connections()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._store.engine.dispose()


def _store(url: str) -> Store:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _refused() from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database:
        return SqliteStore(parsed)
    if backend in {"postgresql", "postgres"}:
        return PostgresqlStore(parsed.set(drivername="postgresql+psycopg"))
    raise _refused()


def _refused() -> ConfigurationError:
    return ConfigurationError(
        "DATABASE_URL must be empty, name an SQLite file (sqlite:////path/alliance.db) or a "
        "PostgreSQL database (postgresql://user@host/name)."
    )


@contextmanager
def away_is_said() -> Iterator[None]:
    """Turn what drivers say when the database is away, full or overrun into one error."""
    try:
        yield
    except PoolTimeoutError as error:
        raise _away() from error
    except DBAPIError as error:
        if isinstance(error, _AWAY) or error.connection_invalidated:
            raise _away() from error
        raise


def _away() -> UnavailableError:
    return UnavailableError("The database does not answer at the moment; try again in a while.")
