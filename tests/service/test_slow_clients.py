"""A request is read however it is cut into pieces; a silent client is cut off."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import requests

from service.processes.web import SILENT_SECONDS, THREADS
from tests.service.server import Client, Server

BODY = json.dumps(
    {"instrument": "wai-sr-client", "responses": [{"id": "r1", "answers": [3] * 12}]}
).encode()
PLAIN = b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
BARE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
WORKERS = 2
HEAD = b"POST /v1/score HTTP/1.1\r\nHost: x\r\n"


@contextmanager
def crowd(server: Server, first: bytes, size: int) -> Iterator[list[socket.socket]]:
    """Clients that connect, send this much, and stay."""
    port = int(server.url.rsplit(":", 1)[1])
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(size)
        ]
        for client in clients:
            client.sendall(first)
        yield clients


@pytest.mark.parametrize(
    "first",
    [HEAD, HEAD + b"Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"],
    ids=["in the head", "in the body"],
)
def test_half_requests_hold_the_threads_no_longer_than_a_client_may_be_silent(
    server: Server, clinic: Client, first: bytes
) -> None:
    """Without a proxy in front: there are more of them than threads."""
    with crowd(server, first, size=WORKERS * THREADS + 4):
        scored = clinic.post("/v1/score", data=BODY, headers={"Content-Type": "application/json"})
    assert scored.status_code == 200
    assert scored.elapsed.total_seconds() < 2 * SILENT_SECONDS + 15


@contextmanager
def line_to(server: Server) -> Iterator[socket.socket]:
    address = ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    with socket.create_connection(address, timeout=60) as connection:
        yield connection


def statuses(connection: socket.socket, how_many: int) -> list[bytes]:
    """The first so many statuses that the server says on a connection."""
    said = b""
    while len(found := re.findall(rb"HTTP/1\.1 (\d+)", said)) < how_many:
        part = connection.recv(65536)
        assert part, said
        said += part
    return found


def talk(server: Server, *pieces: bytes, pause: float = 0.0, answers: int = 1) -> list[bytes]:
    """Send pieces, and read so many statuses."""
    with line_to(server) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        return statuses(connection, answers)


def test_a_request_that_comes_byte_by_byte_is_answered(server: Server) -> None:
    pieces = [BARE[at : at + 1] for at in range(len(BARE))]
    assert talk(server, *pieces, pause=0.005) == [b"200"]


def test_requests_sent_before_the_answers_are_answered_in_their_order(server: Server) -> None:
    """The second one is cut in two, and its first half came with the first request."""
    missing = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
    said = talk(server, BARE + missing[:10], missing[10:] + BARE, pause=0.1, answers=3)
    assert said == [b"200", b"404", b"200"]


def test_who_asks_whether_to_continue_is_told_to(server: Server) -> None:
    head = HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    with line_to(server) as connection:
        connection.sendall(head)
        said = statuses(connection, 1)
        assert said[0] == b"100"
        connection.sendall(b"{}")
        while set(said) == {b"100"}:
            said += statuses(connection, 1)
        assert said[-1] == b"401"


def test_nonsense_is_refused_and_the_next_client_is_served(server: Server) -> None:
    assert talk(server, b"\x16\x03\x01\x00\xa5 nonsense\r\n\r\n") == [b"400"]
    assert requests.get(server.url + "/healthz", timeout=60).ok


def test_one_connection_carries_many_requests(server: Server) -> None:
    address = ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    connection = http.client.HTTPConnection(*address, timeout=60)
    try:
        sockets = set()
        for _ in range(20):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"status":"ok"}'
            sockets.add(id(connection.sock))
        assert len(sockets) == 1
    finally:
        connection.close()
