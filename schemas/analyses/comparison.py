"""The kind ``comparison``: options taken and result given."""

from __future__ import annotations

from marshmallow import fields

from psychometrics.invariance.options import ComparisonOptions
from schemas.analyses.invariance import GroupSchema, LadderOptionsSchema
from schemas.base import IntervalSchema, Number, ResultSchema


class ComparisonOptionsSchema(LadderOptionsSchema):
    """Options of a comparison."""

    made = ComparisonOptions


class LatentMeanSchema(ResultSchema):
    """A factor's mean (:class:`psychometrics.invariance.results.LatentMean`)."""

    group = fields.String()
    factor = fields.String()
    estimate = Number()
    standard_error = Number(allow_none=True)
    interval = fields.Nested(IntervalSchema, allow_none=True)
    standardized = Number(allow_none=True)


class ObservedMeanSchema(ResultSchema):
    """A scale's mean (:class:`psychometrics.invariance.results.ObservedMean`)."""

    group = fields.String()
    scale = fields.String()
    mean = Number()
    sd = Number(allow_none=True)
    n = fields.Integer()
    effect_size = Number(allow_none=True)
    interval = fields.Nested(IntervalSchema, allow_none=True)


class FreedItemSchema(ResultSchema):
    """A released item (:class:`psychometrics.invariance.results.FreedItem`)."""

    item = fields.Integer()
    parameters = fields.List(fields.String())


class MovedSchema(ResultSchema):
    """The item that moves a difference most (:class:`psychometrics.invariance.results.Moved`)."""

    item = fields.Integer()
    by = Number()


class BoundSchema(ResultSchema):
    """A difference and its bounds (:class:`psychometrics.invariance.results.Bound`)."""

    group = fields.String()
    factor = fields.String()
    estimate = Number()
    interval = fields.Nested(IntervalSchema, allow_none=True)
    with_bias = fields.Nested(IntervalSchema)
    moved_most_by = fields.Nested(MovedSchema, allow_none=True)
    robust_estimate = Number(allow_none=True)
    suspect_items = fields.List(fields.Integer())


class ComparisonResultSchema(ResultSchema):
    """A comparison (:class:`psychometrics.invariance.results.ComparisonResult`)."""

    status = fields.String()
    reason = fields.String()
    group = fields.String()
    between = fields.String()
    reference = fields.String(allow_none=True)
    groups = fields.List(fields.Nested(GroupSchema))
    latent_means = fields.List(fields.Nested(LatentMeanSchema))
    observed_means = fields.List(fields.Nested(ObservedMeanSchema))
    freed = fields.List(fields.Nested(FreedItemSchema))
    bounds = fields.List(fields.Nested(BoundSchema))
    cautions = fields.List(fields.String())
