"""What is stored is given out whole, to its owner alone, and every entrance takes it back."""

from __future__ import annotations

import csv
import io
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey

from schemas.definition import Definition
from service.blueprints.exports import PLACES
from service.file_reader.paths import read_path
from tests.service.server import Client, Server, is_problem, run_alliance

ROWS: list[dict[str, Any]] = [
    {
        "id": "v1",
        "answers": [5, 4, None, 4, 5, 5, 4, 4, 5, 3, 4, 3],
        "person": "p1",
        "clinician": "c1",
        "session_number": 2,
        "days_since_delivery": -3.5,
        "outcomes": {"plus-m": 51.5, "tug": 12},
    },
    {"id": "v2", "answers": [1] * 12, "site": "north, upper", "outcomes": {"tug": None}},
    {"id": "v3", "answers": [None] * 11 + [2], "person": "p2", "respondent": "client"},
]


@pytest.fixture(scope="module")
def owner(server: Server) -> Client:
    return server.client("owner")


@pytest.fixture(scope="module")
def sample(owner: Client) -> str:
    body = {"name": "pilot", "instrument": "wai-sr-client", "setting": "other"}
    made = str(owner.post("/v1/samples", json=body).json()["id"])
    kept = owner.post(f"/v1/samples/{made}/batches", json={"responses": ROWS})
    assert kept.status_code == 201, kept.text
    asked = {"kind": "items", "samples": [made]}
    assert owner.post("/v1/analyses", json=asked).json()["status"] == "succeeded"
    return made


def lines(client: Client) -> list[dict[str, Any]]:
    answer = client.get("/v1/export")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [orjson.loads(line) for line in answer.content.splitlines()]


@pytest.mark.both_stores
def test_everything_a_tenant_owns_comes_with_its_end(owner: Client, sample: str) -> None:
    found = lines(owner)
    assert found[-1] == {"type": "end", "lines": len(found) - 1}
    types = [line["type"] for line in found]
    assert types == [
        "tenant",
        "key",
        "sample",
        "batch",
        "response",
        "response",
        "response",
        "analysis",
        "end",
    ]
    responses = [line for line in found if line["type"] == "response"]
    assert [line["answers"] for line in responses] == [row["answers"] for row in ROWS]
    assert [line["external_id"] for line in responses] == ["v1", "v2", "v3"]
    assert {line["sample"] for line in responses} == {sample}
    scored = owner.post(
        "/v1/score",
        json={
            "instrument": "wai-sr-client",
            "responses": [{"id": row["id"], "answers": row["answers"]} for row in ROWS],
        },
    ).json()["results"]
    assert [line["scores"] for line in responses] == [one["scores"] for one in scored]
    assert responses[0]["outcomes"] == {"plus-m": 51.5, "tug": 12.0}
    assert found[-2]["result"]["n_persons"] == 3
    assert (found[0]["name"], found[0]["retention_days"]) == ("owner", 0)


def test_clients_and_own_instruments_are_among_it(
    server: Server, wai_sr: Definition, tmp_path: Path
) -> None:
    owner = server.client("owner of more")
    public = ECKey.generate_key("P-384", {"kid": "first", "alg": "ES384"}).as_dict(private=False)
    document = dict(wai_sr.document) | {"id": "our-own"}
    assert owner.post("/v1/instruments", json=document).status_code == 201
    (tmp_path / "keys.json").write_bytes(orjson.dumps({"keys": [public]}))
    run_alliance(
        "clients", "add", "--tenant=owner of more", "--name=vendor",
        f"--jwks={tmp_path / 'keys.json'}", env=server.environment,
    )  # fmt: skip
    found = {line["type"]: line for line in lines(owner)}
    assert found["client"]["name"] == "vendor"
    assert found["client"]["key_set"]["keys"][0]["kid"] == "first"
    assert found["instrument"]["id"] == "our-own"


def test_a_column_of_any_name_stands_beside_the_answers_and_replaces_nothing(
    server: Server,
) -> None:
    owner = server.client("owner of columns")
    body = {"name": "table", "instrument": "wai-sr-client", "setting": "other"}
    made = owner.post("/v1/samples", json=body).json()["id"]
    names = ["type", "sample", "batch", "scores", "external_id"]
    table = [*(f"i{item}" for item in range(1, 13)), *names]
    row = [*("3" for _ in range(12)), *("mine" for _ in names)]
    kept = owner.post(
        f"/v1/samples/{made}/batches",
        data="\n".join([",".join(table), ",".join(row)]),
        headers={"Content-Type": "text/csv"},
    )
    assert kept.status_code == 201, kept.text
    [response] = [line for line in lines(owner) if line["type"] == "response"]
    assert response["columns"] == dict.fromkeys(names, "mine")
    assert response["answers"] == [3] * 12


