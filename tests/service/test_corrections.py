"""One response is read back, corrected and taken out; what rested on it goes."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest

from tests.service.server import Client, Server, is_problem

FIRST = [5, 4, 5, 4, 5, 5, 4, 4, 5, 3, 4, 3]
SECOND = [1, None, 1, 2, 1, 1, 2, 2, 1, 3, 2, 3]
NAMES = [
    "r1",
    "R1",
    "a/b",
    "/a",
    "a//b",
    "a/",
    "form 7",
    "p%1",
    "a%2Fb",
    "p_1",
    "é-ß-日",
    'q"1',
    "c\\d",
    "x?y#z",
    "a;b&c=d+e",
    "batches",
]
RESULT = ("id", "status", "answered", "scores", "means")


def new_sample(client: Client) -> str:
    body = {"name": "pilot", "instrument": "wai-sr-client", "setting": "other"}
    return str(client.post("/v1/samples", json=body).json()["id"])


def keep(client: Client, sample: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    kept = client.post(f"/v1/samples/{sample}/batches", json={"responses": rows})
    assert kept.status_code == 201, kept.text
    results: list[dict[str, Any]] = kept.json()["results"]
    return results


def place(sample: str, name: str) -> str:
    return f"/v1/samples/{sample}/responses/{quote(name, safe='')}"


def exported(client: Client, sample: str) -> dict[str, dict[str, Any]]:
    answer = client.get(f"/v1/samples/{sample}/responses.csv")
    assert answer.status_code == 200, answer.text
    return {row["id"]: row for row in csv.DictReader(io.StringIO(answer.text))}


@pytest.fixture
def sample(clinic: Client) -> str:
    made = new_sample(clinic)
    keep(clinic, made, {"id": "r0", "answers": FIRST, "person": "p0"})
    keep(
        clinic,
        made,
        {"id": "r1", "answers": FIRST, "person": "p1", "outcomes": {"plus-m": 40}},
        {"id": "r2", "answers": SECOND, "person": "p2"},
    )
    return made


@pytest.mark.both_stores
@pytest.mark.parametrize("name", NAMES)
def test_a_response_is_read_corrected_and_deleted_by_the_id_it_came_with(
    clinic: Client, server: Server, name: str
) -> None:
    sample = new_sample(clinic)
    others = [{"id": other, "answers": FIRST} for other in NAMES if other != name]
    results = keep(clinic, sample, *others, {"id": name, "answers": FIRST})
    address = place(sample, name)
    read = clinic.get(address)
    assert read.status_code == 200, read.text
    assert {part: read.json()[part] for part in RESULT} == results[-1]
    assert (read.json()["corrected"], read.json()["corrected_at"]) == (False, None)
    corrected = clinic.put(address, json={"id": name, "answers": SECOND})
    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["status"] == "prorated"
    assert clinic.get(address).json() == corrected.json()
    assert corrected.json()["corrected_at"] >= corrected.json()["created_at"]
    assert clinic.get(place(sample, others[0]["id"])).json()["scores"] == results[0]["scores"]
    gone = clinic.delete(address)
    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (clinic.get(address), clinic.put(address, json={"answers": FIRST})):
        assert is_problem(answer, 404)
    assert is_problem(clinic.delete(address), 404)
    assert clinic.get(f"/v1/samples/{sample}").json()["n_responses"] == len(others)


@pytest.mark.both_stores
def test_scores_after_a_correction_are_those_of_a_response_that_came_so(
    clinic: Client, sample: str
) -> None:
    corrected = clinic.put(place(sample, "r1"), json={"answers": SECOND}).json()
    [fresh] = keep(clinic, sample, {"id": "fresh", "answers": SECOND})
    assert {part: corrected[part] for part in RESULT[1:]} == {
        part: fresh[part] for part in RESULT[1:]
    }
    rows = exported(clinic, sample)
    changed = {name for name in rows["r1"] if rows["r1"][name] != rows["fresh"][name]}
    assert changed <= {"id", "response", "batch", "person", "plus-m"}, changed


@pytest.mark.both_stores
def test_what_rests_on_the_former_answers_goes(clinic: Client, sample: str) -> None:
    other = new_sample(clinic)
    keep(clinic, other, {"id": "r1", "answers": FIRST})
    for send in (
        lambda: clinic.put(place(sample, "r1"), json={"answers": SECOND}),
        lambda: clinic.delete(place(sample, "r1")),
    ):
        ids = [
            clinic.post("/v1/analyses", json={"kind": "items", "samples": [one]}).json()["id"]
            for one in (sample, other)
        ]
        assert send().status_code in {200, 204}
        assert is_problem(clinic.get(f"/v1/analyses/{ids[0]}"), 404)
        assert clinic.get(f"/v1/analyses/{ids[1]}").status_code == 200


def test_a_repeated_batch_does_not_bring_the_former_scores_back(clinic: Client) -> None:
    sample, once = new_sample(clinic), {"Idempotency-Key": "correct-once"}
    body = {"responses": [{"id": "r1", "answers": FIRST}]}
    clinic.post(f"/v1/samples/{sample}/batches", json=body, headers=once)
    clinic.put(place(sample, "r1"), json={"answers": SECOND})
    again = clinic.post(f"/v1/samples/{sample}/batches", json=body, headers=once)
    assert is_problem(again, 409)
    assert clinic.get(place(sample, "r1")).json()["answered"] == 11


@pytest.mark.both_stores
def test_what_is_left_out_stays_and_null_takes_it_away(clinic: Client, sample: str) -> None:
    address = place(sample, "r1")
    clinic.put(address, json={"answers": SECOND, "session_number": 3})
    row = exported(clinic, sample)["r1"]
    assert (row["person"], row["session_number"], row["plus-m"]) == ("p1", "3", "40")
    clinic.put(address, json={"answers": SECOND, "person": "p9", "outcomes": {"tug": 9.5}})
    row = exported(clinic, sample)["r1"]
    assert (row["person"], row["session_number"], row["tug"]) == ("p9", "3", "9.5")
    assert not row.get("plus-m")
    clinic.put(address, json={"answers": SECOND, "person": None, "outcomes": None})
    row = exported(clinic, sample)["r1"]
    assert (row["person"], row["session_number"], row.get("tug", "")) == ("", "3", "")
    assert exported(clinic, sample)["r2"]["person"] == "p2"


def test_a_person_that_was_corrected_is_erased_under_the_new_name(
    clinic: Client, sample: str
) -> None:
    clinic.put(place(sample, "r1"), json={"answers": FIRST, "person": "p9"})
    erased = [
        clinic.post("/v1/persons/erasure", json={"person": person, "sample": sample}).json()
        for person in ("p1", "p9")
    ]
    assert [one["responses"] for one in erased] == [0, 1]
    assert is_problem(clinic.get(place(sample, "r1")), 404)


def test_an_id_is_free_again_after_deletion_and_then_was_never_corrected(
    clinic: Client, sample: str
) -> None:
    clinic.put(place(sample, "r1"), json={"answers": SECOND})
    clinic.delete(place(sample, "r1"))
    keep(clinic, sample, {"id": "r1", "answers": FIRST})
    assert clinic.get(place(sample, "r1")).json()["corrected"] is False


@pytest.mark.both_stores
def test_of_two_corrections_of_one_state_the_second_is_refused(clinic: Client, sample: str) -> None:
    address = place(sample, "r1")
    seen = clinic.get(address).headers["ETag"]
    first = clinic.put(address, json={"answers": SECOND}, headers={"If-Match": seen})
    assert first.status_code == 200
    assert first.headers["ETag"] == clinic.get(address).headers["ETag"] != seen
    for method, body in (("PUT", {"answers": FIRST}), ("DELETE", None)):
        late = clinic.send(method, address, json=body, headers={"If-Match": seen})
        assert is_problem(late, 412)
    assert clinic.get(address).json() == first.json()
    for matching in ("*", f'"other", {first.headers["ETag"]}'):
        again = clinic.put(address, json={"answers": SECOND}, headers={"If-Match": matching})
        assert again.status_code == (200 if matching == "*" else 412)
    now = clinic.get(address).headers["ETag"]
    assert clinic.delete(address, headers={"If-Match": now}).status_code == 204


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/answers"]),
        ([], [""]),
        ({"answers": [9, *FIRST[1:]]}, ["/answers/0"]),
        ({"answers": [5] * 11}, ["/answers"]),
        ({"answers": [True] * 12}, [f"/answers/{item}" for item in range(12)]),
        ({"answers": FIRST, "id": "r2"}, ["/id"]),
        ({"answers": FIRST, "id": 1}, ["/id"]),
        ({"answers": FIRST, "id": None}, ["/id"]),
        ({"answers": FIRST, "session_number": -1}, ["/session_number"]),
        ({"answers": FIRST, "outcomes": {"tug": "fast"}}, ["/outcomes/tug"]),
        ({"answers": FIRST, "outcomes": {f"o{n}": 1 for n in range(101)}}, ["/outcomes"]),
        ({"answers": FIRST, "score": 3}, ["/score"]),
        ({"responses": [{"answers": FIRST}]}, ["/responses", "/answers"]),
    ],
)
def test_a_refused_correction_names_its_places_and_changes_nothing(
    clinic: Client, sample: str, body: Any, pointers: list[str]
) -> None:
    before = clinic.get(place(sample, "r1"))
    refused = clinic.put(place(sample, "r1"), json=body)
    assert is_problem(refused, 422), refused.text
    assert [fault["pointer"] for fault in refused.json()["errors"]] == pointers
    after = clinic.get(place(sample, "r1"))
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_a_batch_cannot_be_widened_by_corrections_without_end(clinic: Client) -> None:
    sample = new_sample(clinic)
    keep(clinic, sample, *({"id": f"r{n}", "answers": FIRST} for n in range(2)))
    wide = [{f"{letter}-{n}": 1 for n in range(60)} for letter in "ab"]
    first = clinic.put(place(sample, "r0"), json={"answers": FIRST, "outcomes": wide[0]})
    assert first.status_code == 200, first.text
    second = clinic.put(place(sample, "r1"), json={"answers": FIRST, "outcomes": wide[1]})
    assert is_problem(second, 422)
    assert second.json()["errors"][0]["pointer"] == "/outcomes"


def test_other_bodies_are_refused(clinic: Client, sample: str) -> None:
    address = place(sample, "r1")
    texts = {"Content-Type": "text/csv"}
    assert is_problem(clinic.put(address, data="i1\n1\n", headers=texts), 415)
    json_type = {"Content-Type": "application/json"}
    assert is_problem(clinic.put(address, data="{", headers=json_type), 400)
    coded = {**json_type, "Content-Encoding": "gzip"}
    assert is_problem(clinic.put(address, data=b"\x1f\x8b", headers=coded), 415)
    assert is_problem(clinic.put(f"{address}?instrument=wai-sr-client", json={}), 422)


@pytest.mark.both_stores
def test_what_is_not_there_or_anothers_is_not_found(
    clinic: Client, stranger: Client, sample: str
) -> None:
    keep(clinic, sample, {"answers": FIRST})  # without a name: nothing names it
    for client, name in ((clinic, "1"), (clinic, "R1"), (clinic, "r1/"), (stranger, "r1")):
        for method, body in (("GET", None), ("PUT", {"answers": FIRST}), ("DELETE", None)):
            answer = client.send(method, place(sample, name), json=body)
            assert is_problem(answer, 404), (name, method, answer.text)
            assert "r1" not in answer.text.lower()
    assert clinic.get(f"/v1/samples/{sample}").json()["n_responses"] == 4


def test_correcting_needs_the_scope(server: Server, nobody: Client, sample: str) -> None:
    assert is_problem(nobody.get(place(sample, "r1")), 401)
    scoring = server.client("clinic", "score")
    assert is_problem(scoring.put(place(sample, "r1"), json={"answers": FIRST}), 403)


def test_ids_and_answers_are_not_in_the_log(clinic: Client, server: Server) -> None:
    sample = new_sample(clinic)
    keep(clinic, sample, {"id": "zq-81/x", "answers": FIRST})
    clinic.get(place(sample, "zq-81/x"))
    clinic.put(place(sample, "zq-81/x"), json={"answers": [9] * 12})
    clinic.put(place(sample, "zq-81/x"), json={"answers": SECOND})
    clinic.delete(place(sample, "zq-81/x"))
    assert "zq-81" not in server.log()
