"""Answers in gzip, for clients that accept it.

What could be guessed by its length once compressed is not compressed (BREACH): the pages, whose
forms hold a CSRF token, whatever is asked for with a cookie, and tokens. An answer with a strong
``ETag`` is not either, for it would name another representation; nor are event streams, which must
leave at once.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

from flask import Flask, Response

from service.request_logging import this_request

SMALLEST = 1024
"""Bytes; a smaller answer stays as it is."""

_LEVEL = 3
_GZIP = 16 + zlib.MAX_WBITS
_SECRETIVE = frozenset({"pages", "tokens"})
_TEXTS = frozenset(
    {
        "application/json",
        "application/fhir+json",
        "application/problem+json",
        "application/x-ndjson",
        "image/svg+xml",
        "text/css",
        "text/csv",
        "text/html",
        "text/plain",
    }
)


def compress_answers(app: Flask) -> None:
    """Compress what may be compressed; registered first, so that it runs last."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _may_be_compressed(response):
        return response
    response.vary.add("Accept-Encoding")
    if not this_request().accept_encodings["gzip"]:
        return response
    if response.is_streamed:
        response.response = _pieces(response.iter_encoded())
        response.headers.pop("Content-Length", None)
    elif response.calculate_content_length() > SMALLEST:  # type: ignore[operator]  # it is known
        response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
    else:
        return response
    response.headers["Content-Encoding"] = "gzip"
    return response


def _may_be_compressed(response: Response) -> bool:
    incoming = this_request()
    strong = response.headers.get("ETag", "W/").startswith('"')
    return (
        response.mimetype in _TEXTS
        and response.status_code not in {204, 304}
        and "Content-Encoding" not in response.headers
        and not strong
        and "Cookie" not in incoming.headers
        and incoming.blueprint not in _SECRETIVE
    )


def _pieces(plain: Iterator[bytes]) -> Iterator[bytes]:
    """Compress piece by piece what is too much to be held."""
    coder = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    for piece in plain:
        coded = coder.compress(piece)
        if coded:
            yield coded
    yield coder.flush()
