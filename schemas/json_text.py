"""JSON texts: one way to read them, and one sentence for those that are none.

A member that comes twice in an object is read differently by different programs (RFC 8259, section
4): what a proxy looked at and what is done here could be two things. So it is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

from schemas.json_pointers import named_step, pointer
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError


def read_json(text: bytes | str, *, what: str = "The body") -> Any:
    """Read a JSON text (RFC 8259: no ``NaN``, no byte-order mark), each member of an object once.

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
    RefusedInputError
        With the place of each member that comes again.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableInputError(f"{what} is not valid JSON ({place}).") from None
    if not _is_all_read(text.encode() if isinstance(text, str) else text, document):
        try:
            faults = list(_repeated(text))
        except RecursionError:
            raise UnreadableInputError(f"{what} is nested too deeply.") from None
        if faults:
            raise RefusedInputError(faults)
    return document


def _is_all_read(text: bytes, document: object) -> bool:
    r"""Whether it is certain that no member gave way to another, without looking at each.

    Every member has a colon of its own in the text. So there is none that was lost where the text
    has as many colons as members were read; or, colons within texts included, as many as the
    document has when it is written again (unless one is spelt ``\u003a``).
    """
    colons = _n_colons(text)
    if colons == _n_members(document):
        return True
    try:
        return colons == _n_colons(orjson.dumps(document)) and b"\\u003" not in text
    except orjson.JSONEncodeError:  # nested more deeply than it is written
        return False


def _n_colons(text: bytes) -> int:
    """Count colons; a text of a megabyte takes ``bytes.count`` seven times as long."""
    return int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == ord(":")))


def _n_members(document: object) -> int:
    """Count an object's members, those of the objects in its lists, and of objects within them.

    None further down, nor where a list's first object has none: fewer than there are is no harm.
    """
    if not isinstance(document, dict):
        return 0
    lists = (value for value in document.values() if isinstance(value, list))
    return len(document) + sum(_n_members_of_rows(one) for one in lists if one)


def _n_members_of_rows(rows: list[Any]) -> int:
    if set(map(type, rows)) != {dict}:
        return 0
    nested = [name for name, value in rows[0].items() if isinstance(value, dict)]
    within = [value for name in nested for row in rows if isinstance(value := row.get(name), dict)]
    return sum(map(len, rows)) + sum(map(len, within))


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
