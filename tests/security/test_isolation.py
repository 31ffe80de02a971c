"""Nobody sees, guesses or times out another's things; nothing that was sent is repeated."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from service.app import create_app
from service.config import Config
from service.web.specification import address
from tests.conftest import ROOT
from tests.service.server import Client, Server, is_problem
from tests.service.test_analyses import ask, sample_of

pytestmark = pytest.mark.both_stores

OPEN = {
    "/healthz",
    "/readyz",
    "/version",
    "/fhir/metadata",
    "/openapi.json",
    "/docs",
    "/docs/style.css",
    "/.well-known/smart-configuration",
    "/fhir/.well-known/smart-configuration",
}
PLANTED_ANSWER, PLANTED_PERSON = 7182818284590, "planted-person-zq271828"


@pytest.fixture(scope="module")
def things(clinic: Client, data: Path) -> dict[str, str]:
    """Identifiers of one tenant's things, by the name of the address's parameter."""
    sample = sample_of(clinic, data / "wai_250.csv")
    named = {"responses": [{"id": "r1", "answers": [3] * 12}]}
    assert clinic.post(f"/v1/samples/{sample}/batches", json=named).status_code == 201
    definition = clinic.get("/v1/instruments/wai-sr-client").json()
    definition.pop("sha256")
    made = clinic.post("/v1/instruments", json={**definition, "id": "clinic-own"})
    assert made.status_code == 201, made.text
    analysis = ask(clinic, sample, kind="items").json()["id"]
    return {
        "sample_id": sample,
        "analysis_id": analysis,
        "instrument_id": "clinic-own",
        "figure": "scree",
        "response_id": "r1",
        "webhook_id": "none",  # webhooks are off here
    }


def operations() -> list[tuple[str, str]]:
    paths: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())["paths"]
    return [
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if method != "parameters"
    ]


def test_no_route_is_missing_from_what_is_tried_here() -> None:
    """The pages have sessions and tests of their own; metrics are switched off by default."""
    app = create_app(Config.from_environment({}))
    routes = {
        (method, address(rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith("pages.")
    }
    assert routes == set(operations())


def is_refused(answer: requests.Response, status: int) -> bool:
    """Whether an answer is a problem document, or under `/fhir` an OperationOutcome."""
    if "/fhir/" not in answer.url:
        return is_problem(answer, status)
    return answer.status_code == status and answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(("method", "path"), operations())
def test_no_route_but_the_open_ones_answers_without_a_key(
    nobody: Client, things: dict[str, str], method: str, path: str
) -> None:
    answer = nobody.send(method, path.format(**things))
    if path in OPEN:
        assert answer.status_code == 200
    elif path == "/oauth/token":
        assert answer.json()["error"] == "invalid_request"
    else:
        assert is_refused(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


OF_SOMEBODY = [one for one in operations() if "{" in one[1] and "webhook" not in one[1]]
"""Webhooks are another tenant's in ``tests/service/test_webhooks.py``."""


@pytest.mark.parametrize(("method", "path"), OF_SOMEBODY)
def test_what_belongs_to_another_does_not_exist(
    clinic: Client, stranger: Client, things: dict[str, str], method: str, path: str
) -> None:
    bodies = {"POST": {"responses": [{"answers": [3] * 12}]}, "PUT": {"answers": [3] * 12}}
    body = bodies.get(method)
    theirs = stranger.send(method, path.format(**things), json=body)
    nothing = {name: f"{value[:-1]}x" for name, value in things.items()}
    unknown = stranger.send(method, path.format(**nothing), json=body)
    assert is_refused(theirs, 404)
    assert theirs.json() == unknown.json()
    kept = clinic.get("/".join(path.format(**things).split("/")[:4]))
    assert kept.status_code == 200


def test_another_tenants_sample_cannot_be_analysed(
    stranger: Client, things: dict[str, str]
) -> None:
    assert is_problem(ask(stranger, things["sample_id"], kind="items"), 404)


