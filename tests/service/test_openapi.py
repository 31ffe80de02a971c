"""The specification: current, valid, and true of the running server."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.use_cases.kinds import KINDS
from tests.conftest import ROOT
from tests.service.server import Server
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


@pytest.mark.parametrize("kind", KINDS)
def test_every_choice_that_is_offered_is_accepted(kind: str) -> None:
    described_options = next(
        request["properties"]["options"]
        for request in SPECIFICATION["components"]["schemas"]["NewAnalysis"]["oneOf"]
        if request["title"] == kind
    )
    name = described_options["$ref"].rsplit("/", 1)[1]
    properties = SPECIFICATION["components"]["schemas"][name]["properties"]
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


def test_every_kind_of_analysis_documents_options_and_result() -> None:
    schemas = SPECIFICATION["components"]["schemas"]
    kinds = [one["properties"]["kind"]["const"] for one in schemas["NewAnalysis"]["oneOf"]]
    assert kinds == list(KINDS)
    analysis = schemas["Analysis"]
    assert list(analysis["discriminator"]["mapping"]) == kinds
    for kind, one in zip(kinds, analysis["oneOf"], strict=True):
        described = schemas[one["$ref"].rsplit("/", 1)[1]]
        assert described["properties"]["kind"]["const"] == kind
        assert {"kind", "result"} <= set(described["required"])
        assert len(described["properties"]["result"]["anyOf"]) == 2


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
