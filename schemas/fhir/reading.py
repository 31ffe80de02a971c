"""Reading FHIR's JSON strictly: what stands where, of which type, and nothing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

import orjson

from schemas.json_pointers import named_step, pointer
from schemas.json_text import read_json
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError

_FINER_THAN_DOUBLE = re.compile(rb"[0-9.]{17}|[0-9.][eE]-[0-9]{3}")
"""Where a number may have more digits than a double: ``4.99999999999999999`` would become 5."""

_LONGEST_INT = 18
_LEVELS_ABOVE = 10
_MUST_UNDERSTAND = ("modifierExtension", "implicitRules")


class RepeatedMemberError(RefusedInputError):
    """A member of an object came twice, which other programs read differently."""


def read_resource(text: bytes) -> Any:
    """Read a resource's JSON; numbers keep every digit that matters.

    Raises
    ------
    UnreadableInputError
        If it is not JSON in UTF-8.
    RepeatedMemberError
        If a member comes twice in an object.
    """
    try:
        document = read_json(text, what="The resource")
    except RefusedInputError as error:
        raise RepeatedMemberError(error.faults) from None
    if _FINER_THAN_DOUBLE.search(text) is None:
        return document
    try:
        return json.loads(text, parse_float=Decimal, parse_int=_whole)
    except RecursionError:
        raise UnreadableInputError("The resource is nested too deeply.") from None


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= _LONGEST_INT else Decimal(text)


def write_resource(resource: object, *, indented: bool = False) -> bytes:
    """Write a resource's JSON; what was read digit by digit is written so."""
    return orjson.dumps(resource, _digits, orjson.OPT_INDENT_2 if indented else None)


def can_be_written(element: object) -> bool:
    """Whether an element is not nested too deeply to stand within another resource."""
    for _ in range(_LEVELS_ABOVE):
        element = [element]
    try:
        write_resource(element)
    except orjson.JSONEncodeError:
        return False
    return True


def _digits(number: Any) -> orjson.Fragment:
    return orjson.Fragment(str(number))


def not_understood(text: bytes, document: object) -> list[Fault]:
    """Find elements that change the meaning of others (``modifierExtension``), at any depth.

    Parameters
    ----------
    text, document
        The resource as it came, and as it was read. Most texts hold no such name, and are not
        looked through.
    """
    if not any(name.encode() in text for name in _MUST_UNDERSTAND) and b"\\u" not in text:
        return []
    return list(_modifiers(document))


def _modifiers(document: object) -> Iterator[Fault]:
    left: list[tuple[str, Any]] = [("", document)]
    while left:
        at, value = left.pop()
        if isinstance(value, dict):
            for name, nested in value.items():
                place = at + named_step(name)
                left.append((place, nested))
                if name.removeprefix("_") in _MUST_UNDERSTAND:
                    detail = f"A {name.removeprefix('_')} is not understood, so nothing is read."
                    yield Fault(pointer=place, code="modifier", detail=detail)
        elif isinstance(value, list):
            left += [(at + pointer(step), nested) for step, nested in enumerate(value)]


def unknown_members(value: Mapping[str, Any], known: Collection[str], at: str) -> Iterator[Fault]:
    """Find members that an element of FHIR R4 does not have."""
    for name in value.keys() - set(known):
        detail = "This element is not known in FHIR R4, or not here."
        yield Fault(pointer=at + named_step(name), code="unknown-field", detail=detail)


def members(plain: Collection[str], primitive: Collection[str]) -> frozenset[str]:
    """Name an element's members: every primitive may have a second one with its extensions."""
    return frozenset(plain) | frozenset(primitive) | frozenset(f"_{name}" for name in primitive)


def refusal(at: str, code: str, detail: str) -> RefusedInputError:
    """Make the refusal of one fault."""
    return RefusedInputError([Fault(pointer=at, code=code, detail=detail)])
