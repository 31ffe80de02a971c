"""``POST /v1/files/inspect``: what the command line prints, for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from tests.service.server import Server

FILES = Path(__file__).resolve().parent.parent / "data" / "files"


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    return server.new_key("files")


def inspect(
    server: Server, key: str, name: str, content: bytes, mapping: object = None
) -> requests.Response:
    return requests.post(
        f"{server.url}/v1/files/inspect?instrument=wai-sr-client",
        files={"file": (name, content)},
        data={} if mapping is None else {"mapping": json.dumps(mapping)},
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
    )


def test_a_file_is_read_and_a_question_is_answered_by_a_mapping(server: Server, key: str) -> None:
    content = (FILES / "zero_based" / "data.csv").read_bytes()
    answer = inspect(server, key, "data.csv", content)
    assert answer.status_code == 200
    [question] = answer.json()["questions"]
    assert question["code"] == "zero-based"
    assert "0 to 4" in question["detail"]
    again = inspect(server, key, "data.csv", content, question["choices"][0]["mapping"])
    assert again.json()["questions"] == []
    assert again.json()["mapping"]["add"] == 1


def test_what_cannot_be_read_is_refused_as_a_problem(server: Server, key: str) -> None:
    refused = inspect(server, key, "data.sav", b"no such file")
    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"
    wrong = inspect(server, key, "data.csv", b"i1\n1\n", {"unheard-of": 1})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"].startswith("/mapping")


def test_a_file_needs_its_part_and_a_key(server: Server, key: str) -> None:
    address = f"{server.url}/v1/files/inspect?instrument=wai-sr-client"
    headers = {"Authorization": f"Bearer {key}"}
    assert requests.post(address, json={}, headers=headers, timeout=60).status_code == 415
    missing = requests.post(address, files={"other": ("a", b"b")}, headers=headers, timeout=60)
    assert missing.status_code == 422
    assert requests.post(address, files={"file": ("a.csv", b"i1")}, timeout=60).status_code == 401


def test_a_csv_body_whose_columns_are_not_known_is_shown_the_way(server: Server, key: str) -> None:
    refused = requests.post(
        f"{server.url}/v1/score?instrument=wai-sr-client",
        data=(FILES / "qualtrics_numeric" / "data.csv").read_bytes(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "text/csv"},
        timeout=60,
    )
    assert refused.status_code == 422
    details = [one["detail"] for one in refused.json()["errors"]]
    assert any("POST /v1/files/inspect" in detail for detail in details)
