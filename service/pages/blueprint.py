"""What all pages share: their blueprint, their files, their headers, and how refusals look."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from service.pages.messages import ADVICE
from service.request_logging import this_request
from service.web.error_handlers import PROBLEM_TYPE
from service.web.routes import open_to_all

pages = Blueprint("pages", __name__, template_folder="templates")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_MEDIA_TYPES = {"style.css": "text/css", "page.js": "text/javascript", "mark.svg": "image/svg+xml"}
_FOR_PROGRAMS = (
    "/v1",
    "/docs",
    "/healthz",
    "/readyz",
    "/authenticated",
    "/metrics",
    "/openapi.json",
    "/.well-known",
    "/oauth",
)


@pages.get("/static/<name>")
@open_to_all
def static_file(name: str) -> Response:
    """Return the style sheet, the script or the mark."""
    if name not in _MEDIA_TYPES:
        raise NotFound
    response = Response(_static(name), mimetype=_MEDIA_TYPES[name])
    response.add_etag(weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


@cache
def _static(name: str) -> bytes:
    return (files("service.pages") / "static" / name).read_bytes()


def as_page(response: Response) -> Response:
    """Give pages their headers, and turn a problem document into a page where people see it."""
    if not _is_for_people():
        return response
    if response.content_type == PROBLEM_TYPE:
        problem: dict[str, Any] = orjson.loads(response.get_data())
        response.set_data(render_template("problem.html", problem=problem, advice=ADVICE))
        response.content_type = "text/html; charset=utf-8"
        response.headers.pop("WWW-Authenticate", None)
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    return response


def _is_for_people() -> bool:
    """Whether a page was asked for: one of ours, or an unknown address in a browser."""
    incoming = this_request()
    if incoming.blueprint == pages.name:
        return True
    return not incoming.path.startswith(_FOR_PROGRAMS) and (
        incoming.accept_mimetypes.quality("text/html")
        > incoming.accept_mimetypes.quality(PROBLEM_TYPE)
    )
