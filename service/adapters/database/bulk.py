"""Statements that SQL's common part lacks: many rows at once, and a row only where there is none.

SQLite takes plain tuples through one prepared statement. PostgreSQL takes and gives its binary
COPY format, which spares both sides the way through text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

_ROWS_AT_ONCE = 20_000
_COPY_HEADER = 19
"""Bytes before the first row: signature 11, flags 4, length of the extension 4."""
_COPY_TRAILER = 2
_COPY_FIELD = 6
"""Bytes before the value of a row's only field: number of fields 2, length of the value 4."""

_TYPES = (
    (BigInteger, "int8"),
    (Integer, "int4"),
    (Float, "float8"),
    (LargeBinary, "bytea"),
    (String, "text"),
)


def insert_rows(connection: Connection, table: Table, rows: Iterable[Sequence[object]]) -> None:
    """Insert rows, each with a value for every column of the table, in its order.

    Raises
    ------
    IntegrityError
        If the table has a row of the same key.
    """
    if _is_postgresql(connection):
        _copy_in(connection, table, rows)
    else:
        names = list(table.c.keys())
        statement = insert(table).values(dict.fromkeys(names))
        compiled = statement.compile(dialect=connection.dialect, column_keys=names)
        connection.exec_driver_sql(str(compiled), list(rows))


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert a row unless there is one of the same key; whether it was inserted.

    Where another transaction is inserting the same row, this waits for that one's end.
    """
    build: Any = postgresql.insert if _is_postgresql(connection) else sqlite.insert
    statement = build(table).values(row).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(statement).one_or_none() is not None


def joined_bytes(connection: Connection, query: Select[tuple[bytes]]) -> bytes:
    """Join the values of a query's one column; all have the same length."""
    if _is_postgresql(connection):
        return _copy_out(connection, query)
    return b"".join(_parts(connection, query))


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _copy_in(connection: Connection, table: Table, rows: Iterable[Sequence[object]]) -> None:
    columns = ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118 a collection, no dict
    statement = f'COPY "{table.name}" ({columns}) FROM STDIN (FORMAT BINARY)'
    with _copying(connection, statement) as copy:
        copy.set_types([_postgresql_type(column.type) for column in table.c])
        for row in rows:
            copy.write_row(row)


def _copy_out(connection: Connection, query: Select[tuple[bytes]]) -> bytes:
    """Read the one column from COPY's rows, which are equally long: a header before each value."""
    literal = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    with _copying(connection, f"COPY ({literal}) TO STDOUT (FORMAT BINARY)") as copy:
        received = b"".join(copy)
    rows = received[_COPY_HEADER:-_COPY_TRAILER]
    if not rows:
        return b""
    length = int.from_bytes(rows[2:_COPY_FIELD], "big")
    matrix = np.frombuffer(rows, dtype=np.uint8).reshape(-1, _COPY_FIELD + length)
    return matrix[:, _COPY_FIELD:].tobytes()


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


def _postgresql_type(kind: TypeEngine[Any]) -> str:
    """Name a column's type as the server does."""
    return next(name for types, name in _TYPES if isinstance(kind, types))


def _parts(connection: Connection, query: Select[tuple[bytes]]) -> Iterator[bytes]:
    """Join one column's bytes, as the driver gives them: a row object each would take longer."""
    cursor: Any = connection.execute(query).cursor
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield b"".join([row[0] for row in rows])
