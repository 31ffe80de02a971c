"""JSON texts: one way to read them, and one sentence for those that are none."""

from __future__ import annotations

from typing import Any

import orjson

from schemas.faults import UnreadableInputError


def read_json(text: bytes | str, *, what: str = "The body") -> Any:
    """Read a JSON text (RFC 8259: no ``NaN``, no byte-order mark).

    Parameters
    ----------
    text
        As it came.
    what
        Names it in the refusal.

    Raises
    ------
    UnreadableInputError
        With the place where it stops being JSON, never a piece of it.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableInputError(f"{what} is not valid JSON ({place}).") from None
