"""Taking responses out of the rows they lie in, within a transaction that holds their sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from psychometrics.types import BoolArray
from service.adapters.database.batch_codec import Packed, unpack
from service.adapters.database.sql_helpers import listed
from service.adapters.database.tables import BATCH, BLOCK, RESPONSE_NAME

_PERSON = "person"


def remove_person(connection: Connection, sample_key: int, person: str) -> int:
    """Delete a person's responses from a sample. Returns how many."""
    written = orjson.dumps(person).decode()
    query = (
        select(BLOCK.c.batch_key)
        .join(BATCH)
        .where(BATCH.c.sample_key == sample_key)
        .where(BLOCK.c.columns.contains(written, autoescape=True))
    )
    keys = connection.scalars(query).all()
    return sum(_remove_person(connection, sample_key, key, person) for key in keys)


def remove_batches(connection: Connection, sample_key: int, which: ColumnElement[bool]) -> int:
    """Delete whole batches of a sample. Returns how many responses they held."""
    mine = (BATCH.c.sample_key == sample_key, which)
    query = select(BLOCK.c.n_responses, BLOCK.c.names).join(BATCH).where(*mine)
    removed = 0
    for row in connection.execute(query).all():
        if row.names is not None:
            _forget_names(connection, sample_key, orjson.loads(row.names))
        removed += row.n_responses
    connection.execute(delete(BATCH).where(*mine))
    return removed


def _remove_person(connection: Connection, sample_key: int, batch_key: int, person: str) -> int:
    """Take a person out of a batch's row.

    The text may stand elsewhere in the row than where persons do. Returns how many responses went.
    """
    packed = unpack(connection.execute(select(BLOCK).where(BLOCK.c.batch_key == batch_key)).one())
    gone = np.array([one == person for one in packed.columns.get(_PERSON, [])], dtype=bool)
    return take_out(connection, sample_key, batch_key, packed, gone) if gone.any() else 0


def take_out(
    connection: Connection, sample_key: int, batch_key: int, packed: Packed, gone: BoolArray
) -> int:
    """Write a batch's row anew without some of its responses, or delete it where none is left.

    Parameters
    ----------
    connection
        Within a transaction that holds the sample's lock.
    sample_key, batch_key
        Whose row.
    packed
        What it holds.
    gone
        Which go, shape (n_responses,).

    Returns
    -------
    int
        How many went.
    """
    this = BLOCK.c.batch_key == batch_key
    removed, left = packed.only(gone), packed.only(~gone)
    if removed.names is not None:
        _forget_names(connection, sample_key, removed.names)
    if len(left):
        connection.execute(update(BLOCK).where(this).values(left.row()))
    else:
        connection.execute(delete(BLOCK).where(this))
    return len(removed)


def _forget_names(connection: Connection, sample_key: int, names: Sequence[str]) -> None:
    chosen = RESPONSE_NAME.c.name.in_(select(listed(connection, names).c.value))
    connection.execute(
        delete(RESPONSE_NAME).where(RESPONSE_NAME.c.sample_key == sample_key, chosen)
    )
