"""What belongs to another tenant is not reached by naming it in a body or a query either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.service.server import Client, Server, is_problem
from tests.service.test_analyses import ask, sample_of, until_finished

pytestmark = pytest.mark.both_stores

SCORING = {"responses": [{"answers": [3] * 12}]}
HEADER = ",".join(f"i{item}" for item in range(1, 13))
TABLE = {"data": f"{HEADER}\n{'3,' * 11}3\n", "headers": {"Content-Type": "text/csv"}}
FILE = {"file": ("a.csv", TABLE["data"])}
ROW = {"data": '{"answers": [3,3,3,3,3,3,3,3,3,3,3,3]}\n'}
LINES = {**ROW, "headers": {"Content-Type": "application/x-ndjson"}}

TRIED = {"after", "analysis", "instrument", "sample", "samples"}
"""Fields of bodies and queries that name things, all of them tried below."""

NAME_NOTHING = {
    *("answers", "days_since_delivery", "days_since_first_visit", "id", "items", "kind", "level"),
    *("limit", "missing", "name", "options", "outcomes", "person", "clinician", "priority"),
    *("respondent", "response", "responses", "reversed", "rights", "session_number", "setting"),
    *("site", "sources", "subscales", "title", "total", "version", "detail", "key_status"),
    *("client_assertion", "client_assertion_type", "grant_type", "scope", "client_id"),
    *("language", "measurement_error", "audience", "file", "mapping", "url"),
    *("_format", "_pretty", "resourceType", "contained", "extension", "meta", "text", "item"),
    *("status", "author", "authored", "encounter", "source", "subject", "questionnaire"),
}
"""Fields that name nothing kept here, or (``client_id``) only together with a signature.

``questionnaire`` names a form in FHIR's way; ``tests/ehr`` asks for another tenant's. ``id`` names
a response, or a definition of one's own.
"""


@pytest.fixture(scope="module")
def theirs(clinic: Client, data: Path) -> dict[str, str]:
    """Identifiers of another tenant's things."""
    definition = clinic.get("/v1/instruments/wai-sr-client").json()
    definition.pop("sha256")
    clinic.post("/v1/instruments", json={**definition, "id": "clinic-alone"})
    sample = sample_of(clinic, data / "wai_250.csv")
    analysis = ask(clinic, sample, kind="reliability").json()
    assert analysis["status"] == "succeeded", analysis
    return {"sample": sample, "instrument": "clinic-alone", "analysis": analysis["id"]}


@pytest.fixture(scope="module")
def own(stranger: Client, data: Path) -> str:
    return sample_of(stranger, data / "wai_250.csv")


def fields() -> Iterator[str]:
    """Names of all fields at the top of a body, and of all parameters of a query."""
    specification = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    schemas = specification["components"]["schemas"]
    for methods in specification["paths"].values():
        for operation in methods.values():
            if not isinstance(operation, dict):
                continue
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    yield parameter["name"]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from properties(content["schema"], schemas)


