"""The audit trail, for those who must look at it."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from schemas.audit import AuditQuerySchema
from service.records import Scope
from service.serializers import audit_json
from service.web.pagination import LINK, link_to_next
from service.web.request_parsing import NDJSON
from service.web.routes import Blueprint, requires, services, tenant_id

blueprint = Blueprint("audit", __name__, description="Who did what, and when.")


@blueprint.route("/v1/audit")
@requires(Scope.ADMIN)
@blueprint.arguments(AuditQuerySchema, location="query")
@blueprint.response(
    200,
    {"type": "string"},
    content_type=NDJSON,
    description="One entry a line, oldest first; `Link` leads to the next page, if there is one.",
    headers=LINK,
)
def list_audit_trail(query: dict[str, Any]) -> Response:
    """Give out what the tenant's keys and clients did; never an answer or a person's identifier."""
    found = services().audit_store.page(tenant_id(), after=query["after"], limit=query["limit"])
    lines = b"".join(orjson.dumps(audit_json(row)) + b"\n" for row in found)
    response = Response(lines, mimetype=NDJSON)
    if len(found) == query["limit"]:
        response.headers.extend(link_to_next(found[-1].number, query["limit"]))
    return response
