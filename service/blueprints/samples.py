"""Samples, and the batches of responses in them."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from schemas.definition import kept_definition
from schemas.responses.document import load_batch
from schemas.samples import (
    BatchAnswerSchema,
    BatchPageSchema,
    BatchRequestSchema,
    NewSampleSchema,
    PageQuerySchema,
    SamplePageSchema,
    SampleSchema,
)
from service.records import Claim, Sample, Scope
from service.serializers import batch_json, sample_json
from service.use_cases.store_batch import score_batch, store_batch
from service.web.audit import answers, concerns
from service.web.idempotency import KEY_PARAMETER, REPLAYED, once
from service.web.pagination import LINK, listed
from service.web.request_parsing import (
    INSTRUMENT_PARAMETER,
    in_turn,
    read_batch_body,
    rows_documentation,
)
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("samples", __name__, description="Responses that are kept, by sample.")


@blueprint.route("/v1/samples", methods=["POST"])
@answers(201)
@requires(Scope.SAMPLES)
@refuses(
    "BAD_REQUEST", "NOT_FOUND", "CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"
)
@blueprint.doc(parameters=[KEY_PARAMETER])
@blueprint.arguments(NewSampleSchema)
@blueprint.response(201, SampleSchema)
def add_sample(body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make an empty sample. It keeps its instrument's definition as it is now.

    A repetition under the same `Idempotency-Key` gets the same sample, as it stands by then.
    """
    made, replayed = once(
        lambda claim: _make(body, claim),
        body=orjson.dumps(body, option=orjson.OPT_SORT_KEYS),
        sample_id=None,
    )
    sample = services().samples.find(tenant_id(), made.decode())
    concerns(sample.instrument)
    headers = {"Location": f"/v1/samples/{sample.id}", **(REPLAYED if replayed else {})}
    return sample_json(sample), 201, headers


@blueprint.route("/v1/samples")
@requires(Scope.SAMPLES)
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, SamplePageSchema, headers=LINK)
def list_samples(query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """List samples in the order they were made."""
    found = services().samples.list(tenant_id(), limit=query["limit"], after=query["after"])
    return listed("samples", found, query, sample_json)


@blueprint.route("/v1/samples/<sample_id>")
@requires(Scope.SAMPLES)
@refuses("NOT_FOUND")
@blueprint.response(200, SampleSchema)
def get_sample(sample_id: str) -> dict[str, Any]:
    """Return one sample; what is in it is not given out."""
    return sample_json(services().samples.find(tenant_id(), sample_id))


@blueprint.route("/v1/samples/<sample_id>", methods=["DELETE"])
@answers(204)
@requires(Scope.SAMPLES)
@refuses("NOT_FOUND")
@blueprint.response(204)
def remove_sample(sample_id: str) -> None:
    """Delete a sample with all responses and scores in it, and with all analyses of it.

    Analyses of several samples go too, and those that are under way are ended.
    """
    services().erasure.sample(tenant_id(), sample_id)


@blueprint.route("/v1/samples/<sample_id>/batches", methods=["POST"])
@answers(201)
@requires(Scope.SAMPLES)
@refuses(
    "BAD_REQUEST",
    "NOT_FOUND",
    "CONFLICT",
    "REQUEST_ENTITY_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNPROCESSABLE_ENTITY",
)
@blueprint.response(201, BatchAnswerSchema)
@blueprint.doc(
    requestBody=rows_documentation(BatchRequestSchema),
    parameters=[KEY_PARAMETER, INSTRUMENT_PARAMETER],
)
def add_batch(sample_id: str) -> Response:
    """Keep responses and score them: all of them, or none when one cell is refused."""
    sample = services().samples.find(tenant_id(), sample_id)
    concerns(sample.instrument)
    answer, replayed = once(
        lambda claim: _store(sample, claim), body=request.get_data(), sample_id=sample.id
    )
    headers = REPLAYED if replayed else {}
    return Response(answer, status=201, headers=headers, mimetype="application/json")


@blueprint.route("/v1/samples/<sample_id>/batches")
@requires(Scope.SAMPLES)
@refuses("NOT_FOUND")
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, BatchPageSchema, headers=LINK)
def list_batches(query: dict[str, Any], sample_id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """List a sample's batches in the order they came."""
    sample = services().samples.find(tenant_id(), sample_id)
    found = services().responses.batches(
        tenant_id(), sample.id, limit=query["limit"], after=query["after"]
    )
    return listed("batches", found, query, batch_json)


def _make(body: dict[str, Any], claim: Claim | None) -> bytes:
    definition = services().instruments.scoring_rule(tenant_id(), body["instrument"])
    sample = services().samples.add(
        tenant_id(), name=body["name"], setting=body["setting"], definition=definition, claim=claim
    )
    return sample.id.encode()


def _store(sample: Sample, claim: Claim | None) -> bytes:
    responses, definition = services().responses, kept_definition(sample.definition)
    with in_turn(request):
        block = read_batch_body(request, definition, load_batch)
        scored = score_batch(responses, sample, block)
        del block  # memory that the next batch can take
    return store_batch(responses, scored, claim)
