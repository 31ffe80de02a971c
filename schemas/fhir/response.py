"""A QuestionnaireResponse of FHIR R4, read strictly: one row of answers and what goes with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psychometrics.instrument import Instrument
from schemas.fhir.answers import read_answer
from schemas.fhir.names import answer_system, canonical
from schemas.fhir.questionnaire import link_id
from schemas.fhir.reading import can_be_written, members, refusal, unknown_members
from schemas.json_pointers import pointer
from schemas.validation_errors import Fault, RefusedInputError

KIND, PARAMETERS = "QuestionnaireResponse", "Parameters"
STATUSES = ("completed", "amended")

_RESOURCE = members(
    (
        *("resourceType", "meta", "text", "contained", "extension", "identifier", "basedOn"),
        *("partOf", "subject", "encounter", "author", "source", "item"),
    ),
    ("id", "language", "questionnaire", "status", "authored"),
)
_ITEM = members(("id", "extension", "answer", "item"), ("linkId", "definition", "text"))
_REFERENCE = members(("id", "extension", "identifier"), ("reference", "type", "display"))
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_DATE_TIME = re.compile(
    r"(?!0000)(?P<year>[0-9]{4})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>0[1-9]|[12][0-9]|3[01])"
    r"(?P<time>T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?"
    r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?"
)
_CARRIED = ("subject", "encounter", "author")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Which form a QuestionnaireResponse names.

    Attributes
    ----------
    id, version
        Of the instrument.
    """

    id: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredForm:
    """What is read of a QuestionnaireResponse.

    Attributes
    ----------
    answers
        One for each item, as answered; ``None`` is missing.
    id
        The resource's id, if it has one.
    authored, is_instant
        When it was answered, and whether that is a point in time to the second.
    subject, encounter, author
        References, carried as they came.
    """

    answers: tuple[int | None, ...] = field(repr=False)
    id: str | None = field(repr=False)
    authored: str | None = field(repr=False)
    is_instant: bool
    subject: Mapping[str, Any] | None = field(repr=False)
    encounter: Mapping[str, Any] | None = field(repr=False)
    author: Mapping[str, Any] | None = field(repr=False)


def response_in(document: object) -> tuple[Mapping[str, Any], str]:
    """Find the QuestionnaireResponse: the resource itself, or a parameter.

    Returns
    -------
    response, at
        The resource and the JSON pointer to it.

    Raises
    ------
    RefusedInputError
        If it is another kind of resource.
    """
    if not isinstance(document, dict):
        raise refusal("", "wrong-type", "A resource must be a JSON object.")
    kind = document.get("resourceType")
    if kind == KIND:
        return document, ""
    if kind != PARAMETERS:
        detail = "Send a QuestionnaireResponse, or Parameters that hold one."
        raise refusal("/resourceType", "not-supported", detail)
    return _parameter(document), "/parameter/0/resource"


def _parameter(document: Mapping[str, Any]) -> Mapping[str, Any]:
    known = ("resourceType", "id", "meta", "language", "parameter")
    refuse_any(unknown_members(document, known, ""))
    given = document.get("parameter")
    first = given[0] if isinstance(given, list) and len(given) == 1 else None
    resource = first.get("resource") if isinstance(first, dict) else None
    if not isinstance(first, dict) or first.get("name") != "questionnaire-response":
        detail = "Must hold one parameter: questionnaire-response, with the resource."
        raise refusal("/parameter", "invalid", detail)
    refuse_any(unknown_members(first, ("id", "extension", "name", "resource"), "/parameter/0"))
    if not isinstance(resource, dict) or resource.get("resourceType") != KIND:
        raise refusal("/parameter/0/resource", "wrong-type", "Must be a QuestionnaireResponse.")
    return resource


