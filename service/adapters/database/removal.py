"""Taking responses out of the rows they lie in, within a transaction that holds their sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from psychometrics.types import BoolArray
from service.adapters.database.blocks import lists, unpack
from service.adapters.database.bulk import listed
from service.adapters.database.tables import BATCH, BLOCK, RESPONSE_NAME

_PERSON = "person"


def remove_person(connection: Connection, sample_key: int, person: str) -> int:
    """Delete a person's responses from a sample. Returns how many."""
    query = (
        select(BLOCK.c.batch_key, BLOCK.c.columns)
        .join(BATCH)
        .where(BATCH.c.sample_key == sample_key, BLOCK.c.columns.is_not(None))
    )
    removed = 0
    for row in connection.execute(query).all():
        persons = lists(row.columns).get(_PERSON, [])
        if person in persons:
            gone = np.array([one == person for one in persons])
            _remove(connection, sample_key, row.batch_key, gone)
            removed += int(gone.sum())
    return removed


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


def _remove(connection: Connection, sample_key: int, batch_key: int, gone: BoolArray) -> None:
    """Write a batch's row anew without some responses, or delete it where none is left."""
    this = BLOCK.c.batch_key == batch_key
    packed = unpack(connection.execute(select(BLOCK).where(this)).one())
    removed, left = packed.only(gone), packed.only(~gone)
    if removed.names is not None:
        _forget_names(connection, sample_key, removed.names)
    if len(left):
        connection.execute(update(BLOCK).where(this).values(left.row()))
    else:
        connection.execute(delete(BLOCK).where(this))


def _forget_names(connection: Connection, sample_key: int, names: Sequence[str]) -> None:
    chosen = RESPONSE_NAME.c.name.in_(select(listed(connection, names).c.value))
    connection.execute(
        delete(RESPONSE_NAME).where(RESPONSE_NAME.c.sample_key == sample_key, chosen)
    )
