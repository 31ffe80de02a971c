"""Responses as JSON or NDJSON."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, cast

from psychometrics.instrument import Instrument
from psychometrics.types import FloatArray
from schemas.json_pointers import named_step, pointer
from schemas.json_text import read_json
from schemas.responses import covariates
from schemas.responses.pseudonyms import column_name_rule, is_date_column
from schemas.responses.response_batch import (
    ResponseBlock,
    answer_matrix,
    as_outcomes,
    duplicates,
    numbers_as_names,
    range_suspicion,
    refuse_if_any,
)
from schemas.validation_errors import Fault, RefusedInputError

_WORD = re.compile(r"[a-z][a-z_]{0,39}")
_SCORE_FIELDS = frozenset({"id", "answers"})
_BATCH_FIELDS = _SCORE_FIELDS | frozenset(covariates.RULES) | {"outcomes"}

_Objects = Sequence[Mapping[str, Any]]


def parse_json(body: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    UnreadableInputError
        If the body is not JSON; with the place, without the text.
    RefusedInputError
        If it is JSON but not an object.
    """
    document = read_json(body)
    if not isinstance(document, dict):
        detail = "The body must be a JSON object."
        raise RefusedInputError([Fault(pointer="", code="wrong-type", detail=detail)])
    return document


def parse_ndjson(body: bytes) -> list[object]:
    """Read one JSON value a line; empty lines are passed over."""
    return [
        read_json(line, what=f"Line {number}")
        for number, line in enumerate(body.split(b"\n"), start=1)
        if line.strip()
    ]


def load_scoring(responses: object, instrument: Instrument) -> ResponseBlock:
    """Validate responses that are only scored: ``id`` and ``answers``."""
    return _load(responses, instrument, _SCORE_FIELDS)


def load_batch(responses: object, instrument: Instrument) -> ResponseBlock:
    """Validate responses that are kept: with covariates and outcomes."""
    return _load(responses, instrument, _BATCH_FIELDS)


def _load(responses: object, instrument: Instrument, known: frozenset[str]) -> ResponseBlock:
    if not isinstance(responses, list):
        raise _refusal("wrong-type", "Must be a list of responses.")
    if not responses:
        raise _refusal("empty", "Must hold at least one response.")
    regular = set(map(type, responses)) == {dict}
    objects = responses if regular else list(map(_as_object, responses))
    names = _names(objects)
    values = {name: _values(objects, name) for name in names & known}
    rows = values.get("answers", [None] * len(objects))
    ids, given = values.get("id", []), values.get("outcomes", [])
    columns = {name: values[name] for name in covariates.RULES if name in values}
    outcomes = _outcome_columns(given)
    answers, cell_faults = answer_matrix(rows, instrument)
    refuse_if_any(
        chain(
            _object_faults(responses, known) if not (regular and names <= known) else (),
            _missing_rows(responses, rows) if answers is None else (),
            cell_faults,
            _id_faults(ids),
            _column_faults(columns),
            _missing_outcomes(given, outcomes),
            _outcome_faults(outcomes),
        ),
        closing=range_suspicion(
            chain.from_iterable(row for row in rows if isinstance(row, list)), instrument
        ),
    )
    return ResponseBlock(
        ids=ids or numbers_as_names(len(objects)),
        identified=bool(ids),
        answers=cast("FloatArray", answers),
        columns={name: values for name, values in columns.items() if covariates.any_given(values)},
        outcomes={name: as_outcomes(values) for name, values in outcomes.items()},
    )


def _names(objects: _Objects) -> set[str]:
    return set().union(*objects)


def _values(objects: _Objects, name: str) -> list[Any]:
    """Gather what stands under a name, missing is ``None``."""
    try:
        return list(map(itemgetter(name), objects))
    except KeyError:
        return [one.get(name) for one in objects]


def _object_faults(responses: Sequence[object], known: frozenset[str]) -> Iterator[Fault]:
    allowed = ", ".join(sorted(known))
    for number, response in enumerate(responses):
        at = pointer("responses", number)
        if not isinstance(response, dict):
            yield Fault(pointer=at, code="wrong-type", detail="Must be an object.")
            continue
        for name in sorted(set(response) - known):
            detail = f"This field is not known; the known ones are {allowed}."
            yield Fault(pointer=at + _field_step(name), code="unknown-field", detail=detail)


