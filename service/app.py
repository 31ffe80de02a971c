"""The web application: the composition root, to be read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask, Response
from flask.json.provider import JSONProvider
from flask.sessions import NullSession, SessionInterface

from service.blueprints import (
    analyses,
    audit,
    exports,
    fhir,
    files,
    instruments,
    meta,
    persons,
    reports,
    responses,
    samples,
    scores,
    tokens,
    webhooks,
)
from service.config import Config
from service.container import compose
from service.metrics import request_metrics
from service.pages.register import show_pages
from service.request_logging import observe_requests
from service.use_cases.analysis_registry import KINDS
from service.web.audit import keep_audit_trail
from service.web.compression import compress_answers
from service.web.cors import allow_origins
from service.web.deprecation import tell_deprecation
from service.web.error_handlers import handle_errors, refuse_coded_bodies, refuse_large_bodies
from service.web.methods import answer_options
from service.web.openapi import finished_document, make_api
from service.web.rates import show_rates
from service.web.routes import guard_request, open_to_all, refuse_unknown_parameters
from service.web.security_headers import close_browsers
from service.web.specification import query_parameters

BLUEPRINTS = (
    meta.blueprint,
    tokens.blueprint,
    instruments.blueprint,
    scores.blueprint,
    fhir.blueprint,
    samples.blueprint,
    responses.blueprint,
    persons.blueprint,
    exports.blueprint,
    files.blueprint,
    analyses.blueprint,
    reports.blueprint,
    webhooks.blueprint,
    audit.blueprint,
)


def create_app(config: Config) -> Flask:
    """Make the application; nothing is opened until the first request."""
    app = _App("service", static_folder=None)
    app.json = _Json(app)
    app.url_map.merge_slashes = False
    responses.know_names(app)
    app.extensions["alliance"] = compose(config)

    compress_answers(app)
    observe_requests(app, request_metrics() if config.metrics else None)
    keep_audit_trail(app)
    handle_errors(app)
    refuse_large_bodies(app, config.maximum_body)
    refuse_coded_bodies(app)
    allow_origins(app, config.cors_origins)
    tell_deprecation(app)
    answer_options(app)
    app.before_request(guard_request)
    app.before_request(refuse_unknown_parameters)
    show_rates(app, config.trusted_proxies)
    close_browsers(app)

    api = make_api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    if config.metrics:
        app.add_url_rule("/metrics", "metrics", open_to_all(meta.metrics))
    show_pages(app)
    app.extensions["openapi"] = finished_document(api, KINDS.values(), app)
    app.extensions["query_parameters"] = query_parameters(app.extensions["openapi"])
    return app


class _NoSessions(SessionInterface):
    """No sessions of Flask's; see ``pages.session`` for those of people."""

    _none = NullSession()

    def open_session(self, *_: object) -> NullSession:
        return self._none


class _App(Flask):
    """A Flask application of which no view or hook is asynchronous, and which keeps no session.

    Flask asks this of each function that it calls, a dozen in a request.
    """

    session_interface = _NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class _Json(JSONProvider):
    """JSON by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        content = self._prepare_response_obj(args, kwargs)
        return Response(orjson.dumps(content), mimetype="application/json")
