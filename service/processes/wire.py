"""What gunicorn itself puts on the wire, in our words.

It would name itself in each answer, send head and body apart, and quote a malformed request in a
page of its own. These are parts of gunicorn without a setting, so they are replaced here and
nowhere else.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson
from gunicorn import util
from gunicorn.http import message, wsgi

from service.errors import HTTP_PROBLEMS, document
from service.identifiers import uuid7
from service.telemetry import log
from service.web.headers import ALWAYS, UNLESS_SAID, Header
from service.web.problems import PROBLEM_TYPE

_USUAL = frozenset([*ALWAYS, *UNLESS_SAID])

LONGEST_LINE, MOST_FIELDS, LONGEST_FIELD = 4094, 100, 8190
"""Of a request's head: bytes of its first line, header fields, and bytes of each."""

_ADVICE: Mapping[int, str] = {
    400: (
        "This is not read as an HTTP request here: its first line, a header field, or how it says "
        "where its body ends (by `Content-Length` or in chunks, not both) is wrong."
    ),
    414: f"The first line of a request may have at most {LONGEST_LINE} bytes.",
    417: "The one expectation that is met here is `100-continue`.",
    431: (
        f"A request may have at most {MOST_FIELDS} header fields of at most {LONGEST_FIELD} bytes "
        "each."
    ),
}
"""What to do, by status; a status without its own sentence is told as 400 is."""

_SMALL = 64 * 1024
"""Copying less than this takes less time than sending twice."""


def speak_for_ourselves() -> None:
    """Take gunicorn's name and its error pages away; before it serves."""
    wsgi.Response = _Answer
    util.write_error = _write_problem
    util.http_date = _http_date
    message._ip_in_allow_list = _trust_nobody  # noqa: SLF001 as above


class _Answer(wsgi.Response):  # type: ignore[misc]  # untyped there
    """An answer that does not say what server gives it, and whose head goes out with its body."""

    def __init__(self, req: Any, sock: socket.socket, *options: Any) -> None:
        super().__init__(req, _HeldBack(sock), *options)

    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]

    def process_headers(self, headers: list[Header]) -> None:
        """Check the headers of this answer; those that every answer has are known to be right."""
        super().process_headers([line for line in headers if line not in _USUAL])
        self.headers += [line for line in headers if line in _USUAL]

    def send_headers(self) -> None:
        if not self.headers_sent:
            self.sock.holds = True
            super().send_headers()

    def sendfile(self, _: Any) -> bool:
        """Leave files to be written like all else."""
        return False

    def close(self) -> None:
        super().close()
        self.sock.sendall(b"")


class _HeldBack:
    """A socket that keeps the first thing it is to send until the second: one packet, not two."""

    holds = False

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._held = b""

    def sendall(self, data: bytes) -> None:
        """Send, or hold back."""
        if self.holds:
            self.holds, self._held = False, data
            return
        held, self._held = self._held, b""
        if len(data) < _SMALL:
            data = held + data
        elif held:
            self._sock.sendall(held)
        if data:
            self._sock.sendall(data)


def _http_date(timestamp: float | None = None) -> str:
    return _date_of(int(time.time() if timestamp is None else timestamp))


@lru_cache(maxsize=2)
def _date_of(second: int) -> str:
    """Write a time as HTTP does; once a second is enough."""
    return formatdate(second, usegmt=True)


def _trust_nobody(*_: object) -> bool:
    """Believe no peer's word on scheme or path: proxies are believed by their number alone."""
    return False


def _write_problem(sock: socket.socket, status: int, _reason: str, _message: str) -> None:
    """Refuse what is no request; the message would quote it."""
    problem = HTTP_PROBLEMS.get(status, HTTP_PROBLEMS[400])
    request_id = str(uuid7())
    log("request refused unread", status=problem.status, request_id=request_id)
    body = orjson.dumps(document(problem, _ADVICE.get(problem.status, _ADVICE[400])))
    headers = (
        ("Connection", "close"),
        ("Content-Type", PROBLEM_TYPE),
        ("Content-Length", str(len(body))),
        ("X-Request-Id", request_id),
        *ALWAYS,
        *UNLESS_SAID,
    )
    lines = [f"{name}: {value}" for name, value in headers]
    first = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"
    util.write_nonblock(sock, "\r\n".join([first, *lines, "", ""]).encode() + body)
