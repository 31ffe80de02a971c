"""Signing in and out."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from service.errors import UnauthenticatedError
from service.pages.blueprint import pages
from service.pages.home import show_home
from service.pages.session import begin, end, page, signed_in, signed_in_caller
from service.records import CallerKind
from service.web.rates import authenticate
from service.web.routes import open_to_all, presented_key, services

_NOT_A_KEY = (
    "This key is not valid. Keys begin with alliance_ and are shown once, when they are made."
)


@page("/", signed_in=False)
def home() -> ResponseReturnValue:
    """Show the samples and analyses, or how to sign in."""
    if signed_in():
        return show_home()
    return render_template("sign_in.html", next=request.args.get("next", ""), refused=None)


@page("/sign-in", methods=("POST",), signed_in=False)
def sign_in() -> ResponseReturnValue:
    """Begin a session with an API key."""
    wanted = request.form.get("next", "")
    try:
        caller = authenticate(services(), request.form.get("key", "").strip() or None)
    except UnauthenticatedError:
        caller = None
    if caller is None or caller.kind is not CallerKind.KEY:
        return render_template("sign_in.html", next=wanted, refused=_NOT_A_KEY), 401
    end()
    begin(caller)
    return redirect(wanted if _is_ours(wanted) else "/", 303)


@page("/sign-out", methods=("POST",))
def sign_out() -> ResponseReturnValue:
    """End the session."""
    end()
    return redirect("/", 303)


@pages.get("/authenticated")
@open_to_all
def authenticated() -> ResponseReturnValue:
    """Answer 204 to a valid key, token or session, and 401 to all others.

    A proxy asks this before it receives a large body (``auth_request`` of nginx).
    """
    key = presented_key(request.environ)
    if key is None and signed_in_caller() is not None:
        return "", 204
    authenticate(services(), key)
    return "", 204


def _is_ours(address: str) -> bool:
    """Whether an address leads to a page of ours, and not to another site."""
    return address.startswith(("/samples", "/analyses", "/conversation")) and "\\" not in address
