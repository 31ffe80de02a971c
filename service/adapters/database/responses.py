"""Responses: a batch goes in as one transaction, a sample comes out as one matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from psychometrics.types import FloatArray
from schemas.faults import Fault
from schemas.pointers import pointer
from schemas.responses.block import ResponseBlock, Value, refuse_if_any
from schemas.responses.covariates import any_given
from service.adapters.database.bulk import insert_rows, joined_bytes
from service.adapters.database.engine import Database
from service.adapters.database.idempotency import complete
from service.adapters.database.samples import NO_SAMPLE
from service.adapters.database.tables import BATCH, RESPONSE, SAMPLE
from service.errors import NotFoundError
from service.identifiers import uuid7_bytes
from service.records import Batch, Kept

MISSING = -1
_TEXTS = ("person", "clinician", "site", "respondent")
_FIELDS = tuple(RESPONSE.c.keys())
_NUMBERS = ("session_number", "days_since_first_visit", "days_since_delivery")


class ResponseStore:
    """The responses of a tenant's samples."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, batch: Batch, block: ResponseBlock, scores: FloatArray, kept: Kept) -> None:
        """Store a batch, all of it or nothing.

        Parameters
        ----------
        batch
            Names the batch, its sample and its tenant.
        block
            The responses.
        scores
            Shape (n_responses, n_scales), in the definition's order, then the total.
        kept
            The claim of an idempotency key and the answer to keep for it, or ``None``.

        Raises
        ------
        NotFoundError
            If the tenant has no such sample.
        RefusedInputError
            If the sample has responses of the same ids.
        """
        try:
            with self._database.writing() as connection:
                _store(connection, batch, block, scores)
                if kept is not None:
                    complete(connection, *kept)
        except IntegrityError:
            refuse_if_any(self._taken(batch, block.ids))
            raise

    def batches(
        self, tenant_id: str, sample_id: str, *, limit: int, after: str = ""
    ) -> Sequence[Batch]:
        """List batches in the order they came, from after an identifier."""
        query = (
            select(BATCH.c.id, BATCH.c.accepted, BATCH.c.created_at)
            .join(SAMPLE)
            .where(*_mine(tenant_id, sample_id), BATCH.c.id > after)
            .order_by(BATCH.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [
                Batch(
                    id=row.id,
                    tenant_id=tenant_id,
                    sample_id=sample_id,
                    accepted=row.accepted,
                    created_at=row.created_at,
                )
                for row in connection.execute(query)
            ]

    def answers(self, tenant_id: str, sample_id: str, n_items: int) -> FloatArray:
        """Load all answers of a sample, shape (n_responses, n_items), missing is ``nan``."""
        with self._database.reading() as connection:
            return _answers(connection, (tenant_id, sample_id), n_items)

    def columns(self, tenant_id: str, sample_id: str) -> dict[str, list[Value]]:
        """Load what stands beside the answers, by name and in the order of :meth:`answers`.

        Names that no response gives a value are left out.
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
        query = _responses(batch.tenant_id, batch.sample_id, RESPONSE.c.external_id)
        with self._database.reading() as connection:
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
    stored = joined_bytes(connection, _responses(*sample, RESPONSE.c.answers))
    answers = np.frombuffer(stored, dtype=np.int8).reshape(-1, n_items).astype(np.float64)
    answers[answers == MISSING] = np.nan
    return answers


def _beside(connection: Connection, sample: tuple[str, str]) -> dict[str, list[Value]]:
    beside = [RESPONSE.c[name] for name in (*_TEXTS, *_NUMBERS)]
    query = _responses(*sample, *beside, RESPONSE.c.others, RESPONSE.c.outcomes)
    rows = connection.execute(query).all()
    if not rows:
        return {}
    *recognised, others, outcomes = (list(values) for values in zip(*rows, strict=True))
    named = dict(zip((*_TEXTS, *_NUMBERS), recognised, strict=True))
    found = {**named, **_spread(others), **_spread(outcomes)}
    return {name: values for name, values in found.items() if any_given(values)}


def _store(connection: Connection, batch: Batch, block: ResponseBlock, scores: FloatArray) -> None:
    sample = (
        update(SAMPLE)
        .where(*_mine(batch.tenant_id, batch.sample_id))
        .values(n_responses=SAMPLE.c.n_responses + batch.accepted)
        .returning(SAMPLE.c.key)
    )
    sample_key = connection.scalar(sample)
    if sample_key is None:
        raise NotFoundError(NO_SAMPLE)
    row = insert(BATCH).values(
        id=batch.id,
        sample_key=sample_key,
        accepted=batch.accepted,
        created_at=batch.created_at,
    )
    batch_key = connection.scalar(row.returning(BATCH.c.key))
    columns = _columns(sample_key, batch_key, block, scores)
    rows = zip(*(columns[name] for name in _FIELDS), strict=True)
    insert_rows(connection, RESPONSE, rows)


def _columns(
    sample_key: int, batch_key: int | None, block: ResponseBlock, scores: FloatArray
) -> dict[str, Sequence[object]]:
    """Turn a block into the table's columns."""
    count = len(block)
    none = [None] * count
    others = {
        name: values
        for name, values in block.columns.items()
        if name not in _TEXTS and name not in _NUMBERS
    }
    answers = np.where(np.isnan(block.answers), MISSING, block.answers).astype(np.int8)
    return {
        "sample_key": [sample_key] * count,
        "id": uuid7_bytes(count),
        "batch_key": [batch_key] * count,
        "external_id": block.ids if block.identified else none,
        "answers": _cut(answers),
        "scores": _cut(np.ascontiguousarray(scores, dtype="<f8")),
        **{name: block.columns.get(name, none) for name in (*_TEXTS, *_NUMBERS)},
        "others": _documents(others, count),
        "outcomes": _documents(block.outcomes, count),
    }


def _cut(matrix: NDArray[Any]) -> list[bytes]:
    """Cut a matrix into the bytes of its rows."""
    width = matrix.shape[1] * matrix.itemsize
    whole = matrix.tobytes()
    return [whole[start : start + width] for start in range(0, len(whole), width)]


def _documents(columns: dict[str, Any], count: int) -> list[str | None]:
    """Write the given values of some columns as one JSON object for each response."""
    if not columns:
        return [None] * count
    names = list(columns)
    return [
        orjson.dumps(
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
        ).decode()
        for row in zip(*columns.values(), strict=True)
    ]


def _mine(tenant_id: str, sample_id: str) -> tuple[Any, Any]:
    return SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id == sample_id


def _responses(tenant_id: str, sample_id: str, *columns: Any) -> Any:
    """Select from a sample's responses, in the order they came."""
    return (
        select(*columns)
        .join(SAMPLE, SAMPLE.c.key == RESPONSE.c.sample_key)
        .where(*_mine(tenant_id, sample_id))
        .order_by(RESPONSE.c.id)
    )


def _spread(documents: Sequence[str | None]) -> dict[str, list[Value]]:
    """Turn one JSON object for each response into columns."""
    read: list[dict[str, Value]] = [
        {} if document is None else orjson.loads(document) for document in documents
    ]
    names = dict.fromkeys(name for values in read for name in values)
    return {name: [values.get(name) for values in read] for name in names}
