"""A person's scores over sessions: the courses, and how far each score moved.

Only responses that one rule scored and one kind of respondent gave are compared. As in
:mod:`service.use_cases.describe_change`, the measurement error comes with the request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from psychometrics.scoring.prorate import score
from schemas.change import MeasurementError, load_measurement_errors
from schemas.definition import Definition, kept_definition
from schemas.person_scores import ORDERS
from schemas.responses.response_batch import refuse_if_any
from schemas.validation_errors import Fault, RefusedInputError
from service.interfaces import Persons
from service.records import PersonResponse
from service.serializers import moment
from service.use_cases.describe_change import basis_of, change_between
from service.use_cases.score_responses import answer_around, score_results

_Errors = Mapping[str, MeasurementError]


def show_courses(
    persons: Persons,
    tenant_id: str,
    body: Mapping[str, Any],
    *,
    find: Callable[[object], Definition],
) -> dict[str, Any]:
    """Return a person's courses.

    Parameters
    ----------
    persons
        Finds the responses.
    tenant_id
        Whose responses.
    body
        ``person``, and perhaps ``instrument``, ``sample`` and ``measurement_error``.
    find
        Finds a definition by its id, or refuses.

    Raises
    ------
    RefusedInputError
        If the instrument is unknown, or the measurement error does not fit it.
    """
    definition = find(body["instrument"]) if "instrument" in body else None
    errors = _errors(body["measurement_error"], definition) if "measurement_error" in body else {}
    found = persons.responses(
        tenant_id,
        body["person"],
        sample_id=body.get("sample"),
        instrument=body.get("instrument"),
    )
    groups: dict[tuple[str, object], list[PersonResponse]] = {}
    for one in found:
        rule = kept_definition(one.definition).sha256
        groups.setdefault((rule, one.response.columns.get("respondent")), []).append(one)
    return {
        "courses": [
            _course(responses, errors, respondent=respondent)
            for (_, respondent), responses in groups.items()
        ],
        "change": basis_of(errors) if errors else None,
    }


def _errors(given: object, definition: Definition | None) -> _Errors:
    if definition is None:
        detail = "Must name the instrument that `measurement_error` belongs to."
        raise RefusedInputError([Fault(pointer="/instrument", code="incomplete", detail=detail)])
    errors, faults = load_measurement_errors(given, definition.instrument)
    refuse_if_any(faults)
    return errors


def _course(
    responses: Sequence[PersonResponse], errors: _Errors, *, respondent: object
) -> dict[str, Any]:
    definition = kept_definition(responses[0].definition)
    ordered_by = _order(responses)
    ordered = sorted(responses, key=lambda one: _values(one)[ordered_by])
    answers = np.array([one.response.answers for one in ordered], dtype=np.float64)
    names = [one.response.external_id or one.response.id for one in ordered]
    results = score_results(names, score(definition.instrument, answers))
    around = answer_around(definition, [])
    return {
        "instrument": around["instrument"],
        "respondent": respondent,
        "ordered_by": ordered_by,
        "occasions": [
            {
                **result,
                "sample": one.sample_id,
                **{name: one.response.columns.get(name) for name in _TIMES},
                "stored_at": moment(one.stored_at),
                "change_since": _changes(results, place, errors),
            }
            for place, (one, result) in enumerate(zip(ordered, results, strict=True))
        ],
        "issues": around["issues"],
    }


_TIMES = ("session_number", "days_since_first_visit", "days_since_delivery")


def _values(one: PersonResponse) -> dict[str, Any]:
    return {**one.response.columns, "stored_at": one.stored_at}


def _order(responses: Sequence[PersonResponse]) -> str:
    return next(name for name in ORDERS if all(name in _values(one) for one in responses))


def _changes(results: Sequence[dict[str, Any]], place: int, errors: _Errors) -> dict[str, Any]:
    """Compare an occasion with the first and with the previous one."""
    now = results[place]["scores"]
    earlier = {"first": results[0], "previous": results[place - 1]} if place else {}
    return {
        scale: {
            since: change_between(
                earlier[since]["scores"].get(scale) if since in earlier else None,
                now.get(scale),
                error.standard_error_of_measurement,
            )
            for since in ("first", "previous")
        }
        for scale, error in errors.items()
    }