@pytest.mark.parametrize("kind", ["samples", "analyses"])
def test_lists_hold_only_ones_own(stranger: Client, things: dict[str, str], kind: str) -> None:
    listed = stranger.get(f"/v1/{kind}?limit=200").json()[kind]
    assert not {one["id"] for one in listed} & set(things.values())


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("score", "GET", "/v1/samples"),
        ("score", "GET", "/v1/analyses"),
        ("samples", "POST", "/v1/score"),
        ("samples", "POST", "/v1/analyses"),
        ("analyses", "POST", "/v1/samples"),
        ("analyses", "POST", "/v1/instruments"),
    ],
)
def test_a_key_does_only_what_its_scope_allows(
    server: Server, scope: str, method: str, path: str
) -> None:
    refused = server.client("clinic", scope).send(method, path, json={})
    assert is_problem(refused, 403)
    assert refused.headers["WWW-Authenticate"].endswith('error="insufficient_scope"')


def test_a_challenge_says_whether_a_credential_came(nobody: Client) -> None:
    without = nobody.get("/v1/samples").headers["WWW-Authenticate"]
    wrong = nobody.get("/v1/samples", headers={"Authorization": "Bearer zq271828"})
    assert without == 'Bearer realm="alliance"'
    assert wrong.headers["WWW-Authenticate"] == f'{without}, error="invalid_token"'


def test_a_key_may_come_in_a_header_of_its_own(clinic: Client, nobody: Client) -> None:
    assert clinic.key is not None
    assert nobody.get("/v1/samples", headers={"X-API-Key": clinic.key}).status_code == 200


def planted_requests(sample: str) -> list[tuple[str, dict[str, Any]]]:
    """Requests that carry an answer and a person's identifier to where they are refused."""
    row = [PLANTED_ANSWER, *[3] * 11]
    json_body = {"responses": [{"id": PLANTED_PERSON, "answers": row, "planted zq271828": 1}]}
    csv = f"person,i1\n{PLANTED_PERSON},{PLANTED_ANSWER}\n".encode()
    return [
        ("/v1/score", {"json": {"instrument": "wai-sr-client", **json_body}}),
        ("/v1/score", {"json": {"instrument": PLANTED_PERSON, **json_body}}),
        (
            f"/v1/score?instrument={PLANTED_PERSON}",
            {"data": csv, "headers": {"Content-Type": "text/csv"}},
        ),
        (
            "/v1/score",
            {
                "data": f'{{"responses": {PLANTED_ANSWER} "{PLANTED_PERSON}',
                "headers": {"Content-Type": "application/json"},
            },
        ),
        (f"/v1/samples/{sample}/batches", {"json": json_body}),
        (f"/v1/samples/{sample}/batches", {"data": csv, "headers": {"Content-Type": "text/csv"}}),
        (
            "/v1/samples",
            {
                "json": {
                    "name": PLANTED_PERSON,
                    "instrument": PLANTED_PERSON,
                    "setting": PLANTED_PERSON,
                }
            },
        ),
        ("/v1/analyses", {"json": {"kind": PLANTED_PERSON, "samples": [PLANTED_PERSON]}}),
        (
            "/v1/analyses",
            {"json": {"kind": "cfa", "samples": [sample], "options": {"models": [PLANTED_PERSON]}}},
        ),
        (f"/v1/{PLANTED_PERSON}?x={PLANTED_ANSWER}", {"json": json_body}),
        ("/v1/samples", {"data": PLANTED_PERSON, "headers": {"Content-Type": PLANTED_PERSON}}),
        (
            "/v1/persons/erasure",
            {
                "data": f'{{"person": "{PLANTED_PERSON}", "person": {PLANTED_ANSWER}}}',
                "headers": {"Content-Type": "application/json"},
            },
        ),
    ]


def test_no_refusal_and_no_log_repeats_what_was_sent(
    server: Server, clinic: Client, things: dict[str, str]
) -> None:
    for path, request in planted_requests(things["sample_id"]):
        refused = clinic.post(path, **request)
        assert is_problem(refused, refused.status_code), refused.text
        assert str(PLANTED_ANSWER) not in refused.text, path
        assert "zq271828" not in refused.text, path
    assert str(PLANTED_ANSWER) not in server.log()
    assert "zq271828" not in server.log()


def test_log_lines_are_json_and_name_the_route_only(
    server: Server, clinic: Client, things: dict[str, str]
) -> None:
    clinic.get(f"/v1/samples/{things['sample_id']}")
    lines = [json.loads(line) for line in server.log().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert requests
    assert all(re.fullmatch(r"[0-9a-f-]{16,64}", line["request_id"]) for line in requests)
    assert things["sample_id"] not in json.dumps(requests)
