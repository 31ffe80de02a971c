"""Erasing a person: request and answer."""

from __future__ import annotations

from marshmallow import Schema, fields

from schemas.base import Pattern, StrictSchema
from schemas.responses.covariates import MAXIMUM_TEXT


def person_field() -> fields.String:
    """Make the field that names a person."""
    return fields.String(
        required=True,
        validate=Pattern(
            rf"^[^\x00-\x1f\x7f]{{1,{MAXIMUM_TEXT}}}$",
            error=f"Must be 1 to {MAXIMUM_TEXT} printable characters.",
        ),
        metadata={"description": "The pseudonym, as it was sent with the responses."},
    )


class ErasureRequestSchema(StrictSchema):
    """Whose answers are to be deleted; a body, for what stands in addresses is logged."""

    person = person_field()
    sample = fields.String(
        metadata={"description": "Only in this sample; in all of them if left out."}
    )


class ErasureSchema(Schema):
    """What was deleted."""

    responses = fields.Integer(required=True)
    samples = fields.Integer(
        required=True, metadata={"description": "Samples that had responses of the person."}
    )
    analyses = fields.Integer(
        required=True, metadata={"description": "Analyses that had used these samples."}
    )
