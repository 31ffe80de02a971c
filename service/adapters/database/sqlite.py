"""The embedded store: one file, for one machine.

The database is in WAL mode with ``synchronous=FULL``: what is acknowledged survives a power cut.
Writers queue on one lock file instead of polling SQLite's own lock, which halves the tail latency
under many writers and lets none starve.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from service.errors import ConfigurationError, UnavailableError
from service.identifiers import now_ms

_BUSY_TIMEOUT_MS = 30_000
_CHECKPOINT_WAIT_MS = 1000
_PAGE_BYTES = 16_384
"""Of a new file: a batch is one long row, which takes fewer system calls on larger pages."""
_KNOWS_SUBSEC = (3, 42)
_TURN_SECONDS = 30.0
_WRITES = "alliance_writes"


class SqliteStore:
    """An SQLite file (:class:`service.adapters.database.engine.Store`)."""

    def __init__(self, url: URL) -> None:
        self._file = Path(str(url.database))
        self.engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})
        event.listen(self.engine, "connect", _prepare_connection)
        event.listen(self.engine, "begin", _begin)
        self._writers = _FileLock(self._file.with_name(self._file.name + ".lock"))

    def queue_engine(self, connections: int) -> Engine:
        """Make an engine whose driver begins by itself: with the write lock, at the first write."""
        engine = create_engine(self.engine.url, pool_size=connections)
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "connect", _begin_at_first_write)
        event.listen(engine, "connect", _tell_milliseconds)
        return engine

    def prepare(self) -> None:
        """Make the file and its folder; nobody but the owner may read the file."""
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _close_to_others(self._file.parent)
            self._writers.path.touch(mode=0o600)
            if not self._file.exists():
                self._file.touch(mode=0o600)
            for path in self._file.parent.glob(f"{self._file.name}*"):
                path.chmod(0o600)
        except OSError as error:
            raise ConfigurationError(
                f"The folder {self._file.parent} cannot be written ({error.strerror}); "
                "set ALLIANCE_DATA."
            ) from None

    def reading(self) -> Connection:
        """Open a connection; a transaction of WAL mode sees one state by itself."""
        return self.engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Wait for one's turn, and take the write lock at once: no deadlock, no retry."""
        with (
            self._writers.held(),
            self.engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def exists(self) -> bool:
        """Whether the file is there and holds anything."""
        return self._file.exists() and self._file.stat().st_size > 0

    def lock_schema(self, _: Connection) -> None:
        """Do nothing: there is one writer at a time anyway."""

    def now_ms(self, _: Connection) -> int:
        """Say what time it is on this machine."""
        return now_ms()

    def forget_deleted(self) -> None:
        """Write the log back into the file, where deleted rows are zeros, and empty it.

        Readers that still look at the time before are waited for a moment; then the log is emptied
        at a later chance.
        """
        with self._writers.held():
            connection = self.engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
                cursor.close()
            finally:
                connection.close()

    def forget_connections(self) -> None:
        """Leave all connections to the process that opened them."""
        self.engine.dispose(close=False)
        self._writers = _FileLock(self._writers.path)


def _close_to_others(folder: Path) -> None:
    """Let nobody else into a folder of ours; one that many share (sticky) stays as it is."""
    found = folder.stat()
    if found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX:
        folder.chmod(0o700)


class _FileLock:
    """A lock between threads and between processes on one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._threads = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for one's turn.

        Raises
        ------
        UnavailableError
            If it does not come, for whoever has the lock has stopped.
        """
        if not self._threads.acquire(timeout=_TURN_SECONDS):
            raise UnavailableError("The database is busy at the moment; try again in a while.")
        try:
            with self.path.open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        finally:
            self._threads.release()


def _prepare_connection(connection: Any, _record: object) -> None:
    """Set what SQLite keeps per connection; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    for pragma in (
        f"page_size = {_PAGE_BYTES}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_at_first_write(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"


def _tell_milliseconds(connection: Any, _record: object) -> None:
    """Add ``unixepoch('subsec')``, which the queue asks for and SQLite before 3.42 lacks.

    The queue chooses it by the version of Python, and its tables keep it as a default value.
    """
    if sqlite3.sqlite_version_info < _KNOWS_SUBSEC:
        connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(modifier: str) -> float:
    if modifier != "subsec":
        raise ValueError(modifier)
    return round(time.time(), 3)


def _begin(connection: Connection) -> None:
    """Take the write lock at once where something will be written: no deadlock, no retry."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
