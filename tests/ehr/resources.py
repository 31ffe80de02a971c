"""Answered forms as FHIR resources, with any part made different."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

BASE = "https://alliance.example.org"
ANSWERS = (5, 4, 5, 4, 5, 5, 4, 4, 5, 3, 4, 3)
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
SYSTEM = f"{BASE}/fhir/CodeSystem/wai-sr-client-answers"
OUR_CANONICAL = f"{BASE}/fhir/Questionnaire/wai-sr-client|1.0.0"


def answered_form(
    answers: Sequence[int | None] = ANSWERS, canonical: str = OUR_CANONICAL
) -> dict[str, Any]:
    items: list[dict[str, Any]] = [
        {"linkId": f"i{number}"}
        if answer is None
        else {"linkId": f"i{number}", "answer": [{"valueInteger": answer}]}
        for number, answer in enumerate(answers, start=1)
    ]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "qr-1",
        "questionnaire": canonical,
        "status": "completed",
        "authored": "2026-03-02T10:15:00+01:00",
        "subject": {"reference": "Patient/secret-9"},
        "encounter": {"reference": "Encounter/secret-8"},
        "author": {"reference": "Practitioner/secret-7"},
        "item": items,
    }


def weight(url: str, value: object, name: str = "valueDecimal") -> dict[str, Any]:
    return {"url": url, name: value}


def with_answer(number: int, answer: object) -> dict[str, Any]:
    """Return a form in which an item has this answer."""
    form = answered_form()
    form["item"][number - 1]["answer"] = [answer]
    return form


def changed(form: dict[str, Any], **members: object) -> dict[str, Any]:
    """Return a form with members added, replaced, or taken away (``None``)."""
    made = {**copy.deepcopy(form), **members}
    return {name: value for name, value in made.items() if value is not None}


def in_groups(form: dict[str, Any], depth: int) -> dict[str, Any]:
    """Return a form whose items stand in groups of this depth."""
    items = form["item"]
    for level in range(depth):
        items = [{"linkId": f"group {level}", "item": items}]
    return {**form, "item": items}
