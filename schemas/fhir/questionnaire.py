"""A form as a FHIR Questionnaire: item numbers and answer options, never the wording."""

from __future__ import annotations

import re
from typing import Any

from schemas.definition import Definition
from schemas.fhir.names import ORDINAL_VALUE, answer_system, canonical
from schemas.validation_errors import Fault, RefusedInputError

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_CODE = re.compile(r"\S+( \S+)*")
_NO_SPACE = re.compile(r"[^\s|]+")


def questionnaire(definition: Definition, *, base: str) -> dict[str, Any]:
    """Write a form as a Questionnaire.

    Parameters
    ----------
    definition
        The form.
    base
        Address of the service.
    """
    form, document = definition.instrument, definition.document
    system = answer_system(base, form.id)
    options = [_option(system, answer) for answer in range(form.minimum, form.maximum + 1)]
    rights = {"copyright": document["rights"]} if document["rights"].strip() else {}
    title = {"title": document["title"]} if document["title"].strip() else {}
    return {
        "resourceType": "Questionnaire",
        "id": form.id,
        "url": canonical(base, form.id),
        "version": form.version,
        **title,
        "status": "active",
        "subjectType": ["Patient"],
        **rights,
        "item": [
            {
                "linkId": link_id(number),
                "prefix": str(number),
                "text": f"Item {number}",
                "type": "choice",
                "required": False,
                "repeats": False,
                "answerOption": options,
            }
            for number in range(1, form.n_items + 1)
        ],
    }


def link_id(number: int) -> str:
    """Name an item as its Questionnaire does."""
    return f"i{number}"


def refuse_what_has_no_name(definition: Definition) -> None:
    """Refuse a form of the tenant's own that FHIR has no way to name.

    Raises
    ------
    RefusedInputError
        If its id is no FHIR id, its version no part of a canonical or a subscale's name no code.
    """
    form = definition.instrument
    if not _ID.fullmatch(form.id):
        raise _unnameable("The id of this form is no id in FHIR: letters, digits, - and . alone.")
    if not _NO_SPACE.fullmatch(form.version):
        raise _unnameable("The version of this form cannot stand in a canonical: no spaces, no |.")
    if not all(map(_CODE.fullmatch, form.score_names)):
        raise _unnameable("A subscale of this form has a name that is no code in FHIR.")


def _unnameable(detail: str) -> RefusedInputError:
    return RefusedInputError([Fault(pointer="/questionnaire", code="not-supported", detail=detail)])


def _option(system: str, answer: int) -> dict[str, Any]:
    """Write an answer option; a Coding without a display shows its code."""
    ordinal = {"url": ORDINAL_VALUE, "valueDecimal": answer}
    coding = {"system": system, "code": str(answer), "display": str(answer)}
    return {"extension": [ordinal], "valueCoding": {"extension": [ordinal], **coding}}
