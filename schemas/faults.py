"""What is wrong with an input, and where: never what it said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of an input.

    Attributes
    ----------
    pointer
        JSON pointer (RFC 6901) to the place, for example ``/responses/3/answers/7``.
    code
        A stable word for programs, for example ``out-of-range``.
    detail
        A sentence for people; it names the rule broken, never the value given.
    """

    pointer: str
    code: str
    detail: str


class RefusedInputError(Exception):
    """An input that can be read but is refused; it carries every fault found.

    Parameters
    ----------
    faults
        At least one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} fault(s)")


class UnreadableInputError(Exception):
    """An input that cannot be read at all: broken JSON, not UTF-8, an empty file.

    Parameters
    ----------
    detail
        What is wrong and where (a line or byte number), never a piece of the input.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
