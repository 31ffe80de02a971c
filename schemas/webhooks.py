"""Webhooks: requests and answers."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.base import StrictSchema
from schemas.samples import PageSchema


class NewWebhookSchema(StrictSchema):
    """An address to be called."""

    url = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={
            "description": "Begins with `https://`; the operator must have listed its host.",
            "example": "https://ehr.example.org/alliance",
        },
    )


class WebhookSchema(Schema):
    """An address that is called when an analysis is finished."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class MadeWebhookSchema(WebhookSchema):
    """A webhook that was just made."""

    secret = fields.String(
        required=True,
        metadata={"description": "`whsec_…`, by which its receiver checks signatures; shown once."},
    )


class WebhookPageSchema(PageSchema):
    """Webhooks in the order they were made."""

    webhooks = fields.List(fields.Nested(WebhookSchema), required=True)


class DeliverySchema(Schema):
    """One event for one webhook."""

    id = fields.String(required=True, metadata={"description": "`webhook-id` of each attempt."})
    analysis = fields.String(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["waiting", "delivered", "given-up"])
    )
    attempts = fields.Integer(required=True)
    outcome = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of the last attempt: `HTTP 503`, or why there was no answer."},
    )
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    next_at = fields.String(
        required=True,
        allow_none=True,
        metadata={"format": "date-time", "description": "Of the next attempt; null at the end."},
    )


class DeliveryPageSchema(PageSchema):
    """Deliveries in the order of events."""

    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)
