"""Behind nginx as ``compose.yaml`` configures it: slow clients delay nobody."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
import requests

from service.errors import TooLargeError, document_of
from tests.nginx import running_nginx
from tests.service.server import PROBLEM, Client, Server, is_problem

SCORING = json.dumps({"instrument": "wai-sr-client", "responses": [{"answers": [3] * 12}]}).encode()
JSON = {"Content-Type": "application/json"}
LARGE = b" " * 200_000
SLOW = 150
PROMPT_SECONDS = 10.0
"""Far less than the patience of nginx, and far more than a busy machine takes."""


@pytest.fixture(scope="module")
def proxied(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of nginx in front of the server."""
    with running_nginx(urlsplit(server.url).netloc, tmp_path_factory.mktemp("nginx")) as url:
        yield url


@pytest.fixture
def client(proxied: str, clinic: Client) -> Client:
    """The clinic, through nginx."""
    return Client(url=proxied, key=clinic.key)


def connected(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=60)


def posted(key: str | None, fields: bytes, body: bytes) -> bytes:
    """A request to score, with these further fields."""
    head = b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return head + b"Authorization: Bearer %s\r\n" % str(key).encode() + fields + b"\r\n" + body


@contextmanager
def crowd(url: str, first: bytes) -> Iterator[list[socket.socket]]:
    """Clients that connect, send this much, and stay."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(url)) for _ in range(SLOW)]
        for client in clients:
            client.sendall(first)
        yield clients


UNFINISHED = {
    "nothing": (b"", b""),
    "half a head": (None, b""),
    "half a body": (b"Content-Length: 9999\r\n", b"{"),
    "zeros before the length": (b"Content-Length: %s50\r\n" % (b"0" * 12), b"{"),
    "half a chunk": (b"Transfer-Encoding: chunked\r\n", b"5\r\n{"),
    "a chunk with an extension": (b"Transfer-Encoding: chunked\r\n", b"5;a=b\r\n{"),
    "a large body": (b"Content-Length: 30000000\r\n", b"{"),
    "an answered request": (b"Content-Length: 0\r\nConnection: close\r\n", b""),
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_clients_that_send_no_more_or_stay_delay_nobody(client: Client, name: str) -> None:
    """There are several times more of them than threads."""
    fields, body = UNFINISHED[name]
    whole = posted(client.key, fields or b"", body)
    first = b"" if name == "nothing" else whole[:40] if fields is None else whole
    with crowd(client.url, first):
        scored = client.post("/v1/score", data=SCORING, headers=JSON)
    assert scored.status_code == 200
    assert scored.elapsed.total_seconds() < PROMPT_SECONDS


def test_clients_that_send_byte_by_byte_delay_nobody(client: Client) -> None:
    whole = posted(client.key, b"Content-Length: %d\r\n" % len(SCORING), SCORING)
    with crowd(client.url, b"") as clients:
        for at in range(5):
            for one in clients:
                one.sendall(whole[at : at + 1])
            scored = client.post("/v1/score", data=SCORING, headers=JSON)
            assert scored.elapsed.total_seconds() < PROMPT_SECONDS


def test_clients_that_read_nothing_delay_nobody(client: Client) -> None:
    """Each asks for more than the buffers of its connection hold."""
    rows = [{"answers": [3] * 12}] * 2000
    body = json.dumps({"instrument": "wai-sr-client", "responses": rows}).encode()
    request = posted(client.key, b"Content-Length: %d\r\n" % len(body), body)
    with ExitStack() as stack:
        for _ in range(40):
            reader = stack.enter_context(connected(client.url))
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(request)
        time.sleep(1)
        scored = client.post("/v1/score", data=SCORING, headers=JSON)
    assert scored.elapsed.total_seconds() < PROMPT_SECONDS


def test_a_large_body_is_received_from_known_callers_only(client: Client, proxied: str) -> None:
    """Who is refused is refused at the head: the body need not even be sent."""
    assert is_problem(client.post("/v1/score", data=LARGE, headers=JSON), 400)
    for fields in (
        b"Content-Length: 30000000\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ):
        with connected(proxied) as stranger:
            stranger.sendall(posted("alliance_000000000000_" + "x" * 43, fields, b""))
            answer = stranger.recv(65536)
        assert answer.startswith(b"HTTP/1.1 401 "), answer
        assert PROBLEM.encode() in answer
    assert is_problem(requests.post(proxied + "/sign-in", data=LARGE, timeout=60), 401)


def test_a_small_request_without_credentials_is_answered_by_the_service(proxied: str) -> None:
    refused = requests.post(proxied + "/v1/score", data=SCORING, headers=JSON, timeout=60)
    assert is_problem(refused, 401)
    assert "X-Request-Id" in refused.headers


def test_a_refusal_arrives_although_the_body_was_not_needed(client: Client) -> None:
    large = b" " * 5_000_000
    for path, status in (
        ("/v1/samples/00000000-0000-7000-8000-000000000000/batches", 404),
        ("/v1/nothing", 404),
    ):
        for _ in range(3):
            assert is_problem(client.post(path, data=large, headers=JSON), status)
    text = {"Content-Type": "text/plain"}
    assert is_problem(client.post("/v1/score", data=large, headers=text), 415)


def test_a_body_beyond_the_limit_is_refused_in_the_same_words(client: Client) -> None:
    refused = client.post("/v1/score", data=b" " * (32 * 1024 * 1024 + 1), headers=JSON)
    assert is_problem(refused, 413)
    assert refused.json() == document_of(TooLargeError(32 * 1024 * 1024))


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
def test_metrics_are_not_published(proxied: str, path: str) -> None:
    assert requests.get(proxied + path, timeout=60).status_code == 404


def test_nobody_asks_from_outside_whether_a_caller_is_known(client: Client) -> None:
    assert client.get("/authenticated").status_code == 404


def test_answers_do_not_say_which_version_of_which_server_gave_them(client: Client) -> None:
    assert client.get("/healthz").headers["Server"] == "nginx"


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /v1/zq4711 zq4711\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nplanted zq4711: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Y: zq4711\r\n" * 10_000 + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: zq4711\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
    ids=["no version", "a space in a name", "10,000 fields", "an unknown coding", "two lengths"],
)
def test_what_is_no_request_is_refused_without_repeating_it(proxied: str, request_: bytes) -> None:
    answer = b""
    with connected(proxied) as sender:
        try:
            sender.sendall(request_)
            while part := sender.recv(65536):
                answer += part
        except ConnectionResetError:  # closed while it still sends
            pass
    assert re.match(rb"(HTTP/1\.1 (400|501)|<html>)", answer) or answer == b"", answer
    assert b"zq4711" not in answer


def test_requests_sent_before_the_answers_are_answered_in_their_order(proxied: str) -> None:
    bare = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    missing = b"GET /v1/nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
    with connected(proxied) as sender:
        sender.sendall(bare + missing + bare)
        said = b""
        while len(found := re.findall(rb"HTTP/1\.1 (\d+)", said)) < 3:
            said += sender.recv(65536)
    assert found == [b"200", b"404", b"200"]
