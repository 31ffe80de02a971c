"""Requests that are sent twice are done once: what every route with an `Idempotency-Key` shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from schemas.validation_errors import Fault, RefusedInputError
from service.identifiers import uuid7
from service.records import Claim
from service.web.routes import services, tenant_id

_MAXIMUM_KEY = 200

KEY_PARAMETER: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": _MAXIMUM_KEY},
    "description": "Chosen by the caller; a repetition gets the first answer again.",
}
"""Documents the header."""

REPLAYED = {"Idempotency-Replayed": "true"}
"""Header of an answer that was given before."""


def once(
    work: Callable[[Claim | None], bytes], *, body: bytes, sample_id: str | None
) -> tuple[bytes, bool]:
    """Do the work of the current request, unless it was done before.

    Parameters
    ----------
    work
        Returns the answer, and keeps it with the claim in the transaction that does the work.
    body
        What was sent; another body under the same key is refused.
    sample_id
        The sample that the answer goes with.

    Returns
    -------
    answer, replayed
        The answer, and whether it is that of an earlier request.

    Raises
    ------
    ConflictError
        If the first request with this key is still under way.
    RefusedInputError
        If the key is malformed, or was used for another request.
    """
    claim = _claim(body, sample_id)
    if claim is None:
        return work(None), False
    kept = services().idempotency.claim(claim)
    if kept is not None:
        return kept, True
    try:
        return work(claim), False
    except BaseException:
        services().idempotency.give_up(claim)
        raise


def _claim(body: bytes, sample_id: str | None) -> Claim | None:
    """Make the claim a request asks for; its hash covers all that the answer depends on.

    The hash has a key, because one form has few possible answers: see ``service.audit``.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (0 < len(key) <= _MAXIMUM_KEY and key.isprintable()):
        detail = f"The Idempotency-Key must have 1 to {_MAXIMUM_KEY} printable characters."
        raise RefusedInputError([Fault(pointer="", code="idempotency-key", detail=detail)])
    parts = (b"idempotency", request.path.encode(), request.mimetype.encode(), body)
    return Claim(
        tenant_id=tenant_id(),
        key=key,
        owner=str(uuid7()),
        request_mac=bytes.fromhex(services().audit.body_mac(b"\0".join(parts))),
        sample_id=sample_id,
    )
