"""Every refusal as a problem document (RFC 9457): one handler for each way out."""

from __future__ import annotations

import contextlib
import logging
import time
from http import HTTPStatus

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from service.errors import (
    HTTP_PROBLEMS,
    INTERNAL,
    TooLargeError,
    UnauthenticatedError,
    detail_of,
    document,
    document_of,
    problem_of,
)
from service.identifiers import uuid7
from service.telemetry import log

PROBLEM_TYPE = "application/problem+json"
_LINGER_SECONDS = 5.0
_CHUNK = 1 << 20


def handle_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _problem)


def refuse_large_bodies(app: Flask, limit: int) -> None:
    """Answer 413 from the announced length, before a byte of the body is read."""
    app.config["MAX_CONTENT_LENGTH"] = limit

    @app.before_request
    def check_length() -> None:
        if (request.content_length or 0) > limit:
            raise TooLargeError(limit)


def _problem(error: Exception) -> Response:
    problem = problem_of(error)
    if problem is INTERNAL:
        return _internal()
    response = _response(document_of(error))
    if isinstance(error, UnauthenticatedError):
        response.headers["WWW-Authenticate"] = 'Bearer realm="alliance"'
    if isinstance(error, TooLargeError):
        _linger_after(response)
    return response


def _http_problem(error: HTTPException) -> Response:
    """Render the framework's own refusals; its descriptions may quote the request, so none is."""
    status = error.code or 500
    if isinstance(error, InternalServerError) or status not in HTTP_PROBLEMS:
        return _internal()
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _problem(TooLargeError(request.max_content_length or 0))
    response = _response(document(HTTP_PROBLEMS[status], f"{HTTPStatus(status).phrase}."))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _internal() -> Response:
    """Answer a mistake of ours: an id for the caller, the place in the log."""
    incident = str(uuid7())
    log("incident", level=logging.ERROR, error=True, incident=incident)
    problem = document(INTERNAL, detail_of(Exception()))
    return _response(problem | {"incident": incident})


def _response(problem: dict[str, object]) -> Response:
    status = problem["status"]
    return Response(orjson.dumps(problem), status=int(str(status)), content_type=PROBLEM_TYPE)


def _linger_after(response: Response) -> None:
    """Read on for a moment after the answer was sent, and throw away what comes.

    A client that is still sending would otherwise see its connection reset instead of the answer
    (RFC 9112, section 9.6). Nothing is kept, and a client that goes on sending is cut off.
    """
    stream = request.environ["wsgi.input"]
    connection = request.environ.get("gunicorn.socket")

    def discard() -> None:
        deadline = time.monotonic() + _LINGER_SECONDS
        with contextlib.suppress(OSError):
            if connection is not None:
                connection.settimeout(1.0)
            while time.monotonic() < deadline and stream.read(_CHUNK):
                pass

    response.call_on_close(discard)
