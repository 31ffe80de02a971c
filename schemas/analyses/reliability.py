"""The kind ``reliability``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.reliability.options import ReliabilityOptions
from schemas.base import EstimateSchema, Number, ResultSchema, StrictSchema


class ReliabilityOptionsSchema(StrictSchema):
    """Options of a reliability analysis."""

    level = fields.Float(
        load_default=0.95,
        validate=validate.Range(0.5, 0.999),
        metadata={"description": "Coverage of the intervals."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ReliabilityOptions:
        """Make the engine's options."""
        return ReliabilityOptions(**data)


class IfItemDeletedSchema(ResultSchema):
    """A scale's reliability without one of its items."""

    item = fields.Integer()
    alpha = Number(allow_none=True)


class ScaleReliabilitySchema(ResultSchema):
    """One scale (:class:`psychometrics.reliability.results.ScaleReliability`)."""

    items = fields.List(fields.Integer())
    alpha = fields.Nested(EstimateSchema)
    standardized_alpha = fields.Nested(EstimateSchema)
    split_half = fields.Nested(EstimateSchema)
    if_item_deleted = fields.List(fields.Nested(IfItemDeletedSchema))
    cautions = fields.List(fields.String())


class ReliabilityResultSchema(ResultSchema):
    """A reliability analysis (:class:`psychometrics.reliability.results.ReliabilityResult`)."""

    n_persons = fields.Integer()
    scales = fields.Dict(keys=fields.String(), values=fields.Nested(ScaleReliabilitySchema))
    definitions = fields.Dict(keys=fields.String(), values=fields.String())
    cautions = fields.List(fields.String())
