"""What every answer says of the server (nothing), and how the server stops."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.service.server import PROBLEM, Client, Server, is_problem, running_server
from tests.service.test_analyses import sample_of, until_running

PLAIN = {"Content-Type": "application/json", "Content-Encoding": "identity"}
CLOSED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def raw(server: Server, request: bytes) -> bytes:
    """Send bytes as they are and read until the server closes."""
    address = ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


@pytest.mark.parametrize("path", ["/healthz", "/v1/samples", "/v1/nothing", "/v1/score"])
def test_every_answer_closes_the_browser_and_names_no_version(nobody: Client, path: str) -> None:
    headers = nobody.get(path).headers
    assert headers["Server"] == "gunicorn"
    assert CLOSED.items() <= dict(headers).items()


SCORING = json.dumps({"instrument": "wai-sr-client", "responses": [{"answers": [3] * 12}]}).encode()
MALFORMED = {
    "no request": (400, b"PLANTED-zq4711\r\n\r\n"),
    "no version": (400, b"GET /planted zq4711\r\n\r\n"),
    "another version": (400, b"GET / HTTP/9.9\r\n\r\n"),
    "a space in a name": (400, b"GET / HTTP/1.1\r\nplanted zq4711: x\r\n\r\n"),
    "a folded field": (400, b"GET / HTTP/1.1\r\nX: a\r\n zq4711\r\n\r\n"),
    "two hosts": (400, b"GET / HTTP/1.1\r\nHost: zq4711\r\nHost: x\r\n\r\n"),
    "an unknown coding": (501, b"GET / HTTP/1.1\r\nTransfer-Encoding: zq4711\r\n\r\n0\r\n\r\n"),
    "two lengths": (400, b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    "length and chunks": (
        400,
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "a long address": (414, b"GET /" + b"z" * 5000 + b" HTTP/1.1\r\n\r\n"),
    "an expectation": (417, b"GET / HTTP/1.1\r\nExpect: zq4711\r\n\r\n"),
    "many fields": (431, b"GET / HTTP/1.1\r\n" + b"X-Y: zq4711\r\n" * 101 + b"\r\n"),
    "a long field": (431, b"GET / HTTP/1.1\r\nX-Y: " + b"z" * 9000 + b"\r\n\r\n"),
}


@pytest.mark.parametrize(("status", "request_"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_request_is_refused_by_gunicorn_and_not_logged(
    server: Server, status: int, request_: bytes
) -> None:
    """Gunicorn's page may repeat the line to whoever sent it; nginx in front repeats nothing."""
    head, _, _ = raw(server, request_).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), head
    assert b"Connection: close" in head
    assert "zq4711" not in server.log()


def posted(key: str | None, fields: bytes, body: bytes) -> bytes:
    """A request to score, with these further fields."""
    head = b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return head + b"Authorization: Bearer %s\r\n" % str(key).encode() + fields + b"\r\n" + body


@pytest.mark.parametrize(
    "chunks", [b"zq4711\r\nabc\r\n0\r\n\r\n", b"-1\r\n\r\n", b"1" * 17 + b"\r\n{"]
)
def test_malformed_chunks_are_a_fault_of_the_request(
    server: Server, clinic: Client, chunks: bytes
) -> None:
    answer = raw(server, posted(clinic.key, b"Transfer-Encoding: chunked\r\n", chunks))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert PROBLEM.encode() in answer
    assert b"zq4711" not in answer


def test_who_is_refused_before_the_body_was_read_is_answered_once_and_may_ask_again(
    server: Server, nobody: Client
) -> None:
    """A client that keeps its connection would otherwise fail at its next request."""
    with requests.Session() as session:
        for size in (10, 100_000, 3_000_000):
            for _ in range(2):
                refused = session.post(server.url + "/v1/score", data=bytes(size), timeout=60)
                assert is_problem(refused, 401)
    head = b"POST /v1/score HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(server, head + b"zq4711\r\n{")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_who_asks_whether_to_go_on_is_told_once(server: Server, clinic: Client) -> None:
    fields = b"Content-Length: %d\r\nExpect: 100-continue\r\nConnection: close\r\n" % len(SCORING)
    address = ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(posted(clinic.key, fields, b""))
        answer = connection.recv(65536)
        assert answer == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(SCORING)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_who_asks_whether_to_send_too_much_is_told_no(server: Server, clinic: Client) -> None:
    fields = b"Content-Length: 209715200\r\nExpect: 100-continue\r\n"
    answer = raw(server, posted(clinic.key, fields, b""))
    assert b"HTTP/1.1 413 " in answer


@pytest.mark.parametrize(
    "fields",
    [
        b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: on\r\nX-Forwarded-Protocol: ssl\r\n",
        b"SCRIPT_NAME: /elsewhere\r\nPATH_INFO: /v1/score\r\nX_Forwarded_Proto: https\r\n",
        b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off\r\n",
    ],
)
def test_nobody_is_believed_to_be_a_proxy_unless_the_operator_says_so(
    server: Server, fields: bytes
) -> None:
    """Not even from this machine, where gunicorn would believe everybody."""
    answer = raw(
        server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields + b"\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Strict-Transport-Security" not in answer


@pytest.mark.parametrize("path", ["/v1/samples", "/v1/analyses", "/v1/instruments", "/v1/score"])
@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_body_in_a_content_coding_is_refused(clinic: Client, path: str, coding: str) -> None:
    """It is not for its coding that it could not be read: it is not tried."""
    refused = clinic.post(
        path,
        data=gzip.compress(SCORING),
        headers={"Content-Type": "application/json", "Content-Encoding": coding},
    )
    assert is_problem(refused, 415)
    assert refused.headers["Accept-Encoding"] == "identity"
    assert clinic.post("/v1/score", data=SCORING, headers=PLAIN).ok


def test_readiness_counts_the_workers(server: Server, nobody: Client) -> None:
    ready = nobody.get("/readyz").json()
    assert (ready["status"], ready["database"], ready["queue"]) == ("ok", "ok", "ok")
    assert isinstance(ready["workers"], int)


def test_a_request_under_way_is_answered_when_the_server_is_asked_to_stop(
    tmp_path: Path, data: Path
) -> None:
    answers: list[Any] = []
    with running_server(tmp_path, "--workers=1", ALLIANCE_METRICS="1") as server:
        client = server.client("clinic")
        sample = sample_of(client, data / "wai_250.csv")
        wanted = {"kind": "dimensionality", "options": {"replicates": 400}, "samples": [sample]}
        asking = threading.Thread(
            target=lambda: answers.append(
                client.post("/v1/analyses", json=wanted, headers={"Prefer": "wait=4"})
            )
        )
        asking.start()
        until_running(client, until_asked(client))
        text = requests.get(server.url + "/metrics", timeout=60).text
        server.process.send_signal(signal.SIGTERM)
        asking.join(60)
    assert answers[0].status_code in {201, 202}
    assert server.process.returncode == 0
    assert 'alliance_analyses{status="running"} 1.0' in text
    assert 'alliance_responses_sum{route="/v1/samples/<sample_id>/batches"} 250.0' in text
    assert 'route="/v1/samples",status="201"} 1.0' in text


def until_asked(client: Client) -> str:
    """The identifier of the only analysis, once there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = client.get("/v1/analyses").json()["analyses"]
        if found:
            return str(found[0]["id"])
    raise TimeoutError
