"""Samples and batches: requests and answers."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from schemas.base import Pattern, StrictSchema
from schemas.problem import FaultSchema
from schemas.responses.covariates import MAXIMUM_OUTCOMES, RULES, TEXT_COLUMNS
from schemas.responses.pseudonyms import Use, identifying
from schemas.scores import ResponseSchema, RuleSchema, ScoreResultSchema

SETTINGS = ("orthotics-prosthetics", "physical-rehabilitation", "psychotherapy", "other")
"""Where the forms were answered."""

MAXIMUM_PAGE = 200


def names_no_person(name: str) -> None:
    """Refuse a sample's name that holds what identifies a person, or a date.

    Raises
    ------
    ValidationError
        Without the name.
    """
    if any(identifying([name], Use.LABEL)) or not name.isprintable():
        detail = "Names the sample: no person, address, number of a person or date may be in it."
        raise ValidationError(detail)


class NewSampleSchema(StrictSchema):
    """A sample to be made."""

    name = fields.String(
        required=True,
        validate=[
            Pattern(r"^[^\x00-\x1f\x7f]{1,200}$", error="Must be 1 to 200 printable characters."),
            names_no_person,
        ],
        metadata={"description": "Names the sample, not a person."},
    )
    instrument = fields.String(required=True, metadata={"example": "wai-sr-client"})
    setting = fields.String(required=True, validate=validate.OneOf(SETTINGS))


class SampleSchema(Schema):
    """Responses to one instrument that belong together."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    setting = fields.String(required=True, validate=validate.OneOf(SETTINGS))
    instrument = fields.Nested(RuleSchema, required=True)
    n_responses = fields.Integer(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class PageQuerySchema(StrictSchema):
    """Which part of a list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAXIMUM_PAGE))
    after = fields.String(
        load_default="",
        validate=Pattern(
            r"^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?$", error="Must be `next` of a page."
        ),
        metadata={"description": "`next` of the page before."},
    )


class PageSchema(Schema):
    """A part of a list."""

    next = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Give this as `after` for the next page; null on the last."},
    )


class SamplePageSchema(PageSchema):
    """Samples in the order they were made."""

    samples = fields.List(fields.Nested(SampleSchema), required=True)


def _covariate(name: str) -> fields.Field[Any]:
    kind = fields.String if name in TEXT_COLUMNS else fields.Float
    return kind(allow_none=True, metadata={"description": RULES[name][1]})


class BatchResponseSchema(
    ResponseSchema.from_dict({name: _covariate(name) for name in RULES})  # type: ignore[misc]  # a class
):
    """One answered form, with who, where and when."""

    outcomes = fields.Dict(
        keys=fields.String(),
        values=fields.Float(allow_none=True),
        metadata={
            "description": "Outcomes that belong to this response, already scored; "
            f"a batch may name {MAXIMUM_OUTCOMES} different ones."
        },
    )


class BatchRequestSchema(Schema):
    """Responses to keep: all of them, or none."""

    instrument = fields.String(
        metadata={"description": "May be left out; if given it must be the sample's."}
    )
    responses = fields.List(
        fields.Nested(BatchResponseSchema), required=True, validate=validate.Length(min=1)
    )


class BatchSchema(Schema):
    """Responses that came together."""

    id = fields.String(required=True)
    sample = fields.String(required=True)
    accepted = fields.Integer(required=True, metadata={"description": "Number of responses."})
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class BatchAnswerSchema(BatchSchema):
    """What was kept, and its scores in the order of the responses."""

    instrument = fields.Nested(RuleSchema, required=True)
    results = fields.List(fields.Nested(ScoreResultSchema), required=True)
    issues = fields.List(fields.Nested(FaultSchema), required=True)


class CorrectionSchema(BatchResponseSchema):
    """A corrected form; what is left out beside the answers stays, `null` takes it away."""

    id = fields.String(metadata={"description": "May be left out; else that of the address."})


class KeptResponseSchema(ScoreResultSchema):
    """The scores of one response as they are kept."""

    class Meta:
        """What only scoring gives."""

        exclude = ("change", "guide")

    instrument = fields.Nested(RuleSchema, required=True)
    sample = fields.String(required=True)
    batch = fields.String(required=True, metadata={"description": "The batch it came with."})
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    corrected = fields.Boolean(required=True)
    corrected_at = fields.String(
        required=True,
        allow_none=True,
        metadata={"format": "date-time", "description": "When last; null if never."},
    )
    issues = fields.List(fields.Nested(FaultSchema), required=True)


class BatchPageSchema(PageSchema):
    """Batches in the order they came."""

    batches = fields.List(fields.Nested(BatchSchema), required=True)
