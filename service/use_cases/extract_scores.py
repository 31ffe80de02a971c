"""Score an answered form that came as a FHIR resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psychometrics.scoring.prorate import score
from schemas.definition import Definition
from schemas.fhir.observations import observations
from schemas.fhir.questionnaire import refuse_what_has_no_name
from schemas.fhir.reading import not_understood
from schemas.fhir.response import form_named, read_response, refuse_any, response_in
from schemas.validation_errors import Fault, RefusedInputError
from service.errors import UnknownFormError
from service.identifiers import trace_id

_NO_SUCH_FORM = "This service has no form of this canonical."


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A Bundle of Observations, and the rule they were scored by."""

    bundle: dict[str, Any]
    rule: Mapping[str, str]


def extract_scores(
    text: bytes,
    document: object,
    *,
    find: Callable[[str], Definition],
    bases: tuple[str, ...],
) -> Extracted:
    """Score the answered form in a resource.

    Parameters
    ----------
    text, document
        The resource as it came, and as it was read.
    find
        Finds a form by its id; refuses what may not be scored.
    bases
        Addresses of the service; the first is the one it gives out.

    Raises
    ------
    UnknownFormError
        If the form is none of this service, or another version.
    RefusedInputError
        With every fault found in the resource.
    """
    response, at = response_in(document)
    definition = _definition(response, at, find, bases)
    refuse_any(not_understood(text, document))
    answered = read_response(response, at, definition.instrument, bases[0])
    row = [np.nan if answer is None else answer for answer in answered.answers]
    scored = score(definition.instrument, np.array([row], dtype=np.float64))
    bundle = observations(definition, answered, scored, base=bases[0], new_id=trace_id)
    return Extracted(bundle=bundle, rule=definition.rule)


def _definition(
    response: Mapping[str, Any],
    at: str,
    find: Callable[[str], Definition],
    bases: tuple[str, ...],
) -> Definition:
    place = f"{at}/questionnaire"
    named = form_named(response, at, bases)
    if named is None:
        raise _unknown(place, "unknown-instrument", _NO_SUCH_FORM)
    try:
        definition = find(named.id)
    except RefusedInputError as error:
        first = error.faults[0]
        if first.code == "unknown-instrument":
            raise _unknown(place, first.code, _NO_SUCH_FORM) from None
        fault = Fault(pointer=place, code=first.code, detail=first.detail)
        raise RefusedInputError([fault]) from None
    refuse_what_has_no_name(definition)
    known = definition.instrument.version
    if named.version == known:
        return definition
    if not named.version:
        detail = f"Must name the version after a |; this service has {known}."
        raise RefusedInputError([Fault(pointer=place, code="required", detail=detail)])
    detail = f"This service has no such version of the form; it has {known}."
    raise _unknown(place, "unknown-version", detail)


def _unknown(place: str, code: str, detail: str) -> UnknownFormError:
    return UnknownFormError(Fault(pointer=place, code=code, detail=detail))
