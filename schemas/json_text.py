"""JSON texts: one way to read them, and one sentence for those that are none.

A member that comes twice in an object is read differently by different programs (RFC 8259, section
4): what a proxy looked at and what is done here could be two things. Documents that people and
programs write as a whole are refused for it; of responses, which come by the thousands, see
``schemas.responses``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson

from schemas.faults import Fault, RefusedInputError, UnreadableInputError
from schemas.pointers import named_step, pointer


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


def read_document(text: bytes | str, *, what: str = "The body") -> Any:
    """Read a JSON text whose objects hold each member once.

    Parameters
    ----------
    text
        As it came.
    what
        Names it in the refusal.

    Raises
    ------
    UnreadableInputError
        As :func:`read_json` does.
    RefusedInputError
        With the place of each member that comes again.
    """
    document = read_json(text, what=what)
    try:
        faults = list(_repeated(text))
    except RecursionError:
        raise UnreadableInputError(f"{what} is nested too deeply.") from None
    if faults:
        raise RefusedInputError(faults)
    return document


class _Members(list[tuple[str, Any]]):
    """An object's members as they stand, repeated ones too."""


def _repeated(text: bytes | str) -> Iterator[Fault]:
    """Find members that come again in their object."""
    left = [("", json.loads(text, object_pairs_hook=_Members, parse_int=str, parse_float=str))]
    while left:
        at, value = left.pop()
        if isinstance(value, _Members):
            seen: set[str] = set()
            for name, nested in value:
                place = at + named_step(name)
                left.append((place, nested))
                if name in seen:
                    detail = "Comes twice in one object; send it once."
                    yield Fault(pointer=place, code="repeated", detail=detail)
                seen.add(name)
        elif isinstance(value, list):
            left += [(at + pointer(step), nested) for step, nested in enumerate(value)]
