"""Scoring over HTTP: exact, stateless, and clear about what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from tests.service.server import PROBLEM, Client, Server, is_problem

ANSWERS = [5, 4, 4, 4, 5, 5, 4, 4, 5, 3, 4, 3]
HEADER = ",".join(f"i{item}" for item in range(1, 13))
PLANTED = "31415926"


def score(client: Client, responses: object, instrument: str = "wai-sr-client") -> Any:
    return client.post("/v1/score", json={"instrument": instrument, "responses": responses})


def refusal(answer: requests.Response, status: int) -> list[tuple[str, str]]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == PROBLEM
    assert PLANTED not in answer.text
    problem = answer.json()
    assert {"type", "title", "status", "detail", "errors"} <= set(problem)
    return [(fault["pointer"], fault["code"]) for fault in problem["errors"]]


def test_the_answer_names_the_rule_and_holds_the_scores(clinic: Client) -> None:
    answer = score(clinic, [{"id": "r1", "answers": ANSWERS}])
    assert answer.status_code == 200
    body = answer.json()
    assert len(body["instrument"].pop("sha256")) == 64
    assert body == {
        "instrument": {"id": "wai-sr-client", "version": "1.0.0"},
        "results": [
            {
                "id": "r1",
                "status": "scored",
                "answered": 12,
                "scores": {"goal": 17, "task": 15, "bond": 18, "total": 50},
                "means": {"goal": 4.25, "task": 3.75, "bond": 4.5, "total": 50 / 12},
            }
        ],
        "issues": [],
    }


def test_missing_answers_prorate_or_make_a_scale_null(clinic: Client) -> None:
    one, two = list(ANSWERS), list(ANSWERS)
    one[3] = None  # type: ignore[call-overload]  # a missing answer
    two[3] = two[5] = None  # type: ignore[call-overload]
    results = score(clinic, [{"answers": one}, {"answers": two}]).json()["results"]
    assert [result["status"] for result in results] == ["prorated", "unscorable"]
    assert results[0]["scores"]["goal"] == pytest.approx((5 + 4 + 4) / 3 * 4)
    assert results[1]["scores"] == {"goal": None, "task": 15, "bond": 18, "total": None}
    assert [result["id"] for result in results] == ["1", "2"]


def test_csv_and_ndjson_are_scored_like_json(clinic: Client) -> None:
    expected = score(clinic, [{"id": "r1", "answers": ANSWERS}]).json()
    row = ",".join(map(str, ANSWERS))
    bodies = {
        "text/csv": f"id,{HEADER}\nr1,{row}\n".encode(),
        "application/x-ndjson": orjson.dumps({"id": "r1", "answers": ANSWERS}) + b"\n",
    }
    for media_type, body in bodies.items():
        answer = clinic.post(
            "/v1/score?instrument=wai-sr-client", data=body, headers={"Content-Type": media_type}
        )
        assert answer.json() == expected


def test_the_277_forms_are_scored_in_one_request(clinic: Client, examples: Path) -> None:
    answer = clinic.post(
        "/v1/score?instrument=wai-36-client",
        data=(examples / "wai36_simulated_patients.csv").read_bytes(),
        headers={"Content-Type": "text/csv"},
    )
    totals = [result["scores"]["total"] for result in answer.json()["results"]]
    assert len(totals) == 277
    assert sum(totals) == 31324


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (6, "out-of-range"),
        (3.5, "not-whole"),
        ("5", "wrong-type"),
        (PLANTED, "wrong-type"),
        (True, "wrong-type"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_cell(clinic: Client, value: object, code: str) -> None:
    wrong: list[object] = [*ANSWERS[:7], value, *ANSWERS[8:]]
    answer = score(clinic, [{"answers": ANSWERS}, {"answers": wrong}])
    assert refusal(answer, 422) == [("/responses/1/answers/7", code)]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"", "application/json", 400),
        (b'{"instrument"', "application/json", 400),
        (
            b'{"instrument": "wai-sr-client", "responses": [{"answers": [NaN]}]}',
            "application/json",
            400,
        ),
        (b"[]", "application/json", 422),
        (b"{}", "application/json", 422),
        (b'{"instrument": "wai-sr-client"}', "application/json", 422),
        (b'{"instrument": "wai-sr-client", "responses": [], "x": 1}', "application/json", 422),
        (b"{}", "application/xml", 415),
        (b"", "text/csv", 400),
        (b"\xef\xbb\xbfi1,i2\n", "text/csv", 422),
        (b"i1;i2\n1;2\n", "text/csv", 422),
        (b"i1,i2\n1,2\n", "text/csv", 422),
        (b"{\n", "application/x-ndjson", 400),
        (b"", "application/x-ndjson", 422),
    ],
)
def test_an_unusable_body_is_refused(
    clinic: Client, body: bytes, media_type: str, status: int
) -> None:
    answer = clinic.post(
        "/v1/score?instrument=wai-sr-client", data=body, headers={"Content-Type": media_type}
    )
    refusal(answer, status)


@pytest.mark.parametrize("instrument", ["wai-srt-therapist", "unheard-of", "", None, 5])
def test_an_instrument_that_cannot_score_is_refused(clinic: Client, instrument: Any) -> None:
    answer = score(clinic, [{"answers": ANSWERS}], instrument)
    assert [pointer for pointer, _ in refusal(answer, 422)] == ["/instrument"]


def test_a_recalled_key_is_said_with_the_scores(clinic: Client) -> None:
    issues = score(clinic, [{"answers": ANSWERS}], "wai-sr-therapist").json()["issues"]
    assert [issue["code"] for issue in issues] == ["recalled-key"]


def test_scoring_needs_its_scope(server: Server, nobody: Client) -> None:
    refusal(score(nobody, [{"answers": ANSWERS}]), 401)
    refusal(score(server.client("clinic", "samples"), [{"answers": ANSWERS}]), 403)


@pytest.mark.parametrize(
    ("twice", "pointer"),
    [("answers", "/responses/0/answers"), ("responses", "/responses"), ("id", "/responses/0/id")],
)
def test_what_is_said_twice_is_refused_and_not_chosen_from(
    clinic: Client, twice: str, pointer: str
) -> None:
    """Two programs that read such a text may score two different things."""
    row = '"id": "a", "answers": [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]'
    again = {"answers": f"{row}, {row[11:]}", "id": f'"id": "b", {row}'}.get(twice, row)
    rows = f'"responses": [{{{again}}}]'
    rows = f"{rows}, {rows}" if twice == "responses" else rows
    text = f'{{"instrument": "wai-sr-client", {rows}}}'
    refused = clinic.post("/v1/score", data=text, headers={"Content-Type": "application/json"})
    assert is_problem(refused, 422)
    (fault,) = refused.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, "repeated")
