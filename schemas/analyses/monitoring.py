"""Options of the kind ``monitoring``."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from psychometrics.monitoring.options import MonitoringOptions
from schemas.analyses.repeated import NAME, scales_field
from schemas.base import StrictInteger, StrictSchema
from schemas.definition import NamedValues

_MOST_FORMS = 10_000_000


def _in_order(sessions: list[int]) -> None:
    if sessions[0] > sessions[1]:
        raise ValidationError("The first session must not be after the last.")


class MonitoringOptionsSchema(StrictSchema):
    """Options of the monitoring of a practice."""

    period = fields.String(
        load_default=None,
        allow_none=True,
        validate=NAME,
        metadata={
            "description": "Column of periods (a month, a batch), in sorted order; the samples, "
            "where several are given, if left out. Never `clinician`."
        },
    )
    scales = scales_field()
    expected = NamedValues(
        keys=fields.String(),
        values=StrictInteger(validate=validate.Range(1, _MOST_FORMS)),
        load_default=dict,
        metadata={
            "description": "Forms handed out, by period; if left out, every row is a form, and a "
            "row without any answer one that was not answered."
        },
    )
    sessions = fields.List(
        StrictInteger(validate=validate.Range(min=1)),
        load_default=(2, 4),
        validate=[validate.Length(equal=2), _in_order],
        metadata={"description": "Sessions between which everybody should be rated once."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> MonitoringOptions:
        """Make the engine's options."""
        return MonitoringOptions(
            **data | {"scales": tuple(data["scales"]), "sessions": tuple(data["sessions"])}
        )