def form_named(response: Mapping[str, Any], at: str, bases: tuple[str, ...]) -> Form | None:
    """Read which form it is an answer to; nothing for a canonical that is not of this service.

    Parameters
    ----------
    response, at
        As :func:`response_in` gives them.
    bases
        Addresses of the service.

    Raises
    ------
    RefusedInputError
        If it names none, names a contained one, or no version.
    """
    place = at + "/questionnaire"
    named = response.get("questionnaire")
    if named is None:
        raise refusal(place, "required", "Must name the form by its canonical and version.")
    if not isinstance(named, str):
        raise refusal(place, "wrong-type", "Must be the canonical of a form, as a text.")
    if named.startswith("#"):
        detail = "A contained Questionnaire is never used; name the form by its own canonical."
        raise refusal(place, "not-supported", detail)
    address, _, version = named.partition("|")
    for base in bases:
        start = canonical(base, "")
        if address.startswith(start):
            return Form(id=address.removeprefix(start), version=version)
    return None


def read_response(
    response: Mapping[str, Any], at: str, form: Instrument, base: str
) -> AnsweredForm:
    """Read an answered form.

    Parameters
    ----------
    response, at
        As :func:`response_in` gives them.
    form
        The form it names.
    base
        Address of the service.

    Raises
    ------
    RefusedInputError
        With every fault found; their pointers lead into the body.
    """
    faults = list(_status_faults(response.get("status"), at))
    faults += unknown_members(response, _RESOURCE, at)
    faults += _contained_faults(response, at)
    for name in _CARRIED:
        faults += _reference_faults(response, name, at)
    own_id, authored = response.get("id"), response.get("authored")
    if "id" in response and not (isinstance(own_id, str) and _ID.fullmatch(own_id)):
        detail = "Must be a FHIR id: 1 to 64 letters, digits, hyphens and dots."
        faults.append(Fault(pointer=at + "/id", code="invalid", detail=detail))
    moment = _moment(authored) if "authored" in response else None
    if "authored" in response and moment is None:
        detail = "Must be a FHIR dateTime: a date that exists, or one with time and offset."
        faults.append(Fault(pointer=at + "/authored", code="invalid", detail=detail))
    answers, wrong = _answers(response, at, form, answer_system(base, form.id))
    refuse_any([*faults, *wrong])
    return AnsweredForm(
        answers=answers,
        id=own_id,
        authored=authored,
        is_instant=moment is not None and moment["time"] is not None,
        subject=response.get("subject"),
        encounter=response.get("encounter"),
        author=response.get("author"),
    )


def refuse_any(faults: Iterator[Fault] | list[Fault]) -> None:
    """Refuse if there is any fault."""
    found = list(faults)
    if found:
        raise RefusedInputError(found)


def _status_faults(status: object, at: str) -> Iterator[Fault]:
    if status is None:
        detail = "Must be there: completed or amended."
        yield Fault(pointer=at + "/status", code="required", detail=detail)
    elif status not in STATUSES:
        detail = "Only what is completed or amended is scored."
        yield Fault(pointer=at + "/status", code="invalid", detail=detail)


