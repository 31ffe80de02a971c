"""What every answer says of the server (nothing), and how the server stops."""

from __future__ import annotations

import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.service.server import Client, Server, running_server
from tests.service.test_analyses import sample_of, until_running

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
def test_every_answer_closes_the_browser_and_names_no_server(nobody: Client, path: str) -> None:
    headers = nobody.get(path).headers
    assert "Server" not in headers
    assert CLOSED.items() <= dict(headers).items()


@pytest.mark.parametrize(
    "request_",
    [
        b"PLANTED-zq4711\r\n\r\n",
        b"GET /planted zq4711\r\n\r\n",
        b"GET / HTTP/1.1\r\nplanted zq4711: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: plantedzq4711\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
)
def test_what_is_no_request_is_a_problem_document_that_repeats_nothing(
    server: Server, request_: bytes
) -> None:
    head, _, body = raw(server, request_).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 4"), head
    assert b"application/problem+json" in head
    assert b"X-Content-Type-Options: nosniff" in head
    assert b"zq4711" not in head + body
    assert b"unicorn" not in head + body
    assert "zq4711" not in server.log()


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
