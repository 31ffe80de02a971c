"""Scores as Observations, in a Bundle that a FHIR server takes as one transaction."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psychometrics.instrument import TOTAL, Instrument
from psychometrics.scoring.prorate import ScaleScores
from schemas.definition import Definition
from schemas.fhir.names import (
    ABSENT_REASONS,
    CATEGORIES,
    SCORE_UNIT,
    UCUM,
    rule_extension,
    score_system,
)
from schemas.fhir.response import KIND, AnsweredForm

_SURVEY = [{"coding": [{"system": CATEGORIES, "code": "survey", "display": "Survey"}]}]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """One score: its name, and how many of its items were answered."""

    name: str
    n_items: int
    answered: int
    prorated: bool


def observations(
    definition: Definition,
    answered: AnsweredForm,
    scored: ScaleScores,
    *,
    base: str,
    new_id: Callable[[], str],
) -> dict[str, Any]:
    """Write the scores of one answered form, one Observation for each.

    Parameters
    ----------
    definition
        The form.
    answered, scored
        What was read, and its scores (one person).
    base
        Address of the service.
    new_id
        Makes the UUID by which an Observation is known within the Bundle.
    """
    common = _common(definition, answered, base)
    system = score_system(base, definition.instrument.id)
    title = definition.document["title"].strip() or definition.instrument.id
    scores = zip(_scales(definition.instrument, answered), scored.scores[0].tolist(), strict=True)
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"urn:uuid:{new_id()}",
                "resource": common | _own(scale, value, system, title),
                "request": {"method": "POST", "url": "Observation"},
            }
            for scale, value in scores
        ],
    }


def _common(definition: Definition, answered: AnsweredForm, base: str) -> dict[str, Any]:
    """Write what all Observations of a form have."""
    common: dict[str, Any] = {
        "resourceType": "Observation",
        "extension": [
            {
                "url": rule_extension(base),
                "extension": [
                    {"url": name, "valueString": value} for name, value in definition.rule.items()
                ],
            }
        ],
        "status": "final",
        "category": _SURVEY,
    }
    if answered.subject is not None:
        common["subject"] = answered.subject
    if answered.encounter is not None:
        common["encounter"] = answered.encounter
    if answered.authored is not None:
        common["effectiveDateTime"] = answered.authored
    if answered.is_instant:
        common["issued"] = answered.authored
    if answered.author is not None:
        common["performer"] = [answered.author]
    if answered.id is not None:
        common["derivedFrom"] = [{"reference": f"{KIND}/{answered.id}"}]
    return common


def _own(scale: _Scale, value: float, system: str, title: str) -> dict[str, Any]:
    """Write what is one score's own: its code, and its value or why there is none."""
    code = {"coding": [{"system": system, "code": scale.name}], "text": f"{title}: {scale.name}"}
    if math.isnan(value):
        reason = {"system": ABSENT_REASONS, "code": "unknown", "display": "Unknown"}
        text = "Too few items were answered for this score."
        return {"code": code, "dataAbsentReason": {"coding": [reason], "text": text}}
    quantity = {"value": value, "unit": SCORE_UNIT, "system": UCUM, "code": SCORE_UNIT}
    if not scale.prorated:
        return {"code": code, "valueQuantity": quantity}
    note = (
        f"Prorated: {scale.answered} of {scale.n_items} items were answered, and the mean of each "
        "subscale's answered items stands for its missing ones."
    )
    return {"code": code, "valueQuantity": quantity, "note": [{"text": note}]}


def _scales(form: Instrument, answered: AnsweredForm) -> list[_Scale]:
    """Count what was answered of each subscale, and of all of them for the total."""
    subscales = []
    for scale in form:
        count = sum(answered.answers[item - 1] is not None for item in scale.items)
        n_items = len(scale.items)
        subscales.append(
            _Scale(name=scale.name, n_items=n_items, answered=count, prorated=count < n_items)
        )
    if not form.total:
        return subscales
    total = _Scale(
        name=TOTAL,
        n_items=sum(scale.n_items for scale in subscales),
        answered=sum(scale.answered for scale in subscales),
        prorated=any(scale.prorated for scale in subscales),
    )
    return [*subscales, total]
