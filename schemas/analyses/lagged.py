"""Options of the kind ``lagged``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.longitudinal.options import LaggedOptions, PanelModel
from schemas.analyses.repeated import NAME, RELIABILITY, PanelOptionsSchema, tuples
from schemas.base import StrictNumber


class LaggedOptionsSchema(PanelOptionsSchema):
    """Options of an analysis of what comes first."""

    outcome = fields.String(
        required=True,
        validate=NAME,
        metadata={"description": "Column of the outcome, measured on the same occasions."},
        error_messages={"required": "Name the column of the outcome."},
    )
    scale = fields.String(
        load_default=None,
        allow_none=True,
        validate=NAME,
        metadata={"description": "A subscale or `total`; the total if left out."},
    )
    model = fields.Enum(
        PanelModel,
        by_value=True,
        load_default=PanelModel.RI_CLPM,
        metadata={"description": "With random intercepts or without."},
    )
    constrained = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        metadata={"description": "Whether lagged paths are equal over time."},
    )
    reliability = StrictNumber(
        load_default=None,
        allow_none=True,
        validate=RELIABILITY,
        metadata={
            "description": "Of the scale within persons; the sample's reliability of change if "
            "left out."
        },
    )
    outcome_reliability = StrictNumber(
        load_default=None,
        allow_none=True,
        validate=RELIABILITY,
        metadata={"description": "Of the outcome within persons; 1 if left out."},
    )
    smallest_effect = StrictNumber(
        load_default=0.2,
        validate=validate.Range(min=0.01, max=0.9),
        metadata={"description": "Standardized lagged effect that a study should not miss."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> LaggedOptions:
        """Make the engine's options."""
        return LaggedOptions(**tuples(data, "occasions"))
