"""Health, metrics, the specification and its page: all that needs no key."""

from __future__ import annotations

from importlib.metadata import version

import orjson
from flask import Response, current_app
from marshmallow import Schema, fields, validate

from service.documentation.page import render_page, style_sheet
from service.errors import HTTP_PROBLEMS, UnavailableError, document
from service.metrics import exposition
from service.web.error_handlers import PROBLEM_TYPE, RETRY_SECONDS
from service.web.routes import Blueprint, open_to_all, refuses, services

blueprint = Blueprint("meta", __name__, description="Health and documentation; needs no key.")


class HealthSchema(Schema):
    """Whether the service lives, or is ready."""

    status = fields.String(required=True, validate=validate.Equal("ok"))


class ReadySchema(HealthSchema):
    """Whether the service can do its work."""

    database = fields.String(required=True, validate=validate.Equal("ok"))
    queue = fields.String(required=True, validate=validate.Equal("ok"))
    workers = fields.Integer(required=True, metadata={"description": "Those that run analyses."})


@blueprint.route("/healthz")
@open_to_all
@blueprint.response(200, HealthSchema)
def health() -> dict[str, str]:
    """Say that the process lives."""
    return {"status": "ok"}


@blueprint.route("/readyz")
@open_to_all
@refuses("SERVICE_UNAVAILABLE")
@blueprint.response(200, ReadySchema)
def ready() -> dict[str, str | int] | Response:
    """Say whether database and queue answer, and how many workers run analyses.

    Without a worker the service scores and stores; analyses wait.
    """
    if services().database.is_reachable():
        workers = len(services().workers.beats())
        return {"status": "ok", "database": "ok", "queue": "ok", "workers": workers}
    problem = document(
        HTTP_PROBLEMS[503],
        "The database does not answer, or `alliance migrate` has not made its tables.",
    )
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return Response(orjson.dumps(problem), 503, headers, content_type=PROBLEM_TYPE)


class VersionSchema(Schema):
    """Which release answers."""

    name = fields.String(required=True, validate=validate.Equal("alliance"))
    version = fields.String(required=True)


@blueprint.route("/version")
@open_to_all
@blueprint.response(200, VersionSchema)
def release() -> dict[str, str]:
    """Say which release answers."""
    return {"name": "alliance", "version": version("alliance")}


@blueprint.route("/openapi.json")
@open_to_all
@blueprint.response(200, {"type": "object"}, description="OpenAPI 3.1")
def specification() -> Response:
    """Return this specification."""
    return Response(
        orjson.dumps(current_app.extensions["openapi"], option=orjson.OPT_INDENT_2),
        mimetype="application/json",
    )


@blueprint.route("/docs")
@open_to_all
@blueprint.response(200, {"type": "string"}, content_type="text/html", description="The page")
def documentation() -> Response:
    """Show this specification to people."""
    return Response(render_page(current_app.extensions["openapi"]), mimetype="text/html")


@blueprint.route("/docs/style.css")
@open_to_all
@blueprint.response(200, {"type": "string"}, content_type="text/css", description="Its style")
def documentation_style() -> Response:
    """Return the documentation page's style sheet."""
    return Response(style_sheet(), mimetype="text/css")


def metrics() -> Response:
    """Return the metrics of all web processes in Prometheus's format, database or not."""
    parts = services()
    try:
        text = exposition(parts.queue.by_status(), len(parts.workers.beats()))
    except UnavailableError:
        text = exposition(None, None)
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
