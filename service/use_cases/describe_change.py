"""Scores beside earlier ones: how far each moved, held against measurement error.

Nothing is looked up: the earlier scores and the reliability come with the request, and the answer
names the source of the reliability. There are no bands: the index says how surprising a difference
would be without true change, not whether it matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psychometrics.scoring.change import change
from schemas.change import MeasurementError, load_earlier, load_measurement_errors
from schemas.definition import Definition
from schemas.json_pointers import pointer
from schemas.responses.document import load_scoring
from schemas.responses.response_batch import refuse_if_any
from schemas.validation_errors import Fault, RefusedInputError
from service.use_cases.score_responses import score_responses

_DEFINITION = (
    "Reliable change index of Jacobson and Truax (1991): the difference divided by √2 times the "
    "standard error of measurement, SD √(1 − reliability). It says nothing about importance."
)
_Scores = Mapping[str, float | None]


def describe_change(definition: Definition, body: Mapping[str, Any]) -> dict[str, Any]:
    """Score the responses and add to each how it changed since its earlier occasions.

    Parameters
    ----------
    definition
        The scoring rule.
    body
        ``responses``, each with ``earlier``, and ``measurement_error``.

    Raises
    ------
    RefusedInputError
        With every fault of the additional fields, or of the responses.
    """
    instrument = definition.instrument
    responses = body.get("responses")
    errors, faults = load_measurement_errors(body.get("measurement_error"), instrument)
    block = load_scoring(_without_earlier(responses), instrument)
    earlier = []
    for number, response in enumerate(responses or ()):
        at = pointer("responses", number, "earlier")
        occasions, further = load_earlier(response.get("earlier"), instrument, at=at)
        earlier.append(occasions)
        faults += further
    refuse_if_any(faults)
    answer = score_responses(definition, block)
    for result, occasions in zip(answer["results"], earlier, strict=True):
        result["change"] = _changes(result["scores"], occasions, errors)
    answer["change"] = basis_of(errors)
    return answer


def basis_of(errors: Mapping[str, MeasurementError]) -> dict[str, Any]:
    """Say what changes rest on."""
    return {
        "definition": _DEFINITION,
        "measurement_error": {scale: asdict(error) for scale, error in errors.items()},
    }


def _without_earlier(responses: object) -> object:
    """Leave the responses as scoring alone takes them."""
    if not isinstance(responses, list):
        detail = "Must be a list of responses."
        raise RefusedInputError([Fault(pointer="/responses", code="wrong-type", detail=detail)])
    return [
        {name: value for name, value in response.items() if name != "earlier"}
        if isinstance(response, dict)
        else response
        for response in responses
    ]


def _changes(
    now: _Scores, occasions: Sequence[_Scores], errors: Mapping[str, MeasurementError]
) -> dict[str, list[dict[str, Any] | None]]:
    """Give each scale its change since each occasion; ``None`` where a score is missing."""
    return {
        scale: [
            change_between(occasion.get(scale), now.get(scale), error.standard_error_of_measurement)
            for occasion in occasions
        ]
        for scale, error in errors.items()
    }


def change_between(then: float | None, now: float | None, error: float) -> dict[str, Any] | None:
    """Compare two scores; ``None`` where one is missing."""
    if then is None or now is None:
        return None
    return asdict(change(then, now, measurement_error=error))
