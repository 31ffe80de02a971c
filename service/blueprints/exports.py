"""What a tenant owns, given out."""

from __future__ import annotations

from flask import Response

from service.records import Scope
from service.use_cases.export_data import sample_csv, tenant_lines
from service.web.bodies import CSV, NDJSON
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("exports", __name__, description="What is stored, given out.")


@blueprint.route("/v1/export")
@requires(Scope.EXPORT)
@blueprint.response(
    200,
    {"type": "string"},
    content_type=NDJSON,
    description="One JSON object a line, with its `type`; the last is of the type `end`.",
)
def export() -> Response:
    """Give out everything the tenant owns.

    The tenant with its policy, keys (without their secrets) and clients, instruments, samples,
    batches, responses with answers, scores and what stands beside them, and analyses with their
    results. The last line counts the lines before it: without it the export is not whole.
    """
    parts = services()
    tenant = parts.retention.policy(tenant_id())
    lines = tenant_lines(
        tenant,
        keys=parts.keys.list(tenant.tenant),
        clients=parts.clients.list(tenant.tenant),
        own=parts.instruments.own,
        samples=parts.samples,
        contents=parts.contents,
        queue=parts.queue,
    )
    return Response(lines, mimetype=NDJSON)


@blueprint.route("/v1/samples/<sample_id>/responses.csv")
@requires(Scope.EXPORT)
@refuses("NOT_FOUND")
@blueprint.response(
    200,
    {"type": "string"},
    content_type=CSV,
    description="Columns as every entrance for files takes them.",
)
def export_sample(sample_id: str) -> Response:
    """Give out a sample's responses: `id`, `i1 … iK`, then what stands beside the answers."""
    sample = services().samples.find(tenant_id(), sample_id)
    return Response(sample_csv(sample, services().contents), mimetype=CSV)
