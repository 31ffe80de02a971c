"""The short way in, for an ordinary request that is right in every respect.

What the framework would find out about it takes longer than its answer. So it is answered here, by
the very functions that the framework's hooks and the view call. Whatever is unusual goes on to the
framework as if there were no doorway: an address or a key that is not remembered, a query, another
media type, a body that is large or has any fault, a rate that is used up. Nothing was done for it
by then but that its token may be taken, and that is taken once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flask import Flask

from schemas.fhir.names import FHIR_JSON
from service.composition import Services
from service.rates import Verdict
from service.records import AuditEntry, Caller
from service.telemetry import REQUEST_ID, Finished, Observe, note_request, request_id
from service.web.addresses import Known, remembered
from service.web.audit import entry_of
from service.web.bodies import JSON
from service.web.headers import Header
from service.web.rates import rate_headers, take_token
from service.web.routes import may_call, note_use, presented_key

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_View = TypeVar("_View", bound=Callable[..., Any])

_LARGEST_BODY = 64 * 1024
"""In bytes; beside a larger one it does not matter what the framework takes."""

_ORDINARY_TYPES = frozenset(
    kind + charset
    for kind in (JSON, FHIR_JSON)
    for charset in ("", "; charset=utf-8", ";charset=utf-8")
)
"""In small letters: as most HTTP libraries declare JSON."""

_ANYTHING = frozenset({"", "*/*"})
"""What a caller accepts who takes any form of the answer."""

_LENGTH = re.compile(r"[1-9][0-9]{0,9}")


class Answered(NamedTuple):
    """An answer of status 200: its JSON text, the scoring rule, and the number of responses."""

    text: bytes
    rule: Mapping[str, str]
    n_responses: int
    media_type: str = JSON


class _Guest(NamedTuple):
    """A request that was let in: whose it is, how its rate stands, and what is answered."""

    caller: Caller
    verdict: Verdict | None
    body_mac: str
    answered: Answered


AnswerBody = Callable[[Services, Caller, bytes], Answered]
"""Answers a JSON body without any effect; raises whatever it likes if anything is wrong."""


def short_way(answer: AnswerBody, *media_types: str) -> Callable[[_View], _View]:
    """Let ordinary requests of a route that keeps nothing be answered at the door.

    Parameters
    ----------
    answer
        Answers them.
    media_types
        Those it reads and may be asked for; any, if none is named, for then JSON is answered.
    """

    def decorate(view: _View) -> _View:
        view.short_way = answer  # type: ignore[attr-defined]  # read below
        view.media_types = media_types or (JSON,)  # type: ignore[attr-defined]  # likewise
        view.negotiates = bool(media_types)  # type: ignore[attr-defined]  # likewise
        return view

    return decorate


def open_doorway(app: Flask, addresses: Known, observe: Observe | None) -> None:
    """Put the doorway before the application.

    Parameters
    ----------
    app
        The application.
    addresses
        Where its earlier requests led.
    observe
        Measures a finished request.
    """
    onward = app.wsgi_app
    services: Services = app.extensions["alliance"]
    largest = min(_LARGEST_BODY, services.config.maximum_body)

    def enter(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        rule = remembered(environ, addresses) if _is_ordinary(environ, largest) else None
        view: Any = None if rule is None else app.view_functions[rule.endpoint]
        guest = _let_in(services, view, environ) if _is_short(view, environ) else None
        if rule is None or guest is None:
            return onward(environ, start_response)
        REQUEST_ID.set(request_id(environ))
        note_use(services, guest.caller)
        services.audit.record(_entry(guest, rule.rule))
        headers = _headers(guest)
        size = guest.answered.n_responses
        finished = Finished("POST", rule.rule, 200, time.perf_counter() - started, size)
        note_request(finished, guest.caller.tenant_id, observe)
        start_response("200 OK", headers)
        return (guest.answered.text,)

    app.wsgi_app = enter  # type: ignore[method-assign]  # as Flask documents it


def _is_ordinary(environ: WSGIEnvironment, largest: int) -> bool:
    """Whether a JSON document of known length is posted, and nothing else asked for."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE", "").lower() in _ORDINARY_TYPES
        and not environ.get("QUERY_STRING")
        and not environ.get("SCRIPT_NAME")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and "HTTP_CONTENT_ENCODING" not in environ
        and _LENGTH.fullmatch(length) is not None
        and int(length) <= largest
    )


def _is_short(view: Any, environ: WSGIEnvironment) -> bool:
    """Whether a route has a short way, for what is sent and asked for."""
    if not hasattr(view, "short_way"):
        return False
    if environ["CONTENT_TYPE"].lower().partition(";")[0] not in view.media_types:
        return False
    wanted = environ.get("HTTP_ACCEPT", "")
    return not view.negotiates or wanted in _ANYTHING or wanted in view.media_types


def _let_in(services: Services, view: Any, environ: WSGIEnvironment) -> _Guest | None:
    """Answer whoever may ask, has a token and is right; all others are the framework's."""
    caller = services.authenticator.remembered(presented_key(environ))
    if caller is None or not may_call(caller, view.access):
        return None
    verdict = take_token(services, caller, environ)
    if verdict is not None and not verdict.allowed:
        return None
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    try:
        answered = view.short_way(services, caller, body)
        body_mac = services.audit.body_mac(body)
    except Exception:  # noqa: BLE001 the framework meets the same again, and says what it is
        environ["wsgi.input"] = BytesIO(body)
        return None
    return _Guest(caller, verdict, body_mac, answered)


def _entry(guest: _Guest, route: str) -> AuditEntry:
    return entry_of(
        guest.caller,
        method="POST",
        route=route,
        rule=guest.answered.rule,
        body_mac=guest.body_mac,
        status=200,
    )


def _headers(guest: _Guest) -> list[Header]:
    return [
        ("Content-Type", guest.answered.media_type),
        ("Content-Length", str(len(guest.answered.text))),
        *(() if guest.verdict is None else rate_headers(guest.verdict)),
        ("X-Request-Id", REQUEST_ID.get() or ""),
    ]
