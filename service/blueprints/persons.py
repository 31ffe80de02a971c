"""A person's right to be forgotten."""

from __future__ import annotations

from typing import Any

from schemas.erasure import ErasureRequestSchema, ErasureSchema
from service.records import Erased, Scope
from service.web.audit import answers
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("persons", __name__, description="Erasing a person.")


@blueprint.route("/v1/persons/erasure", methods=["POST"])
@answers(200)
@requires(Scope.SAMPLES)
@refuses("BAD_REQUEST", "NOT_FOUND", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")
@blueprint.arguments(ErasureRequestSchema)
@blueprint.response(200, ErasureSchema)
def erase_person(body: dict[str, Any]) -> Erased:
    """Delete all responses of a person, at once.

    With them go their scores, every analysis that used one of the samples they were in (with its
    result and reports; ask for it again), and the answers kept for repeated requests. Nothing
    found is not an error: all counts are zero.
    """
    return services().erasure.person(tenant_id(), body["person"], body.get("sample"))
