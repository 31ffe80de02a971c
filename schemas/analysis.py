"""Analyses: what is asked, and where it stands."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.base import Pattern, StrictInteger, StrictSchema
from schemas.problem import ProblemSchema
from schemas.samples import PageSchema
from schemas.scores import RuleSchema

MAXIMUM_SAMPLES = 100
STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")


class NewAnalysisSchema(StrictSchema):
    """An analysis to be run; its options are those of its kind."""

    kind = fields.String(required=True)
    samples = fields.List(
        fields.String(
            validate=Pattern(
                r"^[^\x00-\x1f\x7f]{1,64}$", error="Must be 1 to 64 printable characters."
            )
        ),
        required=True,
        validate=validate.Length(min=1, max=MAXIMUM_SAMPLES),
        metadata={
            "description": "Samples of one instrument, analysed together; for `agreement` also one "
            "sample each of two forms, matched by `person`."
        },
    )
    options = fields.Dict(keys=fields.String(), load_default=dict)
    priority = StrictInteger(
        load_default=5,
        validate=validate.Range(1, 9),
        metadata={"description": "1 to 9; of those that wait, lower ones are begun first."},
    )


class ProgressSchema(Schema):
    """How far a running analysis is."""

    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    stage = fields.String(required=True)


class AnalysisSummarySchema(Schema):
    """An analysis without its result."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    samples = fields.List(fields.String(), required=True)
    options = fields.Dict(required=True)
    instrument = fields.Nested(RuleSchema, required=True)
    priority = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    progress = fields.Nested(ProgressSchema, required=True)
    attempts = fields.Integer(required=True, metadata={"description": "How often it was begun."})
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    started_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    finished_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class AnalysisSchema(AnalysisSummarySchema):
    """An analysis with its result, when it succeeded, or why it failed."""

    result = fields.Dict(required=True, allow_none=True)
    error = fields.Nested(ProblemSchema, required=True, allow_none=True)


class AnalysisPageSchema(PageSchema):
    """Analyses in the order they were asked for."""

    analyses = fields.List(fields.Nested(AnalysisSummarySchema), required=True)
