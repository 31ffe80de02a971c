"""A person's scores over sessions, with reliable change; the person is in no address and no log."""

from __future__ import annotations

import math
from typing import Any

import pytest
import requests

from service.adapters.database.persons import MAXIMUM_RESPONSES
from tests.service.server import Client, Server, is_problem

PERSON = "zq-7419"
LOW, HIGH = [2] * 12, [4] * 12
ERROR = {
    "goal": {"reliability": 0.84, "sd": 2.5, "source": "own sample, omega"},
    "total": {"reliability": 0.91, "sd": 8.0, "source": "own sample, omega"},
}


def new_sample(client: Client, *rows: dict[str, Any], instrument: str = "wai-sr-client") -> str:
    body = {"name": "course", "instrument": instrument, "setting": "other"}
    sample = str(client.post("/v1/samples", json=body).json()["id"])
    kept = client.post(f"/v1/samples/{sample}/batches", json={"responses": list(rows)})
    assert kept.status_code == 201, kept.text
    return sample


def ask(client: Client, **body: Any) -> requests.Response:
    return client.post("/v1/persons/scores", json=body)


def row(name: str, answers: list[int | None], **beside: Any) -> dict[str, Any]:
    return {"id": name, "answers": answers, "person": PERSON, **beside}


@pytest.mark.both_stores
def test_scores_stand_in_the_order_of_sessions_whenever_they_came(server: Server) -> None:
    client = server.client("course-order")
    late = new_sample(client, row("c", HIGH, session_number=3))
    early = new_sample(
        client,
        row("b", [None, None, *LOW[2:]], session_number=2),
        {"id": "other", "answers": HIGH, "person": PERSON.upper(), "session_number": 1},
        row("a", LOW, session_number=1),
    )
    answer = ask(client, person=PERSON, instrument="wai-sr-client", measurement_error=ERROR)
    assert answer.status_code == 200, answer.text
    [course] = answer.json()["courses"]
    assert course["ordered_by"] == "session_number"
    occasions = course["occasions"]
    assert [(one["id"], one["sample"]) for one in occasions] == [
        ("a", early),
        ("b", early),
        ("c", late),
    ]
    assert [one["scores"]["goal"] for one in occasions] == [8, 8, 16]
    assert [one["scores"]["total"] for one in occasions] == [24, None, 48]
    assert occasions[0]["change_since"]["goal"] == {"first": None, "previous": None}
    change = occasions[2]["change_since"]["goal"]["first"]
    error = math.sqrt(2) * 2.5 * math.sqrt(1 - 0.84)
    assert change["difference"] == 8
    assert change["reliable_change_index"] == pytest.approx(8 / error, rel=1e-12)
    assert change["interval"]["lower"] == pytest.approx(8 - 1.959963984540054 * error, rel=1e-12)
    assert occasions[2]["change_since"]["total"]["previous"] is None
    assert occasions[2]["change_since"]["total"]["first"]["difference"] == 24
    assert answer.json()["change"]["measurement_error"]["goal"]["source"] == "own sample, omega"


def test_what_cannot_be_compared_stands_in_courses_of_its_own(server: Server) -> None:
    client = server.client("course-groups")
    new_sample(client, row("a", LOW, respondent="patient"), row("b", HIGH, respondent="family"))
    new_sample(client, row("s", LOW), instrument="wai-s-client")
    courses = ask(client, person=PERSON).json()["courses"]
    found = {(one["instrument"]["id"], one["respondent"]): one for one in courses}
    assert set(found) == {
        ("wai-sr-client", "patient"),
        ("wai-sr-client", "family"),
        ("wai-s-client", None),
    }
    assert all(len(one["occasions"]) == 1 for one in courses)
    assert all(one["ordered_by"] == "stored_at" for one in courses)
    one_form = ask(client, person=PERSON, instrument="wai-s-client").json()
    assert [one["instrument"]["id"] for one in one_form["courses"]] == ["wai-s-client"]
    assert one_form["change"] is None
    assert one_form["courses"][0]["occasions"][0]["change_since"] == {}


def test_a_correction_and_an_erasure_are_seen(server: Server) -> None:
    client = server.client("course-corrected")
    sample = new_sample(client, row("a", LOW))
    client.put(f"/v1/samples/{sample}/responses/a", json={"answers": HIGH})
    [course] = ask(client, person=PERSON).json()["courses"]
    assert course["occasions"][0]["scores"]["total"] == 48
    client.post("/v1/persons/erasure", json={"person": PERSON})
    assert ask(client, person=PERSON).json() == {"courses": [], "change": None}


def test_a_person_belongs_to_a_tenant_and_stands_in_no_log_and_no_trail(
    server: Server, stranger: Client
) -> None:
    client = server.client("course-tenant", "samples", "admin")
    sample = new_sample(client, row("a", LOW))
    assert ask(stranger, person=PERSON).json()["courses"] == []
    assert is_problem(ask(stranger, person=PERSON, sample=sample), 404)
    assert len(ask(client, person=PERSON, sample=sample).json()["courses"]) == 1
    assert PERSON not in server.log()
    client.post(
        "/v1/samples", json={"name": "x", "instrument": "wai-sr-client", "setting": "other"}
    )
    trail = client.get("/v1/audit").text
    assert "/v1/persons/scores" in trail
    assert PERSON not in trail
    assert is_problem(ask(server.client("course-tenant", "score"), person=PERSON), 403)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/person"]),
        ({"person": 7}, ["/person"]),
        ({"person": "a\nb"}, ["/person"]),
        ({"person": PERSON, "persn": 1}, ["/persn"]),
        ({"person": PERSON, "instrument": "none"}, ["/instrument"]),
        ({"person": PERSON, "measurement_error": ERROR}, ["/instrument"]),
        (
            {"person": PERSON, "instrument": "wai-sr-client", "measurement_error": {"mood": {}}},
            ["/measurement_error"],
        ),
        (
            {
                "person": PERSON,
                "instrument": "wai-sr-client",
                "measurement_error": {"goal": ERROR["goal"] | {"reliability": 1}},
            },
            ["/measurement_error/goal/reliability"],
        ),
        (
            {"person": PERSON, "instrument": "wai-sr-client", "measurement_error": None},
            ["/measurement_error"],
        ),
    ],
)
def test_refusals_name_the_place_and_not_the_person(
    clinic: Client, body: dict[str, Any], pointers: list[str]
) -> None:
    refused = ask(clinic, **body)
    assert is_problem(refused, 422), refused.text
    assert [fault["pointer"] for fault in refused.json()["errors"]] == pointers
    assert PERSON not in refused.text


def test_one_name_for_everybody_is_refused_instead_of_read_without_end(server: Server) -> None:
    client = server.client("course-many")
    rows = [row(f"r{n}", LOW) for n in range(MAXIMUM_RESPONSES + 1)]
    new_sample(client, *rows)
    assert is_problem(ask(client, person=PERSON), 422)
