"""JSON pointers (RFC 6901) for nested validation messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from schemas.faults import Fault

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")

Messages = Mapping[object, object] | Sequence[object] | str


def pointer(*steps: object) -> str:
    """Join steps into a pointer, with ``~`` and ``/`` escaped."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def faults_of(messages: Messages, *, code: str = "invalid", at: str = "") -> Iterator[Fault]:
    """Flatten marshmallow's nested messages into faults, one for each sentence.

    Parameters
    ----------
    messages
        As ``ValidationError.messages``: dictionaries, lists and sentences, nested like the data.
    code
        The faults' code.
    at
        Pointer to where the data stand.
    """
    if isinstance(messages, str):
        yield Fault(pointer=at, code=code, detail=messages)
    elif isinstance(messages, Mapping):
        for step, nested in messages.items():
            yield from faults_of(_as_messages(nested), code=code, at=at + plain_step(step))
    else:
        for message in messages:
            yield from faults_of(_as_messages(message), code=code, at=at)


def _as_messages(value: object) -> Messages:
    return value if isinstance(value, str | Mapping | Sequence) else str(value)


def plain_step(step: object) -> str:
    """One step of a pointer, or none for a text that might identify a person."""
    if step == "_schema":
        return ""
    if isinstance(step, int) or _PLAIN_NAME.fullmatch(str(step)):
        return pointer(step)
    return ""
