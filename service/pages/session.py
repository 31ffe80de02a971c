"""Who is signed in, and whether a form came from our own page.

The cookie holds a random token and nothing else; the database keeps the digest of a session's
token. Each form carries a mark that is made from the token, so that no other site can send it.
Before somebody signs in, the token stands for no session.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import quote

from flask import Response, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from service.errors import ForbiddenError, StaleFormError, UnauthenticatedError
from service.pages.blueprint import pages
from service.records import Caller, Scope
from service.web.rates import limit_rate
from service.web.routes import open_to_all, services

COOKIE = "alliance"
_View = Callable[..., ResponseReturnValue]


def page(
    rule: str, *scopes: Scope, methods: tuple[str, ...] = ("GET",), signed_in: bool = True
) -> Callable[[_View], _View]:
    """Declare a page.

    Parameters
    ----------
    rule
        Its address.
    scopes
        The key of whoever signed in must have one of these, if any is named.
    methods
        A page that is posted to takes forms of ours only.
    signed_in
        Whether it is shown only to who is signed in.
    """

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            g.token = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
            g.caller = signed_in_caller()
            if signed_in and g.caller is None:
                if request.method == "POST":
                    raise UnauthenticatedError
                return redirect(f"/?next={quote(request.full_path.rstrip('?'))}", 303)
            if g.caller is not None:
                limit_rate(services(), g.caller)
            if request.method == "POST":
                _check_form()
            _check_scopes(scopes)
            return _with_cookie(make_response(view(**arguments)))

        return cast("_View", pages.route(rule, methods=list(methods))(open_to_all(guarded)))

    return decorate


def signed_in() -> bool:
    """Whether somebody is signed in."""
    return g.get("caller") is not None


def begin(caller: Caller) -> None:
    """Sign a caller in, with a new token."""
    g.token = services().sessions.begin(caller.id)
    g.caller, g.tenant_id = caller, caller.tenant_id


def end() -> None:
    """Sign out; the next form gets a new token."""
    services().sessions.end(g.token)
    g.token, g.caller = secrets.token_urlsafe(32), None


@pages.app_context_processor
def _for_templates() -> dict[str, Any]:
    token = g.get("token")
    return {
        "form_mark": None if token is None else form_mark(token),
        "signed_in": signed_in(),
        "allows": lambda scope: signed_in() and g.caller.allows(Scope(scope)),
    }


def form_mark(token: str) -> str:
    """Make the mark that a form carries."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def signed_in_caller() -> Caller | None:
    """Find the caller whose session the request's cookie names."""
    token = request.cookies.get(COOKIE)
    caller = services().sessions.find(token) if token else None
    if caller is not None:
        g.tenant_id = caller.tenant_id
    return caller


def _check_form() -> None:
    """Refuse a form that is not from our page, or from a page before the last signing in."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    given = request.form.get("mark", "")
    if site not in {"same-origin", "none"} or not hmac.compare_digest(
        given.encode(), form_mark(g.token).encode()
    ):
        raise StaleFormError


def _check_scopes(scopes: tuple[Scope, ...]) -> None:
    if scopes and not any(g.caller.allows(scope) for scope in scopes):
        names = " or ".join(sorted(scopes))
        raise ForbiddenError(f"This needs a key with the scope {names}.")


def _with_cookie(response: Response) -> Response:
    if request.cookies.get(COOKIE) != g.token:
        response.set_cookie(
            COOKIE, g.token, httponly=True, samesite="Strict", secure=request.is_secure, path="/"
        )
    return response
