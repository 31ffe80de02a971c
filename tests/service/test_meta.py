"""Health, the specification, and what every answer has in common."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
import requests

from tests.service.server import Client, Server, is_problem, running_server


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/openapi.json", "/docs", "/docs/style.css"]
)
def test_what_is_open_needs_no_key(nobody: Client, path: str) -> None:
    assert nobody.get(path).status_code == 200


def test_metrics_do_not_exist_unless_they_are_switched_on(nobody: Client) -> None:
    assert is_problem(nobody.get("/metrics"), 404)


def test_an_unknown_address_is_a_problem_document(nobody: Client) -> None:
    assert is_problem(nobody.get("/v1/planted-zq4711"), 404)
    assert "zq4711" not in nobody.get("/v1/planted-zq4711").text


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
        connection.settimeout(60)
        connection.sendall(
            b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: 209715200\r\n"
            b"Content-Type: application/json\r\n\r\n"
        )
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_client_that_sends_two_hundred_megabytes_sees_the_refusal(server: Server) -> None:
    refused = requests.post(server.url + "/v1/score", data=bytes(200 * 1024 * 1024), timeout=60)
    assert is_problem(refused, 413)


def test_a_body_in_chunks_is_refused_when_it_passes_the_limit(clinic: Client) -> None:
    chunks = (bytes(1024 * 1024) for _ in range(64))
    assert is_problem(clinic.post("/v1/score", data=chunks), 415)
    chunks = (bytes(1024 * 1024) for _ in range(64))
    refused = clinic.post("/v1/score", data=chunks, headers={"Content-Type": "application/json"})
    assert is_problem(refused, 413)


def test_a_body_in_chunks_is_read(clinic: Client) -> None:
    chunks = iter(
        [
            b'{"instrument": "wai-sr-client", ',
            b'"responses": [{"answers": [',
            b"3,3,3,3,3,3,3,3,3,3,3,3]}]}",
        ]
    )
    scored = clinic.post("/v1/score", data=chunks, headers={"Content-Type": "application/json"})
    assert scored.status_code == 200, scored.text


def test_the_documentation_page_shows_every_operation_and_loads_nothing_from_elsewhere(
    nobody: Client,
) -> None:
    page = nobody.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    for path in nobody.get("/openapi.json").json()["paths"]:
        assert f"<code>{path}</code>" in page.text
    assert re.findall(r"""(?:src|href)=["'](?!#|/)""", page.text) == []
    assert "<script" not in page.text


def test_a_problems_type_leads_to_its_place_on_the_page(nobody: Client) -> None:
    kind = nobody.get("/v1/nothing").json()["type"]
    path, place = kind.split("#")
    assert f'id="{place}"' in nobody.get(path).text


def test_metrics_count_over_all_processes(tmp_path: Path) -> None:
    with running_server(tmp_path, "--workers=2", ALLIANCE_METRICS="1") as server:
        for _ in range(20):
            requests.get(server.url + "/healthz", timeout=60)
        text = requests.get(server.url + "/metrics", timeout=60).text
    [line] = [
        line
        for line in text.splitlines()
        if line.startswith("alliance_requests_total{") and "healthz" in line
    ]
    assert float(line.rsplit(" ", 1)[1]) == 20