def _contained_faults(response: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """Look at contained resources only so far as to know that they are a list of objects."""
    contained = response.get("contained", [{}])
    regular = isinstance(contained, list) and contained
    if not regular or not all(isinstance(one, dict) for one in contained):
        detail = "Must be a list of resources."
        yield Fault(pointer=at + "/contained", code="wrong-type", detail=detail)


def _reference_faults(response: Mapping[str, Any], name: str, at: str) -> Iterator[Fault]:
    """Check that what is carried on is a Reference, and leads out of the resource."""
    if name not in response:
        return
    place, value = at + pointer(name), response[name]
    if not isinstance(value, dict) or not value:
        yield Fault(pointer=place, code="wrong-type", detail="Must be a Reference.")
        return
    yield from unknown_members(value, _REFERENCE, place)
    for text in ("reference", "type", "display"):
        if text in value and not isinstance(value[text], str):
            yield Fault(pointer=place + pointer(text), code="wrong-type", detail="Must be a text.")
    if not isinstance(value.get("identifier", {}), dict):
        detail = "Must be an Identifier."
        yield Fault(pointer=place + "/identifier", code="wrong-type", detail=detail)
    if not all(isinstance(part, str) for part in value.values()) and not can_be_written(value):
        yield Fault(pointer=place, code="invalid", detail="Is nested too deeply.")
    if str(value.get("reference", "")).startswith("#"):
        detail = "Must lead out of this resource: what it contains is not carried on."
        yield Fault(pointer=place + "/reference", code="not-supported", detail=detail)


def _moment(authored: object) -> re.Match[str] | None:
    """Match a FHIR dateTime whose day exists."""
    found = _DATE_TIME.fullmatch(authored) if isinstance(authored, str) else None
    if found is None:
        return None
    try:
        date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        return None
    return found


_Row = tuple[tuple[int | None, ...], list[Fault]]


def _answers(response: Mapping[str, Any], at: str, form: Instrument, system: str) -> _Row:
    """Read the answers by item number, from groups at any depth."""
    numbers = {link_id(number): number for number in range(1, form.n_items + 1)}
    row: list[int | None] = [None] * form.n_items
    seen: set[int] = set()
    faults: list[Fault] = []
    for place, item in _leaves(response, at, faults):
        number = _number_of(item, place, numbers, faults)
        if number in seen:
            detail = "Another item before it has the same linkId."
            faults.append(Fault(pointer=place + "/linkId", code="duplicate", detail=detail))
        elif number is not None:
            seen.add(number)
            answer, wrong = _only_answer(
                item, place, lambda one, where: read_answer(one, where, form, system)
            )
            row[number - 1] = answer
            faults += wrong
    return tuple(row), faults


def _leaves(
    response: Mapping[str, Any], at: str, faults: list[Fault]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk through the groups, in order, to the items that are none."""
    left = [iter(_items(response, at, faults))] if "item" in response else []
    while left:
        try:
            place, item = next(left[-1])
        except StopIteration:
            left.pop()
            continue
        faults += unknown_members(item, _ITEM, place)
        if "item" not in item:
            yield place, item
        elif "answer" in item:
            detail = "An item has items or an answer beneath it, never both (FHIR, qrs-1)."
            faults.append(Fault(pointer=place, code="contradiction", detail=detail))
        else:
            left.append(iter(_items(item, place, faults)))


def _items(
    parent: Mapping[str, Any], at: str, faults: list[Fault]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    items = parent["item"]
    if not isinstance(items, list) or not items:
        detail = "Must be a list of items, and not empty."
        faults.append(Fault(pointer=at + "/item", code="wrong-type", detail=detail))
        return
    for number, item in enumerate(items):
        place = at + pointer("item", number)
        if isinstance(item, dict):
            yield place, item
        else:
            faults.append(Fault(pointer=place, code="wrong-type", detail="Must be an object."))


def _number_of(
    item: Mapping[str, Any], at: str, numbers: Mapping[str, int], faults: list[Fault]
) -> int | None:
    """Return an item's number; what is not on the form must not have been answered."""
    name = item.get("linkId")
    number = numbers.get(name) if isinstance(name, str) else None
    if not isinstance(name, str):
        detail = "Must be there, as a text."
        faults.append(Fault(pointer=at + "/linkId", code="required", detail=detail))
    elif number is None and "answer" in item:
        detail = f"This form has no such item; its items are i1 to i{len(numbers)}."
        faults.append(Fault(pointer=at + "/linkId", code="unknown-item", detail=detail))
    return number


def _only_answer(
    item: Mapping[str, Any],
    at: str,
    read: Callable[[object, str], tuple[int | None, list[Fault]]],
) -> tuple[int | None, list[Fault]]:
    """Read an item's answer; without one it is missing."""
    if "answer" not in item:
        return None, []
    given = item["answer"]
    if not isinstance(given, list) or not given:
        detail = "Must be a list of one answer; leave it out if there is none."
        return None, [Fault(pointer=at + "/answer", code="wrong-type", detail=detail)]
    if len(given) > 1:
        detail = "This item takes one answer."
        return None, [Fault(pointer=at + "/answer", code="duplicate", detail=detail)]
    return read(given[0], at + pointer("answer", 0))
