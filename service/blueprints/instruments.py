"""Instruments: the catalogue, and adaptations of one's own."""

from __future__ import annotations

from typing import Any

from flask import request

from schemas.definition import (
    Definition,
    DefinitionSchema,
    InstrumentListSchema,
    InstrumentSchema,
    parse_definition,
)
from service.records import Scope
from service.web.audit import answers
from service.web.request_parsing import JSON, json_text
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("instruments", __name__, description="Forms and their scoring rules.")


@blueprint.route("/v1/instruments")
@requires()
@blueprint.response(200, InstrumentListSchema)
def list_instruments() -> dict[str, list[dict[str, Any]]]:
    """List the catalogue and the tenant's own instruments."""
    return {"instruments": [_shown(found) for found in services().instruments.list(tenant_id())]}


@blueprint.route("/v1/instruments/<instrument_id>")
@requires()
@refuses("NOT_FOUND")
@blueprint.response(200, InstrumentSchema)
def get_instrument(instrument_id: str) -> dict[str, Any]:
    """Return one instrument's definition, with the hash that names its rule."""
    return _shown(services().instruments.get(tenant_id(), instrument_id))


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
@blueprint.doc(requestBody={"required": True, "content": {JSON: {"schema": DefinitionSchema}}})
def add_instrument() -> dict[str, Any]:
    """Keep an adaptation of one's own; it never changes afterwards."""
    definition = parse_definition(json_text(request))
    services().instruments.add(tenant_id(), definition)
    return _shown(definition)


def _shown(definition: Definition) -> dict[str, Any]:
    return {**definition.document, "sha256": definition.sha256}
