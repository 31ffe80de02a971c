"""The specification: current, valid, and true of the running server."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from schemas.validation_errors import FAULT_CODES
from service.errors import HTTP_PROBLEMS, PROBLEMS
from service.use_cases.analysis_registry import KINDS
from tests.conftest import ROOT
from tests.service.server import Server, is_problem
from tests.service.test_analyses import sample_of

SPECIFICATION: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
ANSWERED: dict[str, set[int]] = {}
"""Statuses seen, by operation."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


def as_it_is(_: Any, value: Any) -> bytes:
    """Send whatever was generated as the text it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


for media_type in ("application/x-ndjson", "text/csv"):
    schemathesis.serializer(media_type)(as_it_is)

described = schemathesis.openapi.from_dict(SPECIFICATION)


def referred(reference: dict[str, str]) -> dict[str, Any]:
    """Return the schema that is referred to."""
    name = reference["$ref"].rsplit("/", 1)[1]
    found: dict[str, Any] = SPECIFICATION["components"]["schemas"][name]
    return found


def named(discriminator: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the schema of a kind of analysis."""
    return referred({"$ref": discriminator["mapping"][kind]})


@pytest.mark.parametrize("kind", KINDS)
def test_every_choice_that_is_offered_is_accepted(kind: str) -> None:
    request = named(SPECIFICATION["components"]["schemas"]["NewAnalysis"]["discriminator"], kind)
    properties = referred(request["properties"]["options"])["properties"]
    schema = KINDS[kind].options()
    estimators = properties.get("estimator", {}).get("enum", ())
    for option, offered in properties.items():
        for value in offered.get("enum", ()):
            beside = [{}, *({"estimator": one} for one in estimators)]
            faults = [schema.validate({**others, option: value}) for others in beside]
            assert any(option not in fault for fault in faults), f"{option}: {value}"


