"""Change over sessions: stateless, with its source named, without bands."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.service.server import PROBLEM, Client
from tests.service.test_analyses import sample_of, until_finished

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


def test_the_course_has_its_smallest_detectable_change_as_a_band(clinic: Client) -> None:
    answer = ask(clinic, [{"scores": {"goal": 13}}, {"scores": {"goal": None}}]).json()
    course = answer["results"][0]["course"]["goal"]
    reach = 1.959963984540054 * math.sqrt(2) * 2.5 * math.sqrt(1 - 0.84)
    assert course["scores"] == [13, None, 17]
    assert course["smallest_detectable_change"] == pytest.approx(reach, rel=1e-12)
    first, missing, now = course["band"]
    assert missing is None
    assert (first["lower"], first["upper"]) == pytest.approx((13 - reach, 13 + reach))
    assert (now["lower"], now["upper"]) == pytest.approx((17 - reach, min(17 + reach, 20)))
    assert "cannot say" in answer["change"]["cannot_say"]


def test_a_precision_comes_from_one_place(clinic: Client) -> None:
    body = {
        "instrument": "wai-sr-client",
        "responses": [{"answers": ANSWERS, "earlier": [{"scores": {"goal": 13}}]}],
        "analysis": "none-of-this-name",
    }
    both = clinic.post("/v1/score?detail=change", json=body | {"measurement_error": ERROR})
    assert [fault["pointer"] for fault in both.json()["errors"]] == ["/analysis"]
    assert clinic.post("/v1/score?detail=change", json=body).status_code == 404
    number = clinic.post("/v1/score?detail=change", json=body | {"analysis": 3})
    assert number.status_code == 422


def test_the_precision_of_an_own_sample_comes_from_its_analysis(
    clinic: Client, stranger: Client, data: Path
) -> None:
    sample = sample_of(clinic, data / "wai_250.csv")
    made = clinic.post(
        "/v1/analyses",
        json={"kind": "reliability", "samples": [sample]},
        headers={"Prefer": "wait=60"},
    )
    found = until_finished(clinic, made.json()["id"])
    error = found["result"]["scales"]["goal"]["standard_error_of_measurement"]
    body = {
        "instrument": "wai-sr-client",
        "responses": [{"answers": ANSWERS, "earlier": [{"scores": {"goal": 13}}]}],
        "analysis": found["id"],
    }
    answer = clinic.post("/v1/score?detail=change", json=body).json()
    assert answer["results"][0]["change"]["goal"][0]["standard_error"] == pytest.approx(
        math.sqrt(2) * error, rel=1e-12
    )
    assert found["id"] in answer["change"]["measurement_error"]["goal"]["source"]
    assert stranger.post("/v1/score?detail=change", json=body).status_code == 404
    other = clinic.post("/v1/score?detail=change", json=body | {"instrument": "wai-s-client"})
    assert [fault["pointer"] for fault in other.json()["errors"]] == ["/analysis"]


def test_an_unknown_detail_is_refused(clinic: Client) -> None:
    answer = clinic.post("/v1/score?detail=bands", json={})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["?detail"]


def test_change_is_asked_for_in_json_only(clinic: Client) -> None:
    answer = clinic.post(
        "/v1/score?detail=change", data=b"i1\n", headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 415
