"""Bodies of responses: JSON, NDJSON or CSV, read alike by every route that takes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Request, current_app, g
from marshmallow import Schema

from psychometrics.instrument import Instrument
from schemas.definition import Definition
from schemas.responses.csv import FURTHER_FILES, parse_csv
from schemas.responses.document import parse_json, parse_ndjson
from schemas.responses.response_batch import ResponseBlock
from schemas.responses.table import load_table
from schemas.validation_errors import Fault, RefusedInputError
from service.container import Services
from service.errors import TooLargeError, UnsupportedTypeError

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"

_LARGE = 256 * 1024
"""In bytes; smaller bodies take no memory to speak of."""

_TURN = Lock()

_REQUEST = ("instrument", "responses")

_Rows = TypeVar("_Rows")

INSTRUMENT_PARAMETER: dict[str, Any] = {
    "in": "query",
    "name": "instrument",
    "schema": {"type": "string"},
    "description": "The instrument's id, for CSV and NDJSON; a body that names another is refused.",
}
"""Documents the parameter."""

LoadResponses = Callable[[object, Instrument], ResponseBlock]
"""Validates responses that stand in JSON: for scoring alone, or to be kept."""


def read_scoring_body(
    incoming: Request, find: Callable[[object], Definition], load: LoadResponses
) -> tuple[Definition, ResponseBlock]:
    """Read a body that names its instrument: in the document, or in the address.

    Parameters
    ----------
    incoming
        The request.
    find
        Finds the definition by what the caller gave as its id.
    load
        Validates the responses.
    """
    if incoming.mimetype == JSON:
        body = read_document(incoming, known=_REQUEST)
        same_instrument(incoming, body.get("instrument"))
        definition = find(body.get("instrument"))
        return definition, load(at_most(body.get("responses")), definition.instrument)
    check_type(incoming)
    definition = find(incoming.args.get("instrument"))
    return definition, read_rows(incoming, definition.instrument, load)


def read_batch_body(
    incoming: Request, definition: Definition, load: LoadResponses
) -> ResponseBlock:
    """Read a body of responses to an instrument that is known; it may name the instrument too."""
    same_instrument(incoming, definition.instrument.id)
    if incoming.mimetype == JSON:
        body = read_document(incoming, known=_REQUEST)
        if body.get("instrument", definition.instrument.id) != definition.instrument.id:
            detail = "Must be the sample's instrument, or left out."
            raise RefusedInputError([Fault(pointer="/instrument", code="other", detail=detail)])
        return load(at_most(body.get("responses")), definition.instrument)
    check_type(incoming)
    return read_rows(incoming, definition.instrument, load)


def same_instrument(incoming: Request, name: object) -> None:
    """Refuse an instrument in the address that is not the one in the body, or of the sample."""
    if incoming.args.get("instrument", name) != name:
        detail = "Is another instrument than that of the body or the sample; leave it out."
        fault = Fault(pointer="/query/instrument", code="contradiction", detail=detail)
        raise RefusedInputError([fault])


@contextmanager
def in_turn(incoming: Request) -> Iterator[None]:
    """Parse and answer large bodies one after the other; receive them side by side.

    Several at once take no less time, for one thread computes at a time, but several times the
    memory. The body is received before the lock is taken, so that a slow client delays nobody.
    """
    length = incoming.content_length
    if length is not None and length < _LARGE:
        yield
        return
    check_type(incoming)
    incoming.get_data()
    with _TURN:
        yield


def json_text(incoming: Request) -> bytes:
    """Return a body that is declared as JSON.

    Raises
    ------
    UnsupportedTypeError
        If it is declared as something else.
    """
    if incoming.mimetype != JSON:
        raise UnsupportedTypeError(f"Send the body as {JSON}.")
    return incoming.get_data(cache=False)


def read_document(incoming: Request, *, known: Collection[str]) -> dict[str, Any]:
    """Read a body that must be a JSON object of known fields."""
    body = parse_json(json_text(incoming))
    if not body.keys() <= set(known):
        detail = f"Holds an unknown field; the known ones are {', '.join(known)}."
        raise RefusedInputError([Fault(pointer="", code="unknown-field", detail=detail)])
    return body


def read_rows(incoming: Request, instrument: Instrument, load: LoadResponses) -> ResponseBlock:
    """Read a CSV or NDJSON body of responses to an instrument that is known."""
    body = incoming.get_data()
    if incoming.mimetype == NDJSON:
        return load(at_most(parse_ndjson(body)), instrument)
    header, rows = parse_csv(body)
    rows = at_most(rows)
    try:
        return load_table(header, rows, instrument)
    except RefusedInputError as error:
        if not any(one.pointer.startswith("/header") for one in error.faults):
            raise
        hint = Fault(pointer="/header", code="unreadable", detail=FURTHER_FILES)
        raise RefusedInputError([*error.faults, hint]) from None


def at_most(rows: _Rows) -> _Rows:
    """Let rows pass that are not too many; what is no list is refused elsewhere.

    Raises
    ------
    TooLargeError
        If there are more than the limit.
    """
    limit = cast("Services", current_app.extensions["alliance"]).config.maximum_rows
    if isinstance(rows, list):
        if len(rows) > limit:
            raise TooLargeError(limit, "responses")
        g.n_responses = len(rows)
    return rows


def check_type(incoming: Request) -> None:
    """Refuse media types that are not read.

    Raises
    ------
    UnsupportedTypeError
        Naming those that are.
    """
    if incoming.mimetype not in {JSON, NDJSON, CSV}:
        raise UnsupportedTypeError(f"Send the body as {JSON}, {NDJSON} or {CSV}.")


def rows_documentation(schema: type[Schema]) -> dict[str, Any]:
    """Document a request body that may come in three media types."""
    text = {"schema": {"type": "string"}}
    return {"required": True, "content": {JSON: {"schema": schema}, NDJSON: text, CSV: text}}
