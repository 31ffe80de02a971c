"""Change over sessions: stateless, with its source named, without bands."""

from __future__ import annotations

import math
from typing import Any

import pytest
import requests

from tests.service.server import PROBLEM, Client

ANSWERS = [5, 4, 4, 4, 5, 5, 4, 4, 5, 3, 4, 3]
ERROR = {"goal": {"reliability": 0.84, "sd": 2.5, "source": "our clinic's 2025 sample, omega"}}


def ask(client: Client, earlier: object, error: object = ERROR) -> requests.Response:
    body = {
        "instrument": "wai-sr-client",
        "responses": [{"id": "now", "answers": ANSWERS, "earlier": earlier}],
        "measurement_error": error,
    }
    return client.post("/v1/score?detail=change", json=body)


def test_a_change_is_held_against_measurement_error(clinic: Client) -> None:
    answer = ask(clinic, [{"scores": {"goal": 13}}, {"scores": {"goal": None}}]).json()
    first, second = answer["results"][0]["change"]["goal"]
    error = math.sqrt(2) * 2.5 * math.sqrt(1 - 0.84)
    assert first["difference"] == 4
    assert first["standard_error"] == pytest.approx(error, rel=1e-12)
    assert first["reliable_change_index"] == pytest.approx(4 / error, rel=1e-12)
    assert first["interval"]["upper"] == pytest.approx(4 + 1.959963984540054 * error, rel=1e-12)
    assert second is None
    assert answer["results"][0]["scores"]["goal"] == 17
    assert answer["change"]["measurement_error"]["goal"]["source"] == ERROR["goal"]["source"]


@pytest.mark.parametrize(
    ("earlier", "error", "pointer"),
    [
        (None, ERROR, "/responses/0/earlier"),
        ([], ERROR, "/responses/0/earlier"),
        ([{}], ERROR, "/responses/0/earlier/0/scores"),
        ([{"scores": {"goal": 3}}], ERROR, "/responses/0/earlier/0/scores/goal"),
        ([{"scores": {"mood": 3}}], ERROR, "/responses/0/earlier/0/scores"),
        ([{"scores": {"goal": 13}}], None, "/measurement_error"),
        ([{"scores": {"goal": 13}}], {}, "/measurement_error"),
        ([{"scores": {"goal": 13}}], {"mood": ERROR["goal"]}, "/measurement_error"),
        (
            [{"scores": {"goal": 13}}],
            {"goal": ERROR["goal"] | {"reliability": 1}},
            "/measurement_error/goal/reliability",
        ),
        (
            [{"scores": {"goal": 13}}],
            {"goal": ERROR["goal"] | {"sd": 0}},
            "/measurement_error/goal/sd",
        ),
        (
            [{"scores": {"goal": 13}}],
            {"goal": {"reliability": 0.8, "sd": 2}},
            "/measurement_error/goal/source",
        ),
    ],
)
def test_what_is_missing_for_a_change_is_named(
    clinic: Client, earlier: object, error: Any, pointer: str
) -> None:
    answer = ask(clinic, earlier, error)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == PROBLEM
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_an_unknown_detail_is_refused(clinic: Client) -> None:
    answer = clinic.post("/v1/score?detail=bands", json={})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["?detail"]


def test_change_is_asked_for_in_json_only(clinic: Client) -> None:
    answer = clinic.post(
        "/v1/score?detail=change", data=b"i1\n", headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 415
