"""Two scores of each person, as the kinds ``retest`` and ``agreement`` give them."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import EstimateSchema, IntervalSchema, Number, ResultSchema


class PairedEstimateSchema(EstimateSchema):
    """An estimate (:class:`psychometrics.reliability.paired_results.PairedEstimate`)."""

    interval_method = fields.String(allow_none=True)
    normal_theory_interval = fields.Nested(IntervalSchema, allow_none=True)


class LimitsOfAgreementSchema(ResultSchema):
    """Between which differences most persons lie."""

    lower = fields.Nested(EstimateSchema)
    upper = fields.Nested(EstimateSchema)


class DensitySchema(ResultSchema):
    """Where pairs lie (:class:`psychometrics.reliability.paired_results.Density`)."""

    mean_edges = fields.List(Number())
    difference_edges = fields.List(Number())
    shares = fields.List(fields.List(Number(allow_none=True)))
    rest = Number()
    step = Number()


class PairedSchema(ResultSchema):
    """Two scores of each person (:class:`psychometrics.reliability.paired_results.Paired`)."""

    n_pairs = fields.Integer()
    means = fields.List(Number(allow_none=True))
    sds = fields.List(Number(allow_none=True))
    difference = fields.Nested(EstimateSchema)
    icc_2_1 = fields.Nested(PairedEstimateSchema, metadata={"description": "Absolute agreement."})
    icc_3_1 = fields.Nested(PairedEstimateSchema, metadata={"description": "Consistency."})
    icc_2_k = fields.Nested(
        PairedEstimateSchema, metadata={"description": "Agreement of the mean."}
    )
    correlation = fields.Nested(EstimateSchema)
    standard_error_of_measurement = fields.Nested(PairedEstimateSchema)
    standard_error_agreement = Number(allow_none=True)
    smallest_detectable_change = Number(allow_none=True)
    limits_of_agreement = fields.Nested(LimitsOfAgreementSchema)
    density = fields.Nested(DensitySchema, allow_none=True)
