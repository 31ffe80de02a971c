"""Which other sites' pages may call the service from a browser: none, unless they are listed.

Credentials of the browser (cookies) are never allowed, and the pages are not for other sites.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response

from service.request_logging import this_request

_SECONDS = 600
_SENT = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, "
    "X-API-Key, X-Request-Id"
)
_READ = (
    "Deprecation, ETag, Idempotency-Replayed, Link, Location, RateLimit-Limit, "
    "RateLimit-Remaining, RateLimit-Reset, Retry-After, Sunset, X-Request-Id"
)


def allow_origins(app: Flask, origins: Collection[str]) -> None:
    """Let pages of these origins (``https://ehr.example.org``) call the service."""
    if not origins:
        return

    @app.after_request
    def allow(response: Response) -> Response:
        incoming = this_request()
        if incoming.blueprint == "pages":
            return response
        response.vary.add("Origin")
        origin = incoming.headers.get("Origin")
        if origin not in origins:
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        if incoming.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
            response.headers["Access-Control-Allow-Headers"] = _SENT
            response.headers["Access-Control-Max-Age"] = str(_SECONDS)
        else:
            response.headers["Access-Control-Expose-Headers"] = _READ
        return response
