"""Scoring requests and answers, as documented; the answers block itself is read as one matrix."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from psychometrics.scoring.profile import Comparison
from schemas.base import Number
from schemas.change import ChangeSchema, CourseSchema, EarlierSchema, MeasurementErrorSchema
from schemas.problem import FaultSchema


class RuleSchema(Schema):
    """The rule that made the scores."""

    id = fields.String(required=True, metadata={"example": "wai-sr-client"})
    version = fields.String(required=True, metadata={"example": "1.0.0"})
    sha256 = fields.String(required=True)


class ResponseSchema(Schema):
    """One answered form."""

    id = fields.String(
        validate=validate.Length(min=1, max=128),
        metadata={"description": "All responses of a body have an id, or none has."},
    )
    answers = fields.List(
        fields.Integer(allow_none=True),
        required=True,
        metadata={
            "description": "One for each item, in the form's order, as answered; null is missing.",
            "example": [5, 4, None, 4, 5, 5, 4, 4, 5, 3, 4, 3],
        },
    )


class ResponseToScoreSchema(ResponseSchema):
    """One answered form; with `detail=change` beside the scores of earlier occasions."""

    earlier = fields.List(
        fields.Nested(EarlierSchema),
        metadata={"description": "With `detail=change`: earlier occasions, first to last."},
    )


class ScoreRequestSchema(Schema):
    """Responses to score; nothing of them is kept."""

    instrument = fields.String(required=True, metadata={"example": "wai-sr-client"})
    responses = fields.List(
        fields.Nested(ResponseToScoreSchema), required=True, validate=validate.Length(min=1)
    )
    measurement_error = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(MeasurementErrorSchema),
        metadata={"description": "With `detail=change`: by scale; or `analysis` in its place."},
    )
    analysis = fields.String(
        metadata={
            "description": "With `detail=change`: the sample's own precision, from a finished "
            "analysis of the kind `reliability` or `retest` of the same form. Needs a key with "
            "the scope `analyses` too."
        },
    )


class QuestionsSchema(Schema):
    """Open questions, by who asks themselves or is asked."""

    practitioner = fields.List(fields.String(), required=True)
    patient = fields.List(fields.String(), required=True)


class SuggestionSchema(Schema):
    """With `detail=guide`: what a conversation about this one form could begin with."""

    comparison = fields.String(
        required=True, validate=validate.OneOf([comparison.value for comparison in Comparison])
    )
    lower = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Scales that stand lower within this form; often none."},
    )
    items = fields.List(
        fields.Integer(),
        required=True,
        metadata={
            "description": "Numbers of single items that make a scale stand lower, which is then "
            "not named itself."
        },
    )
    left_out = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Scales with too few answers, where the others were compared."},
    )
    sentence = fields.String(required=True)
    questions = fields.Nested(QuestionsSchema, required=True)


class ScoreResultSchema(Schema):
    """Scores of one response."""

    id = fields.String(required=True)
    status = fields.String(
        required=True,
        validate=validate.OneOf(["scored", "prorated", "unscorable"]),
        metadata={
            "description": "prorated: a scale was prorated; unscorable: a scale is null.",
        },
    )
    answered = fields.Integer(required=True, metadata={"description": "Number of answered items."})
    scores = fields.Dict(
        keys=fields.String(),
        values=Number(allow_none=True),
        required=True,
        metadata={"description": "Sums in raw points, by subscale, and the total."},
    )
    means = fields.Dict(
        keys=fields.String(),
        values=Number(allow_none=True),
        required=True,
        metadata={"description": "Scores divided by the scales' numbers of items."},
    )
    change = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(ChangeSchema, allow_none=True)),
        metadata={"description": "With `detail=change`: by scale, since each earlier occasion."},
    )
    course = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(CourseSchema),
        metadata={
            "description": "With `detail=change`: by scale, the earlier scores and this one."
        },
    )
    guide = fields.Nested(SuggestionSchema)


class AppliedErrorSchema(Schema):
    """The measurement error that was applied to a scale."""

    standard_error_of_measurement = Number(required=True)
    source = fields.String(required=True)


class ChangeBasisSchema(Schema):
    """What the changes rest on."""

    definition = fields.String(required=True)
    cannot_say = fields.String(required=True)
    measurement_error = fields.Dict(
        keys=fields.String(), values=fields.Nested(AppliedErrorSchema), required=True
    )


class GuideSourceSchema(Schema):
    """What a part of the guide rests on."""

    what = fields.String(required=True)
    citation = fields.String(required=True)
    doi = fields.String()
    status = fields.String(required=True, validate=validate.OneOf(["verified", "recalled"]))


class GuideBasisSchema(Schema):
    """With `detail=guide`: what holds for every response."""

    language = fields.String(required=True)
    cannot_say = fields.String(required=True)
    practice = fields.List(fields.String(), required=True)
    basis = fields.String(required=True)
    rule = fields.String(required=True)
    sources = fields.List(fields.Nested(GuideSourceSchema), required=True)


class ScoreAnswerSchema(Schema):
    """Scores in the order of the responses."""

    instrument = fields.Nested(RuleSchema, required=True)
    results = fields.List(fields.Nested(ScoreResultSchema), required=True)
    issues = fields.List(
        fields.Nested(FaultSchema),
        required=True,
        metadata={"description": "What concerns all scores, for example a recalled key."},
    )
    change = fields.Nested(ChangeBasisSchema)
    guide = fields.Nested(GuideBasisSchema)
