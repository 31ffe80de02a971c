"""Options of the kind ``reliability``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.reliability.options import ReliabilityOptions
from schemas.base import StrictNumber, StrictSchema


class ReliabilityOptionsSchema(StrictSchema):
    """Options of a reliability analysis."""

    level = StrictNumber(
        load_default=0.95,
        validate=validate.Range(0.5, 0.999),
        metadata={"description": "Coverage of the intervals."},
    )
    cluster = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "Column that says who belongs together (clinician, site)."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ReliabilityOptions:
        """Make the engine's options."""
        return ReliabilityOptions(**data)
