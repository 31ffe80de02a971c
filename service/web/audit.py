"""Which requests stand in the audit trail, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar, cast

import flask
from flask import Flask, Response, current_app, g

from service.adapters.database.engine import NOTE_REQUEST
from service.audit import AuditTrail
from service.container import Services
from service.identifiers import now_ms
from service.records import AuditEntry, Caller
from service.request_logging import REQUEST_ID, this_g, this_request

_View = TypeVar("_View", bound=Callable[..., Any])
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_OURS = ("sample_id", "analysis_id", "instrument_id", "webhook_id")
"""Parts of an address that name things made here; a person's pseudonym is none."""


class Request(flask.Request):
    """A request that remembers the keyed hash of its body."""

    body_mac: str | None = None

    def get_data(self, *args: Any, **options: Any) -> Any:
        """Read the body; see :meth:`werkzeug.Request.get_data`."""
        body = super().get_data(*args, **options)
        if self.body_mac is None and body:
            data = body.encode() if isinstance(body, str) else body
            self.body_mac = _services().audit.body_mac(data)
        return body


def keep_audit_trail(app: Flask) -> None:
    """Note each request of a known caller, and each failed attempt to be one.

    What is stored or deleted is noted in the transaction that does it, or else before the answer
    goes out; the rest soon after.
    """
    app.request_class = Request

    @app.before_request
    def prepare() -> None:
        view: Any = app.view_functions.get(this_request().endpoint or "")
        NOTE_REQUEST.set(None if _only_reads(view) else _note_within)

    @app.teardown_request
    def forget(_: BaseException | None) -> None:
        NOTE_REQUEST.set(None)

    @app.after_request
    def note(response: Response) -> Response:
        incoming = cast("Request", this_request())
        view: Any = app.view_functions.get(incoming.endpoint or "")
        caller: Caller | None = this_g().get("caller")
        if caller is None and not (
            hasattr(view, "identifies") or _failed_attempt(incoming, response)
        ):
            return response
        if this_g().get("noted") and response.status_code < 400:
            return response
        entry = _entry(incoming, caller, response.status_code)
        trail: AuditTrail = app.extensions["alliance"].audit
        if _only_reads(view):
            trail.record(entry)
        else:
            trail.record_before_answering(entry)
        return response


def _note_within(connection: Any, rule: Mapping[str, str] | None) -> None:
    """Write the entry of a request in the transaction that does what it asks for, but only once."""
    known = this_g()
    if known.get("noted") or known.get("caller") is None:
        return
    if rule is not None:
        concerns(rule)
    incoming = cast("Request", this_request())
    view: Any = current_app.view_functions[incoming.endpoint or ""]
    entry = _entry(incoming, known.caller, getattr(view, "success", HTTPStatus.SEE_OTHER))
    _services().audit_store.append_within(connection, [entry])
    known.noted = True


def _only_reads(view: Any) -> bool:
    return this_request().method in _READING or hasattr(view, "keeps_nothing")


def answers(status: int) -> Callable[[_View], _View]:
    """Say with which status a route answers that did what it was asked for; pages redirect."""

    def decorate(view: _View) -> _View:
        view.success = status  # type: ignore[attr-defined]  # read above
        return view

    return decorate


def keeps_nothing(view: _View) -> _View:
    """Let a route answer before it is noted, although it is no reading: it stores nothing."""
    view.keeps_nothing = True  # type: ignore[attr-defined]  # read above
    return view


def identifies(view: _View) -> _View:
    """Note a route whose callers prove in the body who they are."""
    view.identifies = True  # type: ignore[attr-defined]  # read above
    return view


def concerns(rule: Mapping[str, str]) -> None:
    """Say by which rule (``id``, ``version``) a request is answered."""
    g.rule = rule


def _failed_attempt(incoming: Request, response: Response) -> bool:
    """Whether credentials came and were not taken; who is not heard any more is not noted."""
    refused = response.status_code == 401
    return refused and bool({"Authorization", "X-API-Key"} & set(incoming.headers.keys()))


def _entry(incoming: Request, caller: Caller | None, status: int) -> AuditEntry:
    rule: Mapping[str, str] = this_g().get("rule", {})
    given = incoming.view_args or {}
    found = status < 400
    things = [given[name] for name in _OF_OURS if name in given] if found else []
    return AuditEntry(
        at=now_ms(),
        tenant_id=None if caller is None else caller.tenant_id,
        caller_kind=None if caller is None else caller.kind.value,
        caller_id=None if caller is None else caller.id,
        method=incoming.method,
        route=incoming.url_rule.rule if incoming.url_rule else "(none)",
        thing=things[0] if things else None,
        instrument_id=rule.get("id"),
        instrument_version=rule.get("version"),
        body_mac=incoming.body_mac,
        status=status,
        request_id=REQUEST_ID.get() or "",
    )


def _services() -> Services:
    return cast("Services", current_app.extensions["alliance"])
