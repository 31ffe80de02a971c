"""Options of the kind ``dimensionality``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.efa.options import CorrelationType, DimensionalityOptions
from schemas.base import StrictInteger, StrictNumber, StrictSchema


class DimensionalityOptionsSchema(StrictSchema):
    """Options of a dimensionality analysis."""

    correlation = fields.Enum(
        CorrelationType, by_value=True, load_default=CorrelationType.POLYCHORIC
    )
    seed = StrictInteger(
        load_default=1,
        validate=validate.Range(0, 2**32 - 1),
        metadata={"description": "Start of the random numbers of parallel analysis."},
    )
    replicates = StrictInteger(
        load_default=100,
        validate=validate.Range(10, 10_000),
        metadata={"description": "Random samples of parallel analysis."},
    )
    quantile = StrictNumber(
        load_default=0.95,
        validate=validate.Range(0.5, 0.999),
        metadata={"description": "Which quantile of the random eigenvalues must be exceeded."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> DimensionalityOptions:
        """Make the engine's options."""
        return DimensionalityOptions(**data)
