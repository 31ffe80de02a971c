"""Samples and batches, through the running server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from service.identifiers import uuid7
from tests.service.server import Client, Server, is_problem

pytestmark = pytest.mark.both_stores

ANSWERS = [5, 4, None, 4, 5, 5, 4, 4, 5, 3, 4, 3]


def make_sample(client: Client, instrument: str = "wai-sr-client") -> str:
    made = client.post(
        "/v1/samples",
        json={"name": "pilot", "instrument": instrument, "setting": "orthotics-prosthetics"},
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def batches_of(sample: str) -> str:
    return f"/v1/samples/{sample}/batches"


def body(*names: str, **more: Any) -> dict[str, Any]:
    return {"responses": [{"id": name, "answers": ANSWERS, **more} for name in names]}


@pytest.fixture
def sample(clinic: Client) -> str:
    return make_sample(clinic)


def count(client: Client, sample: str) -> int:
    return int(client.get(f"/v1/samples/{sample}").json()["n_responses"])


def test_a_sample_names_its_rule_to_the_last_bit(clinic: Client, sample: str) -> None:
    shown = clinic.get(f"/v1/samples/{sample}").json()
    catalogue = clinic.get("/v1/instruments/wai-sr-client").json()
    assert shown["instrument"] == {name: catalogue[name] for name in ("id", "version", "sha256")}
    assert (shown["name"], shown["n_responses"]) == ("pilot", 0)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"setting": "hospital"}, "/setting"),
        ({"instrument": "wai-nothing"}, "/instrument"),
        ({"instrument": "wai-srt-therapist"}, "/instrument"),
        ({"name": ""}, "/name"),
        ({"name": 5}, "/name"),
        ({"name": "jane271828@example.org"}, "/name"),
        ({"name": "Dr. Doe"}, "/name"),
        ({"name": "born 1980-01-31"}, "/name"),
        ({"name": "MRN 271828"}, "/name"),
        ({"name": "a\u202eb"}, "/name"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_malformed_sample_is_refused_with_its_place(
    clinic: Client, change: dict[str, Any], pointer: str
) -> None:
    right = {"name": "pilot", "instrument": "wai-sr-client", "setting": "other"}
    refused = clinic.post("/v1/samples", json=right | change)
    assert is_problem(refused, 422)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
    assert "271828" not in refused.text


def test_samples_are_listed_page_by_page(stranger: Client) -> None:
    made = [make_sample(stranger) for _ in range(3)]
    first = stranger.get("/v1/samples?limit=2").json()
    second = stranger.get(f"/v1/samples?limit=2&after={first['next']}").json()
    found = [one["id"] for page in (first, second) for one in page["samples"]]
    assert found == sorted(found)
    assert set(made) <= set(found)


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_a_page_has_a_size_within_its_bounds(clinic: Client, limit: str) -> None:
    refused = clinic.get(f"/v1/samples?limit={limit}")
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["pointer"] == "/query/limit"


def test_a_batch_is_kept_and_scored(clinic: Client, sample: str) -> None:
    kept = clinic.post(
        batches_of(sample),
        json=body("a", person="p1", session_number=2, outcomes={"plus-m": 51.5}),
    )
    assert kept.status_code == 201, kept.text
    scored = clinic.post("/v1/score", json={"instrument": "wai-sr-client", **body("a")}).json()[
        "results"
    ]
    assert kept.json()["accepted"] == 1
    assert kept.json()["results"] == scored
    assert count(clinic, sample) == 1
    assert [batch["id"] for batch in clinic.get(batches_of(sample)).json()["batches"]] == [
        kept.json()["id"]
    ]


def test_csv_and_ndjson_are_kept_too(clinic: Client, sample: str) -> None:
    header = "id,site,mood," + ",".join(f"i{item}" for item in range(1, 13))
    csv = f"{header}\nc1,north,3,5,4,4,4,5,5,4,4,5,3,4,3\n"
    kept = clinic.post(batches_of(sample), data=csv, headers={"Content-Type": "text/csv"})
    assert kept.status_code == 201, kept.text
    line = b'{"id": "n1", "answers": [5,4,4,4,5,5,4,4,5,3,4,3], "site": "south"}\n'
    kept = clinic.post(
        batches_of(sample), data=line, headers={"Content-Type": "application/x-ndjson"}
    )
    assert kept.status_code == 201, kept.text
    assert count(clinic, sample) == 2


def test_one_refused_cell_refuses_the_batch_and_names_every_fault(
    clinic: Client, sample: str
) -> None:
    wrong = body("a", "b", "c")
    wrong["responses"][1]["answers"] = [*ANSWERS[:-1], 6]
    wrong["responses"][2]["answers"] = [*ANSWERS[:-1], 3.5]
    refused = clinic.post(batches_of(sample), json=wrong)
    assert is_problem(refused, 422)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [
        "/responses/1/answers/11",
        "/responses/2/answers/11",
    ]
    assert count(clinic, sample) == 0


def test_an_id_that_the_sample_has_is_refused_and_nothing_is_kept(
    clinic: Client, sample: str
) -> None:
    clinic.post(batches_of(sample), json=body("a"))
    refused = clinic.post(batches_of(sample), json=body("b", "a"))
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["pointer"] == "/responses/1/id"
    assert count(clinic, sample) == 1


def test_the_body_may_name_the_instrument_but_no_other(clinic: Client, sample: str) -> None:
    named = {"instrument": "wai-sr-client", **body("a")}
    assert clinic.post(batches_of(sample), json=named).status_code == 201
    other = {"instrument": "wai-s-client", **body("b")}
    assert is_problem(clinic.post(batches_of(sample), json=other), 422)


def test_a_repeated_request_gets_the_first_answer(clinic: Client, sample: str) -> None:
    key = {"Idempotency-Key": f"first-{sample}"}
    first = clinic.post(batches_of(sample), json=body("a"), headers=key)
    again = clinic.post(batches_of(sample), json=body("a"), headers=key)
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(clinic, sample) == 1


def test_another_body_under_the_same_key_is_refused(clinic: Client, sample: str) -> None:
    key = {"Idempotency-Key": f"other-{sample}"}
    clinic.post(batches_of(sample), json=body("a"), headers=key)
    assert is_problem(clinic.post(batches_of(sample), json=body("b"), headers=key), 422)
    assert count(clinic, sample) == 1


def test_a_refused_request_frees_its_key(clinic: Client, sample: str) -> None:
    key = {"Idempotency-Key": f"freed-{sample}"}
    wrong = {"responses": [{"id": "a", "answers": [9] * 12}]}
    assert is_problem(clinic.post(batches_of(sample), json=wrong, headers=key), 422)
    assert clinic.post(batches_of(sample), json=body("a"), headers=key).status_code == 201


def test_a_storm_of_one_request_is_done_once(clinic: Client, sample: str) -> None:
    key = {"Idempotency-Key": f"storm-{sample}"}
    many = body(*(f"r{number}" for number in range(500)))
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda _: clinic.post(batches_of(sample), json=many, headers=key), range(12))
        )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert count(clinic, sample) == 500


def test_a_deleted_sample_is_gone_with_all_that_was_in_it(clinic: Client, sample: str) -> None:
    key = {"Idempotency-Key": f"gone-{sample}"}
    clinic.post(batches_of(sample), json=body("a"), headers=key)
    assert clinic.delete(f"/v1/samples/{sample}").status_code == 204
    assert is_problem(clinic.get(f"/v1/samples/{sample}"), 404)
    assert is_problem(clinic.post(batches_of(sample), json=body("a"), headers=key), 404)
    assert is_problem(clinic.delete(f"/v1/samples/{sample}"), 404)


def test_ten_thousand_responses_fit_into_one_batch(clinic: Client, sample: str) -> None:
    kept = clinic.post(batches_of(sample), json=body(*(f"r{number}" for number in range(10_000))))
    assert kept.status_code == 201
    assert count(clinic, sample) == 10_000


@pytest.mark.parametrize(
    "path", ["/v1/samples/a%00", "/v1/analyses/a%00", "/v1/instruments/a%00", "/v1/samples/%0Ax"]
)
def test_an_address_with_a_control_character_finds_nothing(clinic: Client, path: str) -> None:
    assert is_problem(clinic.get(path), 404)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/v1/samples", {"instrument": "a\0"}),
        ("/v1/samples", {"name": "a\0"}),
        ("/v1/analyses", {"samples": ["a\0"]}),
        ("/v1/score", {"instrument": "a\0"}),
    ],
)
def test_a_text_with_a_control_character_is_refused(
    clinic: Client, path: str, change: dict[str, Any]
) -> None:
    right = {
        "/v1/samples": {"name": "pilot", "instrument": "wai-sr-client", "setting": "other"},
        "/v1/analyses": {"kind": "items", "samples": ["a"]},
        "/v1/score": body("a"),
    }
    assert is_problem(clinic.post(path, json={**right[path], **change}), 422)


@pytest.mark.parametrize(
    "after", ["%00", "zzzz", "p-271828", "01A20925-0000-7000-8000-000000000000"]
)
def test_a_page_begins_after_an_identifier(clinic: Client, after: str) -> None:
    refused = clinic.get(f"/v1/samples?after={after}")
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["pointer"] == "/query/after"


@pytest.mark.parametrize("path", ["/v1/samples", "/v1/analyses", "/v1/audit"])
def test_a_misspelt_parameter_is_refused_and_not_passed_over(server: Server, path: str) -> None:
    """Whoever asks for ``?afer=`` would otherwise get the first page for ever."""
    (fault,) = server.client("clinic", "admin").get(f"{path}?afer=x").json()["errors"]
    assert fault["pointer"] == "/query/afer"
    assert "after, limit" in fault["detail"]


def test_a_sample_is_made_once_however_often_it_is_asked_for(clinic: Client) -> None:
    wanted = {"name": "pilot", "instrument": "wai-sr-client", "setting": "other"}
    key = {"Idempotency-Key": f"once-{uuid7()}"}
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda _: clinic.post("/v1/samples", json=wanted, headers=key), range(12))
        )
    assert {answer.status_code for answer in answers} <= {201, 409}
    (made,) = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    again = clinic.post("/v1/samples", json=wanted, headers=key)
    assert (again.json()["id"], again.headers["Idempotency-Replayed"]) == (made, "true")
    assert is_problem(clinic.post("/v1/samples", json={**wanted, "name": "b"}, headers=key), 422)
    clinic.delete(f"/v1/samples/{made}")
    assert is_problem(clinic.post("/v1/samples", json=wanted, headers=key), 404)
