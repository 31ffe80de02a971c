"""Reading everything that is stored of a sample, row by row, from one state of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from schemas.responses.covariates import NUMBER_COLUMNS, TEXT_COLUMNS, any_given
from service.adapters.database.batch_codec import lists, unpack
from service.adapters.database.batches import batch_of, batches_of
from service.adapters.database.engine import Database
from service.adapters.database.tables import BATCH, BLOCK, SAMPLE
from service.records import Batch, StoredResponse

_ROWS_AT_ONCE = 4
_BATCHES_AT_ONCE = 500
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
        return bool(self.connection.scalar(self._select(func.count(BLOCK.c.names))))

    def columns(self) -> Sequence[str]:
        """Name the columns that any response gives: recognised ones first, then the others."""
        columns: dict[str, None] = {}
        outcomes: dict[str, None] = {}
        for row in self._rows(self._ordered(BLOCK.c.columns, BLOCK.c.outcomes)):
            columns.update(dict.fromkeys(_given(row.columns)))
            outcomes.update(dict.fromkeys(_given(row.outcomes)))
        recognised = [name for name in _RECOGNISED if name in columns]
        return list(dict.fromkeys([*recognised, *columns, *outcomes]))

    def n_responses(self) -> int:
        """Count the responses."""
        return int(self.connection.scalar(self._select(func.sum(BLOCK.c.n_responses))) or 0)

    def batches(self) -> Iterator[Batch]:
        """Read the batches in the order they came."""
        query = batches_of(self.tenant_id, self.sample_id)
        for row in self._rows(query, at_once=_BATCHES_AT_ONCE):
            yield batch_of(row, self.tenant_id, self.sample_id)

    def responses(self) -> Iterator[StoredResponse]:
        """Read the responses in the order they came."""
        for row in self._rows(self._ordered(BLOCK, BATCH.c.id.label("batch_id"))):
            yield from unpack(row).responses(row.batch_id)

    def _select(self, *columns: Any) -> Any:
        return (
            select(*columns)
            .select_from(BLOCK)
            .join(BATCH, BATCH.c.key == BLOCK.c.batch_key)
            .join(SAMPLE, SAMPLE.c.key == BATCH.c.sample_key)
            .where(SAMPLE.c.tenant_id == self.tenant_id, SAMPLE.c.id == self.sample_id)
        )

    def _ordered(self, *columns: Any) -> Any:
        return self._select(*columns).order_by(BATCH.c.key)

    def _rows(self, query: Any, at_once: int = _ROWS_AT_ONCE) -> Iterator[Row[Any]]:
        options = {"yield_per": at_once}
        yield from self.connection.execute(query, execution_options=options)


def _given(document: str | None) -> list[str]:
    return [name for name, values in lists(document).items() if any_given(values)]
