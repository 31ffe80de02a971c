"""Every refusal as a problem document (RFC 9457): one handler for each way out."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from http import HTTPStatus
from typing import IO

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from service.errors import (
    HTTP_PROBLEMS,
    INTERNAL,
    TooLargeError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
    detail_of,
    document,
    document_of,
    problem_of,
)
from service.identifiers import uuid7
from service.telemetry import log, this_request

PROBLEM_TYPE = "application/problem+json"
_RETRY_SECONDS = 2
_LINGER_SECONDS = 5.0
_CHUNK = 1 << 20

_lingering = threading.BoundedSemaphore(4)


def handle_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _problem)


def refuse_large_bodies(app: Flask, limit: int) -> None:
    """Answer 413 from the announced length, before a byte of the body is read.

    A body that comes in chunks announces none; it is refused when it passes the limit. (The
    framework's own limit would cut it off there in silence and go on with the rest.)
    """

    @app.before_request
    def check_length() -> None:
        incoming = this_request()
        if (incoming.content_length or 0) > limit:
            raise TooLargeError(limit)
        if incoming.content_length is None:
            body = incoming.environ["wsgi.input"]
            incoming.environ["wsgi.input"] = _LimitedBody(body, limit)


class _LimitedBody:
    """A body of unknown length that must not go on for ever."""

    def __init__(self, body: IO[bytes], limit: int) -> None:
        self._body = body
        self._limit = limit
        self._left = limit

    @property
    def unlimited(self) -> IO[bytes]:
        """The body itself."""
        return self._body

    def read(self, size: int = -1) -> bytes:
        """Read on; one byte beyond the limit is one too many."""
        most = self._left + 1
        data = self._body.read(most if size < 0 else min(size, most))
        self._left -= len(data)
        if self._left < 0:
            raise TooLargeError(self._limit)
        return data


def _problem(error: Exception) -> Response:
    problem = problem_of(error)
    if problem is INTERNAL:
        return _internal()
    response = _response(document_of(error))
    if isinstance(error, UnauthenticatedError):
        response.headers["WWW-Authenticate"] = 'Bearer realm="alliance"'
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, TooLargeError):
        _linger_after(response)
    if isinstance(error, UnavailableError):
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
        log("unavailable", level=logging.ERROR, error=True)
    return response


def _http_problem(error: HTTPException) -> Response:
    """Render the framework's own refusals; its descriptions may quote the request, so none is."""
    status = error.code or 500
    if isinstance(error, InternalServerError) or status not in HTTP_PROBLEMS:
        return _internal()
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
    if isinstance(stream, _LimitedBody):
        stream = stream.unlimited
    connection = request.environ.get("gunicorn.socket")

    def discard() -> None:
        deadline = time.monotonic() + _LINGER_SECONDS
        try:
            with contextlib.suppress(OSError):
                if connection is not None:
                    connection.settimeout(1.0)
                while time.monotonic() < deadline and stream.read(_CHUNK):
                    pass
        finally:
            _lingering.release()

    if _lingering.acquire(blocking=False):  # few threads may be spent on this
        response.call_on_close(discard)
