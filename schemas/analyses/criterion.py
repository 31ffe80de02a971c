"""The kind ``criterion``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validate

from psychometrics.criterion.options import (
    CoefficientName,
    CriterionOptions,
    Direction,
    Expectation,
    Heterogeneity,
    Outcome,
    Reference,
    Reliability,
)
from psychometrics.criterion.results import Timing
from psychometrics.types import Interval
from schemas.base import (
    IntervalSchema,
    Number,
    ResultSchema,
    StrictInteger,
    StrictNumber,
    StrictSchema,
)
from schemas.responses.covariates import MAXIMUM_NAME, is_number

_SHARE = validate.Range(min=0.0, max=1.0)
_CORRELATION = validate.Range(min=-1.0, max=1.0)
_NAME = validate.Length(min=1, max=MAXIMUM_NAME)
MOST_OUTCOMES = 100


class Moment(fields.Field[float | str]):
    """A point in time: a finite number, or the name of the column that holds it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float | str:
        if isinstance(value, str) and 0 < len(value) <= MAXIMUM_NAME:
            return value
        if is_number(value):
            return float(value)
        raise ValidationError("Must be a finite number, or the name of a column.")


class ExpectationSchema(StrictSchema):
    """A hypothesis (:class:`psychometrics.criterion.options.Expectation`)."""

    direction = fields.Enum(Direction, by_value=True, load_default=Direction.POSITIVE)
    minimum = StrictNumber(allow_none=True, validate=_SHARE)
    maximum = StrictNumber(allow_none=True, validate=_SHARE)
    scales = fields.List(fields.String(validate=_NAME))
    coefficient = fields.Enum(CoefficientName, by_value=True, load_default=CoefficientName.PEARSON)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Expectation:
        """Make the engine's hypothesis."""
        return Expectation(**data | {"scales": tuple(data.get("scales", ()))})


class OutcomeSchema(StrictSchema):
    """One outcome (:class:`psychometrics.criterion.options.Outcome`)."""

    name = fields.String(required=True, validate=_NAME)
    session_number = Moment(allow_none=True)
    days_since_first_visit = Moment(allow_none=True)
    days_since_delivery = Moment(allow_none=True)
    baseline = fields.String(allow_none=True, validate=_NAME)
    reliability = StrictNumber(
        allow_none=True, validate=validate.Range(min=0.0, max=1.0, min_inclusive=False)
    )
    ordinal = fields.Boolean(allow_none=True, truthy={True}, falsy={False})
    expected = fields.Nested(ExpectationSchema, allow_none=True)

    @pre_load
    def read_name(self, data: Any, **kwargs: Any) -> Any:
        """Take a name alone for an outcome of which nothing else is said."""
        return {"name": data} if isinstance(data, str) else data

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Outcome:
        """Make the engine's outcome."""
        return Outcome(**data)


