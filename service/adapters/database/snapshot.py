"""A consistent copy of the whole database in files, while it is in use; and back into an empty one.

SQLite is copied page by page by its own backup interface. Of PostgreSQL every table is copied in
one transaction that sees one state (COPY, binary format); the queue's own tables are left out, and
analyses that were under way are submitted again when they are put back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, literal, make_url, select, text, update

from service.adapters.database.engine import Database
from service.adapters.database.jobs import UNFINISHED
from service.adapters.database.migrate import migrate, revision
from service.adapters.database.tables import (
    API_KEY,
    AUDIT,
    AUDIT_HEAD,
    JOB,
    METADATA,
    SUBMISSION,
    TENANT,
    WORKER,
)
from service.errors import ConfigurationError
from service.records.jobs import Status

SQLITE_MEMBER = "database.sqlite3"
_TABLE_FOLDER = "tables/"


def store_of(database: Database) -> str:
    """Return ``sqlite`` or ``postgresql``."""
    return "sqlite" if make_url(database.url).get_backend_name() == "sqlite" else "postgresql"


def take(database: Database, folder: Path) -> Mapping[str, Path]:
    """Copy the database into files of a folder.

    Returns
    -------
    Mapping
        The files by their names in an archive.
    """
    if store_of(database) == "sqlite":
        return {SQLITE_MEMBER: _copied(_file(database), folder / SQLITE_MEMBER)}
    with database.reading() as connection:
        return {
            _TABLE_FOLDER + table.name: _copied_out(connection, table, folder / table.name)
            for table in _tables()
        }


def is_empty(database: Database) -> bool:
    """Whether nothing was ever kept here."""
    if not database.exists() or revision(database) is None:
        return True
    with database.reading() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table))
            for table in (TENANT, API_KEY, AUDIT)
        ]
    return not any(counts)


def put(database: Database, members: Mapping[str, Path]) -> None:
    """Put copied files into an empty database; all of them or none.

    Raises
    ------
    ConfigurationError
        If the copy was made of the other kind of database.
    """
    is_sqlite = store_of(database) == "sqlite"
    if is_sqlite is not (SQLITE_MEMBER in members):
        raise ConfigurationError(
            "The archive is of the other kind of database (SQLite or PostgreSQL); restore it where "
            "DATABASE_URL names the same kind."
        )
    if is_sqlite:
        database.prepare()
        members[SQLITE_MEMBER].replace(_file(database))
        return
    migrate(database)
    with database.writing() as connection:
        connection.execute(text(f"TRUNCATE {AUDIT_HEAD.name}"))
        for table in _tables():
            _copied_in(connection, table, members[_TABLE_FOLDER + table.name])
        _submit_again(connection)


def _file(database: Database) -> Path:
    return Path(str(make_url(database.url).database))


def _copied(source: Path, target: Path) -> Path:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as given,
        closing(sqlite3.connect(target)) as copy,
    ):
        given.backup(copy, pages=1024)
    target.chmod(0o600)
    return target


def _tables() -> list[Table]:
    """List the tables whose rows are kept, those that others refer to first."""
    return [table for table in METADATA.sorted_tables if table is not WORKER]


def _copied_out(connection: Connection, table: Table, target: Path) -> Path:
    statement = f"COPY {table.name} ({_columns(table)}) TO STDOUT (FORMAT BINARY)"
    with target.open("wb") as file, _cursor(connection).copy(statement) as rows:
        for piece in rows:
            file.write(piece)
    return target


def _copied_in(connection: Connection, table: Table, source: Path) -> None:
    statement = f"COPY {table.name} ({_columns(table)}) FROM STDIN (FORMAT BINARY)"
    with source.open("rb") as file, _cursor(connection).copy(statement) as rows:
        while piece := file.read(1 << 20):
            rows.write(piece)


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _cursor(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    if driver is None:
        raise ConfigurationError("The database's driver is not connected.")
    return driver.cursor()


def _submit_again(connection: Connection) -> None:
    """Hand analyses that were under way to the queue anew."""
    unfinished = JOB.c.status.in_(UNFINISHED)
    known = select(SUBMISSION.c.job_id)
    rows = select(JOB.c.id).where(unfinished, JOB.c.id.not_in(known))
    connection.execute(insert(SUBMISSION).from_select(["job_id"], rows))
    connection.execute(
        update(JOB).where(unfinished).values(status=Status.QUEUED, worker=literal(None))
    )
