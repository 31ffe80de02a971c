"""What a tenant owns, given out.

Each export holds a thread of the web process and a view of the database for as long as its client
reads, so that only some may be under way at a time; who comes beyond that is asked to come back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Response

from service.adapters.database.webhooks import MAXIMUM_WEBHOOKS
from service.errors import TooManyRequestsError
from service.records import Scope
from service.use_cases.export_data import sample_csv, tenant_lines
from service.web.request_parsing import CSV, NDJSON
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

PLACES = 4
"""Exports that one web process gives out side by side."""

_RETRY_SECONDS = 10.0
_places = threading.BoundedSemaphore(PLACES)

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

    The tenant with its policy, keys and webhooks (without their secrets) and clients, instruments,
    samples, batches, responses with answers, scores and what stands beside them, and analyses with
    their results. The last line counts the lines before it: without it the export is not whole.
    """
    parts = services()
    tenant = parts.retention.policy(tenant_id())
    lines = tenant_lines(
        tenant,
        keys=parts.keys.list(tenant.tenant),
        clients=parts.clients.list(tenant.tenant),
        webhooks=parts.webhooks.list(tenant.tenant_id, limit=MAXIMUM_WEBHOOKS),
        own=parts.instruments.own,
        samples=parts.samples,
        contents=parts.contents,
        queue=parts.queue,
    )
    return _given_out(lines, NDJSON)


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
    return _given_out(sample_csv(sample, services().contents), CSV)


def _given_out(lines: Iterator[bytes], media_type: str) -> Response:
    """Answer with lines, from a place that is free again when the client has them or is gone."""
    if not _places.acquire(blocking=False):
        detail = f"{PLACES} exports are under way in this process; try again in a while."
        raise TooManyRequestsError(detail, retry_after=_RETRY_SECONDS)
    answer = Response(lines, mimetype=media_type)
    answer.call_on_close(_places.release)
    return answer
