"""Answers kept for repetition: a request that is sent twice is done once.

Each key is claimed before the work, and completed in the transaction that does it. A claim that was
never completed (the process died) is void after a quarter of a minute; a kept answer is forgotten
after a day, and the key may then be used again. The time is the database's, so that machines whose
clocks differ agree.
"""

from __future__ import annotations

import zlib
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from schemas.validation_errors import Fault, RefusedInputError
from service.adapters.database.engine import Database
from service.adapters.database.sql_helpers import insert_if_new
from service.adapters.database.tables import IDEMPOTENCY
from service.errors import ConflictError
from service.records import Claim, Kept

VOID_AFTER_MS = 15_000
"""Longer than any request works. Were one to work longer, it would lose its claim and be undone."""

KEPT_MS = 24 * 3600 * 1000

Compressed = tuple[Claim, bytes] | None
"""An answer to keep, compressed, with its claim."""

ERASED_ANSWER = b""
"""Stands where an answer was kept, when what it held has been deleted since."""


class IdempotencyStore:
    """Claims of a tenant's keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, claim: Claim) -> bytes | None:
        """Claim a key for a request.

        Returns
        -------
        bytes or None
            The first answer, to be given again; or nothing: then the caller does the work, and
            completes the claim or gives it up.

        Raises
        ------
        ConflictError
            If the first request is still under way, or what it kept has been deleted since.
        RefusedInputError
            If the key was used for another request.
        """
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            connection.execute(delete(IDEMPOTENCY).where(*_key(claim), _void(now)))
            if insert_if_new(connection, IDEMPOTENCY, _row(claim, now)):
                return None
            found = connection.execute(select(IDEMPOTENCY).where(*_key(claim))).one_or_none()
        if found is None:
            raise _under_way()
        if found.request_sha256 != claim.request_mac:
            detail = "This Idempotency-Key was used for another request; choose a new one."
            raise RefusedInputError([Fault(pointer="", code="idempotency-key", detail=detail)])
        if found.answer is None:
            raise _under_way()
        if found.answer == ERASED_ANSWER:
            raise ConflictError("This request was done, and what it kept has been deleted since.")
        return zlib.decompress(found.answer)

    def give_up(self, claim: Claim) -> None:
        """Free the key, for the request was refused and may be sent again corrected."""
        with self._database.writing() as connection:
            connection.execute(
                delete(IDEMPOTENCY).where(*_own(claim), IDEMPOTENCY.c.answer.is_(None))
            )


def complete(connection: Connection, kept: Compressed) -> None:
    """Keep the answer, within the transaction that did the work.

    Raises
    ------
    ConflictError
        If the claim became void meanwhile and another request took the key; undo the work.
    """
    if kept is None:
        return
    claim, answer = kept
    done = connection.execute(update(IDEMPOTENCY).where(*_own(claim)).values(answer=answer))
    if done.rowcount == 0:
        raise ConflictError("Another request with this Idempotency-Key is under way.")


def compressed(kept: Kept) -> Compressed:
    """Compress an answer for :func:`complete`: before the transaction, which others wait for."""
    return None if kept is None else (kept[0], zlib.compress(kept[1], level=1))


def _under_way() -> ConflictError:
    return ConflictError("The first request with this Idempotency-Key is under way.")


def drop_expired(connection: Connection, now: int) -> None:
    """Forget what is older than a day, of every tenant."""
    old = IDEMPOTENCY.c.started_at < now - KEPT_MS
    connection.execute(delete(IDEMPOTENCY).where(old))


def _void(now: int) -> ColumnElement[bool]:
    """Whether a claim was given up by dying, or its answer is too old.

    A claim of a time to come was made before the clock was set back, and is given up too.
    """
    started_at = IDEMPOTENCY.c.started_at
    alive = started_at.between(now - VOID_AFTER_MS, now + VOID_AFTER_MS)
    return (IDEMPOTENCY.c.answer.is_(None) & ~alive) | (started_at < now - KEPT_MS)


def _row(claim: Claim, now: int) -> dict[str, Any]:
    return {
        "tenant_id": claim.tenant_id,
        "key": claim.key,
        "request_sha256": claim.request_mac,
        "owner": claim.owner,
        "started_at": now,
        "sample_id": claim.sample_id,
    }


def _key(claim: Claim) -> tuple[Any, ...]:
    return IDEMPOTENCY.c.tenant_id == claim.tenant_id, IDEMPOTENCY.c.key == claim.key


def _own(claim: Claim) -> tuple[Any, ...]:
    return (*_key(claim), IDEMPOTENCY.c.owner == claim.owner)
