"""Statements that SQL's common part lacks: many values at once, and a row only where there is none.

Many texts travel as one JSON list, which the database takes apart: one statement for all of them,
during which nothing else in the process waits. PostgreSQL gives its binary COPY format, which
spares both sides the way through text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Select,
    String,
    Table,
    TableValuedAlias,
    Text,
    cast,
    column,
    func,
    literal,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

_ROWS_AT_ONCE = 1_000
_COPY_HEADER = 19
"""Bytes before the first row: signature 11, flags 4, length of the extension 4."""
_COPY_TRAILER = 2
_COPY_FIELD = 6
"""Bytes before the value of a row's only field: number of fields 2, length of the value 4."""


def listed(connection: Connection, texts: Sequence[str]) -> TableValuedAlias:
    """Make a table of the one column ``value`` from any number of texts."""
    document = literal(orjson.dumps(texts).decode(), Text)
    value: Any = column("value", String)
    if _is_postgresql(connection):
        return func.json_array_elements_text(cast(document, postgresql.JSON)).table_valued(value)
    return func.json_each(document).table_valued(value)


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert a row unless there is one of the same key; whether it was inserted.

    Where another transaction is inserting the same row, this waits for that one's end.
    """
    build: Any = postgresql.insert if _is_postgresql(connection) else sqlite.insert
    statement = build(table).values(row).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(statement).one_or_none() is not None


def insert_new_ones(
    connection: Connection, table: Table, columns: Sequence[str], rows: Select[Any]
) -> int:
    """Insert the rows of a query but those that are there; how many were inserted.

    A server writes the key that a row shares with another into its log when it refuses the row; of
    a row that is passed over it writes nothing.
    """
    build: Any = postgresql.insert if _is_postgresql(connection) else sqlite.insert
    statement = build(table).from_select(columns, rows).on_conflict_do_nothing()
    counted = statement.execution_options(preserve_rowcount=True)
    return int(connection.execute(counted).rowcount)


def joined_bytes(connection: Connection, query: Select[tuple[bytes]]) -> bytes:
    """Join the values of a query's one column."""
    if _is_postgresql(connection):
        return _copy_out(connection, query)
    return b"".join(_parts(connection, query))


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _copy_out(connection: Connection, query: Select[tuple[bytes]]) -> bytes:
    """Read the one column from COPY's rows: a header before each value."""
    literal_query = query.compile(
        dialect=connection.dialect, compile_kwargs={"literal_binds": True}
    )
    with _copying(connection, f"COPY ({literal_query}) TO STDOUT (FORMAT BINARY)") as copy:
        received = b"".join(copy)
    return b"".join(_fields(memoryview(received)[_COPY_HEADER:-_COPY_TRAILER]))


def _fields(rows: memoryview) -> Iterator[memoryview]:
    place = 0
    while place < len(rows):
        value = place + _COPY_FIELD
        place = value + int.from_bytes(rows[place + 2 : value], "big")
        yield rows[value:place]


@contextmanager
def _copying(connection: Connection, statement: str) -> Iterator[Any]:
    """Open a COPY of the driver's own, within the transaction; its errors become SQLAlchemy's."""
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except errors.Error as error:
        raise DBAPIError.instance(statement, None, error, errors.Error) from error


def _parts(connection: Connection, query: Select[tuple[bytes]]) -> Iterator[bytes]:
    """Join one column's bytes, as the driver gives them: a row object each would take longer."""
    cursor: Any = connection.execute(query).cursor
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield b"".join([row[0] for row in rows])
