"""Single responses by the names they came with: read back, corrected, taken out.

Names that responses were given by their place in a batch name nothing here. Whoever corrects holds
the lock of the sample, so that corrections, erasures and batches of one sample wait for each other.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Connection, select, update

from schemas.responses.covariates import MAXIMUM_OUTCOMES
from schemas.validation_errors import Fault, RefusedInputError
from service.adapters.database.batch_codec import Packed, unpack
from service.adapters.database.engine import Database
from service.adapters.database.erasure import erase_responses, forget_derived, lock_samples
from service.adapters.database.response_deletion import take_out
from service.adapters.database.tables import BATCH, BLOCK, RESPONSE_NAME, SAMPLE
from service.errors import NotFoundError, OutdatedError
from service.identifiers import now_ms
from service.records import Correction, KeptResponse

_NO_RESPONSE = "The sample has no such response."


class CorrectionStore:
    """The responses of a tenant's samples, one by one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, tenant_id: str, sample_id: str, name: str) -> KeptResponse:
        """Find a response.

        Raises
        ------
        NotFoundError
            If no sample of the tenant of this identifier has a response of this name.
        """
        mine = (SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id == sample_id)
        with self._database.reading() as connection:
            sample_key = connection.scalar(select(SAMPLE.c.key).where(*mine))
            return _place_of(connection, sample_key, name).kept

    def replace(
        self,
        tenant_id: str,
        sample_id: str,
        name: str,
        correction: Correction,
        *,
        rule: Mapping[str, str],
        expected: Container[str] | None = None,
    ) -> KeptResponse:
        """Write a response anew, and delete what was derived from the sample.

        Parameters
        ----------
        tenant_id, sample_id, name
            Which response.
        correction
            What stands in its place.
        rule
            The rule that made the scores.
        expected
            Its versions that may be corrected; ``None`` for any.

        Raises
        ------
        NotFoundError
            If there is none.
        OutdatedError
            If it is of another version.
        RefusedInputError
            If its batch then names too many outcomes.
        """
        with self._database.acting(rule) as connection:
            [sample_key] = _locked(connection, tenant_id, sample_id)
            place = _place_of(connection, sample_key, name)
            place.must_be(expected)
            written = place.packed.corrected(place.number, correction)
            _refuse_too_many(place.packed, written)
            connection.execute(
                update(BLOCK).where(BLOCK.c.batch_key == place.batch_key).values(written.row())
            )
            at = max(now_ms(), (place.kept.corrected_at or 0) + 1)
            connection.execute(
                update(RESPONSE_NAME)
                .where(RESPONSE_NAME.c.sample_key == sample_key, RESPONSE_NAME.c.name == name)
                .values(corrected_at=at)
            )
            forget_derived(connection, tenant_id, [sample_id])
        self._database.forget_deleted()
        return KeptResponse(
            response=written.response(place.number, place.kept.response.batch_id),
            stored_at=place.kept.stored_at,
            corrected_at=at,
        )

    def remove(
        self, tenant_id: str, sample_id: str, name: str, *, expected: Container[str] | None = None
    ) -> None:
        """Delete a response, and what was derived from the sample.

        Raises
        ------
        NotFoundError
            If there is none.
        OutdatedError
            If it is of another version.
        """
        with self._database.acting() as connection:
            samples = _locked(connection, tenant_id, sample_id)
            [sample_key] = samples
            place = _place_of(connection, sample_key, name)
            place.must_be(expected)
            gone = np.arange(len(place.packed)) == place.number
            erase_responses(
                connection,
                tenant_id,
                samples,
                lambda key: take_out(connection, key, place.batch_key, place.packed, gone),
            )
        self._database.forget_deleted()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a response lies.

    Attributes
    ----------
    batch_key, packed
        Its batch's row.
    number
        Its place there.
    kept
        The response.
    """

    batch_key: int
    packed: Packed
    number: int
    kept: KeptResponse

    def must_be(self, expected: Container[str] | None) -> None:
        """Refuse another version than is expected."""
        if expected is not None and self.kept.version not in expected:
            raise OutdatedError


def _locked(connection: Connection, tenant_id: str, sample_id: str) -> dict[int, str]:
    """Lock a sample; its identifier by its key."""
    samples = lock_samples(connection, tenant_id, SAMPLE.c.id == sample_id)
    if not samples:
        raise NotFoundError(_NO_RESPONSE)
    return samples


def _place_of(connection: Connection, sample_key: int | None, name: str) -> _Place:
    """Find a response's row by its name as text, which other rows may hold in other letters."""
    named = (RESPONSE_NAME.c.sample_key == sample_key, RESPONSE_NAME.c.name == name)
    known = connection.execute(select(RESPONSE_NAME.c.corrected_at).where(*named)).one_or_none()
    if known is None:
        raise NotFoundError(_NO_RESPONSE)
    for row in connection.execute(_rows_that_hold(sample_key, name)):
        packed = unpack(row)
        if packed.names is not None and name in packed.names:
            number = packed.names.index(name)
            kept = KeptResponse(
                response=packed.response(number, row.batch_id),
                stored_at=row.created_at,
                corrected_at=known.corrected_at,
            )
            return _Place(batch_key=row.batch_key, packed=packed, number=number, kept=kept)
    raise NotFoundError(_NO_RESPONSE)


def _rows_that_hold(sample_key: int | None, name: str) -> Any:
    written = orjson.dumps(name).decode()
    return (
        select(BLOCK, BATCH.c.id.label("batch_id"), BATCH.c.created_at)
        .join(BATCH)
        .where(BATCH.c.sample_key == sample_key, BLOCK.c.names.contains(written, autoescape=True))
    )


def _refuse_too_many(before: Packed, written: Packed) -> None:
    """Refuse what would make the batch's row far larger than its responses."""
    if len(written.outcomes) > max(MAXIMUM_OUTCOMES, len(before.outcomes)):
        detail = f"The response's batch then names more than {MAXIMUM_OUTCOMES} outcomes."
        fault = Fault(pointer="/outcomes", code="too-many-outcomes", detail=detail)
        raise RefusedInputError([fault])
