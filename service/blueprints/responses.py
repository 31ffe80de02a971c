"""One response of a sample: read back, corrected, taken out."""

from __future__ import annotations

from collections.abc import Container

import orjson
from flask import Flask, Response, request
from werkzeug.routing import BaseConverter

from schemas.responses.document import parse_json
from schemas.samples import CorrectionSchema, KeptResponseSchema
from service.records import KeptResponse, Sample, Scope
from service.use_cases.correct_response import correct_response, response_json
from service.web.audit import answers, concerns
from service.web.request_parsing import JSON, json_text
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("responses", __name__, description="One response of a sample.")

_ADDRESS = "/v1/samples/<sample_id>/responses/<name:response_id>"
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Names this state of the response."}}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` that was read; if the response was changed since, 412.",
}


class _Name(BaseConverter):
    """A name as the caller gave it, percent-encoded, slashes included."""

    regex = ".+"
    part_isolating = False


def know_names(app: Flask) -> None:
    """Let addresses hold the names of responses."""
    app.url_map.converters["name"] = _Name


@blueprint.route(_ADDRESS)
@requires(Scope.SAMPLES)
@refuses("NOT_FOUND")
@blueprint.response(200, KeptResponseSchema, headers=_ETAG)
def get_response(sample_id: str, response_id: str) -> Response:
    """Return the scores of one response as they are kept, by its id percent-encoded."""
    sample = services().samples.find(tenant_id(), sample_id)
    concerns(sample.instrument)
    return _shown(sample, services().corrections.find(tenant_id(), sample.id, response_id))


@blueprint.route(_ADDRESS, methods=["PUT"])
@answers(200)
@requires(Scope.SAMPLES)
@refuses(
    "BAD_REQUEST",
    "NOT_FOUND",
    "PRECONDITION_FAILED",
    "REQUEST_ENTITY_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
)
@blueprint.response(200, KeptResponseSchema, headers=_ETAG)
@blueprint.doc(
    requestBody={"required": True, "content": {JSON: {"schema": CorrectionSchema}}},
    parameters=[_IF_MATCH],
)
def correct(sample_id: str, response_id: str) -> Response:
    """Put a corrected form in the place of a response, and score it. None is made anew.

    Of what may stand beside the answers, what is left out stays as it is; `null` takes it away.
    All analyses of the sample are deleted, for they rest on the former answers; those that are
    under way are ended.
    """
    sample = services().samples.find(tenant_id(), sample_id)
    concerns(sample.instrument)
    body = parse_json(json_text(request))
    kept = correct_response(services().corrections, sample, response_id, body, expected=_expected())
    return _shown(sample, kept)


@blueprint.route(_ADDRESS, methods=["DELETE"])
@answers(204)
@requires(Scope.SAMPLES)
@refuses("NOT_FOUND", "PRECONDITION_FAILED")
@blueprint.doc(parameters=[_IF_MATCH])
@blueprint.response(204)
def remove_response(sample_id: str, response_id: str) -> None:
    """Delete one response with its scores, and all analyses of the sample."""
    services().corrections.remove(tenant_id(), sample_id, response_id, expected=_expected())


def _expected() -> Container[str] | None:
    return request.if_match if "If-Match" in request.headers else None


def _shown(sample: Sample, kept: KeptResponse) -> Response:
    answer = Response(orjson.dumps(response_json(sample, kept)), mimetype=JSON)
    answer.set_etag(kept.version)
    return answer
