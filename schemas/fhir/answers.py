"""One answer of a QuestionnaireResponse: a whole number in range, or a list of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from psychometrics.instrument import Instrument
from schemas.fhir.names import ORDINALS
from schemas.fhir.reading import members, unknown_members
from schemas.json_pointers import pointer
from schemas.validation_errors import Fault

_VALUES = ("valueInteger", "valueDecimal", "valueCoding")
_ANSWER = members(("id", "extension", "item", "valueCoding"), ("valueInteger", "valueDecimal"))
_CODING = members(("id", "extension"), ("system", "version", "code", "display", "userSelected"))
_ACCEPTED = "valueInteger, valueDecimal or valueCoding"

Read = tuple[int | None, list[Fault]]
"""The answer as a number, or the faults for which there is none."""


def read_answer(answer: object, at: str, form: Instrument, system: str) -> Read:
    """Read one answer.

    Parameters
    ----------
    answer
        An element of ``item.answer``.
    at
        JSON pointer to it.
    form
        Whose range holds.
    system
        Code system of the form's answer options.
    """
    if not isinstance(answer, dict):
        return None, [Fault(pointer=at, code="wrong-type", detail="An answer must be an object.")]
    given = [name for name in answer if name.startswith("value")]
    faults = list(_shape(answer, given, at))
    if faults:
        return None, faults
    name = given[0]
    place = at + pointer(name)
    if name == "valueCoding":
        number, found = _coded(answer[name], place, form, system)
    else:
        number, found = _number(answer[name], place, form, whole=name == "valueInteger")
    weights, wrong = _ordinals(answer, at, form)
    beside, wrong_beside = _ordinals(answer.get(f"_{name}"), at + pointer(name), form)
    faults = [*found, *wrong, *wrong_beside]
    if not faults and any(weight != number for weight in [*weights, *beside]):
        faults = [_contradiction(place)]
    return (None, faults) if faults else (number, [])


def _shape(answer: Mapping[str, Any], given: list[str], at: str) -> Iterator[Fault]:
    """Find what is wrong about an answer before its value is read."""
    if len(given) > 1:
        detail = "An answer must have one value."
        yield Fault(pointer=at + "/value", code="duplicate", detail=detail)
    elif not given:
        detail = (
            f"An answer must have a value ({_ACCEPTED}); leave out the answer if none is given."
        )
        yield Fault(pointer=at, code="required", detail=detail)
    elif given[0] not in _VALUES:
        detail = f"An answer to this form must be {_ACCEPTED}."
        yield Fault(pointer=at + pointer(given[0]), code="wrong-type", detail=detail)
    if "item" in answer:
        detail = "This form has no items beneath an answer."
        yield Fault(pointer=at + "/item", code="unknown-item", detail=detail)
    others = {name: value for name, value in answer.items() if name not in given}
    yield from unknown_members(others, _ANSWER, at)


def _number(value: object, at: str, form: Instrument, *, whole: bool) -> Read:
    """Read a JSON number; neither a text nor a truth value is one."""
    kinds: tuple[type, ...] = (int,) if whole else (int, float, Decimal)
    if isinstance(value, bool) or not isinstance(value, kinds):
        detail = "Must be a JSON number without a fraction." if whole else "Must be a JSON number."
        return None, [Fault(pointer=at, code="wrong-type", detail=detail)]
    number: Any = value
    if not form.minimum <= number <= form.maximum or number != int(number):
        detail = f"Must be a whole number from {form.minimum} to {form.maximum}."
        return None, [Fault(pointer=at, code="out-of-range", detail=detail)]
    return int(number), []


def _coded(coding: object, at: str, form: Instrument, system: str) -> Read:
    """Read a Coding: by its ordinal, or by the code of one of the form's options."""
    if not isinstance(coding, dict):
        return None, [Fault(pointer=at, code="wrong-type", detail="Must be a Coding.")]
    faults = [*unknown_members(coding, _CODING, at), *_texts(coding, at)]
    ordinals, wrong = _ordinals(coding, at, form)
    if faults or wrong:
        return None, [*faults, *wrong]
    own = coding.get("system", system) == system
    code = coding.get("code")
    options = {str(answer): answer for answer in range(form.minimum, form.maximum + 1)}
    meant = options.get(code) if isinstance(code, str) else None
    if len(set(ordinals)) > 1 or (ordinals and meant is not None and meant != ordinals[0]):
        return None, [_contradiction(at)]
    if ordinals and (not own or "system" not in coding or code is None or meant is not None):
        return ordinals[0], []
    if own and meant is not None:
        return meant, []
    detail = "Must be the code of an option of this form, or carry its ordinalValue."
    return None, [Fault(pointer=at, code="unknown-code", detail=detail)]


def _texts(coding: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for name in ("system", "code"):
        if name in coding and not isinstance(coding[name], str):
            yield Fault(pointer=at + pointer(name), code="wrong-type", detail="Must be a text.")


def _ordinals(element: object, at: str, form: Instrument) -> tuple[list[int], list[Fault]]:
    """Read the ``ordinalValue`` and ``itemWeight`` of an element."""
    extensions = element.get("extension", []) if isinstance(element, dict) else []
    if not isinstance(extensions, list):
        detail = "Must be a list of extensions."
        return [], [Fault(pointer=at + "/extension", code="wrong-type", detail=detail)]
    numbers, faults = [], []
    for place, one in enumerate(extensions):
        if isinstance(one, dict) and one.get("url") in ORDINALS:
            where = at + pointer("extension", place, "valueDecimal")
            number, wrong = _number(one.get("valueDecimal"), where, form, whole=False)
            if one.keys() - {"url", "id", "valueDecimal"}:
                detail = "Must hold one valueDecimal."
                wrong = [Fault(pointer=where, code="wrong-type", detail=detail)]
            faults += wrong
            numbers += [] if wrong or number is None else [number]
    if not faults and len(set(numbers)) > 1:
        faults = [_contradiction(at)]
    return numbers, faults


def _contradiction(at: str) -> Fault:
    detail = "The value, its code, its ordinalValue and its itemWeight contradict each other."
    return Fault(pointer=at, code="contradiction", detail=detail)
