"""Declaring routes: who may call them and what they may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import marshmallow
from flask import Request, current_app, g
from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser

from schemas.json_pointers import faults_of, named_step
from schemas.json_text import read_json
from schemas.validation_errors import Fault, RefusedInputError
from service.container import Services
from service.errors import ForbiddenError, NotFoundError
from service.records import Caller, CallerKind, Scope
from service.request_logging import this_request
from service.web.rates import authenticate, limit_rate
from service.web.request_parsing import json_text
from service.web.specification import address

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_View = TypeVar("_View", bound=Callable[..., Any])


def services() -> Services:
    """Return what :func:`service.app.create_app` put together."""
    return cast("Services", current_app.extensions["alliance"])


def caller() -> Caller:
    """Who sent this request; only on guarded routes."""
    return cast("Caller", g.caller)


def tenant_id() -> str:
    """Return the tenant that all reading and writing of this request is bound to."""
    return caller().tenant_id


def requires(*scopes: Scope) -> Callable[[_View], _View]:
    """Guard a route: a valid key with one of the scopes, or any valid key when none is named."""
    needed = [[scope.value] for scope in scopes] or [[]]

    def decorate(view: _View) -> _View:
        documented = SmorestBlueprint.doc(
            security=[{"apiKey": []}, *({"accessToken": one} for one in needed)],
            responses={
                401: "UNAUTHORIZED",
                429: "TOO_MANY_REQUESTS",
                503: "SERVICE_UNAVAILABLE",
                **({403: "FORBIDDEN"} if scopes else {}),
            },
        )(view)
        documented.access = frozenset(scopes)
        return cast("_View", documented)

    return decorate


def open_to_all(view: _View) -> _View:
    """Let a route be called without a key; there are few of these."""
    view.access = None  # type: ignore[attr-defined]  # read by the guard
    return view


def refuses(*names: str) -> Callable[[_View], _View]:
    """Document refusals by the names of their statuses, for example ``NOT_FOUND``."""
    responses = {HTTPStatus[name].value: name for name in names}
    return cast("Callable[[_View], _View]", SmorestBlueprint.doc(responses=responses))


def guard_request() -> None:
    """Check key and scope before the view runs; what is not declared open is closed.

    Addresses that no route answers go on to their 404 or 405: the specification is public.
    """
    incoming, parts = this_request(), services()
    if incoming.endpoint is None:
        return
    view: Any = current_app.view_functions[incoming.endpoint]
    scopes: frozenset[Scope] | None = view.access
    if scopes is None:
        return
    known = authenticate(parts, presented_key(incoming.environ))
    g.caller, g.tenant_id = known, known.tenant_id
    limit_rate(parts, known)
    if known.kind is CallerKind.KEY:  # clients note it when they ask for a token
        parts.last_use.note(known.id)
    if scopes and not any(known.allows(scope) for scope in scopes):
        names = " or ".join(sorted(scopes))
        raise ForbiddenError(f"This needs a key with the scope {names}.")
    if not all(value.isprintable() for value in (incoming.view_args or {}).values()):
        raise NotFoundError("There is no such thing.")  # no identifier holds a control character


def refuse_unknown_parameters() -> None:
    """Refuse a query parameter that the operation does not know, or that comes twice.

    What was misspelt would otherwise be passed over, and the answer look right.
    """
    incoming = this_request()
    if not incoming.query_string or incoming.url_rule is None:
        return
    method = "GET" if incoming.method == "HEAD" else incoming.method
    place = method, address(incoming.url_rule.rule)
    known = current_app.extensions["query_parameters"].get(place)
    if known is not None:
        faults = list(_parameter_faults(incoming, known))
        if faults:
            raise RefusedInputError(faults)


def _parameter_faults(incoming: Request, known: frozenset[str]) -> Iterator[Fault]:
    names = f"what is known: {', '.join(sorted(known))}" if known else "none is"
    for name, values in incoming.args.lists():
        at = "/query" + named_step(name)
        if name not in known:
            detail = f"Is not known here; {names}."
            yield Fault(pointer=at, code="unknown-parameter", detail=detail)
        elif len(values) > 1:
            yield Fault(pointer=at, code="repeated", detail="Comes twice; send it once.")


def presented_key(environ: WSGIEnvironment) -> str | None:
    """Return the secret that came with a request."""
    scheme, _, credentials = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(credentials.strip())
    return cast("str | None", environ.get("HTTP_X_API_KEY"))


class _Parser(FlaskParser):
    """Reads arguments by our rules and refuses with pointers, also those that are not known."""

    DEFAULT_UNKNOWN_BY_LOCATION = {}  # noqa: RUF012 as it is there; each schema decides

    def _raw_load_json(self, req: Request) -> Any:
        return read_json(json_text(req))

    def handle_error(self, error: marshmallow.ValidationError, *_: Any, **__: Any) -> NoReturn:
        messages: Any = error.messages
        location, nested = next(iter(messages.items()))
        at = "" if location == "json" else f"/{location}"
        raise RefusedInputError(faults_of(nested, at=at)) from None


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # untyped there
    """A group of routes, with arguments read by our rules."""

    ARGUMENTS_PARSER = _Parser()

    def route(self, rule: str, **options: Any) -> Callable[[_View], _View]:
        """Declare an address; see :meth:`flask_smorest.Blueprint.route`."""
        return cast("Callable[[_View], _View]", super().route(rule, **options))

    def arguments(self, schema: Any, **options: Any) -> Callable[[_View], _View]:
        """Declare arguments; see :meth:`flask_smorest.Blueprint.arguments`."""
        return cast("Callable[[_View], _View]", super().arguments(schema, **options))

    def response(
        self, status_code: int, schema: Any = None, **options: Any
    ) -> Callable[[_View], _View]:
        """Declare the answer; see :meth:`flask_smorest.Blueprint.response`."""
        return cast("Callable[[_View], _View]", super().response(status_code, schema, **options))

    def alt_response(self, status_code: int, *_: Any, **options: Any) -> Callable[[_View], _View]:
        """Declare another answer; see :meth:`flask_smorest.Blueprint.alt_response`."""
        return cast("Callable[[_View], _View]", super().alt_response(status_code, **options))

    def doc(self, **operation: Any) -> Callable[[_View], _View]:
        """Document an operation by hand; see :meth:`flask_smorest.Blueprint.doc`."""
        return cast("Callable[[_View], _View]", super().doc(**operation))