def _field_step(name: str) -> str:
    """Name an unknown field where it is a plain word; what has digits may identify a person."""
    return pointer(name) if _WORD.fullmatch(name) else ""


def _missing_rows(responses: Sequence[object], rows: Sequence[object]) -> Iterator[Fault]:
    detail = "Must be a list of answers, one for each item."
    for number, (response, row) in enumerate(zip(responses, rows, strict=True)):
        if isinstance(response, dict) and not isinstance(row, list):
            at = pointer("responses", number, "answers")
            yield Fault(pointer=at, code="wrong-type", detail=detail)


def _id_faults(ids: Sequence[Any]) -> Iterator[Fault]:
    if covariates.are_plain("id", ids) and len(set(ids)) == len(ids):
        return
    detail = f"Must be a text of 1 to {covariates.MAXIMUM_TEXT} printable characters."
    right = covariates.are_texts(ids)
    for number, value in enumerate(ids if not right else ()):
        if not covariates.is_text(value):
            yield Fault(
                pointer=pointer("responses", number, "id"), code="wrong-type", detail=detail
            )
    for number, code, rule in covariates.identifying_values("id", ids):
        yield Fault(pointer=pointer("responses", number, "id"), code=code, detail=rule)
    for number in duplicates(ids if right else _comparable(ids)):
        detail = "Another response before it has the same id."
        yield Fault(pointer=pointer("responses", number, "id"), code="duplicate", detail=detail)


def _comparable(ids: Sequence[Any]) -> list[object]:
    """Put a number, which repeats nothing, where a name is none."""
    return [value if covariates.is_text(value) else number for number, value in enumerate(ids)]


def _column_faults(columns: Mapping[str, Sequence[object]]) -> Iterator[Fault]:
    for name, values in columns.items():
        if covariates.are_plain(name, values):
            continue
        accepts, rule = covariates.RULES[name]
        for number in covariates.faulty_values(values, accepts):
            yield Fault(pointer=pointer("responses", number, name), code="invalid", detail=rule)
        for number, code, rule in covariates.identifying_values(name, values):
            yield Fault(pointer=pointer("responses", number, name), code=code, detail=rule)


def _outcome_columns(given: Sequence[Any]) -> dict[str, list[Any]]:
    """Gather the outcomes by name; what is not an object is passed over.

    Raises
    ------
    RefusedInputError
        If there are so many that their columns would be far larger than what came.
    """
    objects = given if set(map(type, given)) == {dict} else list(map(_as_object, given))
    names = _names(objects)
    if len(names) > covariates.MAXIMUM_OUTCOMES:
        detail = f"Must name at most {covariates.MAXIMUM_OUTCOMES} different outcomes altogether."
        raise _refusal("too-many-outcomes", detail)
    return {name: _values(objects, name) for name in sorted(names)}


def _as_object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _missing_outcomes(given: Sequence[object], outcomes: Collection[str]) -> Iterator[Fault]:
    if set(map(type, given)) <= {dict, type(None)} and all(map(covariates.is_name, outcomes)):
        return
    detail = f"Must be an object of numbers by name. {covariates.NAME_RULE}"
    for number, value in enumerate(given):
        if value is not None and not _is_outcomes(value):
            at = pointer("responses", number, "outcomes")
            yield Fault(pointer=at, code="wrong-type", detail=detail)


def _is_outcomes(value: object) -> bool:
    return isinstance(value, dict) and all(map(covariates.is_name, value))


def _outcome_faults(outcomes: Mapping[str, Sequence[object]]) -> Iterator[Fault]:
    for name in filter(covariates.is_name, outcomes):
        shown = named_step(name) if column_name_rule(name) else pointer(name)
        for number, code, rule in _faulty_outcomes(name, outcomes[name]):
            at = pointer("responses", number, "outcomes") + shown
            yield Fault(pointer=at, code=code, detail=rule)


def _faulty_outcomes(name: str, values: Sequence[object]) -> Iterator[tuple[int, str, str]]:
    refused = column_name_rule(name)
    if refused is not None:
        first = next((place for place, value in enumerate(values) if value is not None), 0)
        yield (first, *refused)
        return
    for number in covariates.faulty_values(values, covariates.is_number):
        yield number, "invalid", covariates.OUTCOME_RULE
    if is_date_column(values):
        yield from covariates.identifying_values(name, values)


def _refusal(code: str, detail: str) -> RefusedInputError:
    return RefusedInputError([Fault(pointer="/responses", code=code, detail=detail)])
