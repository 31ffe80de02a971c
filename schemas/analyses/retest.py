"""Options of the kind ``retest``."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from psychometrics.reliability.options import RetestOptions
from schemas.base import StrictInteger, StrictNumber, StrictSchema


def different_occasions(occasions: list[int]) -> None:
    """Refuse the same occasion twice."""
    if len(set(occasions)) < len(occasions):
        raise ValidationError("The two occasions must differ.")


class RetestOptionsSchema(StrictSchema):
    """Options of a retest analysis."""

    occasions = fields.List(
        StrictInteger(validate=validate.Range(min=1)),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(equal=2), different_occasions],
        metadata={"description": "Two values of session_number; the two lowest if left out."},
    )
    level = StrictNumber(load_default=0.95, validate=validate.Range(0.5, 0.999))

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> RetestOptions:
        """Make the engine's options."""
        occasions = data["occasions"]
        chosen = None if occasions is None else (occasions[0], occasions[1])
        return RetestOptions(occasions=chosen, level=data["level"])
