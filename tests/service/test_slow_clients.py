"""Slow clients wait for themselves alone; a request is read however it is cut into pieces."""

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
from hypothesis import given
from hypothesis import strategies as st

from service.processes.arrival import Arrival
from tests.service.server import Client, Server

BODY = json.dumps(
    {"instrument": "wai-sr-client", "responses": [{"id": "r1", "answers": [3] * 12}]}
).encode()
PLAIN = b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = (
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\n0\r\n\r\n\r\n3;x=1\r\nabc\r\n0\r\nTrailer: yes\r\n\r\n"
)
BARE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /v1/score HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("whole", [PLAIN, CHUNKED, BARE], ids=["plain", "chunked", "bare"])
@given(cuts=st.lists(st.integers(1, 400), max_size=8))
def test_a_request_is_complete_at_its_last_byte_however_it_is_cut(
    whole: bytes, cuts: list[int]
) -> None:
    arrival = Arrival(maximum_body=10_000)
    ends = sorted({cut for cut in cuts if cut < len(whole)} | {len(whole)})
    for start, end in zip([0, *ends], ends, strict=False):
        assert not arrival.is_complete
        arrival.add(whole[start:end])
    assert arrival.is_complete
    assert bytes(arrival.data) == whole


@given(junk=st.binary(max_size=2000))
def test_no_bytes_at_all_break_the_waiting(junk: bytes) -> None:
    arrival = Arrival(maximum_body=100)
    for byte in junk:
        arrival.add(bytes([byte]))
    assert arrival.is_complete in {True, False}


def test_a_body_beyond_the_limit_is_not_waited_for() -> None:
    arrival = Arrival(maximum_body=100)
    arrival.add(HEAD + b"Content-Length: 101\r\n\r\n")
    assert arrival.is_complete


def test_a_head_without_an_end_is_given_up() -> None:
    arrival = Arrival(maximum_body=100)
    arrival.add(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)
    assert arrival.is_endless


@contextmanager
def crowd(server: Server, first: bytes, size: int = 150) -> Iterator[list[socket.socket]]:
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
    [b"", HEAD, HEAD + b"Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"],
    ids=["silent", "in the head", "in the body"],
)
def test_many_slow_clients_keep_nobody_waiting(
    server: Server, clinic: Client, first: bytes
) -> None:
    with crowd(server, first) as clients:
        for _ in range(3):
            for client in clients[: len(clients) if first else 0]:
                client.sendall(b"x")
            scored = clinic.post(
                "/v1/score", data=BODY, headers={"Content-Type": "application/json"}
            )
            assert scored.status_code == 200
            assert (
                scored.elapsed.total_seconds() < 10
            )  # none waits for a slow one: the shortest patience is 15 s


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


def test_who_asks_whether_to_continue_is_encouraged(server: Server) -> None:
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
