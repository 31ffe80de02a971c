"""FHIR over HTTP: what a running server gives out is valid R4, and what it refuses says so."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import orjson
import pytest
import requests
from fhir.resources.R4B import get_fhir_model_class

from tests.conftest import ROOT
from tests.ehr.resources import ANSWERS, answered_form, changed, with_answer
from tests.security.test_audit import entries_of
from tests.service.server import Client, Server

FHIR = "application/fhir+json"
EXTRACT = "/fhir/QuestionnaireResponse/$extract"


def canonical(server: Server, instrument: str = "wai-sr-client", version: str = "1.0.0") -> str:
    return f"{server.url}/fhir/Questionnaire/{instrument}|{version}"


def extract(client: Client, body: object, **headers: str) -> requests.Response:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(EXTRACT, data=text, headers={"Content-Type": FHIR, **headers})


def is_valid(resource: dict[str, Any]) -> bool:
    """Whether an independent library reads the resource; R4B differs from R4 in nothing here."""
    model = get_fhir_model_class(resource["resourceType"])
    return bool(model.model_validate(resource))


def is_outcome(answer: requests.Response, status: int) -> bool:
    outcome = answer.json()
    return (
        answer.status_code == status
        and answer.headers["Content-Type"] == FHIR
        and outcome["resourceType"] == "OperationOutcome"
        and is_valid(outcome)
    )


@pytest.fixture
def form(server: Server) -> dict[str, Any]:
    return answered_form(canonical=canonical(server))


def test_the_capability_statement_needs_no_key_and_is_valid(nobody: Client, server: Server) -> None:
    answer = nobody.get("/fhir/metadata")
    statement = answer.json()
    assert answer.headers["Content-Type"] == FHIR
    assert is_valid(statement)
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["implementation"]["url"] == f"{server.url}/fhir"
    kinds = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert kinds["QuestionnaireResponse"]["operation"][0]["name"] == "extract"


def test_every_form_of_the_catalogue_is_a_valid_questionnaire(clinic: Client) -> None:
    for one in clinic.get("/v1/instruments").json()["instruments"]:
        found = clinic.get(f"/fhir/Questionnaire/{one['id']}").json()
        assert is_valid(found)
        assert found["version"] == one["version"]
        assert [item["linkId"] for item in found["item"]] == [
            f"i{number}" for number in range(1, one["items"] + 1)
        ]
        options = [option["valueCoding"] for option in found["item"][0]["answerOption"]]
        ordinals = [option["extension"][0]["valueDecimal"] for option in options]
        lowest, highest = one["response"]["minimum"], one["response"]["maximum"]
        assert ordinals == list(range(lowest, highest + 1))
        assert [option["code"] for option in options] == [str(number) for number in ordinals]


def test_the_scores_are_those_of_the_scoring_route(
    clinic: Client, server: Server, form: dict[str, Any]
) -> None:
    bundle = extract(clinic, form).json()
    body = {"instrument": "wai-sr-client", "responses": [{"answers": list(ANSWERS)}]}
    scored = clinic.post("/v1/score", json=body).json()
    observations = [entry["resource"] for entry in bundle["entry"]]
    assert is_valid(bundle)
    assert {
        one["code"]["coding"][0]["code"]: one["valueQuantity"]["value"] for one in observations
    } == scored["results"][0]["scores"]
    for entry, one in zip(bundle["entry"], observations, strict=True):
        assert entry["request"] == {"method": "POST", "url": "Observation"}
        assert uuid.UUID(entry["fullUrl"].removeprefix("urn:uuid:"))
        assert one["status"] == "final"
        assert one["category"][0]["coding"][0]["code"] == "survey"
        assert one["subject"] == form["subject"]
        assert one["encounter"] == form["encounter"]
        assert one["performer"] == [form["author"]]
        assert one["effectiveDateTime"] == one["issued"] == form["authored"]
        assert one["derivedFrom"] == [{"reference": "QuestionnaireResponse/qr-1"}]
        system = f"{server.url}/fhir/CodeSystem/wai-sr-client"
        assert one["code"]["coding"][0]["system"] == system
        rule = {part["url"]: part["valueString"] for part in one["extension"][0]["extension"]}
        assert rule == scored["instrument"]
    assert len({entry["fullUrl"] for entry in bundle["entry"]}) == len(observations)


def test_reverse_keyed_items_arrive_as_answered(clinic: Client, server: Server) -> None:
    answers = [7, 1, *[4] * 34]
    form = answered_form(answers, canonical(server, "wai-36-client"))
    bundle = extract(clinic, form).json()
    body = {"instrument": "wai-36-client", "responses": [{"answers": answers}]}
    scored = clinic.post("/v1/score", json=body).json()["results"][0]["scores"]
    values = [entry["resource"]["valueQuantity"]["value"] for entry in bundle["entry"]]
    assert values == list(scored.values())


def test_gaps_are_noted_or_leave_no_value(clinic: Client, server: Server) -> None:
    form = answered_form((None, *ANSWERS[1:3], None, ANSWERS[4], None, *ANSWERS[6:]))
    form["questionnaire"] = canonical(server)
    bundle = extract(clinic, form).json()
    assert is_valid(bundle)
    goal, task, bond, total = (entry["resource"] for entry in bundle["entry"])
    for absent in (goal, total):
        assert "valueQuantity" not in absent
        assert absent["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert task["note"][0]["text"].startswith("Prorated: 3 of 4 items")
    assert "note" not in bond


@pytest.mark.parametrize(
    ("authored", "issued"),
    [
        ("2026", False),
        ("2026-03", False),
        ("2024-02-29", False),
        ("2026-03-02T10:15:00Z", True),
        ("2026-03-02T10:15:00.250-05:00", True),
    ],
)
def test_issued_stands_only_where_the_moment_is_known(
    clinic: Client, form: dict[str, Any], authored: str, *, issued: bool
) -> None:
    bundle = extract(clinic, changed(form, authored=authored)).json()
    assert is_valid(bundle)
    for entry in bundle["entry"]:
        assert entry["resource"]["effectiveDateTime"] == authored
        assert ("issued" in entry["resource"]) is issued


def test_what_was_not_sent_is_not_made_up(clinic: Client, form: dict[str, Any]) -> None:
    bare = changed(form, id=None, subject=None, encounter=None, author=None, authored=None)
    bundle = extract(clinic, bare).json()
    assert is_valid(bundle)
    absent = {"subject", "encounter", "performer", "effectiveDateTime", "issued", "derivedFrom"}
    assert not absent & bundle["entry"][0]["resource"].keys()


def test_the_answer_is_the_same_however_it_is_asked_for(
    clinic: Client, form: dict[str, Any]
) -> None:
    def without_ids(answer: requests.Response) -> list[Any]:
        return [entry["resource"] for entry in answer.json()["entry"]]

    short = extract(clinic, form)
    long = extract(clinic, form, Accept="application/fhir+json;q=0.9, */*;q=0.1")
    assert without_ids(short) == without_ids(long)
    assert short.headers["Content-Type"] == long.headers["Content-Type"] == FHIR
    plain = extract(clinic, form, **{"Content-Type": "application/json"})
    assert without_ids(plain) == without_ids(short)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("", {"Content-Type": "application/fhir+xml"}, 415),
        ("", {"Content-Type": "text/csv"}, 415),
        ("", {"Content-Type": "application/fhir+json; fhirVersion=5.0"}, 415),
        ("", {"Content-Encoding": "gzip"}, 415),
        ("", {"Accept": "application/fhir+xml"}, 406),
        ("?_format=xml", {}, 406),
        ("?_format=application/fhir%2Bxml", {}, 406),
        ("?_pretty=yes", {}, 422),
        ("?_format=json", {}, 200),
        ("?_format=application/fhir+json&_pretty=true", {"Accept": "text/html"}, 200),
        ("", {"Content-Type": "application/fhir+json; fhirVersion=4.0"}, 200),
    ],
)
def test_media_types_are_taken_or_refused(
    clinic: Client, form: dict[str, Any], path: str, headers: dict[str, str], status: int
) -> None:
    body = json.dumps(form).encode()
    answer = clinic.post(EXTRACT + path, data=body, headers={"Content-Type": FHIR, **headers})
    assert answer.status_code == status
    assert status == 200 or is_outcome(answer, status)


def test_every_refusal_is_an_outcome(
    clinic: Client, nobody: Client, server: Server, form: dict[str, Any]
) -> None:
    extract_only = server.client("clinic", "analyses")
    twice = json.dumps(form).replace('"status"', '"status": "amended", "status"').encode()
    assert is_outcome(extract(nobody, form), 401)
    assert is_outcome(extract(Client(url=server.url, key="alliance_wrong"), form), 401)
    assert is_outcome(extract(extract_only, form), 403)
    assert is_outcome(clinic.get("/fhir/Questionnaire/nobody"), 404)
    assert is_outcome(clinic.get("/fhir/Patient/1"), 404)
    assert is_outcome(clinic.get(EXTRACT), 405)
    assert is_outcome(extract(clinic, b"{"), 400)
    assert is_outcome(extract(clinic, b"\xff"), 400)
    assert is_outcome(extract(clinic, twice), 400)
    assert is_outcome(extract(clinic, {"resourceType": "Bundle", "type": "batch"}), 422)
    assert is_outcome(extract(clinic, changed(form, questionnaire="urn:x|1")), 404)
    assert is_outcome(extract(clinic, changed(form, status="entered-in-error")), 422)
    assert is_outcome(extract(clinic, b" " * 40_000_000), 413)


def test_the_path_leads_to_the_answer_and_nothing_is_echoed(clinic: Client, server: Server) -> None:
    form = changed(
        with_answer(3, {"valueString": "secret answer"}), questionnaire=canonical(server)
    )
    answer = extract(clinic, form)
    assert answer.json()["issue"][0]["expression"] == [
        "QuestionnaireResponse.item[2].answer[0].value"
    ]
    assert "secret" not in answer.text
    form["secret-9"] = form["item"][4]["secret-8"] = "secret"
    assert "secret" not in extract(clinic, form).text


def test_a_tenants_own_form_is_its_own(clinic: Client, stranger: Client, server: Server) -> None:
    definition = {
        "id": "own-form",
        "version": "2026.1",
        "items": 2,
        "subscales": {"Our aims": [1, 2]},
        "response": {"minimum": 0, "maximum": 3},
    }
    assert clinic.post("/v1/instruments", json=definition).status_code in {200, 201}
    form = answered_form((0, 3), canonical(server, "own-form", "2026.1"))
    assert is_valid(clinic.get("/fhir/Questionnaire/own-form").json())
    bundle = extract(clinic, form).json()
    assert [entry["resource"]["valueQuantity"]["value"] for entry in bundle["entry"]] == [3, 3]
    assert is_outcome(stranger.get("/fhir/Questionnaire/own-form"), 404)
    assert is_outcome(extract(stranger, form), 404)
    unnameable = {**definition, "id": "own_form"}
    assert clinic.post("/v1/instruments", json=unnameable).status_code in {200, 201}
    assert is_outcome(clinic.get("/fhir/Questionnaire/own_form"), 422)


def test_nothing_of_the_resource_reaches_log_or_disk(
    clinic: Client, server: Server, form: dict[str, Any]
) -> None:
    assert extract(clinic, form).ok
    assert not extract(clinic, changed(form, status="stopped")).ok
    kept = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    assert b"secret-" not in kept


def test_an_extraction_stands_in_the_audit_trail(server: Server, form: dict[str, Any]) -> None:
    client = server.client("audited extraction", "score", "admin")
    assert extract(client, form).ok
    found = entries_of(client, route="/fhir/QuestionnaireResponse/$extract")
    assert [entry["instrument"] for entry in found] == [{"id": "wai-sr-client", "version": "1.0.0"}]


def test_a_form_may_be_named_by_the_address_it_was_asked_at(
    clinic: Client, server: Server, form: dict[str, Any]
) -> None:
    there = server.url.replace("127.0.0.1", "localhost")
    named = changed(form, questionnaire=form["questionnaire"].replace(server.url, there))
    assert is_outcome(extract(clinic, named), 404)
    assert extract(Client(url=there, key=clinic.key), named).ok


def test_an_answer_is_written_over_lines_when_asked(clinic: Client, form: dict[str, Any]) -> None:
    body = orjson.dumps(form)
    answer = clinic.post(EXTRACT + "?_pretty=true", data=body, headers={"Content-Type": FHIR})
    assert answer.text.startswith('{\n  "resourceType"')


def test_the_example_of_the_documentation_gives_the_scores_it_names(
    clinic: Client, server: Server
) -> None:
    page = (ROOT / "docs/fhir.md").read_text(encoding="utf-8")
    form, shown = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    form["questionnaire"] = canonical(server)
    observations = [entry["resource"] for entry in extract(clinic, form).json()["entry"]]
    named = ", ".join(
        f"{one['code']['coding'][0]['code']} {one['valueQuantity']['value']:.0f}"
        for one in observations
    )
    assert f"scores are {' and '.join(named.rsplit(', ', 1))}." in page
    assert {name: observations[0][name] for name in ("subject", "issued", "valueQuantity")} == {
        name: shown[name] for name in ("subject", "issued", "valueQuantity")
    }
