"""FHIR R4: what an EHR asks for, in its own words."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from flask import Response, g, request

from schemas.definition import Definition
from schemas.fhir.capability import capability_statement
from schemas.fhir.documented import (
    BundleSchema,
    CapabilityStatementSchema,
    QuestionnaireResponseSchema,
    QuestionnaireSchema,
)
from schemas.fhir.names import FHIR_JSON
from schemas.fhir.outcome import root_of
from schemas.fhir.questionnaire import questionnaire, refuse_what_has_no_name
from schemas.fhir.reading import read_resource, write_resource
from schemas.fhir.response import KIND
from schemas.validation_errors import Fault, RefusedInputError
from service.errors import NotAcceptableError, UnsupportedTypeError
from service.records import Scope
from service.request_logging import this_request
from service.use_cases.extract_scores import Extracted, extract_scores
from service.web.audit import concerns, keeps_nothing
from service.web.conditional import ETAG, IF_NONE_MATCH, NOT_MODIFIED, revalidated
from service.web.error_handlers import service_address
from service.web.request_parsing import JSON, in_turn
from service.web.routes import Blueprint, open_to_all, refuses, requires, services, tenant_id

blueprint = Blueprint("fhir", __name__, description="FHIR R4, in JSON; nothing of it is kept.")

_SENT = (FHIR_JSON, JSON)
_ASKED = frozenset({*_SENT, "json", "text/json", "*/*"})
_R4 = frozenset({"", "4.0"})
_FORMAT = {
    "in": "query",
    "name": "_format",
    "schema": {"type": "string", "enum": ["json", FHIR_JSON, JSON]},
    "description": "JSON is the only format.",
}
_PRETTY = {
    "in": "query",
    "name": "_pretty",
    "schema": {"type": "string", "enum": ["true", "false"]},
    "description": "Whether the answer is written over several lines.",
}
_PARAMETERS = [_FORMAT, _PRETTY]


def _check_format() -> None:
    """Refuse what is asked for in XML, or sent in it."""
    incoming = this_request()
    wanted = incoming.args.get("_format")
    accepted = incoming.accept_mimetypes
    if wanted is not None:
        acceptable = wanted.replace(" ", "+").partition(";")[0] in _ASKED
    else:
        acceptable = not accepted or any(accepted[kind] > 0 for kind in _SENT)
    if not acceptable:
        raise NotAcceptableError(f"Answers are given as {FHIR_JSON} only.")
    if incoming.args.get("_pretty", "true") not in {"true", "false"}:
        detail = "Must be true or false, or left out."
        raise RefusedInputError([Fault(pointer="/query/_pretty", code="invalid", detail=detail)])


blueprint.before_request(_check_format)


@blueprint.route("/fhir/metadata")
@open_to_all
@refuses("NOT_ACCEPTABLE", "UNPROCESSABLE_ENTITY")
@blueprint.doc(parameters=_PARAMETERS)
@blueprint.response(200, CapabilityStatementSchema, content_type=FHIR_JSON)
def capabilities() -> Response:
    """Say what is done here in FHIR: the CapabilityStatement."""
    return _resource(capability_statement(base=service_address(), version=version("alliance")))


@blueprint.route("/fhir/Questionnaire/<instrument_id>")
@requires()
@refuses("NOT_FOUND", "NOT_ACCEPTABLE", "UNPROCESSABLE_ENTITY")
@blueprint.doc(parameters=[*_PARAMETERS, IF_NONE_MATCH])
@blueprint.response(200, QuestionnaireSchema, content_type=FHIR_JSON, headers=ETAG)
@blueprint.alt_response(304, description=NOT_MODIFIED, success=True)
def get_questionnaire(instrument_id: str) -> Response:
    """Return a form as a Questionnaire: item numbers and answer options, never the wording."""
    definition = services().instruments.get(tenant_id(), instrument_id)
    refuse_what_has_no_name(definition)
    return revalidated(_resource(questionnaire(definition, base=service_address())))


@blueprint.route("/fhir/QuestionnaireResponse/$extract", methods=["POST"])
@keeps_nothing
@requires(Scope.SCORE)
@refuses(
    "BAD_REQUEST",
    "NOT_FOUND",
    "NOT_ACCEPTABLE",
    "REQUEST_ENTITY_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNPROCESSABLE_ENTITY",
)
@blueprint.doc(
    parameters=_PARAMETERS,
    requestBody={
        "required": True,
        "content": {kind: {"schema": QuestionnaireResponseSchema} for kind in _SENT},
    },
)
@blueprint.response(200, BundleSchema, content_type=FHIR_JSON)
def extract() -> Response:
    """Score an answered form: one Observation a score, in a transaction Bundle.

    Takes a QuestionnaireResponse, or Parameters with `questionnaire-response`. Nothing is stored.
    """
    incoming = this_request()
    kind = incoming.mimetype
    if kind not in _SENT or incoming.mimetype_params.get("fhirversion", "") not in _R4:
        raise UnsupportedTypeError(f"Send the resource as {FHIR_JSON}, of FHIR R4.")
    with in_turn(incoming):
        found = _extracted(incoming.get_data(cache=False))
    concerns(found.rule)
    return _resource(found.bundle)


def _extracted(text: bytes) -> Extracted:
    g.fhir_root = KIND
    document = read_resource(text)
    g.fhir_root = root_of(document)
    bases = (service_address(), this_request().host_url.rstrip("/"))
    return extract_scores(text, document, find=_scoring_rule, bases=bases)


def _scoring_rule(name: str) -> Definition:
    definition = services().instruments.scoring_rule(tenant_id(), name)
    concerns(definition.rule)
    return definition


def _resource(resource: dict[str, Any]) -> Response:
    indented = request.args.get("_pretty") == "true"
    return Response(write_resource(resource, indented=indented), content_type=FHIR_JSON)
