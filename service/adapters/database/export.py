"""Reading everything that is stored of a sample, row by row, from one state of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from sqlalchemy import Connection, Row, func, select

from schemas.responses.covariates import NUMBER_COLUMNS, TEXT_COLUMNS
from service.adapters.database.engine import Database
from service.adapters.database.responses import MISSING
from service.adapters.database.tables import BATCH, RESPONSE, SAMPLE
from service.records import StoredResponse

_ROWS_AT_ONCE = 2_000
_RECOGNISED = (*TEXT_COLUMNS, *NUMBER_COLUMNS)


class ExportStore:
    """Gives out what is stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def sample(self, tenant_id: str, sample_id: str) -> Iterator[SampleContents]:
        """Open a tenant's sample; a sample that is not the tenant's is empty."""
        with self._database.reading() as connection:
            yield SampleContents(connection=connection, tenant_id=tenant_id, sample_id=sample_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleContents:
    """A sample as it was when it was opened.

    Attributes
    ----------
    connection
        Within a transaction that sees one state.
    tenant_id, sample_id
        Which sample.
    """

    connection: Connection
    tenant_id: str
    sample_id: str

    def has_names(self) -> bool:
        """Whether any response came with a name of its own."""
        named = self._select(func.count(RESPONSE.c.external_id))
        return bool(self.connection.scalar(named))

    def columns(self) -> Sequence[str]:
        """Name the columns that any response gives: recognised ones first, then the others."""
        counts = self._select(*(func.count(RESPONSE.c[name]) for name in _RECOGNISED))
        given = self.connection.execute(counts).one()
        recognised = [name for name, count in zip(_RECOGNISED, given, strict=True) if count]
        further: dict[str, None] = {}
        for row in self._rows(self._select(RESPONSE.c.others, RESPONSE.c.outcomes)):
            for document in row:
                if document is not None:
                    further.update(dict.fromkeys(orjson.loads(document)))
        return [*recognised, *further]

    def responses(self) -> Iterator[StoredResponse]:
        """Read the responses in the order they came."""
        query = self._select(RESPONSE, BATCH.c.id.label("batch_id")).join(
            BATCH, BATCH.c.key == RESPONSE.c.batch_key
        )
        for row in self._rows(query.order_by(RESPONSE.c.id)):
            yield _response(row)

    def _select(self, *columns: Any) -> Any:
        return (
            select(*columns)
            .select_from(RESPONSE)
            .join(SAMPLE, SAMPLE.c.key == RESPONSE.c.sample_key)
            .where(SAMPLE.c.tenant_id == self.tenant_id, SAMPLE.c.id == self.sample_id)
        )

    def _rows(self, query: Any) -> Iterator[Row[Any]]:
        options = {"yield_per": _ROWS_AT_ONCE}
        yield from self.connection.execute(query, execution_options=options)


def _response(row: Row[Any]) -> StoredResponse:
    answers = np.frombuffer(row.answers, dtype=np.int8).tolist()
    scores = np.frombuffer(row.scores, dtype="<f8")
    given = {name: getattr(row, name) for name in _RECOGNISED}
    others = {} if row.others is None else orjson.loads(row.others)
    return StoredResponse(
        id=str(UUID(bytes=row.id)),
        batch_id=row.batch_id,
        external_id=row.external_id,
        answers=[None if answer == MISSING else answer for answer in answers],
        scores=[None if np.isnan(score) else score for score in scores.tolist()],
        columns={name: value for name, value in {**given, **others}.items() if value is not None},
        outcomes={} if row.outcomes is None else orjson.loads(row.outcomes),
    )