def test_the_committed_specification_is_current() -> None:
    written = subprocess.run(
        [sys.executable, "-m", "service", "openapi"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert written.stdout == (ROOT / "openapi.yaml").read_text(), "run `make openapi`"


def test_the_specification_is_valid_openapi() -> None:
    validate(SPECIFICATION)
    assert SPECIFICATION["openapi"].startswith("3.")


def test_every_guarded_operation_documents_its_refusals() -> None:
    for path, operations in SPECIFICATION["paths"].items():
        for method, operation in operations.items():
            if method != "parameters" and operation.get("security"):
                assert "401" in operation["responses"], (method, path)


@pytest.mark.parametrize("name", ["NewAnalysis", "Analysis"])
def test_every_kind_of_analysis_documents_options_and_result(name: str) -> None:
    analysis = SPECIFICATION["components"]["schemas"][name]
    assert list(analysis["discriminator"]["mapping"]) == list(KINDS)
    for kind, one in zip(KINDS, analysis["oneOf"], strict=True):
        described = referred(one)
        assert described == named(analysis["discriminator"], kind)
        assert described["properties"]["kind"]["const"] == kind
        if name == "Analysis":
            assert {"kind", "result"} <= set(described["required"])
            assert len(described["properties"]["result"]["anyOf"]) == 2


def test_every_schema_and_every_tag_says_what_it_is() -> None:
    schemas = SPECIFICATION["components"]["schemas"]
    assert [name for name, one in schemas.items() if not one.get("description")] == []
    assert not any(re.search(r":\w+:`|``", one["description"]) for one in schemas.values())
    assert [tag["name"] for tag in SPECIFICATION["tags"] if not tag.get("description")] == []


def test_nothing_is_described_that_nothing_refers_to() -> None:
    text = (ROOT / "openapi.yaml").read_text()
    unused = [
        f"{kind}/{name}"
        for kind, components in SPECIFICATION["components"].items()
        if kind != "securitySchemes"  # these are named without a reference
        for name in components
        if f"'#/components/{kind}/{name}'" not in text
    ]
    assert unused == []


OPERATIONS = [
    (path, method, operation)
    for path, operations in SPECIFICATION["paths"].items()
    for method, operation in operations.items()
    if method != "parameters"
]


def test_every_operation_has_a_name_of_its_own_and_says_who_may_call_it() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in names)
    public = {path for path, _, operation in OPERATIONS if operation["security"] == []}
    assert {"/healthz", "/oauth/token", "/fhir/metadata"} <= public
    assert not any(path.startswith("/v1/") for path in public)


def test_every_body_has_an_example_that_fits_its_schema() -> None:
    for path, method, operation in OPERATIONS:
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            schema = {**body["schema"], "components": SPECIFICATION["components"]}
            Draft202012Validator(schema).validate(body["example"])
            assert body["example"], (method, path, kind)


def test_every_pattern_is_anchored_and_read_by_other_languages() -> None:
    text = (ROOT / "openapi.yaml").read_text()
    patterns = set(re.findall(r"^ +pattern: (.*)$", text, re.MULTILINE))
    assert patterns
    for pattern in patterns:
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert not re.search(r"\\[AZz]|\(\?[P<#(]", pattern), pattern


def test_every_answer_declares_its_headers() -> None:
    components = SPECIFICATION["components"]["responses"]
    for path, method, operation in OPERATIONS:
        for status, named in operation["responses"].items():
            response = components[named["$ref"].rpartition("/")[2]] if "$ref" in named else named
            assert "X-Request-Id" in response["headers"], (method, path, status)
            assert ("Retry-After" in response["headers"]) >= (status in {"429", "503"})


def test_every_kind_of_problem_and_fault_is_listed() -> None:
    schemas = SPECIFICATION["components"]["schemas"]
    kinds = schemas["Problem"]["properties"]["type"]["enum"]
    assert set(kinds) == {one.type for one in (*PROBLEMS.values(), *HTTP_PROBLEMS.values())}
    listed = set(schemas["Fault"]["properties"]["code"]["enum"])
    assert listed == set(FAULT_CODES)
    assert codes_in_the_source() - listed == set()


def codes_in_the_source() -> set[str]:
    """Find the codes of faults: texts given as ``code`` to whatever makes one."""
    makers = re.compile(r"_?(Fault|refused|refusal|unknown|unnameable)$")
    found = set()
    for file in (*(ROOT / "schemas").rglob("*.py"), *(ROOT / "service").rglob("*.py")):
        if "cli" in file.parts:  # no program reads what a command says to people
            continue
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and makers.search(ast.unparse(call.func)):
                given = [*call.args[:2], *(one.value for one in call.keywords if one.arg == "code")]
                found |= {
                    one.value
                    for one in given
                    if isinstance(one, ast.Constant)
                    and isinstance(one.value, str)
                    and re.fullmatch(r"[a-z]+(-[a-z]+)*", one.value)
                }
    return found - {"invalid_client", "invalid_request"}


@pytest.mark.parametrize("path", ["/healthz", "/v1/instruments", "/v1/score?instrument=a&x="])
def test_a_parameter_that_a_route_does_not_know_is_refused(server: Server, path: str) -> None:
    client = server.client("clinic")
    method = "POST" if "score" in path else "GET"
    asked = path + ("&" if "?" in path else "?") + "detial=guide&p271828=1"
    refused = client.send(method, asked)
    assert is_problem(refused, 422)
    pointers = {fault["pointer"] for fault in refused.json()["errors"]}
    assert {"/query/detial", "/query"} <= pointers
    assert "271828" not in refused.text


def test_a_parameter_that_comes_twice_is_refused(server: Server) -> None:
    refused = server.client("clinic").get("/v1/samples?limit=1&limit=2")
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["code"] == "repeated"


def test_an_instrument_in_the_address_must_be_the_bodys(server: Server) -> None:
    client = server.client("clinic")
    body = {"instrument": "wai-sr-client", "responses": [{"answers": [3] * 12}]}
    for detail in ("", "&detail=change", "&detail=guide"):
        refused = client.post(f"/v1/score?instrument=wai-s-client{detail}", json=body)
        assert is_problem(refused, 422)
        assert refused.json()["errors"][0]["pointer"] == "/query/instrument"
    assert client.post("/v1/score?instrument=wai-sr-client", json=body).ok
    sample = {"name": "one", "instrument": "wai-sr-client", "setting": "other"}
    batches = f"/v1/samples/{client.post('/v1/samples', json=sample).json()['id']}/batches"
    assert is_problem(client.post(f"{batches}?instrument=wai-s-client", json=body), 422)
    assert client.post(f"{batches}?instrument=wai-sr-client", json=body).status_code == 201


@pytest.fixture(scope="module")
def key(server: Server, data: Any) -> str:
    """A key of a tenant that has something to find."""
    client = server.client("schemathesis", "admin")
    sample_of(client, data / "wai_250.csv")
    return str(client.key)


@described.parametrize()
@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_answers_as_specified(case: Any, server: Server, key: str) -> None:
    case.headers["Authorization"] = f"Bearer {key}"
    case.headers["Prefer"] = "wait=0"
    answer = case.call_and_validate(base_url=server.url, checks=CHECKS)
    ANSWERED.setdefault(case.operation.label, set()).add(answer.status_code)


def test_every_operation_was_tried_with_a_valid_key() -> None:
    """Must follow the test above, which fills the table."""
    operations = {
        f"{method.upper()} {path}"
        for path, operations in SPECIFICATION["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert set(ANSWERED) == operations
    assert all(statuses - {401, 403} for statuses in ANSWERED.values())
