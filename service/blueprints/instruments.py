"""Instruments: the catalogue, and adaptations of one's own."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from schemas.definition import (
    Definition,
    DefinitionSchema,
    InstrumentListSchema,
    InstrumentSchema,
    parse_definition,
)
from service.records import Scope
from service.web.audit import answers
from service.web.conditional import ETAG, IF_NONE_MATCH, NOT_MODIFIED, revalidated
from service.web.request_parsing import JSON, json_text
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("instruments", __name__, description="Forms and their scoring rules.")


@blueprint.route("/v1/instruments")
@requires()
@blueprint.doc(parameters=[IF_NONE_MATCH])
@blueprint.response(200, InstrumentListSchema, headers=ETAG)
@blueprint.alt_response(304, description=NOT_MODIFIED, success=True)
def list_instruments() -> Response:
    """List the catalogue and the tenant's own instruments."""
    found = [_shown(one) for one in services().instruments.list(tenant_id())]
    return _answer({"instruments": found})


@blueprint.route("/v1/instruments/<instrument_id>")
@requires()
@refuses("NOT_FOUND")
@blueprint.doc(parameters=[IF_NONE_MATCH])
@blueprint.response(200, InstrumentSchema, headers=ETAG)
@blueprint.alt_response(304, description=NOT_MODIFIED, success=True)
def get_instrument(instrument_id: str) -> Response:
    """Return one instrument's definition, with the hash that names its rule."""
    return _answer(_shown(services().instruments.get(tenant_id(), instrument_id)))


@blueprint.route("/v1/instruments", methods=["POST"])
@answers(201)
@requires(Scope.SAMPLES)
@refuses(
    "BAD_REQUEST",
    "CONFLICT",
    "REQUEST_ENTITY_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNPROCESSABLE_ENTITY",
)
@blueprint.response(201, InstrumentSchema)
@blueprint.alt_response(
    200, schema=InstrumentSchema, description="Is kept already, as it was sent.", success=True
)
@blueprint.doc(requestBody={"required": True, "content": {JSON: {"schema": DefinitionSchema}}})
def add_instrument() -> tuple[dict[str, Any], int]:
    """Keep an adaptation of one's own; it never changes afterwards."""
    definition = parse_definition(json_text(request))
    is_new = services().instruments.add(tenant_id(), definition)
    return _shown(definition), 201 if is_new else 200


def _answer(document: dict[str, Any]) -> Response:
    return revalidated(Response(orjson.dumps(document), mimetype=JSON))


def _shown(definition: Definition) -> dict[str, Any]:
    return {**definition.document, "sha256": definition.sha256}
