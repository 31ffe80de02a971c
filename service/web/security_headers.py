"""What every answer says to browsers: nothing of it is to be kept, framed, guessed at or sent on.

It is added as the answer leaves, for all answers alike, and not to each response object, where
every header is looked for, copied and checked several times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Header = tuple[str, str]

ALWAYS: tuple[Header, ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
UNLESS_SAID: tuple[Header, ...] = (
    (
        "Content-Security-Policy",
        (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        ),
    ),
    ("Cache-Control", "no-store"),
)
"""The documentation page needs its own style sheet only."""

_SECURE: tuple[Header, ...] = (("Strict-Transport-Security", "max-age=31536000"),)


def close_browsers(app: Flask) -> None:
    """Add these headers to every answer of the application."""
    answer = app.wsgi_app

    def closed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[Header], *failure: Any) -> Callable[[bytes], object]:
            secure = _SECURE if environ["wsgi.url_scheme"] == "https" else ()
            said = {name.lower() for name, _ in headers}
            left = (line for line in UNLESS_SAID if line[0].lower() not in said)
            return start_response(status, [*headers, *ALWAYS, *secure, *left], *failure)

        return answer(environ, start)

    app.wsgi_app = closed  # type: ignore[method-assign]  # as Flask documents it
