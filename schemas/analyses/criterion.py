"""Options of the kind ``criterion``."""

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
from psychometrics.types import Interval
from schemas.base import (
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
    """A hypothesis on the correlation with an outcome."""

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
    """One outcome: its column, when it was measured, what is expected of it."""

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
    """A published correlation of the alliance with an outcome."""

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
