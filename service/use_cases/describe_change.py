"""Scores beside earlier ones: how far each moved, held against measurement error.

The earlier scores come with the request, and so does the reliability, unless the request names an
analysis of the caller's own sample; the answer names the source of the reliability. There are no
judgements: the index says how surprising a difference would be without true change, not whether it
matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psychometrics.instrument import Instrument
from psychometrics.scoring.change import change, course
from schemas.change import (
    MeasurementError,
    load_earlier,
    load_measurement_errors,
    own_errors,
)
from schemas.definition import Definition
from schemas.json_pointers import pointer
from schemas.responses.document import load_scoring
from schemas.responses.response_batch import refuse_if_any
from schemas.validation_errors import Fault, RefusedInputError
from service.errors import ForbiddenError
from service.records import Job
from service.use_cases.score_responses import score_responses

_DEFINITION = (
    "Reliable change index of Jacobson and Truax (1991): the difference divided by √2 times the "
    "standard error of measurement, SD √(1 − reliability). The band around a score is its smallest "
    "detectable change, 1.96 √2 standard errors."
)
CANNOT_SAY = (
    "It cannot say whether a change matters, what brought it about or whether it lasts: of 100 "
    "differences without any true change 5 leave the band, and a reliability from one occasion "
    "takes the mood of a day for a change."
)
OWN_KINDS = ("reliability", "retest")
_Scores = Mapping[str, float | None]


def describe_change(
    definition: Definition,
    body: Mapping[str, Any],
    *,
    find: Callable[[str], Job] | None = None,
) -> dict[str, Any]:
    """Score the responses and add to each how it changed since its earlier occasions.

    Parameters
    ----------
    definition
        The scoring rule.
    body
        ``responses``, each with ``earlier``, and ``measurement_error`` or ``analysis``.
    find
        Finds an analysis of the tenant; ``None`` where the caller may not read analyses.

    Raises
    ------
    RefusedInputError
        With every fault of the additional fields, or of the responses.
    """
    instrument = definition.instrument
    responses = body.get("responses")
    if "analysis" in body:
        errors, faults = _own_errors(definition, body, find)
    else:
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
        result["course"] = _courses(result["scores"], occasions, errors, instrument)
    answer["change"] = basis_of(errors)
    return answer


def basis_of(errors: Mapping[str, MeasurementError]) -> dict[str, Any]:
    """Say what changes rest on."""
    return {
        "definition": _DEFINITION,
        "cannot_say": CANNOT_SAY,
        "measurement_error": {scale: asdict(error) for scale, error in errors.items()},
    }


def _own_errors(
    definition: Definition, body: Mapping[str, Any], find: Callable[[str], Job] | None
) -> tuple[dict[str, MeasurementError], list[Fault]]:
    """Read the precision of a sample of the caller's from its finished analysis.

    Raises
    ------
    ForbiddenError, NotFoundError
        When the caller may not read analyses, or there is none of this name.
    """
    given = body["analysis"]
    at = pointer("analysis")
    if "measurement_error" in body:
        detail = "Stands beside measurement_error; give one of the two."
        return {}, [Fault(pointer=at, code="contradiction", detail=detail)]
    if not isinstance(given, str):
        return {}, [Fault(pointer=at, code="wrong-type", detail="Must be the id of an analysis.")]
    if find is None:
        raise ForbiddenError("To read an analysis this needs a key with the scope analyses too.")
    job = find(given)
    if job.kind not in OWN_KINDS or job.result is None:
        detail = f"Must be a finished analysis of the kind {' or '.join(OWN_KINDS)}."
        return {}, [Fault(pointer=at, code="invalid", detail=detail)]
    if job.instrument["sha256"] != definition.rule["sha256"]:
        detail = "Is an analysis of another form, or of another version of its definition."
        return {}, [Fault(pointer=at, code="other-instrument", detail=detail)]
    errors = own_errors(job.result, source=f"own sample, kind {job.kind}, analysis {job.id}")
    if not errors:
        detail = "Has no standard error of measurement for any scale."
        return {}, [Fault(pointer=at, code="invalid", detail=detail)]
    return errors, []


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


def _courses(
    now: _Scores,
    occasions: Sequence[_Scores],
    errors: Mapping[str, MeasurementError],
    instrument: Instrument,
) -> dict[str, dict[str, Any]]:
    """Give each scale its scores, now last, with the band of the smallest detectable change."""
    ranges = instrument.score_ranges
    return {
        scale: asdict(
            course(
                [*(occasion.get(scale) for occasion in occasions), now.get(scale)],
                measurement_error=error.standard_error_of_measurement,
                span=ranges[scale],
            )
        )
        for scale, error in errors.items()
    }


def change_between(then: float | None, now: float | None, error: float) -> dict[str, Any] | None:
    """Compare two scores; ``None`` where one is missing."""
    if then is None or now is None:
        return None
    return asdict(change(then, now, measurement_error=error))
