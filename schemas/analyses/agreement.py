"""Options of the kind ``agreement``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.reliability.options import AgreementOptions
from schemas.base import StrictNumber, StrictSchema


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
