"""What gunicorn itself puts on the wire, in our words.

It would name itself in each answer, and quote a malformed request in a page of its own. Both are
parts of gunicorn without a setting, so they are replaced here and nowhere else.
"""

from __future__ import annotations

import socket
from http import HTTPStatus

import orjson
from gunicorn import util
from gunicorn.http import wsgi

from service.errors import HTTP_PROBLEMS, document
from service.web.problems import PROBLEM_TYPE


def speak_for_ourselves() -> None:
    """Take gunicorn's name and its error pages away; before it serves."""
    wsgi.Response = _Answer
    util.write_error = _write_problem


class _Answer(wsgi.Response):  # type: ignore[misc]  # untyped there
    """An answer that does not say what server gives it."""

    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]


def _write_problem(sock: socket.socket, status: int, _reason: str, _message: str) -> None:
    """Refuse what is no request; the message would quote it."""
    problem = HTTP_PROBLEMS.get(status, HTTP_PROBLEMS[400])
    phrase = HTTPStatus(problem.status).phrase
    body = orjson.dumps(document(problem, f"{phrase}: this is not read as an HTTP request here."))
    head = (
        f"HTTP/1.1 {problem.status} {phrase}",
        "Connection: close",
        f"Content-Type: {PROBLEM_TYPE}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
    )
    util.write_nonblock(sock, "\r\n".join([*head, "", ""]).encode() + body)
