"""Options of the kind ``responsiveness``."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from psychometrics.longitudinal.options import Hypothesis, ResponsivenessOptions
from schemas.analyses.repeated import NAME, RELIABILITY, scales_field, tuples
from schemas.base import StrictInteger, StrictNumber, StrictSchema

_CORRELATION = validate.Range(min=-1.0, max=1.0)
MOST_HYPOTHESES = 100


class HypothesisSchema(StrictSchema):
    """An expected correlation of change scores."""

    outcome = fields.String(required=True, validate=NAME)
    scales = scales_field()
    minimum = StrictNumber(load_default=-1.0, validate=_CORRELATION)
    maximum = StrictNumber(load_default=1.0, validate=_CORRELATION)

    @validates_schema
    def check_region(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Refuse an empty region, and the whole range, which any correlation meets."""
        if data["minimum"] >= data["maximum"]:
            raise ValidationError("Must be below 'maximum'.", field_name="minimum")
        if data["minimum"] == -1.0 and data["maximum"] == 1.0:
            raise ValidationError("Say 'minimum' or 'maximum'.", field_name="minimum")

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Hypothesis:
        """Make the engine's hypothesis."""
        return Hypothesis(**tuples(data, "scales"))


class ResponsivenessOptionsSchema(StrictSchema):
    """Options of an analysis of change against an anchor."""

    anchor = fields.String(
        required=True,
        validate=NAME,
        metadata={
            "description": "Column of rated change at the second session: improved from 1, "
            "unchanged at 0."
        },
        error_messages={"required": "Name the column of rated change."},
    )
    first = StrictNumber(
        load_default=None,
        allow_none=True,
        metadata={"description": "Session number; needed where there are more than two."},
    )
    second = StrictNumber(
        load_default=None,
        allow_none=True,
        metadata={"description": "Session number; needed where there are more than two."},
    )
    scales = scales_field()
    anchor_reliability = StrictNumber(
        load_default=None,
        allow_none=True,
        validate=RELIABILITY,
        metadata={"description": "Reliability of the rated change, for Terluin et al. (2022)."},
    )
    hypotheses = fields.List(
        fields.Nested(HypothesisSchema),
        load_default=(),
        validate=validate.Length(max=MOST_HYPOTHESES),
    )
    replicates = StrictInteger(load_default=1000, validate=validate.Range(100, 5000))
    seed = StrictInteger(load_default=1, validate=validate.Range(0, 2**32 - 1))

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ResponsivenessOptions:
        """Make the engine's options."""
        return ResponsivenessOptions(**tuples(data, "scales", "hypotheses"))
