"""Every refusal as a problem document (RFC 9457): one handler for each way out."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import IO, cast

import orjson
from flask import Flask, Response, current_app
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.exceptions import HTTPException, InternalServerError

from schemas.fhir.names import FHIR_JSON
from schemas.fhir.outcome import operation_outcome
from schemas.validation_errors import Fault, UnreadableInputError
from service.container import Services
from service.errors import (
    HTTP_PROBLEMS,
    INTERNAL,
    ForbiddenError,
    TooLargeError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
    UnsupportedTypeError,
    detail_of,
    document,
    document_of,
    faults_in,
    problem_of,
)
from service.identifiers import uuid7
from service.request_logging import log, this_g, this_request

PROBLEM_TYPE = "application/problem+json"
RETRY_SECONDS = 2
_PIECE = 256 * 1024

_CHALLENGE = 'Bearer realm="alliance"'
_INVALID, _TOO_LITTLE = ', error="invalid_token"', ', error="insufficient_scope"'
"""What a challenge says of credentials that came (RFC 6750, section 3.1)."""

_ADVICE: Mapping[int, str] = {
    404: "No route has this address; /docs lists those that there are.",
    405: "This route does not offer the method; `Allow` names those that it does.",
}
"""What to do about the framework's own refusals, by status."""


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

    @app.after_request
    def discard_body(response: Response) -> Response:
        if response.status_code >= 400 and (this_request().content_length or 0) <= limit:
            _discard_body()
        return response


def _discard_body() -> None:
    """Read what was not read of a refused request's body.

    A connection that is closed with unread bytes is reset, and the client may never see the answer
    (RFC 9112, section 9.6). Gunicorn itself reads 64 KiB on.
    """
    body = this_request().environ["wsgi.input"]
    try:
        while body.read(_PIECE):
            pass
    except (ParseException, NoMoreData, OSError, TooLargeError, UnreadableInputError):
        log("body of a refused request is incomplete", level=logging.DEBUG)


def refuse_coded_bodies(app: Flask) -> None:
    """Answer 415 to a body in a content coding (gzip, br), for none is read here."""

    @app.before_request
    def check_coding() -> None:
        incoming = this_request()
        coding = incoming.environ.get("HTTP_CONTENT_ENCODING", "")
        if incoming.method in {"POST", "PUT"} and coding.lower() not in {"", "identity"}:
            raise UnsupportedTypeError("Send the body as it is, without `Content-Encoding`.")


class _LimitedBody:
    """A body in chunks, which must be well-formed and must not be endless."""

    def __init__(self, body: IO[bytes], limit: int) -> None:
        self._body = body
        self._limit = limit
        self._left = limit

    def read(self, size: int = -1) -> bytes:
        """Read on; one byte beyond the limit is one too many."""
        most = self._left + 1
        try:
            data = self._body.read(most if size < 0 else min(size, most))
        except (ParseException, NoMoreData, OSError):
            detail = "The body's chunks are malformed or end too early (RFC 9112, section 7.1)."
            raise UnreadableInputError(detail) from None
        self._left -= len(data)
        if self._left < 0:
            raise TooLargeError(self._limit)
        return data


def _problem(error: Exception) -> Response:
    problem = problem_of(error)
    if problem is INTERNAL:
        return _internal()
    response = _response(document_of(error), faults_in(error))
    if isinstance(error, UnauthenticatedError):
        presented = "HTTP_AUTHORIZATION" in this_request().environ
        response.headers["WWW-Authenticate"] = _CHALLENGE + (_INVALID if presented else "")
    if isinstance(error, ForbiddenError):
        response.headers["WWW-Authenticate"] = _CHALLENGE + _TOO_LITTLE
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, UnsupportedTypeError):
        response.headers["Accept-Encoding"] = "identity"
    if isinstance(error, UnavailableError):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        log("unavailable", level=logging.ERROR, error=True)
    return response


def _http_problem(error: HTTPException) -> Response:
    """Render the framework's own refusals; its descriptions may quote the request, so none is."""
    status = error.code or 500
    if isinstance(error, InternalServerError) or status not in HTTP_PROBLEMS:
        return _internal()
    detail = _ADVICE.get(status, f"{HTTPStatus(status).phrase}.")
    if status == 404 and _is_route_without_slash():
        detail = "No address here ends with a slash; leave it out."
    response = _response(document(HTTP_PROBLEMS[status], detail))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _is_route_without_slash() -> bool:
    """Whether only a slash at the end keeps an address from being one of the service's."""
    incoming = this_request()
    shorter = incoming.path.rstrip("/")
    adapter = current_app.create_url_adapter(incoming)
    return bool(
        shorter != incoming.path and adapter is not None and adapter.allowed_methods(shorter)
    )


def _internal() -> Response:
    """Answer a mistake of ours: an id for the caller, the place in the log."""
    incident = str(uuid7())
    log("incident", level=logging.ERROR, error=True, incident=incident)
    problem = document(INTERNAL, detail_of(Exception()))
    return _response(problem | {"incident": incident})


def _response(problem: dict[str, object], faults: Sequence[Fault] = ()) -> Response:
    """Render a refusal; where FHIR is spoken, as FHIR does."""
    status = int(str(problem["status"]))
    if not is_fhir(this_request().path):
        return Response(orjson.dumps(problem), status=status, content_type=PROBLEM_TYPE)
    root: str = this_g().get("fhir_root", "Resource")
    outcome = operation_outcome(problem, faults, root=root, base=service_address())
    return Response(orjson.dumps(outcome), status=status, content_type=FHIR_JSON)


def is_fhir(path: str) -> bool:
    """Whether an address is one of those under which FHIR is spoken."""
    return path == "/fhir" or path.startswith("/fhir/")


def service_address() -> str:
    """Return the address by which callers reach the service, without a slash at the end."""
    services = cast("Services", current_app.extensions["alliance"])
    return services.config.public_url or this_request().host_url.rstrip("/")
