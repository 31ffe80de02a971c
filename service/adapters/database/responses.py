"""Responses: a batch goes in as one transaction, a sample comes out as one matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, literal, select, update

from psychometrics.types import FloatArray
from schemas.json_pointers import pointer
from schemas.responses.covariates import NUMBER_COLUMNS, TEXT_COLUMNS, any_given
from schemas.responses.response_batch import ResponseBlock, Value, refuse_if_any
from schemas.validation_errors import Fault
from service.adapters.database.batch_codec import MISSING, lists, pack
from service.adapters.database.batches import batch_of, batches_of
from service.adapters.database.engine import Database
from service.adapters.database.idempotency import complete, compressed
from service.adapters.database.samples import NO_SAMPLE
from service.adapters.database.sql_helpers import insert_new_ones, joined_bytes, listed
from service.adapters.database.tables import BATCH, BLOCK, RESPONSE_NAME, SAMPLE
from service.errors import ConflictError, NotFoundError
from service.records import Batch, Kept, PackedResponses

_RECOGNISED = (*TEXT_COLUMNS, *NUMBER_COLUMNS)
MOST_VALUES = 50_000_000
"""Beside the answers of one sample, missing ones included: some hundred megabytes."""

_TOO_WIDE = (
    "The sample's batches name so many different outcomes and columns that it cannot be loaded; "
    "put what has its own outcomes into a sample of its own."
)
_TAKEN_FOR_A_MOMENT = "Responses of these ids were deleted at this moment; send the batch again."


class _TakenError(Exception):
    """The sample has a response of one of the names; which one no message of ours repeats."""


class ResponseStore:
    """The responses of a tenant's samples."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @staticmethod
    def pack(block: ResponseBlock, scores: FloatArray) -> PackedResponses:
        """Bring responses into the form in which they are kept.

        Parameters
        ----------
        block
            The responses.
        scores
            Shape (n_responses, n_scales), in the definition's order, then the total.
        """
        return PackedResponses(
            row=pack(block, scores).row(), names=block.ids if block.identified else []
        )

    def add(self, batch: Batch, packed: PackedResponses, kept: Kept) -> None:
        """Store a batch, all of it or nothing.

        Parameters
        ----------
        batch
            Names the batch, its sample and its tenant.
        packed
            The responses.
        kept
            The claim of an idempotency key and the answer to keep for it, or ``None``.

        Raises
        ------
        NotFoundError
            If the tenant has no such sample.
        RefusedInputError
            If the sample has responses of the same ids.
        """
        names, answer = sorted(packed.names), compressed(kept)
        try:
            with self._database.acting() as connection:
                _store(connection, batch, packed.row, names)
                complete(connection, answer)
                _count(connection, batch)
        except _TakenError:
            refuse_if_any(self._taken(batch, packed.names))
            raise ConflictError(_TAKEN_FOR_A_MOMENT) from None

    def batches(
        self, tenant_id: str, sample_id: str, *, limit: int, after: str = ""
    ) -> Sequence[Batch]:
        """List batches in the order they came, from after an identifier."""
        query = batches_of(tenant_id, sample_id).limit(limit)
        with self._database.reading() as connection:
            if after:
                key = connection.scalar(select(BATCH.c.key).where(BATCH.c.id == after))
                query = query.where(BATCH.c.id > after if key is None else BATCH.c.key > key)
            return [batch_of(row, tenant_id, sample_id) for row in connection.execute(query)]

    def answers(self, tenant_id: str, sample_id: str, n_items: int) -> FloatArray:
        """Load all answers of a sample, shape (n_responses, n_items), missing is ``nan``."""
        with self._database.reading() as connection:
            return _answers(connection, (tenant_id, sample_id), n_items)

    def columns(self, tenant_id: str, sample_id: str) -> dict[str, list[Value]]:
        """Load what stands beside the answers, by name and in the order of :meth:`answers`.

        Names that no response gives a value are left out.

        Raises
        ------
        ConflictError
            If there are too many of them for the number of responses.
        """
        with self._database.reading() as connection:
            return _beside(connection, (tenant_id, sample_id))

    def contents(
        self, tenant_id: str, sample_id: str, n_items: int
    ) -> tuple[FloatArray, dict[str, list[Value]]]:
        """Load :meth:`answers` and :meth:`columns` of one moment, whatever is added meanwhile."""
        with self._database.reading() as connection:
            answers = _answers(connection, (tenant_id, sample_id), n_items)
            return answers, _beside(connection, (tenant_id, sample_id))

    def _taken(self, batch: Batch, ids: Sequence[str]) -> Iterable[Fault]:
        with self._database.reading() as connection:
            query = (
                select(RESPONSE_NAME.c.name)
                .join(SAMPLE)
                .where(
                    *_mine(batch.tenant_id, batch.sample_id),
                    RESPONSE_NAME.c.name.in_(select(listed(connection, ids).c.value)),
                )
            )
            stored = set(connection.scalars(query))
        return [
            Fault(
                pointer=pointer("responses", number, "id"),
                code="duplicate",
                detail="The sample has a response of this id.",
            )
            for number, name in enumerate(ids)
            if name in stored
        ]