def test_a_sample_as_csv_has_the_recognised_columns(owner: Client, sample: str) -> None:
    answer = owner.get(f"/v1/samples/{sample}/responses.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.reader(io.StringIO(answer.text)))
    assert table[0] == [
        "id",
        *(f"i{item}" for item in range(1, 13)),
        "person", "clinician", "site", "respondent", "session_number", "days_since_delivery",
        "plus-m", "tug",
    ]  # fmt: skip
    assert table[1] == [
        "v1", "5", "4", "", "4", "5", "5", "4", "4", "5", "3", "4", "3",
        "p1", "c1", "", "", "2", "-3.5", "51.5", "12",
    ]  # fmt: skip
    assert len(table) == 4


def test_what_is_given_out_can_be_sent_in_again(
    owner: Client, sample: str, tmp_path: Path, wai_sr: Definition
) -> None:
    given = owner.get(f"/v1/samples/{sample}/responses.csv").content
    body = {"name": "copy", "instrument": "wai-sr-client", "setting": "other"}
    copy = owner.post("/v1/samples", json=body).json()["id"]
    kept = owner.post(
        f"/v1/samples/{copy}/batches", data=given, headers={"Content-Type": "text/csv"}
    )
    assert kept.status_code == 201, kept.text
    assert owner.get(f"/v1/samples/{copy}/responses.csv").content == given
    (tmp_path / "a.csv").write_bytes(given)
    assert len(read_path(tmp_path / "a.csv", wai_sr).responses()) == 3
    assert owner.delete(f"/v1/samples/{copy}").status_code == 204


def test_an_empty_sample_is_a_header(owner: Client) -> None:
    body = {"name": "empty", "instrument": "wai-s-client", "setting": "other"}
    made = owner.post("/v1/samples", json=body).json()["id"]
    given = owner.get(f"/v1/samples/{made}/responses.csv").text
    assert given == ",".join(f"i{item}" for item in range(1, 13)) + "\n"
    assert owner.delete(f"/v1/samples/{made}").status_code == 204


def test_a_large_sample_is_streamed(owner: Client) -> None:
    body = {"name": "large", "instrument": "wai-sr-client", "setting": "other"}
    made = owner.post("/v1/samples", json=body).json()["id"]
    rows = [{"answers": [3] * 12} for _ in range(6000)]
    owner.post(f"/v1/samples/{made}/batches", json={"responses": rows})
    with owner.get(f"/v1/samples/{made}/responses.csv", stream=True) as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert sum(chunk.count(b"\n") for chunk in answer.iter_content(65536)) == 6001
    assert owner.delete(f"/v1/samples/{made}").status_code == 204


def test_exports_that_are_read_slowly_leave_threads_for_others(owner: Client) -> None:
    """Those that are refused are asked to come back; when the slow ones are gone they may."""
    body = {"name": "slow", "instrument": "wai-sr-client", "setting": "other"}
    made = owner.post("/v1/samples", json=body).json()["id"]
    rows = [{"answers": [3] * 12, "site": "x" * 60} for _ in range(20_000)]
    for _ in range(4):
        owner.post(f"/v1/samples/{made}/batches", json={"responses": rows})
    with ExitStack() as clients:
        slow = [
            clients.enter_context(owner.get("/v1/export", stream=True)) for _ in range(2 * 16 + 2)
        ]
        refused = [answer for answer in slow if answer.status_code == 429]
        assert len(refused) >= len(slow) - 2 * PLACES
        assert all(is_problem(one, 429) and "Retry-After" in one.headers for one in refused)
        assert owner.get(f"/v1/samples/{made}").status_code == 200
    deadline = time.monotonic() + 60
    while owner.get(f"/v1/samples/{made}/responses.csv").status_code == 429:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert owner.delete(f"/v1/samples/{made}").status_code == 204


def test_nobody_else_gets_anything(
    owner: Client, sample: str, stranger: Client, server: Server, nobody: Client
) -> None:
    path = f"/v1/samples/{sample}/responses.csv"
    assert is_problem(stranger.get(path), 404)
    outsider = server.client("outsider")
    assert [line["type"] for line in lines(outsider)] == ["tenant", "key", "end"]
    scoring = server.client("owner", "score", "samples", "analyses")
    for route in (path, "/v1/export"):
        assert is_problem(scoring.get(route), 403)
        assert is_problem(nobody.get(route), 401)