def properties(schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    """Names of an object's fields, in whichever of its alternatives they are."""
    named = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    yield from named.get("properties", ())
    for combined in ("oneOf", "anyOf", "allOf"):
        for one in named.get(combined, ()):
            yield from properties(one, schemas)


def test_no_field_that_names_a_thing_is_forgotten_here() -> None:
    assert set(fields()) - NAME_NOTHING == TRIED


def requests_naming(
    own: str, sample: str, instrument: str, analysis: str
) -> list[tuple[str, dict[str, Any]]]:
    made = {"name": "s", "instrument": instrument, "setting": "other"}
    change = {"instrument": "wai-sr-client", "analysis": analysis, **SCORING}
    return [
        ("/v1/score", {"json": {"instrument": instrument, **SCORING}}),
        (f"/v1/score?instrument={instrument}", TABLE),
        (f"/v1/score?instrument={instrument}", LINES),
        (f"/v1/files/inspect?instrument={instrument}", {"files": FILE}),
        ("/v1/score?detail=change", {"json": change}),
        ("/v1/samples", {"json": made}),
        ("/v1/persons/scores", {"json": {"person": "p1", "sample": sample}}),
        ("/v1/persons/erasure", {"json": {"person": "p1", "sample": sample}}),
        ("/v1/analyses", {"json": {"kind": "items", "samples": [sample]}}),
        ("/v1/analyses", {"json": {"kind": "invariance", "samples": [own, sample]}}),
        ("/v1/analyses", {"json": {"kind": "agreement", "samples": [sample, own]}}),
    ]


def test_naming_anothers_thing_is_answered_as_naming_none(
    clinic: Client, server: Server, own: str, theirs: dict[str, str]
) -> None:
    stranger = server.client("stranger", "admin")
    known = requests_naming(own, theirs["sample"], theirs["instrument"], theirs["analysis"])
    sample, analysis = (f"{theirs[name][:-4]}0000" for name in ("sample", "analysis"))
    unknown = requests_naming(own, sample, "nobody-has-this", analysis)
    for (path, one), (other_path, other) in zip(known, unknown, strict=True):
        refused, nothing = stranger.post(path, **one), stranger.post(other_path, **other)
        assert is_problem(refused, nothing.status_code), (path, refused.text)
        assert refused.status_code in {404, 422}
        assert refused.json() == nothing.json()
    assert clinic.get(f"/v1/samples/{theirs['sample']}").json()["n_responses"] == 250
    assert clinic.post("/v1/score", json={"instrument": "clinic-alone", **SCORING}).ok


@pytest.mark.parametrize("kind", ["samples", "analyses"])
def test_a_list_continued_after_anothers_thing_holds_only_ones_own(
    stranger: Client, own: str, theirs: dict[str, str], kind: str
) -> None:
    ask(stranger, own, kind="items")
    before = f"{theirs['sample'][:14]}0000-8000-000000000000"
    listed = stranger.get(f"/v1/{kind}?limit=200&after={before}").json()[kind]
    assert theirs["sample"] not in {one["id"] for one in listed}
    assert all(theirs["sample"] not in one.get("samples", ()) for one in listed)


def test_an_idempotency_key_is_ones_own(
    clinic: Client, stranger: Client, own: str, theirs: dict[str, str]
) -> None:
    headers = {"Idempotency-Key": "the same for both", "Prefer": "wait=0"}
    first = clinic.post(
        "/v1/analyses", json={"kind": "items", "samples": [theirs["sample"]]}, headers=headers
    )
    second = stranger.post(
        "/v1/analyses", json={"kind": "items", "samples": [own]}, headers=headers
    )
    assert first.json()["id"] != second.json()["id"]
    assert second.json()["samples"] == [own]


def test_export_and_trail_hold_only_ones_own(
    server: Server, clinic: Client, own: str, theirs: dict[str, str]
) -> None:
    admin = server.client("stranger", "admin")
    exported = admin.get("/v1/export").text
    assert own in exported
    trail = admin.get("/v1/audit?limit=10000").text
    for text in (exported, trail):
        assert theirs["sample"] not in text
        assert theirs["instrument"] not in text


def test_a_report_is_its_owners_alone(
    clinic: Client, stranger: Client, theirs: dict[str, str]
) -> None:
    """What another is refused is there: the owner gets every format and figure."""
    options = {"replicates": 20}
    asked = ask(clinic, theirs["sample"], wait=0, kind="validity", options=options).json()["id"]
    assert until_finished(clinic, asked, 120)["status"] == "succeeded"
    of = f"/v1/analyses/{asked}"
    places = [*(f"{of}/report.{form}" for form in ("html", "docx", "json", "R"))]
    for place in (*places, f"{of}/figures/scree.svg", f"{of}/figures/scree.png", f"{of}/events"):
        assert clinic.get(place).status_code == 200, place
        assert is_problem(stranger.get(place), 404), place
