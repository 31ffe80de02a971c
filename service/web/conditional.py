"""Answers that a client may keep, and asks for again with ``If-None-Match``."""

from __future__ import annotations

from typing import Any

from flask import Response, request

ETAG: dict[str, Any] = {
    "ETag": {"schema": {"type": "string"}, "description": "Names this state; weak."}
}
NOT_MODIFIED = "Is still what `If-None-Match` names."
IF_NONE_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` that was kept; the answer is 304 while it holds.",
}
"""These document it."""


def revalidated(response: Response) -> Response:
    """Let the caller alone keep an answer, and ask each time whether it still holds.

    The tag is weak, for the same content may be sent plain or in gzip.
    """
    response.add_etag(weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
