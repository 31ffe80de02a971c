"""Logs, request ids and metrics.

A log line is one JSON object on standard error. It holds the route's pattern, never the address,
a body or a header: no answer and no identifier of a person can reach it.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO, cast

import orjson
from flask import Flask, Request, Response, g, request

from service.identifiers import trace_id

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
_ACCEPTED_REQUEST_ID = re.compile(r"[0-9a-f-]{16,64}")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

LOG = logging.getLogger("alliance")

_stream: TextIO | None = None
"""Where our own lines go without a detour through logging, once it is configured."""

Observe = Callable[[str, str, int, float, int | None], None]
"""Called with method, route, status, seconds and number of responses of a finished request."""


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, event, request id and the ``facts`` given.

    Messages of libraries stay templates: what they would put in may be a part of a request.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Render a record."""
        line = _begun(record.created, record.levelname, record.name, str(record.msg))
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line["error"] = type(record.exc_info[1]).__name__
            line["trace"] = _places(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def configure_logging(level: str) -> None:
    """Send everything that is logged in this process through :class:`JsonFormatter`."""
    global _stream
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    _stream = sys.stderr
    logging.captureWarnings(capture=True)
    logging.getLogger("alembic").setLevel("WARNING")


def log(event: str, *, level: int = logging.INFO, error: bool = False, **facts: object) -> None:
    """Log an event with its facts; with ``error`` also where the current exception came from."""
    if error or _stream is None:
        LOG.log(level, event, extra={"facts": facts}, exc_info=error)
    elif LOG.isEnabledFor(level):
        line = _begun(time.time(), logging.getLevelName(level), LOG.name, event) | facts
        with contextlib.suppress(OSError, ValueError):  # a log that nobody reads stops no request
            _stream.write(orjson.dumps(line, default=str).decode() + "\n")
            _stream.flush()


def _begun(at: float, level: str, logger: str, event: str) -> dict[str, Any]:
    """Begin a line with what all lines have; ``at`` in seconds since 1970."""
    line: dict[str, Any] = {
        "time": f"{_second(int(at))}.{int(at % 1 * 1000):03}+00:00",
        "level": level.lower(),
        "logger": logger,
        "event": event,
    }
    known = REQUEST_ID.get()
    if known:
        line["request_id"] = known
    return line


@lru_cache(maxsize=2)
def _second(at: int) -> str:
    """Write a second since 1970 as ISO 8601 does; once for all lines of that second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def observe_requests(app: Flask, observe: Observe | None) -> None:
    """Give each request an id and, when it is over, a log line and a measurement."""

    @app.before_request
    def start() -> None:
        REQUEST_ID.set(_request_id(this_request().environ))
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        incoming, known = this_request(), this_g()
        now = time.perf_counter()
        seconds = now - known.get("started", now)
        route = incoming.url_rule.rule if incoming.url_rule else "(none)"
        method = incoming.method if incoming.method in _METHODS else "(other)"
        response.headers.add("X-Request-Id", REQUEST_ID.get() or "")
        log(
            "request",
            method=method,
            route=route,
            status=response.status_code,
            milliseconds=round(1000 * seconds, 1),
            tenant=known.get("tenant_id"),
        )
        if observe is not None:
            observe(method, route, response.status_code, seconds, known.get("n_responses"))
        return response


def this_request() -> Request:
    """Return the request itself; each look through Flask's ``request`` searches for it anew."""
    return cast("Request", cast("Any", request)._get_current_object())  # noqa: SLF001 its documented name


def this_g() -> Any:
    """Return what is known of this request, likewise."""
    return g._get_current_object()  # noqa: SLF001 its documented name


def _request_id(environ: WSGIEnvironment) -> str:
    """Take over a caller's trace id when it is one; anything else might be a name."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _ACCEPTED_REQUEST_ID.fullmatch(given) else trace_id()


def _places(error: BaseException) -> list[str]:
    """Where an exception came from: file, line and function, never a value or a message."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places
