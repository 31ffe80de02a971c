"""The responses of one person, in all of a tenant's samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Row, select, true

from schemas.validation_errors import Fault, RefusedInputError
from service.adapters.database.batch_codec import unpack
from service.adapters.database.engine import Database
from service.adapters.database.tables import BATCH, BLOCK, SAMPLE
from service.records import PersonResponse

MAXIMUM_RESPONSES = 1000
"""Of one person; more than anybody answers."""

_PERSON = "person"


class PersonStore:
    """Finds what persons answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def responses(
        self, tenant_id: str, person: str, *, sample_id: str | None, instrument: str | None
    ) -> Sequence[PersonResponse]:
        """List a person's responses in the order they came.

        Parameters
        ----------
        tenant_id, person
            Whose.
        sample_id
            Only in this sample; ``None`` for all.
        instrument
            Only to this form; ``None`` for all.

        Raises
        ------
        RefusedInputError
            If there are more than ``MAXIMUM_RESPONSES``.
        """
        written = orjson.dumps(person).decode()
        query = (
            select(
                BLOCK,
                BATCH.c.id.label("batch_id"),
                BATCH.c.created_at,
                SAMPLE.c.id.label("sample_id"),
                SAMPLE.c.definition,
            )
            .join(BATCH, BATCH.c.key == BLOCK.c.batch_key)
            .join(SAMPLE, SAMPLE.c.key == BATCH.c.sample_key)
            .where(
                SAMPLE.c.tenant_id == tenant_id,
                true() if sample_id is None else SAMPLE.c.id == sample_id,
                true() if instrument is None else SAMPLE.c.instrument_id == instrument,
                BLOCK.c.columns.contains(written, autoescape=True),
            )
            .order_by(BATCH.c.created_at, BATCH.c.key)
        )
        found: list[PersonResponse] = []
        with self._database.reading() as connection:
            for row in connection.execute(query, execution_options={"yield_per": 4}):
                found.extend(_of_person(row, person))
                if len(found) > MAXIMUM_RESPONSES:
                    detail = f"Names more than {MAXIMUM_RESPONSES} responses; name a sample too."
                    fault = Fault(pointer="/person", code="too-many", detail=detail)
                    raise RefusedInputError([fault])
        return found


def _of_person(row: Row[Any], person: str) -> Iterator[PersonResponse]:
    """Read the person's responses of a row, in which the text may stand elsewhere too."""
    packed = unpack(row)
    for place, one in enumerate(packed.columns.get(_PERSON, [])):
        if one == person:
            yield PersonResponse(
                response=packed.response(place, row.batch_id),
                sample_id=row.sample_id,
                definition=orjson.loads(row.definition),
                stored_at=row.created_at,
            )
