"""The kind ``agreement``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.reliability.options import AgreementOptions
from schemas.analyses.paired import PairedSchema
from schemas.base import EstimateSchema, ResultSchema, StrictNumber, StrictSchema


class AgreementOptionsSchema(StrictSchema):
    """Options of an agreement analysis."""

    column = fields.String(
        load_default="respondent",
        validate=validate.Length(min=1, max=64),
        metadata={"description": "What tells the two respondents of one sample apart."},
    )
    truth = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=128),
        metadata={"description": "The respondent (or form) that the other is compared with."},
    )
    level = StrictNumber(load_default=0.95, validate=validate.Range(0.5, 0.999))

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> AgreementOptions:
        """Make the engine's options."""
        return AgreementOptions(**data)


class TruthAndBiasSchema(ResultSchema):
    """How the judge's scores follow the truth."""

    level_difference = fields.Nested(EstimateSchema)
    tracking = fields.Nested(EstimateSchema)


class DyadsSchema(PairedSchema):
    """Two respondents' scores (:class:`psychometrics.reliability.paired_results.Dyads`)."""

    truth_and_bias = fields.Nested(TruthAndBiasSchema)


class AgreementResultSchema(ResultSchema):
    """An agreement (:class:`psychometrics.reliability.paired_results.AgreementResult`)."""

    n_persons = fields.Integer()
    column = fields.String()
    truth = fields.String()
    judge = fields.String()
    unmatched = fields.Integer()
    scales = fields.Dict(keys=fields.String(), values=fields.Nested(DyadsSchema))
    cautions = fields.List(fields.String())