class GivenIntervalSchema(StrictSchema):
    """An interval as a caller sends it."""

    lower = StrictNumber(required=True, validate=_CORRELATION)
    upper = StrictNumber(required=True, validate=_CORRELATION)
    level = StrictNumber(
        validate=validate.Range(min=0.0, max=1.0, min_inclusive=False, max_inclusive=False)
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Interval:
        """Make the engine's interval."""
        return Interval(**data)


class ReferenceSchema(StrictSchema):
    """A published correlation (:class:`psychometrics.criterion.options.Reference`)."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=128))
    estimate = StrictNumber(required=True, validate=_CORRELATION)
    interval = fields.Nested(GivenIntervalSchema, allow_none=True)
    setting = fields.String(allow_none=True, validate=validate.Length(max=64))
    n_studies = fields.Integer(allow_none=True, validate=validate.Range(min=1))
    n_persons = fields.Integer(allow_none=True, validate=validate.Range(min=1))
    doi = fields.String(allow_none=True, validate=validate.Length(max=128))
    status = fields.String(validate=validate.OneOf(("verified", "secondary", "recalled")))

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Reference:
        """Make the engine's reference."""
        return Reference(**data)


class CriterionOptionsSchema(StrictSchema):
    """Options of a criterion analysis."""

    outcomes = fields.List(
        fields.Nested(OutcomeSchema), validate=validate.Length(max=MOST_OUTCOMES)
    )
    session_number = StrictInteger(allow_none=True, validate=validate.Range(min=1))
    strata = fields.String(allow_none=True, validate=_NAME)
    heterogeneity = fields.Enum(Heterogeneity, by_value=True, load_default=Heterogeneity.REML)
    reliability = fields.Enum(Reliability, by_value=True, load_default=Reliability.ALPHA)
    references = fields.List(
        fields.Nested(ReferenceSchema),
        validate=validate.Length(max=20),
        metadata={
            "description": "Published correlations to show beside the result, as context and never "
            "as norms; left out, the catalogue's are shown, and none if the list is empty."
        },
    )
    level = StrictNumber(load_default=0.95, validate=validate.Range(min=0.5, max=0.999))

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> CriterionOptions:
        """Make the engine's options."""
        lists = {name: tuple(data.get(name, ())) for name in ("outcomes", "references")}
        return CriterionOptions(**data | lists)


class CoefficientSchema(ResultSchema):
    """A correlation (:class:`psychometrics.criterion.results.Coefficient`)."""

    estimate = Number(allow_none=True)
    interval = fields.Nested(IntervalSchema, allow_none=True)
    standard_error = Number(allow_none=True)
    n_persons = fields.Integer()
    method = fields.String()
    reason = fields.String(
        allow_none=True, metadata={"description": "Why estimate or interval is null."}
    )


class DisattenuatedSchema(CoefficientSchema):
    """A disattenuated correlation; it may exceed 1."""

    reliability_name = fields.String()
    reliability = Number(allow_none=True)
    reliability_interval = fields.Nested(IntervalSchema, allow_none=True)
    outcome_reliability = Number(allow_none=True)


class PartialSchema(CoefficientSchema):
    """A correlation with the baseline held constant."""

    baseline = fields.String()


class ClusteredSchema(CoefficientSchema):
    """A correlation whose interval allows for shared clinicians."""

    n_clinicians = fields.Integer()


class StratumSchema(ResultSchema):
    """One sample's or site's share."""

    name = fields.String()
    correlation = fields.Nested(CoefficientSchema)
    weight = Number(allow_none=True)


class PooledSchema(CoefficientSchema):
    """A correlation pooled by random effects (:class:`psychometrics.criterion.results.Pooled`)."""

    column = fields.String()
    strata = fields.List(fields.Nested(StratumSchema))
    n_strata = fields.Integer()
    prediction_interval = fields.Nested(IntervalSchema, allow_none=True)
    tau_squared = Number(allow_none=True)
    q = Number(allow_none=True)
    df = fields.Integer(allow_none=True)
    p_value = Number(allow_none=True)
    i_squared = Number(allow_none=True)


class AssociationSchema(ResultSchema):
    """One score and one outcome (:class:`psychometrics.criterion.results.Association`)."""

    outcome = fields.String()
    scale = fields.String()
    timing = fields.Enum(Timing, by_value=True)
    reading = fields.String(metadata={"description": "How this correlation may be read."})
    n_persons = fields.Integer()
    pearson = fields.Nested(CoefficientSchema)
    spearman = fields.Nested(CoefficientSchema)
    polyserial = fields.Nested(CoefficientSchema, allow_none=True)
    disattenuated = fields.Nested(DisattenuatedSchema)
    given_baseline = fields.Nested(
        PartialSchema,
        attribute="partial",  # a schema has an attribute of this name
        data_key="partial",
        allow_none=True,
    )
    clustered = fields.Nested(ClusteredSchema, allow_none=True)
    pooled = fields.Nested(PooledSchema, allow_none=True)


class MeasuredOutcomeSchema(ResultSchema):
    """One outcome and its timing (:class:`psychometrics.criterion.results.MeasuredOutcome`)."""

    name = fields.String()
    timing = fields.Enum(Timing, by_value=True)
    reason = fields.String(allow_none=True)
    timing_counts = fields.Dict(keys=fields.Enum(Timing, by_value=True), values=fields.Integer())
    n_set_aside = fields.Integer()
    n_missing = fields.Integer()
    n_contradictory = fields.Integer()
    ordinal = fields.Boolean()
    categories = fields.Integer()


class HypothesisSchema(ResultSchema):
    """A hypothesis and what became of it."""

    outcome = fields.String()
    scale = fields.String()
    direction = fields.Enum(Direction, by_value=True)
    minimum = Number(allow_none=True)
    maximum = Number(allow_none=True)
    coefficient = fields.Enum(CoefficientName, by_value=True)
    timing = fields.Enum(Timing, by_value=True)
    estimate = Number(allow_none=True)
    interval = fields.Nested(IntervalSchema, allow_none=True)
    held = fields.Boolean(allow_none=True)


class OccasionsSchema(ResultSchema):
    """Which rating speaks for a person."""

    rule = fields.String()
    n_responses = fields.Integer()
    n_set_aside = fields.Integer()


class ContextSchema(ResultSchema):
    """A published correlation beside the result: context, not a norm."""

    name = fields.String()
    estimate = Number()
    interval = fields.Nested(IntervalSchema, allow_none=True)
    setting = fields.String(allow_none=True)
    n_studies = fields.Integer(allow_none=True)
    n_persons = fields.Integer(allow_none=True)
    doi = fields.String(allow_none=True)
    status = fields.String()


class CriterionResultSchema(ResultSchema):
    """A criterion analysis (:class:`psychometrics.criterion.results.CriterionResult`)."""

    n_persons = fields.Integer()
    occasions = fields.Nested(OccasionsSchema)
    outcomes = fields.List(fields.Nested(MeasuredOutcomeSchema))
    associations = fields.List(fields.Nested(AssociationSchema))
    hypotheses = fields.List(fields.Nested(HypothesisSchema))
    n_hypotheses = fields.Integer()
    n_tested = fields.Integer()
    n_held = fields.Integer()
    n_failed = fields.Integer()
    context = fields.List(fields.Nested(ContextSchema))
    definitions = fields.Dict(keys=fields.String(), values=fields.String())
    cautions = fields.List(fields.String())