def _answers(connection: Connection, sample: tuple[str, str], n_items: int) -> FloatArray:
    stored = joined_bytes(connection, _blocks(*sample, BLOCK.c.answers))
    codes = np.frombuffer(stored, dtype=np.int8).reshape(-1, n_items)
    answers = codes.astype(np.float64)
    answers[codes == MISSING] = np.nan
    return answers


def _beside(connection: Connection, sample: tuple[str, str]) -> dict[str, list[Value]]:
    query = _blocks(*sample, BLOCK.c.n_responses, BLOCK.c.columns, BLOCK.c.outcomes)
    columns: dict[str, list[Value]] = {name: [] for name in _RECOGNISED}
    outcomes: dict[str, list[Value]] = {}
    before = 0
    for row in connection.execute(query):
        given = ((columns, lists(row.columns)), (outcomes, lists(row.outcomes)))
        width = sum(len(found.keys() | more.keys()) for found, more in given)
        if width * (before + row.n_responses) > MOST_VALUES:
            raise ConflictError(_TOO_WIDE)
        for found, more in given:
            _append(found, more, before, row.n_responses)
        before += row.n_responses
    return {name: values for name, values in (columns | outcomes).items() if any_given(values)}


def _append(
    found: dict[str, list[Value]], more: Mapping[str, list[Value]], before: int, count: int
) -> None:
    """Append what some responses give; what others before them or they lack is missing."""
    for name in more:
        found.setdefault(name, [None] * before)
    for name, values in found.items():
        values.extend(more.get(name) or [None] * count)


def _store(
    connection: Connection, batch: Batch, row: Mapping[str, object], names: Sequence[str]
) -> None:
    """Store a batch in a sample, which cannot be deleted until the transaction ends.

    Names go in by their order, so that of two batches with the same ones none waits for the other
    crosswise.
    """
    sample = select(SAMPLE.c.key).where(*_mine(batch.tenant_id, batch.sample_id))
    sample_key = connection.scalar(sample.with_for_update(read=True, key_share=True))
    if sample_key is None:
        raise NotFoundError(NO_SAMPLE)
    made = insert(BATCH).values(
        id=batch.id,
        sample_key=sample_key,
        accepted=batch.accepted,
        created_at=batch.created_at,
    )
    batch_key = connection.scalar(made.returning(BATCH.c.key))
    connection.execute(insert(BLOCK).values(batch_key=batch_key, **row))
    if names:
        name = listed(connection, names).c.value
        rows = select(literal(sample_key), name).where(name.is_not(None))
        if insert_new_ones(connection, RESPONSE_NAME, ["sample_key", "name"], rows) < len(names):
            raise _TakenError


def _count(connection: Connection, batch: Batch) -> None:
    """Count a batch's responses; at the end, for batches of one sample wait here for each other."""
    connection.execute(
        update(SAMPLE)
        .where(*_mine(batch.tenant_id, batch.sample_id))
        .values(n_responses=SAMPLE.c.n_responses + batch.accepted)
    )


def _mine(tenant_id: str, sample_id: str) -> tuple[Any, Any]:
    return SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id == sample_id


def _blocks(tenant_id: str, sample_id: str, *columns: Any) -> Any:
    """Select from the rows of a sample's batches, in the order they came."""
    return (
        select(*columns)
        .select_from(BLOCK)
        .join(BATCH, BATCH.c.key == BLOCK.c.batch_key)
        .join(SAMPLE, SAMPLE.c.key == BATCH.c.sample_key)
        .where(*_mine(tenant_id, sample_id))
        .order_by(BATCH.c.key)
    )
