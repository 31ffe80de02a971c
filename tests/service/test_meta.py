"""Health, the specification, and what every answer has in common."""

from __future__ import annotations

import socket
import time

import pytest
import requests

from tests.service.server import Client, Server, is_problem


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json"])
def test_what_is_open_needs_no_key(nobody: Client, path: str) -> None:
    assert nobody.get(path).status_code == 200


def test_metrics_do_not_exist_unless_they_are_switched_on(nobody: Client) -> None:
    assert is_problem(nobody.get("/metrics"), 404)


def test_an_unknown_address_is_a_problem_document(nobody: Client) -> None:
    assert is_problem(nobody.get("/v1/planted-4711"), 404)
    assert "4711" not in nobody.get("/v1/planted-4711").text


def test_a_wrong_method_is_a_problem_document(nobody: Client) -> None:
    refused = nobody.delete("/healthz")
    assert is_problem(refused, 405)
    assert "GET" in refused.headers["Allow"]


def test_every_answer_carries_a_request_id_and_closes_the_browser(nobody: Client) -> None:
    headers = nobody.get("/healthz").headers
    assert headers["X-Request-Id"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_trace_id_is_taken_over_but_a_name_is_not(nobody: Client) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    assert nobody.get("/healthz", headers={"X-Request-Id": trace}).headers["X-Request-Id"] == trace
    named = nobody.get("/healthz", headers={"X-Request-Id": "jane doe"})
    assert named.headers["X-Request-Id"] != "jane doe"


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) as connection:
        connection.settimeout(5)
        connection.sendall(
            b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: 209715200\r\n"
            b"Content-Type: application/json\r\n\r\n"
        )
        began = time.monotonic()
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")
    assert time.monotonic() - began < 1


def test_a_client_that_sends_two_hundred_megabytes_sees_the_refusal(server: Server) -> None:
    refused = requests.post(server.url + "/v1/score", data=bytes(200 * 1024 * 1024), timeout=60)
    assert is_problem(refused, 413)
