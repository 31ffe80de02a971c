"""JSON pointers (RFC 6901) for nested validation messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from schemas.validation_errors import Fault

WORD = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,63}")
"""What a pointer may name of what was sent: a text with digits may identify a person."""

NUMBERED_WORD = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,60}[0-9]{0,3}")
"""The same in a definition, whose subscales may be called ``factor1``."""

Messages = Mapping[object, object] | Sequence[object] | str


def pointer(*steps: object) -> str:
    """Join steps into a pointer, with ``~`` and ``/`` escaped."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def faults_of(
    messages: Messages, *, code: str = "invalid", at: str = "", names: re.Pattern[str] = WORD
) -> Iterator[Fault]:
    """Flatten marshmallow's nested messages into faults, one for each sentence.

    Parameters
    ----------
    messages
        As ``ValidationError.messages``: dictionaries, lists and sentences, nested like the data.
    code
        The faults' code.
    at
        Pointer to where the data stand.
    names
        What may be named on the way; a pointer leaves out other steps.
    """
    if isinstance(messages, str):
        yield Fault(pointer=at, code=code, detail=messages)
    elif isinstance(messages, Mapping):
        for step, nested in messages.items():
            further = at + named_step(step, names)
            yield from faults_of(_as_messages(nested), code=code, at=further, names=names)
    else:
        for message in messages:
            yield from faults_of(_as_messages(message), code=code, at=at, names=names)


def _as_messages(value: object) -> Messages:
    return value if isinstance(value, str | Mapping | Sequence) else str(value)


def named_step(step: object, names: re.Pattern[str] = WORD) -> str:
    """One step of a pointer, or none for a text that might identify a person."""
    if step == "_schema":
        return ""
    if isinstance(step, int) or names.fullmatch(str(step)):
        return pointer(step)
    return ""
