"""Webhooks: who is called when an analysis is finished, and what came of it."""

from __future__ import annotations

from typing import Any

from schemas.samples import PageQuerySchema
from schemas.validation_errors import Fault, RefusedInputError
from schemas.webhooks import (
    DeliveryPageSchema,
    MadeWebhookSchema,
    NewWebhookSchema,
    WebhookPageSchema,
)
from service.outbound_http import OutboundError
from service.records import Scope
from service.serializers import delivery_json, webhook_json
from service.use_cases.deliver_event import secret_of
from service.web.audit import answers
from service.web.pagination import LINK, listed
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("webhooks", __name__, description="Who is called when analyses finish.")


@blueprint.route("/v1/webhooks", methods=["POST"])
@answers(201)
@requires(Scope.ANALYSES)
@refuses("BAD_REQUEST", "CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")
@blueprint.arguments(NewWebhookSchema)
@blueprint.response(201, MadeWebhookSchema)
def add_webhook(body: dict[str, Any]) -> dict[str, Any]:
    """Have an address called when an analysis of the tenant is finished.

    The message holds the analysis' identifier alone and is signed with the secret, which is shown
    once. The operator must have listed the host.
    """
    try:
        services().config.webhooks_allowed.check(body["url"])
    except OutboundError as error:
        fault = Fault(pointer="/url", code="not-supported", detail=f"Refused: {error.reason}.")
        raise RefusedInputError([fault]) from None
    made = services().webhooks.add(tenant_id(), body["url"])
    return {**webhook_json(made), "secret": secret_of(made.id, services().webhook_mac)}


@blueprint.route("/v1/webhooks")
@requires(Scope.ANALYSES)
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, WebhookPageSchema, headers=LINK)
def list_webhooks(query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """List webhooks in the order they were made, without their secrets."""
    found = services().webhooks.list(tenant_id(), limit=query["limit"], after=query["after"])
    return listed("webhooks", found, query, webhook_json)


@blueprint.route("/v1/webhooks/<webhook_id>", methods=["DELETE"])
@answers(204)
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND")
@blueprint.response(204)
def remove_webhook(webhook_id: str) -> None:
    """Delete a webhook with the list of its deliveries."""
    services().webhooks.remove(tenant_id(), webhook_id)


@blueprint.route("/v1/webhooks/<webhook_id>/deliveries")
@requires(Scope.ANALYSES)
@refuses("NOT_FOUND")
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, DeliveryPageSchema, headers=LINK)
def list_deliveries(
    query: dict[str, Any], webhook_id: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """List what was or is to be delivered to a webhook; kept for thirty days."""
    found = services().webhooks.deliveries(
        tenant_id(), webhook_id, limit=query["limit"], after=query["after"]
    )
    return listed("deliveries", found, query, delivery_json)
