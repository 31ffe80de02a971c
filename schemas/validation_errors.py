"""What is wrong with an input, and where: never what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FAULT_CODES: Mapping[str, str] = {
    "ambiguous-items": "columns can be read as items in more than one way",
    "contradiction": "two parts of the input contradict each other",
    "date": "a date, which may identify a person",
    "duplicate": "the same name or identifier comes again",
    "empty": "nothing is there",
    "idempotency-key": "the key is malformed, or was used for another request",
    "identifying": "a value or name that identifies a person",
    "incomplete": "a part is missing that goes with another",
    "invalid": "the value breaks the rule that the detail names",
    "key": "this is no public key that can be used",
    "key-set": "this is no set of public keys",
    "missing-column": "an item has no column",
    "modifier": "an element that changes the meaning of others and is not understood",
    "more-faults": "more faults than are listed",
    "no-file": "no file was sent",
    "not-supported": "this is not done here",
    "not-whole": "a number with a fraction where a whole one is needed",
    "one-form": "two forms are needed",
    "option": "an option of the analysis is refused",
    "other": "another instrument than the sample's",
    "other-instrument": "samples of different instruments",
    "out-of-range": "a number outside the range of the form",
    "range-suspicion": "what the answers out of range look like",
    "recalled-key": "the key is recalled, not verified",
    "repeated": "a member comes twice in one object",
    "required": "something is missing that must be there",
    "too-many": "more than can be answered at once",
    "too-many-outcomes": "more outcomes than are taken",
    "unknown": "a value that is none of those offered",
    "unknown-code": "a code that is no option of the form",
    "unknown-detail": "a detail that is not offered",
    "unknown-field": "a field that is not known",
    "unknown-instrument": "there is no such instrument",
    "unknown-item": "an item that the form does not have",
    "unknown-kind": "there is no such kind of analysis",
    "unknown-language": "a language that is not offered",
    "unknown-parameter": "a query parameter that the route does not know",
    "unknown-scale": "a scale that the form does not have",
    "unknown-version": "another version of the form",
    "unreadable": "the file cannot be read",
    "unverified-key": "the key of the form is unverified, and nobody confirmed it",
    "wrong-cell-count": "a row with another number of cells than the header",
    "wrong-item-count": "another number of answers than the form has items",
    "wrong-type": "a value of another type",
}
"""What each code says."""


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
