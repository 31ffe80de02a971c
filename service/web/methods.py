"""``OPTIONS``: which methods an address has, without a key and without a body."""

from __future__ import annotations

from flask import Flask, Response

from service.request_logging import this_request


def answer_options(app: Flask) -> None:
    """Answer ``OPTIONS`` of every address; the specification is public, so this tells nothing."""

    @app.before_request
    def options() -> Response | None:
        incoming = this_request()
        if incoming.method != "OPTIONS" or incoming.routing_exception is not None:
            return None
        adapter = app.create_url_adapter(incoming)
        methods = adapter.allowed_methods() if adapter is not None else ()
        answer = Response(status=204, headers={"Allow": ", ".join(sorted(methods))})
        del answer.headers["Content-Type"]
        return answer
