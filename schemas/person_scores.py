"""One person's scores over sessions: request and answer."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from schemas.base import StrictSchema
from schemas.change import ChangeSchema, MeasurementErrorSchema
from schemas.erasure import person_field
from schemas.problem import FaultSchema
from schemas.scores import ChangeBasisSchema, RuleSchema, ScoreResultSchema

ORDERS = ("session_number", "days_since_first_visit", "stored_at")
"""What the occasions of a course are ordered by: the first that all of them have."""


class _AsGiven(fields.Dict):
    """Is read together with its instrument (:func:`schemas.change.load_measurement_errors`)."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value


class PersonScoresRequestSchema(StrictSchema):
    """Whose scores are asked for; a body, because addresses are logged."""

    person = person_field()
    instrument = fields.String(
        metadata={
            "description": "Only scores of this instrument. Required with `measurement_error`.",
            "example": "wai-sr-client",
        }
    )
    sample = fields.String(
        metadata={"description": "Only in this sample; in all of them if left out."}
    )
    measurement_error = _AsGiven(
        keys=fields.String(),
        values=fields.Nested(MeasurementErrorSchema),
        metadata={
            "description": "By scale: reliability, standard deviation and their source. Without "
            "it the answer has scores and no change."
        },
    )


class SinceSchema(Schema):
    """Change of one scale; null where a score is missing or there is no such occasion."""

    first = fields.Nested(ChangeSchema, required=True, allow_none=True)
    previous = fields.Nested(ChangeSchema, required=True, allow_none=True)


class OccasionSchema(ScoreResultSchema):
    """One answered form of the person."""

    class Meta:
        """Other things are called so here."""

        exclude = ("change", "course", "guide")

    sample = fields.String(required=True)
    session_number = fields.Integer(required=True, allow_none=True)
    days_since_first_visit = fields.Float(required=True, allow_none=True)
    days_since_delivery = fields.Float(required=True, allow_none=True)
    stored_at = fields.String(required=True, metadata={"format": "date-time"})
    change_since = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(SinceSchema),
        required=True,
        metadata={
            "description": "By scale of `measurement_error`: since the first and since the "
            "previous occasion. Empty without measurement error."
        },
    )


class CourseSchema(Schema):
    """All occasions that can be compared: one rule, one kind of respondent."""

    instrument = fields.Nested(RuleSchema, required=True)
    respondent = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "As sent with the responses; null where none was."},
    )
    ordered_by = fields.String(required=True, validate=validate.OneOf(ORDERS))
    occasions = fields.List(fields.Nested(OccasionSchema), required=True)
    issues = fields.List(fields.Nested(FaultSchema), required=True)


class PersonScoresSchema(Schema):
    """A person's courses; none where nothing of the person is stored."""

    courses = fields.List(fields.Nested(CourseSchema), required=True)
    change = fields.Nested(
        ChangeBasisSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Null without measurement error."},
    )
