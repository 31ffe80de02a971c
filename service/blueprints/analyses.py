"""Analyses: asked for, looked at, followed, cancelled."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from schemas.analysis import AnalysisPageSchema, AnalysisSchema, NewAnalysisSchema
from schemas.samples import PageQuerySchema
from service.records import Claim, Scope
from service.serializers import job_json, job_summary_json
from service.use_cases.submit_analysis import submit_analysis
from service.web.audit import answers, concerns
from service.web.idempotency import KEY_PARAMETER, REPLAYED, once
from service.web.long_poll import place_to_wait, preferred_wait, standings
from service.web.pagination import LINK, listed
from service.web.routes import Blueprint, refuses, requires, services, tenant_id
from service.web.sse import follow

blueprint = Blueprint("analyses", __name__, description="What the answers say of the instrument.")

_LOCATION = {"Location": {"schema": {"type": "string"}, "description": "Address of the analysis."}}
_PREFER = {
    "in": "header",
    "name": "Prefer",
    "schema": {"type": "string"},
    "example": "wait=10",
    "description": "`wait=N`: how many seconds to wait for the result (RFC 7240); 5 if left out.",
}

_LAST_EVENT = {
    "in": "header",
    "name": "Last-Event-ID",
    "schema": {"type": "string"},
    "description": "Identifier of the last event that was seen; it is not told again.",
}


@blueprint.route("/v1/analyses", methods=["POST"])
@answers(202)
@requires(Scope.ANALYSES)
@refuses(
    "BAD_REQUEST", "NOT_FOUND", "CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"
)
@blueprint.doc(parameters=[_PREFER, KEY_PARAMETER])
@blueprint.arguments(NewAnalysisSchema)
@blueprint.response(201, AnalysisSchema, description="Finished.", headers=_LOCATION)
@blueprint.alt_response(
    202, schema=AnalysisSchema, description="Under way.", success=True, headers=_LOCATION
)
def add_analysis(body: dict[str, Any]) -> Response:
    """Analyse one sample, several of one instrument, or one sample each of two forms.

    A repetition under the same `Idempotency-Key` gets the same analysis, as it stands by then.
    """
    submitted, replayed = once(
        lambda claim: _submit(body, claim),
        body=orjson.dumps(body, option=orjson.OPT_SORT_KEYS),
        sample_id=None,
    )
    job_id = submitted.decode()
    _wait(job_id)
    now = services().queue.find(tenant_id(), job_id)
    concerns(now.instrument)
    return Response(
        orjson.dumps(job_json(now)),
        status=201 if now.standing.status.finished else 202,
        headers={"Location": f"/v1/analyses/{job_id}", **(REPLAYED if replayed else {})},
        mimetype="application/json",
    )


@blueprint.route("/v1/analyses")
@requires(Scope.ANALYSES)
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, AnalysisPageSchema, headers=LINK)
def list_analyses(query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """List analyses in the order they were asked for."""
    found = services().queue.list(tenant_id(), limit=query["limit"], after=query["after"])
    return listed("analyses", found, query, job_summary_json)


@blueprint.route("/v1/analyses/<analysis_id>")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND")
@blueprint.response(200, AnalysisSchema)
def get_analysis(analysis_id: str) -> Response:
    """Return an analysis: where it stands, and its result when it is done."""
    found = services().queue.find(tenant_id(), analysis_id)
    return Response(orjson.dumps(job_json(found)), mimetype="application/json")


@blueprint.route("/v1/analyses/<analysis_id>", methods=["DELETE"])
@answers(204)
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND")
@blueprint.response(204)
def cancel_analysis(analysis_id: str) -> None:
    """Cancel an analysis; one that is finished stays as it is."""
    services().queue.cancel(tenant_id(), analysis_id)


@blueprint.route("/v1/analyses/<analysis_id>/events")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND")
@blueprint.doc(parameters=[_LAST_EVENT])
@blueprint.response(
    200,
    {"type": "string"},
    content_type="text/event-stream",
    description="Events `progress` and, at the end, `finished`, each with status and progress; or "
    "`deleted`, when the analysis is deleted meanwhile. Comments keep the connection open.",
)
@blueprint.alt_response(204, description="Finished, and the client has seen the end.", success=True)
def follow_analysis(analysis_id: str) -> Response:
    """Follow an analysis as server-sent events, until it is finished."""
    return follow(analysis_id)


def _submit(body: dict[str, Any], claim: Claim | None) -> bytes:
    job = submit_analysis(
        services().queue,
        services().samples,
        tenant_id(),
        kind=body["kind"],
        sample_ids=body["samples"],
        options=body["options"],
        at_most=services().config.maximum_unfinished,
        priority=body["priority"],
        claim=claim,
    )
    return job.id.encode()


def _wait(job_id: str) -> None:
    seconds = preferred_wait(request, services().config.maximum_wait)
    with place_to_wait() as place:
        for _ in standings(services().queue, tenant_id(), job_id, seconds if place else 0.0):
            pass
