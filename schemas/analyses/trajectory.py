"""Options of the kind ``trajectory``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.longitudinal.options import Shape, TrajectoryOptions
from schemas.analyses.repeated import NAME, PanelOptionsSchema, scales_field, tuples
from schemas.base import StrictInteger, StrictNumber


class TrajectoryOptionsSchema(PanelOptionsSchema):
    """Options of an analysis of growth."""

    scales = scales_field()
    shape = fields.Enum(
        Shape,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={"description": "The best of the shapes by BIC if left out."},
    )
    knot = StrictNumber(
        load_default=None,
        allow_none=True,
        metadata={"description": "Session of the piecewise knot; searched for if left out."},
    )
    auxiliary = fields.List(
        fields.String(validate=NAME),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=20),
        metadata={
            "description": "Outcomes on which dropout may depend; those in which leavers differ "
            "if left out."
        },
    )
    replicates = StrictInteger(
        load_default=500,
        validate=validate.Range(10, 5000),
        metadata={"description": "Bootstrap samples of the plateau."},
    )
    seed = StrictInteger(load_default=1, validate=validate.Range(0, 2**32 - 1))

    invariance = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        metadata={
            "description": "Test by the longitudinal ladder whether a change of the scores is a "
            "change of the alliance."
        },
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> TrajectoryOptions:
        """Make the engine's options."""
        return TrajectoryOptions(**tuples(data, "occasions", "scales", "auxiliary"))
