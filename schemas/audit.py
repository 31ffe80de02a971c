"""The audit trail: which part of it is asked for."""

from __future__ import annotations

from marshmallow import fields, validate

from schemas.base import StrictSchema

_HIGHEST = 2**63 - 1


class AuditQuerySchema(StrictSchema):
    """Which part of the trail."""

    limit = fields.Integer(load_default=1000, validate=validate.Range(1, 10_000))
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, _HIGHEST),
        metadata={"description": "Number of the entry before."},
    )
