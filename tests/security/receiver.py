"""A program on this machine that the service calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True, kw_only=True)
class Receiver:
    """What it answers, and what it was asked.

    Attributes
    ----------
    port
        Where it listens, on 127.0.0.1.
    status, headers, body
        What it answers.
    pause
        Seconds between two bytes of the answer.
    requests
        Method, path, headers and body of each request.
    """

    port: int = 0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    pause: float = 0.0
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append((self.command, self.path, headers, body))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            try:
                for place in range(len(receiver.body) if receiver.pause else 0):
                    self.wfile.write(receiver.body[place : place + 1])
                    time.sleep(receiver.pause)
                if not receiver.pause:
                    self.wfile.write(receiver.body)
            except OSError:  # the service gave up
                return

        do_GET = do_POST = answer  # noqa: N815 names of the library

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
