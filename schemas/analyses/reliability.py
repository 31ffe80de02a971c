"""The kind ``reliability``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.reliability.options import ReliabilityOptions
from schemas.base import (
    EstimateSchema,
    IntervalSchema,
    Number,
    ResultSchema,
    StrictNumber,
    StrictSchema,
)


class ReliabilityOptionsSchema(StrictSchema):
    """Options of a reliability analysis."""

    level = StrictNumber(
        load_default=0.95,
        validate=validate.Range(0.5, 0.999),
        metadata={"description": "Coverage of the intervals."},
    )
    cluster = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "Column that says who belongs together (clinician, site)."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ReliabilityOptions:
        """Make the engine's options."""
        return ReliabilityOptions(**data)


class IfItemDeletedSchema(ResultSchema):
    """A scale's reliability without one of its items."""

    item = fields.Integer()
    alpha = Number(allow_none=True)
    omega = Number(allow_none=True)


class ClusteringSchema(ResultSchema):
    """What clusters do to a scale (:class:`psychometrics.reliability.results.Clustering`)."""

    icc = fields.Nested(EstimateSchema)
    design_effect = Number(allow_none=True)
    alpha_within = Number(allow_none=True)
    alpha_between = Number(allow_none=True)


class ClustersSchema(ResultSchema):
    """How persons are clustered (:class:`psychometrics.clusters.Clusters`)."""

    column = fields.String()
    n_clusters = fields.Integer()
    smallest = fields.Integer()
    largest = fields.Integer()


class AlphaEstimateSchema(EstimateSchema):
    """Coefficient alpha (:class:`psychometrics.reliability.results.AlphaEstimate`)."""

    distribution_free_interval = fields.Nested(IntervalSchema, allow_none=True)


class ScaleReliabilitySchema(ResultSchema):
    """One scale (:class:`psychometrics.reliability.results.ScaleReliability`)."""

    items = fields.List(fields.Integer())
    alpha = fields.Nested(AlphaEstimateSchema)
    standardized_alpha = fields.Nested(EstimateSchema)
    ordinal_alpha = fields.Nested(EstimateSchema)
    omega = fields.Nested(EstimateSchema)
    ordinal_omega = fields.Nested(EstimateSchema)
    omega_total = fields.Nested(EstimateSchema, allow_none=True)
    omega_hierarchical = fields.Nested(EstimateSchema, allow_none=True)
    explained_common_variance = fields.Nested(EstimateSchema, allow_none=True)
    omega_specific = fields.Nested(EstimateSchema, allow_none=True)
    split_half = fields.Nested(EstimateSchema)
    sd = Number(allow_none=True)
    standard_error_of_measurement = Number(allow_none=True)
    standard_error_of_measurement_interval = fields.Nested(IntervalSchema, allow_none=True)
    if_item_deleted = fields.List(fields.Nested(IfItemDeletedSchema))
    clustering = fields.Nested(ClusteringSchema, allow_none=True)
    cautions = fields.List(fields.String())


class ReliabilityResultSchema(ResultSchema):
    """A reliability analysis (:class:`psychometrics.reliability.results.ReliabilityResult`)."""

    n_persons = fields.Integer()
    scales = fields.Dict(keys=fields.String(), values=fields.Nested(ScaleReliabilitySchema))
    definitions = fields.Dict(keys=fields.String(), values=fields.String())
    clusters = fields.Nested(ClustersSchema, allow_none=True)
    cautions = fields.List(fields.String())
